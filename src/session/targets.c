/* SPDX-License-Identifier: MIT */
/* The files that will be written and read. */
#include "session/targets.h"

#include <stdlib.h>
#include <string.h>

#define uthash_fatal(message) memory_abort()

#include "base/arena.h"
#include "base/memory.h"
#include "session/state.h"

#include <uthash.h>

enum { SHOWN_BYTES = 1000 };

struct target {
	UT_hash_handle hh;
	const char *path; /* its key; in the arena, as the others */
	const char *told; /* its path, as an operator told it */
	const char *operator, * unit; /* that write it; unit NULL: all */
	const struct graph_plan *plan; /* NULL: it is the session's own */
	bool read; /* it is an input */
	bool directory; /* that a file lies in, whose writers those are */
};

struct targets {
	const struct key_base *base;
	struct arena *arena;
	struct target *all;
	const struct graph_plan *last; /* that was added */
	bool unknown; /* there are files that can't be told yet */
	struct text state; /* the key of the session's state directory; or "" */
	struct text key;
};

/* A graph that is added. */
struct adding {
	struct targets *targets;
	struct graph *graph;
	const struct graph_plan *plan;
	bool unknown; /* there are files that can't be told yet */
	bool whole; /* other units may come: only what spans them is added */
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
	text_free(&targets->state);
	text_free(&targets->key);
	free(targets);
}

/* The target whose key is targets->key; or NULL. */
static struct target *find_key(const struct targets *targets)
{
	struct target *target;

	HASH_FIND(hh, targets->all, targets->key.data, targets->key.length,
		target);
	return target;
}

