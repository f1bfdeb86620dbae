/* SPDX-License-Identifier: MIT */
/* Paths, each with the name of who claimed it first. */
#include "base/path-set.h"

#include <stdlib.h>

#define uthash_fatal(message) memory_abort()

#include "base/memory.h"

#include <uthash.h>

struct claimed_path {
	char *path, *owner;
	UT_hash_handle hh;
};

void path_set_finish(struct path_set *set)
{
	struct claimed_path *claim = set->paths, *next;

	HASH_CLEAR(hh, set->paths);
	for (; claim; claim = next) {
		next = claim->hh.next;
		free(claim->path);
		free(claim->owner);
		free(claim);
	}
}

const char *path_set_owner(const struct path_set *set, const char *path)
{
	struct claimed_path *claim;

	HASH_FIND_STR(set->paths, path, claim);
	return claim ? claim->owner : NULL;
}

const char *path_set_add(
	struct path_set *set, const char *path, const char *owner)
{
	const char *before = path_set_owner(set, path);
	struct claimed_path *claim;

	if (before)
		return before;
	claim = memory_alloc(sizeof(*claim));
	claim->path = memory_string(path);
	claim->owner = memory_string(owner);
	HASH_ADD_KEYPTR(
		hh, set->paths, claim->path, strlen(claim->path), claim);
	return NULL;
}
