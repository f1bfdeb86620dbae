/* SPDX-License-Identifier: MIT */
/* The files that will be written and read. */
#include "session/targets-parts.h"

#include <stdlib.h>
#include <string.h>

#include "session/state.h"

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

struct target *targets_find(struct targets *targets, const char *path)
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
		if (!targets_find(targets, files[i]))
			add(targets)->read = true;
	free(files);
	return targets;
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

/* The length of what the first LENGTH bytes of a path lie in, without a
 * slash. */
static size_t directory_length(const char *path, size_t length)
{
	while (length > 0 && path[length - 1] != '/')
		length--;
	while (length > 1 && path[length - 1] == '/')
		length--;
	return length;
}

/* What a file lies in is a directory. Where that is known, so is all above
 * it. */
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
			return targets_refuse_second(
				adding, known, written, told);
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
	struct target *target = targets_find(targets, written->path);
	if (target && target->read)
		return targets_refuse_read(adding, written->path, written->op,
			written->unit, target->plan);
	if (target)
		return targets_refuse_second(adding, target, written,
			target->directory ? strlen(written->path) : 0);
	if (!targets_check_state(adding, written))
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
	target = targets_find(targets, found->name);
	if (target && !target->read && !target->directory &&
		target->plan == adding->plan)
		return targets_refuse_read(adding, found->name,
			targets_index_of(adding->plan, target->operator),
			target->unit, adding->plan);
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
		(!adding->found || targets_refuse_found(adding));

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

/* Whether the graph reads what those that were added write, as far as is
 * known. */
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

bool targets_write(const struct targets *targets,
	const struct graph_plan *first, const char *key)
{
	const struct target *target;

	HASH_FIND(hh, targets->all, key, strlen(key), target);
	return target && !target->read && !target->directory &&
		target->plan >= first;
}
