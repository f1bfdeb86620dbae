/* SPDX-License-Identifier: MIT */
/* Units compared with what the run store remembers of them. */
#include "session/due-parts.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "session/stamp.h"

/* What isn't a file is looked at each time. */
static bool check_node(const char *path, const struct store_output *output,
	enum due_reason *reason)
{
	struct digest digest;

	if (stamp_output(path, output->kind, &digest)) {
		*reason = DUE_OUTPUT_CHANGED;
		return digest_equal(&digest, &output->digest);
	}
	*reason = errno == ENOENT ? DUE_OUTPUT_MISSING : DUE_OUTPUT_CHANGED;
	return false;
}

static bool check_output(struct comparison *comparison,
	struct store_output *output, enum due_reason *reason, bool *aged)
{
	struct stat found;
	struct digest digest;

	key_path(comparison->base, output->path, &comparison->path);
	if (output->kind != FILE_REGULAR)
		return check_node(comparison->path.data, output, reason);
	*reason = DUE_OUTPUT_MISSING;
	if (!looker_stat(&comparison->looker, comparison->path.data, &found))
		return false;
	struct file_state state = file_state_of(&found);
	if (stamp_same(&output->state, &state, false))
		return true;
	*reason = DUE_OUTPUT_CHANGED;
	if (state.size_bytes != output->state.size_bytes &&
		output->state.inode != 0)
		return false;
	if (!stamp_digest(comparison->path.data, &digest) ||
		!digest_equal(&digest, &output->digest))
		return false;
	output->state = stamp_keep(&state, comparison->now_ns);
	*aged = true;
	return true;
}

static enum due_reason check_outputs(struct comparison *comparison,
	struct store_unit *stored, const char **detail, const char **was,
	bool *aged)
{
	struct arena *arena = comparison->due->arena;
	char digest[DIGEST_TEXT_BYTES];
	enum due_reason reason;

	for (size_t i = 0; i < stored->output_count; i++) {
		if (check_output(
			    comparison, &stored->outputs[i], &reason, aged))
			continue;
		digest_print(&stored->outputs[i].digest, digest);
		*detail = arena_string(arena, stored->outputs[i].path);
		*was = arena_string(arena, digest);
		return reason;
	}
	return DUE_NOT;
}

static bool same_input(struct comparison *comparison, struct due_unit *unit,
	struct store_unit *stored, bool *aged)
{
	static const struct digest unknown;
	struct digest now;

	if (!unit->file.state.inode) /* no file, or it can't be looked at */
		return !stored->input.inode &&
			digest_equal(&stored->content, &unknown);
	if (stamp_same(&stored->input, &unit->file.state, true))
		return true;
	if (digest_equal(&stored->content, &unknown))
		return false;
	if (!stamp_digest(unit->name, &now) ||
		!digest_equal(&now, &stored->content))
		return false;
	stored->input = stamp_keep(&unit->file.state, comparison->now_ns);
	*aged = true;
	return true;
}

/* A copy of ROW in the arena, at the end of a list. */
static void add_row(
	struct due *due, struct due_rows *rows, const struct store_unit *row)
{
	rows->all = memory_grow(
		rows->all, rows->count, &rows->capacity, sizeof(*rows->all));
	rows->all[rows->count++] = store_unit_copy(due->arena, row);
}

bool due_is_within(const struct due *due, const struct graph_plan *plan,
	const char *operator)
{
	for (unsigned i = 0; i < plan->operator_count; i++)
		if (strcmp(plan->operators[i].name, operator) == 0)
			return due->within[i];
	return false;
}

static bool is_shaped(
	const struct comparison *comparison, const struct store_unit *stored)
{
	for (size_t i = 0; i < stored->output_count; i++)
		if (!due_is_within(comparison->due, comparison->plan,
			    stored->outputs[i].operator))
			return true;
	return false;
}

static enum due_reason compare(struct comparison *comparison,
	struct due_unit *unit, struct store_unit *stored)
{
	bool aged = false;

	unit->run = stored->run;
	unit->content = stored->content;
	unit->partials = stored->partials;
	unit->fingerprint = stored->fingerprint;
	unit->shaped = comparison->due->spans && is_shaped(comparison, stored);
	if (!comparison->due->has_sides &&
		!digest_equal(&comparison->due->units_fingerprint.digest,
			&stored->fingerprint))
		return DUE_SETTINGS;
	if (strcmp(unit->identity, stored->identity) != 0) {
		unit->was =
			arena_string(comparison->due->arena, stored->identity);
		return DUE_IDENTITY;
	}
	if (!same_input(comparison, unit, stored, &aged)) {
		if (!unit->file.state.inode)
			unit->detail = "it isn't there any more";
		return DUE_INPUT;
	}
	if (stored->state != UNIT_DONE)
		unit->detail =
			arena_string(comparison->due->arena, stored->reason);
	if (stored->state == UNIT_FAILED)
		return DUE_FAILED;
	unit->quarantined = stored->state == UNIT_QUARANTINED;
	if (unit->quarantined) /* what is there is older */
		return DUE_NOT;
	enum due_reason reason = check_outputs(
		comparison, stored, &unit->detail, &unit->was, &aged);
	if (reason == DUE_NOT && aged)
		add_row(comparison->due, &comparison->due->aged, stored);
	return reason;
}

