/* SPDX-License-Identifier: MIT */
/* Units: what they were made of, what they made, and their partial results. */
#include <string.h>

#include "base/memory.h"
#include "base/pack.h"
#include "store/internal.h"

static struct row_key unit_key(const char *graph, const char *key)
{
	return (struct row_key){
		TABLE_UNIT, bytes_string(graph), bytes_string(key)};
}

/* ---- A row ----------------------------------------------------------------------- */

static uint64_t kind_and_depth(const struct store_output *output)
{
	return (uint64_t)output->depth * FILE_KINDS + output->kind;
}

/* What version 1 didn't have is told behind all of them, unless it is 0;
 * version 2 had no depths. */
static void pack_kinds(struct text *packed, const struct store_unit *unit)
{
	bool plain = true;

	for (size_t i = 0; i < unit->output_count; i++)
		plain &= kind_and_depth(&unit->outputs[i]) == 0;
	for (size_t i = 0; i < unit->output_count && !plain; i++)
		pack_number(packed, kind_and_depth(&unit->outputs[i]));
}

static bool unpack_kinds(struct unpacking *from, struct store_unit *unit)
{
	bool plain = from->at == from->end;

	for (size_t i = 0; i < unit->output_count; i++) {
		uint64_t both = plain ? 0 : unpack_number(from);

		unit->outputs[i].kind = (enum file_kind)(both % FILE_KINDS);
		unit->outputs[i].depth = (unsigned)(both / FILE_KINDS);
	}
	return true;
}

static void pack_unit(struct text *packed, const struct store_unit *unit)
{
	packed->length = 0;
	pack_number(packed, unit->state);
	pack_number(packed, unit->run);
	pack_state(packed, &unit->input);
	pack_digest(packed, &unit->content);
	pack_digest(packed, &unit->fingerprint);
	pack_string(packed, unit->identity ? unit->identity : "");
	pack_string(packed, unit->reason ? unit->reason : "");
	pack_number(packed, unit->partials);
	pack_number(packed, unit->output_count);
	for (size_t i = 0; i < unit->output_count; i++) {
		const struct store_output *output = &unit->outputs[i];

		pack_string(packed, output->path);
		pack_string(packed, output->operator);
		pack_state(packed, &output->state);
		pack_digest(packed, &output->digest);
	}
	pack_kinds(packed, unit);
}

/* Room for COUNT outputs, which the rest of a row must be able to hold. */
static bool make_room(
	struct run_store *store, const struct unpacking *from, size_t count)
{
	if (count > (size_t)(from->end - from->at))
		return false;
	if (count > store->output_capacity) {
		store->output_capacity = count * 2;
		store->outputs = memory_resize(store->outputs,
			store->output_capacity, sizeof(*store->outputs));
	}
	return true;
}

static bool unpack_unit(
	struct run_store *store, struct bytes body, struct store_unit *unit)
{
	struct unpacking from = unpack_start(body.data, body.length);

	unit->state = (enum store_unit_state)unpack_number(&from);
	unit->run = unpack_number(&from);
	unpack_state(&from, &unit->input);
	unpack_digest(&from, &unit->content);
	unpack_digest(&from, &unit->fingerprint);
	unit->identity = unpack_string(&from);
	unit->reason = unpack_string(&from);
	unit->partials = (unsigned)unpack_number(&from);
	unit->output_count = (size_t)unpack_number(&from);
	if (!make_room(store, &from, unit->output_count))
		return false;
	unit->outputs = store->outputs;
	for (size_t i = 0; i < unit->output_count; i++) {
		struct store_output *output = &store->outputs[i];

		output->path = unpack_string(&from);
		output->operator= unpack_string(&from);
		unpack_state(&from, &output->state);
		unpack_digest(&from, &output->digest);
	}
	return unpack_kinds(&from, unit) && unpack_done(&from) &&
		unit->state <= UNIT_QUARANTINED;
}

/* ---- Reading ---------------------------------------------------------------------- */

struct unit_sweep {
	struct run_store *store;
	const char *graph;
	bool (*each)(void *context, struct store_unit *unit);
	void *context;
	bool bad;
};

