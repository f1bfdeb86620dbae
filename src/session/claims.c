/* SPDX-License-Identifier: MIT */
/* Which unit owns which output. */
#include "session/claims.h"

#include <string.h>

#include "base/memory.h"
#include "session/stale.h"

#define uthash_fatal(message) memory_abort()
#include <uthash.h>

struct claim {
	UT_hash_handle hh;
	const char *path, *unit; /* in the arena */
};

struct claims {
	struct arena *arena;
	struct claim *all;
	const struct due *due;
	bool before; /* the units run */
	size_t next_vanished, next_unit; /* of the sweep */
};

void claims_set(struct claims *claims, const char *path, const char *unit)
{
	struct claim *claim;

	HASH_FIND_STR(claims->all, path, claim);
	if (!claim) {
		claim = arena_alloc(claims->arena, sizeof(*claim));
		claim->path = arena_string(claims->arena, path);
		HASH_ADD_KEYPTR(hh, claims->all, claim->path,
			strlen(claim->path), claim);
	}
	claim->unit = arena_string(claims->arena, unit);
}

/* Whether the unit, or what spans units where KEY is "", will be made anew. */
static bool will_run(struct claims *claims, const char *key)
{
	const struct due *due = claims->due;

	if (!*key)
		return true;
	while (claims->next_unit < due->count) {
		size_t index = due->order[claims->next_unit];
		int order = strcmp(due->units[index].key, key);
		if (order == 0)
			return due->ways[index] == UNIT_RUNS;
		if (order > 0)
			break;
		claims->next_unit++;
	}
	return false;
}

static bool take(void *context, struct store_unit *unit)
{
	struct claims *claims = context;

	if (due_is_gone(claims->due, &claims->next_vanished, unit->key) ||
		stale_is_key(unit->key, NULL) ||
		(claims->before && will_run(claims, unit->key)))
		return true;
	for (size_t i = 0; i < unit->output_count; i++)
		claims_set(claims, unit->outputs[i].path, unit->key);
	return true;
}

static bool take_other(void *context, struct store_unit *unit)
{
	for (size_t i = 0;
		!stale_is_key(unit->key, NULL) && i < unit->output_count; i++)
		claims_set(context, unit->outputs[i].path, unit->key);
	return true;
}

/* What other graphs have made is theirs. */
static bool add_others(
	struct claims *claims, struct run_store *store, const char *graph)
{
	const char *const *graphs = store_graphs(store);

	for (; graphs && *graphs; graphs++)
		if (strcmp(*graphs, graph) != 0 &&
			!store_units(store, *graphs, take_other, claims))
			return false;
	return graphs;
}

struct claims *claims_create(struct run_store *store, const char *graph,
	const struct due *due, bool before)
{
	struct claims *claims = memory_zeroed(sizeof(*claims));

	claims->arena = arena_create();
	claims->due = due;
	claims->before = before;
	if ((before || add_others(claims, store, graph)) &&
		store_units(store, graph, take, claims))
		return claims;
	claims_destroy(claims);
	return NULL;
}

void claims_destroy(struct claims *claims)
{
	if (!claims)
		return;
	HASH_CLEAR(hh, claims->all);
	arena_destroy(claims->arena);
	free(claims);
}

const char *claims_owner(const struct claims *claims, const char *path)
{
	struct claim *claim;

	HASH_FIND_STR(claims->all, path, claim);
	return claim ? claim->unit : NULL;
}
