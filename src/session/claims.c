/* SPDX-License-Identifier: MIT */
/* Which unit owns which output. */
#include "session/claims.h"

#include <string.h>
#include <uthash.h>

#include "base/memory.h"

struct claim {
	UT_hash_handle hh;
	const char *path, *unit; /* in the arena */
};

struct claims {
	struct arena *arena;
	struct claim *all;
	const struct due *due;
	bool before; /* the units have run */
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

/* Those that are gone come in the order of the sweep. */
static bool is_gone(struct claims *claims, const char *key)
{
	const struct due *due = claims->due;

	if (claims->next_vanished == due->vanished.count ||
		strcmp(due->vanished.all[claims->next_vanished].key, key) != 0)
		return false;
	claims->next_vanished++;
	return true;
}

/* Whether the unit, or what spans units where KEY is "", will be made anew. */
static bool will_run(struct claims *claims, const char *key)
{
	const struct due *due = claims->due;
	int order = -1;

	if (!*key)
		return true;
	while (claims->next_unit < due->count) {
		size_t index = due->order[claims->next_unit];

		order = strcmp(due->units[index].key, key);
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

	if (is_gone(claims, unit->key) ||
		(claims->before && will_run(claims, unit->key)))
		return true;
	for (size_t i = 0; i < unit->output_count; i++)
		claims_set(claims, unit->outputs[i].path, unit->key);
	return true;
}

struct claims *claims_create(struct run_store *store, const char *graph,
	const struct due *due, bool before)
{
	struct claims *claims = memory_zeroed(sizeof(*claims));

	claims->arena = arena_create();
	claims->due = due;
	claims->before = before;
	if (store_units(store, graph, take, claims))
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