/* That of PATH, whose key is targets->key from then on. */
static struct target *find(struct targets *targets, const char *path)
{
	key_of(targets->base, path, &targets->key);
	return find_key(targets);
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

static void find_state(struct targets *targets, const struct session *session,
	const char *state)
{
	struct text path = {0};

	text_add_string(&targets->state, "");
	if (state_is_kept(session, state)) {
		state_directory(session, state, &path);
		key_of(targets->base, path.data, &targets->state);
	}
	text_free(&path);
}

struct targets *targets_create(const struct session *session, const char *state,
	const struct key_base *base)
{
	struct targets *targets = memory_zeroed(sizeof(*targets));
	const char **files = session_files(session);

	targets->base = base;
	targets->arena = arena_create();
	find_state(targets, session, state);
	for (size_t i = 0; files[i]; i++)
		if (!find(targets, files[i]))
			add(targets)->read = true;
	free(files);
	return targets;
}

/* ---- What is refused ---------------------------------------------------------- */

static void add_name(struct text *text, const char *name)
{
	text_add_escaped(text, name, strlen(name), SHOWN_BYTES);
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

/* LENGTH: so much of the path would be a file and a directory; 0: a file is
 * written twice. */
static bool refuse_second(struct adding *adding, const struct target *first,
	const struct graph_target *second, size_t length)
{
	const char *operator= adding->plan->operators[second->op].name;
	const struct target other = {.operator= operator,
		.unit = second->unit,
		.plan = adding->plan};
	struct text text = {0};

	text_add_escaped(&text, second->path,
		length > 0 ? length : strlen(second->path), SHOWN_BYTES);
	text_add_string(&text,
		length > 0 ? " would be a file and a directory, "
			   : " would be written ");
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

/* Whether the key is DIRECTORY, which isn't "", or beneath it. */
static bool lies_in(const char *key, const char *directory)
{
	size_t length = strlen(directory);

	return length > 0 && strncmp(key, directory, length) == 0 &&
		(!key[length] || key[length] == '/');
}

/* Whether PATH, whose key is targets->key, isn't the store's; else why. */
static bool check_state(
	const struct targets *targets, const char *path, struct text *problem)
{
	if (!lies_in(targets->key.data, ".leat") &&
		!lies_in(targets->key.data, targets->state.data))
		return true;
	add_name(problem, path);
	text_add_string(problem,
		" would lie where leat keeps its state; write to another "
		"directory");
	return false;
}

bool targets_permit(
	void *context, const char *path, const char *unit, struct text *problem)
{
	struct targets *targets = context;
	const struct target *target = find(targets, path);

	if (!target || !target->read)
		return check_state(targets, path, problem);
	say_read(problem, path, unit, targets->last, target->plan);
	return false;
}

static bool refuse_state(
	struct adding *adding, const struct graph_target *written)
{
	struct text problem = {0};
	bool ok = check_state(adding->targets, written->path, &problem);

	if (!ok)
		graph_refuse(adding->graph, written->op, STATUS_CANNOT_CREATE,
			problem.data);
	text_free(&problem);
	return !ok;
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

static struct target *add_target(
	const struct adding *adding, const struct graph_target *written)
{
	struct targets *targets = adding->targets;
	struct target *target = add(targets);

	target->operator= adding->plan->operators[written->op].name;
	target->unit = written->unit
		? arena_string(targets->arena, written->unit)
		: NULL;
	target->plan = adding->plan;
	target->told = strcmp(target->path, written->path) == 0
		? target->path
		: arena_string(targets->arena, written->path);
	return target;
}

/* The length of what the first LENGTH bytes of a path lie in, without a slash. */
static size_t directory_length(const char *path, size_t length)
{
	while (length > 0 && path[length - 1] != '/')
		length--;
	while (length > 1 && path[length - 1] == '/')
		length--;
	return length;
}

/* What a file lies in is a directory. Where that is known, so is all above it. */
static bool add_directories(
	struct adding *adding, const struct graph_target *written)
{
	struct text *key = &adding->targets->key;
	size_t told = strlen(written->path);
	const char *slash;

	while ((slash = strrchr(key->data, '/')) && slash > key->data) {
		key->length = (size_t)(slash - key->data);
		key->data[key->length] = '\0';
		told = directory_length(written->path, told);
		const struct target *known = find_key(adding->targets);
		if (known && !known->directory && !known->read)
			return refuse_second(adding, known, written, told);
		if (known)
			break;
		add_target(adding, written)->directory = true;
	}
	return true;
}

static bool add_written(void *context, const struct graph_target *written)
{
	struct adding *adding = context;
	struct targets *targets = adding->targets;

	if (!written->path || (adding->whole && written->unit)) {
		adding->unknown = true;
		return true;
	}
	struct target *target = find(targets, written->path);
	if (target && target->read)
		return refuse_read(adding, written->path, written->op,
			written->unit, target->plan);
	if (target)
		return refuse_second(adding, target, written,
			target->directory ? strlen(written->path) : 0);
	if (refuse_state(adding, written))
		return false;
	target = add_target(adding, written);
	if (!add_directories(adding, written))
		return false;
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
	if (target && !target->read && !target->directory &&
		target->plan == adding->plan)
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

static bool add_graph(struct adding *adding)
{
	struct targets *targets = adding->targets;
	bool ok = graph_targets(adding->graph, add_written, adding) &&
		(adding->whole || add_inputs(adding)) &&
		(!adding->found || refuse_found(adding));

	targets->last = adding->plan;
	targets->unknown |= adding->unknown;
	return ok;
}

bool targets_add(struct targets *targets, struct graph *graph,
	const struct graph_plan *plan, bool *all)
{
	struct adding adding = {
		.targets = targets, .graph = graph, .plan = plan};
	bool ok = add_graph(&adding);

	*all = !adding.unknown;
	return ok;
}

/* ---- Ahead of time ---------------------------------------------------------------- */

/* Whether the graph reads what those that were added write, as far as is known. */
static bool may_find(const struct targets *targets, const struct graph *graph)
{
	const struct target *target = targets->all;

	if (targets->unknown)
		return true;
	for (; target; target = target->hh.next)
		if (!target->read && !target->directory &&
			graph_finds(graph, target->told))
			return true;
	return false;
}

bool targets_add_ahead(struct targets *targets, struct graph *graph,
	const struct graph_plan *plan)
{
	struct adding adding = {.targets = targets,
		.graph = graph,
		.plan = plan,
		.whole = may_find(targets, graph)};

	return add_graph(&adding);
}

void targets_miss(struct targets *targets)
{
	targets->unknown = true;
}

bool targets_are_all(const struct targets *targets)
{
	return !targets->unknown;
}

bool targets_write(const struct targets *targets, const char *key)
{
	const struct target *target;

	HASH_FIND(hh, targets->all, key, strlen(key), target);
	return target && !target->read && !target->directory;
}
