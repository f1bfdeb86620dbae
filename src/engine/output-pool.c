/* SPDX-License-Identifier: MIT */
/* What the outputs of a graph share. */
#include "engine/output-pool.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/sync.h"
#include "engine/output.h"

#define uthash_fatal(message) memory_abort()
#include <uthash.h>

enum { OPEN_PLACES = 64, WAITING_FILES = 256, KEPT_SHARE = 2 };

struct output_place {
	UT_hash_handle hh;
	struct output_pool *pool;
	unsigned references;
	int descriptor; /* -1: closed */
	size_t slot; /* of the pool, while it is open */
	bool changed;
	size_t root_length, length;
	char path[]; /* with its root_length in front: the key */
};

struct output_pool {
	unsigned references;
	struct output_place *places;
	struct output_place *open[OPEN_PLACES];
	size_t next; /* slot to be used */
	struct waiting *first, *last;
	unsigned waiting;
	unsigned kept; /* see output_pool_keep */
};

struct output_pool *output_pool_create(void)
{
	struct output_pool *pool = memory_zeroed(sizeof(*pool));

	pool->references = 1;
	return pool;
}

struct output_pool *output_pool_ref(struct output_pool *pool)
{
	pool->references++;
	return pool;
}

void output_pool_unref(struct output_pool *pool)
{
	if (pool && --pool->references == 0)
		free(pool);
}

/* ---- Places ----------------------------------------------------------------- */

static void close_place(struct output_place *place)
{
	if (place->descriptor < 0)
		return;
	close(place->descriptor);
	place->descriptor = -1;
	place->pool->open[place->slot] = NULL;
}

/* What was noted of a directory that is closed must not be lost. */
static bool give_way(struct output_pool *pool)
{
	struct output_place *old = pool->open[pool->next];

	if (!old)
		return true;
	if (old->changed && !output_place_sync(old))
		return false;
	close_place(old);
	return true;
}

static int open_beneath(const struct output_place *place)
{
	int root = file_open_root(place->path, place->root_length);
	const char *beneath = place->path + place->root_length;

	if (root < 0)
		return -1;
	while (place->root_length > 0 && *beneath == '/')
		beneath++;
	if (!*beneath)
		return root;
	int directory = file_open_beneath(root, beneath);
	int saved = errno;
	close(root);
	errno = saved;
	return directory;
}

int output_place_descriptor(struct output_place *place)
{
	struct output_pool *pool = place->pool;

	if (place->descriptor >= 0)
		return place->descriptor;
	if (!give_way(pool))
		return -1;
	place->descriptor = open_beneath(place);
	if (place->descriptor < 0)
		return -1;
	place->slot = pool->next;
	pool->open[place->slot] = place;
	pool->next = (pool->next + 1) % OPEN_PLACES;
	return place->descriptor;
}

static struct output_place *add_place(struct output_pool *pool,
	const char *path, size_t length, size_t root_length)
{
	struct output_place *place = memory_zeroed(sizeof(*place) + length + 1);

	place->pool = output_pool_ref(pool);
	place->descriptor = -1;
	place->root_length = root_length;
	place->length = length;
	memcpy(place->path, path, length);
	HASH_ADD(hh, pool->places, root_length,
		offsetof(struct output_place, path) + length -
			offsetof(struct output_place, root_length),
		place);
	return place;
}

struct output_place *output_place_get(struct output_pool *pool,
	const char *path, size_t length, size_t root_length)
{
	/* What it is found by: both lengths, then the path. */
	struct text key = {0};
	struct output_place *place;

	text_add(&key, (const char *)&root_length, sizeof(root_length));
	text_add(&key, (const char *)&length, sizeof(length));
	text_add(&key, path, length);
	HASH_FIND(hh, pool->places, key.data, key.length, place);
	text_free(&key);
	if (!place)
		place = add_place(pool, path, length, root_length);
	place->references++;
	if (output_place_descriptor(place) >= 0)
		return place;
	int saved = errno;
	output_place_unref(place);
	errno = saved;
	return NULL;
}

void output_place_unref(struct output_place *place)
{
	if (!place || --place->references > 0)
		return;
	struct output_pool *pool = place->pool;
	close_place(place);
	HASH_DEL(pool->places, place);
	output_pool_unref(pool);
	free(place);
}

void output_place_change(struct output_place *place)
{
	place->changed = true;
}

bool output_place_sync(struct output_place *place)
{
	if (!place->changed)
		return true;
	int descriptor = output_place_descriptor(place);

	if (descriptor < 0 || !file_sync_directory(descriptor))
		return false;
	place->changed = false;
	return true;
}

/* ---- Files that wait -------------------------------------------------------- */

void output_pool_forget(struct output_pool *pool, struct waiting *waiting)
{
	if (waiting->before)
		waiting->before->after = waiting->after;
	else
		pool->first = waiting->after;
	if (waiting->after)
		waiting->after->before = waiting->before;
	else
		pool->last = waiting->before;
	waiting->before = waiting->after = NULL;
	pool->waiting--;
}

void output_pool_wait(struct output_pool *pool, struct waiting *waiting)
{
	waiting->before = pool->last;
	waiting->after = NULL;
	if (pool->last)
		pool->last->after = waiting;
	else
		pool->first = waiting;
	pool->last = waiting;
	if (++pool->waiting < WAITING_FILES)
		return;
	output_pool_sync(pool);
}

void output_pool_sync(struct output_pool *pool)
{
	int descriptors[WAITING_FILES] = {0}, errors[WAITING_FILES];
	size_t count = 0;

	for (struct waiting *at = pool->first; at; at = at->after)
		descriptors[count++] = output_descriptor(at->output);
	sync_files(descriptors, errors, count);
	/* Each is forgotten. One that can't be synced says so again later. */
	for (size_t i = 0; i < count; i++)
		output_note_sync(pool->first->output, errors[i]);
}

bool output_pool_keep(struct output_pool *pool, int change)
{
	struct rlimit files;

	if (change < 0) {
		pool->kept--;
		return true;
	}
	if (getrlimit(RLIMIT_NOFILE, &files) != 0 ||
		pool->kept >= files.rlim_cur / KEPT_SHARE)
		return false;
	pool->kept++;
	return true;
}
