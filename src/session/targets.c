/* SPDX-License-Identifier: MIT */
/* The files that will be written and read. */
#include "session/targets.h"

#include <stdlib.h>
#include <string.h>

#define uthash_fatal(message) memory_abort()

#include "base/arena.h"
#include "base/memory.h"

#include <uthash.h>

struct target {
	UT_hash_handle hh;
	const char *path; /* its key; in the arena, as the others */
	const char *operator, * unit; /* that write it; unit NULL: all */
	const struct graph_plan *plan; /* NULL: it is the session's own */
	bool read; /* it is an input */
};

struct targets {
	const struct key_base *base;
	struct arena *arena;
	struct target *all;
	const struct graph_plan *last; /* that was added */
	struct text key;
};

/* A graph that is added. */
struct adding {
	struct targets *targets;
	struct graph *graph;
	const struct graph_plan *plan;
	bool unknown; /* there are files that can't be told yet */
	const struct target
		*found; /* the first that will be an input; or NULL */
	const char *found_path; /* as it was told */
};

void targets_destroy(struct targets *targets)
{
	if (!targets)
		return;
	HASH_CLEAR(hh, targets->all);
	arena_destroy(targets->arena);
	text_free(&targets->key);
	free(targets);
}

/* The target of PATH, whose key is targets->key; or NULL. */
static struct target *find(struct targets *targets, const char *path)
{
	struct target *target;

	key_of(targets->base, path, &targets->key);
	HASH_FIND(hh, targets->all, targets->key.data, targets->key.length,
		target);
	return target;
}

static struct target *add(struct targets *targets)
{
	struct target *target = arena_alloc(targets->arena, sizeof(*target));

	*target = (struct target){
		.path = arena_string(targets->arena, targets->key.data)};
	HASH_ADD_KEYPTR(
		hh, targets->all, target->path, targets->key.length, target);
	return target;
}

struct targets *targets_create(
	const struct session *session, const struct key_base *base)
{
	struct targets *targets = memory_zeroed(sizeof(*targets));
	const char **files = session_files(session);

	targets->base = base;
	targets->arena = arena_create();
	for (size_t i = 0; files[i]; i++)
		if (!find(targets, files[i]))
			add(targets)->read = true;
	free(files);
	return targets;
}

/* ---- What is refused ---------------------------------------------------------- */

static void add_name(struct text *text, const char *name)
{
	text_add_escaped(text, name, strlen(name), 1000);
}

/* Who writes it, as far as that tells the two apart. */
static void add_writer(struct text *text, const struct target *target,
	const char *operator, const struct graph_plan * plan)
{
	if (plan != target->plan)
		text_add_format(text, "in the graph %s ", target->plan->name);
	if (strcmp(operator, target->operator) != 0 || plan != target->plan)
		text_add_format(text, "by %s ", target->operator);
	text_add_string(text, "for ");
	add_name(text, target->unit ? target->unit : "all units");
}

static bool refuse_second(struct adding *adding, const struct target *first,
	const struct graph_target *second)
{
	const char *operator= adding->plan->operators[second->op].name;
	const struct target other = {.operator= operator,
		.unit = second->unit,
		.plan = adding->plan};
	struct text text = {0};

	add_name(&text, second->path);
	text_add_string(&text, " would be written ");
	add_writer(&text, first, operator, adding->plan);
	text_add_string(&text, " and ");
	add_writer(&text, &other, first->operator, first->plan);
	text_add_string(&text,
		strcmp(operator, first->operator) == 0 &&
				first->plan == adding->plan
			? "; put {src_path}, or {src_dir}/{src_name}, into "
			  "`path`"
			: "; let each have a `path` of its own");
	graph_refuse(
		adding->graph, second->op, STATUS_CANNOT_CREATE, text.data);
	text_free(&text);
	return false;
}

/* The graph READS it, or the session where that is NULL. */
static void say_read(struct text *text, const char *path, const char *unit,
	const struct graph_plan *plan, const struct graph_plan *reads)
{
	add_name(text, path);
	text_add_string(text, " would be written for ");
	add_name(text, unit && *unit ? unit : "all units");
	text_add_string(
		text, reads ? ", and is read" : ", and is of the session");
	if (reads && reads != plan)
		text_add_format(text, " by the graph %s", reads->name);
	text_add_string(text, "; write to another directory or name");
}

