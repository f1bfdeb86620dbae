/* SPDX-License-Identifier: MIT */
/* Outputs that nothing makes any more. */
#include "session/stale.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/path-set.h"
#include "base/place.h"
#include "session/claims.h"

/* No path has two slashes in a row, and behind those of a key is the name of a
 * source, which may be any word. */
static const char SUFFIX[] = "///stale";

bool stale_is_key(const char *key, struct text *unit)
{
	size_t length = strlen(key), suffix = sizeof(SUFFIX) - 1;

	if (length < suffix || strcmp(key + length - suffix, SUFFIX) != 0)
		return false;
	if (unit) {
		unit->length = 0;
		text_add(unit, key, length - suffix);
	}
	return true;
}

bool stale_is_row(const struct store_unit *row)
{
	return (*row->key && row->state != UNIT_DONE) ||
		stale_is_key(row->key, NULL);
}

/* ---- Noting --------------------------------------------------------------------- */

struct lookup {
	struct arena *arena;
	struct store_unit row;
	bool found;
};

static bool take(void *context, struct store_unit *row)
{
	struct lookup *lookup = context;

	lookup->row = store_unit_copy(lookup->arena, row);
	lookup->found = true;
	return true;
}

static struct lookup look_up(struct run_store *store, struct arena *arena,
	const char *graph, const char *key)
{
	struct lookup lookup = {.arena = arena};

	store_find_unit(store, graph, key, take, &lookup);
	return lookup;
}

/* Adds outputs of FROM to those of TO, but for those in KNOWN. */
static void add_outputs(struct store_unit *to, const struct store_unit *from,
	struct path_set *known)
{
	for (size_t i = 0; i < from->output_count; i++)
		if (!path_set_add(known, from->outputs[i].path, ""))
			to->outputs[to->output_count++] = from->outputs[i];
}

/* What of OLD, and of what was stale before, isn't made NOW. */
static bool note(struct run_store *store, const struct store_unit *now,
	const struct lookup *old, const struct lookup *before,
	struct arena *arena)
{
	struct path_set known = {NULL};
	struct store_unit stale = {
		.graph = now->graph,
		.key = arena_format(arena, "%s%s", now->key, SUFFIX),
		.run = old->row.run,
		.outputs = arena_array(arena,
			old->row.output_count + before->row.output_count + 1,
			sizeof(*stale.outputs)),
	};

	for (size_t i = 0; i < now->output_count; i++)
		path_set_add(&known, now->outputs[i].path, "");
	add_outputs(&stale, &old->row, &known);
	add_outputs(&stale, &before->row, &known);
	path_set_finish(&known);
	if (stale.output_count > 0)
		store_put_unit(store, &stale);
	else if (before->found)
		store_remove_unit(store, stale.graph, stale.key);
	return stale.output_count > 0;
}

bool stale_note(
	struct run_store *store, struct store_unit *now, struct arena *arena)
{
	struct lookup old = look_up(store, arena, now->graph, now->key);

	if (!old.found)
		return false;
	if (now->state != UNIT_DONE) {
		now->outputs = old.row.outputs;
		now->output_count = old.row.output_count;
		return false;
	}
	struct lookup before = look_up(store, arena, now->graph,
		arena_format(arena, "%s%s", now->key, SUFFIX));
	return note(store, now, &old, &before, arena);
}

/* ---- Sifting -------------------------------------------------------------------- */

int stale_open(const struct key_base *base, const struct store_output *output,
	struct text *path, const char **name)
{
	unsigned depth =
		output->depth ? output->depth : place_depth(output->path);

	key_path(base, output->path, path);
	return place_open(path->data, depth, name);
}

bool stale_is_there(const struct key_base *base,
	const struct store_output *output, struct text *path)
{
	const char *name;
	struct stat found;
	int directory = stale_open(base, output, path, &name);
	bool there = directory >= 0 &&
		fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) == 0;

	there = there || (errno != ENOENT && errno != ENOTDIR);
	if (directory >= 0)
		close(directory);
	return there;
}

bool stale_sift(struct due *due, const char *graph, struct run_store *store,
	const struct key_base *base)
{
	struct text path = {0};
	struct claims *claims;

	if (due->vanished.count == 0)
		return true;
	claims = claims_create(store, graph, due, false);
	for (size_t i = 0; claims && i < due->vanished.count; i++) {
		struct store_unit *row = &due->vanished.all[i];
		size_t kept = 0;

		for (size_t j = 0; j < row->output_count; j++)
			if (!claims_owner(claims, row->outputs[j].path) &&
				stale_is_there(base, &row->outputs[j], &path))
				row->outputs[kept++] = row->outputs[j];
		row->output_count = kept;
	}
	bool ok = claims;
	text_free(&path);
	claims_destroy(claims);
	return ok;
}

/* ---- For people ----------------------------------------------------------------- */

static void add_name(struct text *text, const char *name)
{
	text_add_escaped(text, name, strlen(name), SIZE_MAX);
}

/* The name of the file that a unit's key is of, see key_names. */
static void add_unit(struct text *text, const char *key)
{
	const char *end = strstr(key, "//");

	text_add_escaped(text, key,
		end && end > key ? (size_t)(end - key) : strlen(key), SIZE_MAX);
}

bool stale_describe(
	const struct store_unit *row, size_t number, struct text *text)
{
	struct text unit = {0};
	bool other = stale_is_key(row->key, &unit);

	text->length = 0;
	if (other && number < row->output_count) {
		add_name(text, row->outputs[number].path);
		text_add_string(text, ": was written for ");
		add_unit(text, unit.length > 0 ? unit.data : "all units");
		text_add_string(
			text, " before, and is stale; --prune removes it");
	} else if (!other && number == 0 && row->output_count > 0) {
		add_unit(text, row->key);
		text_add_string(text,
			": is no input any more, its outputs are stale; "
			"--prune removes them");
	}
	text_free(&unit);
	return text->length > 0;
}