static void compare_graph(
	struct comparison *comparison, struct store_unit *stored)
{
	struct due *due = comparison->due;
	bool aged = false;

	comparison->graph_remembered = true;
	due->fingerprint = stored->fingerprint;
	due->run = stored->run;
	comparison->graph_content = stored->content;
	due->reason = check_outputs(
		comparison, stored, &due->detail, &due->was, &aged);
	due->intact = due->reason == DUE_NOT;
	if (stored->state != UNIT_DONE)
		due->reason = DUE_FAILED;
	add_row(due, &due->whole, stored);
	if (aged && due->reason == DUE_NOT)
		add_row(due, &due->aged, stored);
}

/* The unit with the key of a row, or NULL; both come in the order of the
 * keys. */
static struct due_unit *unit_of(struct comparison *comparison, const char *key)
{
	struct due *due = comparison->due;

	while (comparison->next < due->count) {
		struct due_unit *unit =
			&due->units[due->order[comparison->next]];
		int order = strcmp(unit->key, key);

		if (order > 0)
			break;
		comparison->next++;
		if (order == 0)
			return unit;
	}
	return NULL;
}

bool due_take_stored(void *context, struct store_unit *stored)
{
	struct comparison *comparison = context;
	struct due_unit *unit = NULL;

	if (!*stored->key)
		compare_graph(comparison, stored);
	else if ((unit = unit_of(comparison, stored->key)))
		unit->reason = compare(comparison, unit, stored);
	else
		add_row(comparison->due, &comparison->due->vanished, stored);
	return true;
}

static bool take_vanished(void *context, struct store_unit *stored)
{
	struct comparison *comparison = context;

	if (*stored->key && !unit_of(comparison, stored->key))
		add_row(comparison->due, &comparison->due->vanished, stored);
	return true;
}

bool due_find_vanished(
	struct due *due, const char *graph, struct run_store *store)
{
	struct comparison comparison = {.due = due};

	due->vanished.count = 0;
	return store_units(store, graph, take_vanished, &comparison);
}

static bool take_forgotten(void *context, struct store_unit *stored)
{
	struct due *due = context;

	add_row(due, &due->vanished, stored);
	return true;
}

bool due_find_forgotten(
	struct due *due, const char *graph, struct run_store *store)
{
	*due = (struct due){.arena = arena_create()};
	return store_units(store, graph, take_forgotten, due);
}

bool due_is_gone(const struct due *due, size_t *next, const char *key)
{
	int order = -1;

	while (*next < due->vanished.count &&
		(order = strcmp(due->vanished.all[*next].key, key)) < 0)
		++*next;
	return order == 0;
}

/* ---- Side inputs -------------------------------------------------------------- */

/* The content, where it is not the one that is remembered. */
static void read_content(struct due_unit *unit)
{
	static const struct digest unknown;
	bool remembered = unit->run > 0 &&
		(unit->reason == DUE_NOT || unit->reason == DUE_FAILED ||
			unit->reason >= DUE_OUTPUT_MISSING) &&
		!digest_equal(&unit->content, &unknown);

	if (!remembered && unit->file.state.inode &&
		!stamp_digest(unit->name, &unit->content))
		unit->content = unknown;
}

/* It is a part of what all units are made of. */
static void add_side(struct due *due, const struct due_unit *unit)
{
	char content[DIGEST_TEXT_BYTES];

	digest_print(&unit->content, content);
	fingerprint_extend(&due->units_fingerprint,
		arena_format(due->arena, "side input %s", unit->key),
		arena_format(
			due->arena, "content %s, %s", content, unit->identity));
}

void due_add_sides(struct due *due)
{
	const struct due_unit *changed = NULL;

	for (size_t i = 0; i < due->count; i++) {
		struct due_unit *unit = &due->units[i];

		if (!unit->source->side)
			continue;
		read_content(unit);
		add_side(due, unit);
		if (!changed && unit->reason != DUE_NOT &&
			unit->reason < DUE_OUTPUT_MISSING)
			changed = unit;
	}
	for (size_t i = 0; i < due->count; i++) {
		struct due_unit *unit = &due->units[i];

		if (unit->run == 0 ||
			digest_equal(&due->units_fingerprint.digest,
				&unit->fingerprint))
			continue;
		if (changed && unit->source->side)
			continue;
		unit->quarantined = false;
		unit->reason = changed ? DUE_SIDE : DUE_SETTINGS;
		unit->detail = changed ? changed->name : NULL;
	}
}