static bool show_unit(void *context, struct bytes rest, struct bytes body)
{
	struct unit_sweep *sweep = context;
	struct text *name = &sweep->store->name;
	struct store_unit unit = {.graph = sweep->graph};

	name->length = 0;
	text_add(name, rest.data, rest.length);
	unit.key = name->data;
	sweep->bad = !unpack_unit(sweep->store, body, &unit);
	return !sweep->bad && sweep->each(sweep->context, &unit);
}

bool store_units(struct run_store *store, const char *graph,
	bool (*each)(void *context, struct store_unit *unit), void *context)
{
	struct unit_sweep sweep = {.store = store,
		.graph = graph,
		.each = each,
		.context = context};

	if (!rows_sweep(store, TABLE_UNIT, bytes_string(graph), ROWS_ASCENDING,
		    show_unit, &sweep))
		return false;
	return !sweep.bad || store_fail_damage(store, "a unit is damaged");
}

bool store_find_unit(struct run_store *store, const char *graph,
	const char *key, bool (*each)(void *context, struct store_unit *unit),
	void *context)
{
	const struct row_key row = unit_key(graph, key);
	struct store_unit unit = {.graph = graph, .key = key};
	struct bytes body = {0};
	enum row_result result = row_get(store, &row, &body);

	if (result != ROW_FOUND)
		return result == ROW_NONE;
	if (!unpack_unit(store, body, &unit))
		return store_fail_damage(store, "a unit is damaged");
	each(context, &unit);
	return true;
}

struct store_unit store_unit_copy(
	struct arena *arena, const struct store_unit *unit)
{
	struct store_unit copy = *unit;

	copy.graph = arena_string(arena, unit->graph);
	copy.key = arena_string(arena, unit->key);
	copy.identity = arena_string(arena, unit->identity);
	copy.reason = arena_string(arena, unit->reason);
	copy.outputs = arena_array(
		arena, unit->output_count + 1, sizeof(*copy.outputs));
	for (size_t i = 0; i < unit->output_count; i++) {
		struct store_output *output = &copy.outputs[i];

		*output = unit->outputs[i];
		output->path = arena_string(arena, output->path);
		output->operator= arena_string(arena, output->operator);
	}
	return copy;
}

const char *const *store_graphs(struct run_store *store)
{
	row_groups_free(store->graphs);
	store->graphs = row_groups(store, TABLE_UNIT);
	return (const char *const *)store->graphs;
}

/* ---- Changes ---------------------------------------------------------------------- */

bool store_put_unit(struct run_store *store, const struct store_unit *unit)
{
	const struct row_key key = unit_key(unit->graph, unit->key);

	if (!store_may_put(store))
		return false;
	pack_unit(&store->packed, unit);
	return row_put(store, &key,
		(struct bytes){store->packed.data, store->packed.length});
}

bool store_remove_unit(
	struct run_store *store, const char *graph, const char *key)
{
	const struct row_key row = unit_key(graph, key);

	return store_may_put(store) && row_remove(store, &row) &&
		rows_remove(store, TABLE_PARTIAL, row.group, &row.rest);
}

/* ---- Partial results ----------------------------------------------------------------- */

static struct row_key partial_key(struct run_store *store, const char *graph,
	const char *key, const char *operator)
{
	struct text *name = &store->name;

	name->length = 0;
	text_add(name, key, strlen(key) + 1);
	text_add_string(name, operator);
	return (struct row_key){
		TABLE_PARTIAL, bytes_string(graph), {name->data, name->length}};
}

bool store_put_partial(struct run_store *store, const char *graph,
	const char *key, const char *operator, const void * data, size_t length)
{
	const struct row_key row = partial_key(store, graph, key, operator);

	return store_may_put(store) &&
		row_put(store, &row, (struct bytes){data, length});
}

bool store_partial(struct run_store *store, const char *graph, const char *key,
	const char *operator, char ** data, size_t *length)
{
	/* The name of a unit that is being swept stays. */
	struct text name = store->name;

	store->name = (struct text){0};
	const struct row_key row = partial_key(store, graph, key, operator);
	struct bytes body = {0};
	enum row_result result = row_get_next(store, &row, &body);

	text_free(&store->name);
	store->name = name;
	*data = NULL;
	*length = 0;
	if (result != ROW_FOUND)
		return result == ROW_NONE;
	*data = memory_alloc(body.length + 1);
	memcpy(*data, body.data, body.length);
	(*data)[body.length] = '\0';
	*length = body.length;
	return true;
}