static bool refuse_read(struct adding *adding, const char *path, unsigned op,
	const char *unit, const struct graph_plan *reads)
{
	struct text text = {0};

	say_read(&text, path, unit, adding->plan, reads);
	graph_refuse(adding->graph, op, STATUS_CANNOT_CREATE, text.data);
	text_free(&text);
	return false;
}

bool targets_permit(
	void *context, const char *path, const char *unit, struct text *problem)
{
	static const char state[] = ".leat/";
	struct targets *targets = context;
	const struct target *target = find(targets, path);

	if (target && target->read) {
		say_read(problem, path, unit, targets->last, target->plan);
	} else if (strncmp(targets->key.data, state, strlen(state)) == 0) {
		add_name(problem, path);
		text_add_string(problem,
			" would lie where leat keeps its "
			"state; write to another directory");
	}
	return problem->length == 0;
}

static unsigned index_of(const struct graph_plan *plan, const char *operator)
{
	unsigned index = 0;

	while (strcmp(plan->operators[index].name, operator) != 0)
		index++;
	return index;
}

static bool refuse_found(struct adding *adding)
{
	const struct target *found = adding->found;
	struct text text = {0};

	add_name(&text, adding->found_path);
	text_add_string(&text, " would be written for ");
	add_name(&text, found->unit ? found->unit : "all units");
	text_add_string(&text,
		", and be read by the next run; write to another directory, or "
		"`exclude` it");
	graph_refuse(adding->graph, index_of(adding->plan, found->operator),
		STATUS_CANNOT_CREATE, text.data);
	text_free(&text);
	return false;
}

/* ---- A graph -------------------------------------------------------------------- */

static bool add_written(void *context, const struct graph_target *written)
{
	struct adding *adding = context;
	struct targets *targets = adding->targets;

	if (!written->path) {
		adding->unknown = true;
		return true;
	}
	struct target *target = find(targets, written->path);
	if (target && target->read)
		return refuse_read(adding, written->path, written->op,
			written->unit, target->plan);
	if (target)
		return refuse_second(adding, target, written);
	target = add(targets);
	target->operator= adding->plan->operators[written->op].name;
	target->unit = written->unit
		? arena_string(targets->arena, written->unit)
		: NULL;
	target->plan = adding->plan;
	if (!adding->found && graph_finds(adding->graph, written->path)) {
		adding->found = target;
		adding->found_path =
			arena_string(targets->arena, written->path);
	}
	return true;
}

/* What this graph reads, it doesn't write; those before it may. */
static bool add_read(struct adding *adding, const struct found_unit *found)
{
	struct targets *targets = adding->targets;
	struct target *target;

	if (!found->is_file)
		return true;
	target = find(targets, found->name);
	if (target && !target->read && target->plan == adding->plan)
		return refuse_read(adding, found->name,
			index_of(adding->plan, target->operator), target->unit,
			adding->plan);
	if (!target) {
		target = add(targets);
		target->plan = adding->plan;
		target->read = true;
	}
	return true;
}

static bool add_inputs(struct adding *adding)
{
	unsigned *sources = memory_zeroed(
		memory_product(adding->plan->operator_count, sizeof(*sources)));
	unsigned count = graph_sources(adding->graph, sources);
	struct found_unit found;
	bool ok = true;

	for (unsigned i = 0; i < count; i++)
		for (uint64_t number = 0; ok &&
			graph_unit(adding->graph, sources[i], number, &found);
			number++)
			ok = add_read(adding, &found);
	free(sources);
	return ok;
}

bool targets_add(struct targets *targets, struct graph *graph,
	const struct graph_plan *plan, bool *all)
{
	struct adding adding = {
		.targets = targets, .graph = graph, .plan = plan};
	bool ok = graph_targets(graph, add_written, &adding) &&
		add_inputs(&adding) && (!adding.found || refuse_found(&adding));

	targets->last = plan;
	*all = !adding.unknown;
	return ok;
}
