/* SPDX-License-Identifier: MIT */
/* What the run store gets of what is published. */
#include "session/publish-parts.h"

#include <string.h>

#include "session/stale.h"
#include "session/stamp.h"

/* Where the temporary of an output is, and where it goes. */
static void put_rename(struct publisher *publisher, struct output *output)
{
	struct text temporary = {0}, *target = &publisher->path;
	struct store_rename rename = {
		.kind = output_kind(output),
		.depth = output_depth(output),
		.size_bytes = output_length(output),
		.digest = output_digest(output),
		.mode = output_mode(output),
		.mtime_us = output_mtime_us(output),
	};

	if (rename.kind == FILE_DIRECTORY)
		rename.size_bytes = output_state(output).inode;

	key_absolute(publisher->base, output_path(output), target);
	text_add(&temporary, target->data,
		(size_t)(strrchr(target->data, '/') + 1 - target->data));
	text_add_string(&temporary, output_temporary(output));
	rename.target = target->data;
	rename.temporary = temporary.data;
	store_put_rename(publisher->store, &rename);
	text_free(&temporary);
}

void publisher_put_renames(
	struct publisher *publisher, const struct decided *decided)
{
	for (size_t i = 0; i < decided->output_count; i++)
		if (output_is_finished(decided->outputs[i]))
			put_rename(publisher, decided->outputs[i]);
}

/* The outputs as the store has them. */
void publisher_describe_outputs(struct publisher *publisher,
	const struct decided *decided, struct arena *arena,
	struct store_unit *row)
{
	int64_t now_ns = stamp_now_ns();

	row->outputs = arena_array(
		arena, decided->output_count + 1, sizeof(*row->outputs));
	for (size_t i = 0; i < decided->output_count; i++) {
		struct output *output = decided->outputs[i];
		unsigned owner = output_owner(output);
		struct file_state state = output_state(output);

		if (!output_is_finished(output))
			continue;
		key_of(publisher->base, output_path(output), &publisher->path);
		row->outputs[row->output_count++] = (struct store_output){
			.path = arena_string(arena, publisher->path.data),
			.operator= publisher->plan->operators[owner].name,
			.kind = output_kind(output),
			.depth = output_depth(output),
			.state = output_kind(output) == FILE_REGULAR
				? stamp_keep(&state, now_ns)
				: (struct file_state){0},
			.digest = output_digest(output),
		};
	}
}

static void put_kept(
	struct publisher *publisher, struct due_unit *unit, struct kept *kept)
{
	while (kept) {
		struct kept *next = kept->next;

		store_put_partial(publisher->store, publisher->plan->name,
			unit->key, kept->frontier, kept->data, kept->length);
		unit->partials++;
		free(kept->frontier);
		free(kept);
		kept = next;
	}
}

void publisher_put_unit(
	struct publisher *publisher, const struct decided *decided)
{
	struct arena *arena = arena_create();
	struct due_unit *unit = decided->unit;
	size_t index = (size_t)(unit - publisher->due->units);
	struct store_unit row = {
		.graph = publisher->plan->name,
		.key = unit->key,
		.state = decided->state,
		.run = publisher->run,
		.input = stamp_keep(&unit->file.state, publisher->begun_ns),
		.content = unit->content,
		.fingerprint = publisher->due->side_differs
			? (struct digest){{0}}
			: publisher->due->units_fingerprint.digest,
		.identity = unit->identity,
		.reason = decided->reason ? decided->reason : "",
	};

	publisher_describe_outputs(publisher, decided, arena, &row);
	if (unit->run > 0 && stale_note(publisher->store, &row, arena))
		publisher->due->stale_noted = true;
	store_remove_unit(publisher->store, row.graph, row.key);
	unit->partials = 0;
	put_kept(publisher, unit, publisher->kept[index]);
	publisher->kept[index] = NULL;
	if (decided->rejected) {
		store_put_partial(publisher->store, row.graph, row.key,
			STORE_REJECTED, decided->rejected,
			strlen(decided->rejected));
		unit->partials++;
	}
	row.partials = unit->partials;
	store_put_unit(publisher->store, &row);
	arena_destroy(arena);
}

static bool take_row(void *context, struct store_unit *unit)
{
	struct store_unit *row = context;

	*row = *unit;
	return true;
}

/* Adds the outputs of OLD that the unit has by itself. */
static void add_others(const struct publisher *publisher,
	struct store_unit *row, const struct store_unit *old,
	struct arena *arena)
{
	size_t made = row->output_count;
	struct store_output *outputs = arena_array(
		arena, made + old->output_count + 1, sizeof(*outputs));

	for (size_t i = 0; i < made; i++)
		outputs[i] = row->outputs[i];
	for (size_t i = 0; i < old->output_count; i++)
		if (due_is_within(publisher->due, publisher->plan,
			    old->outputs[i].operator))
			outputs[row->output_count++] = old->outputs[i];
	row->outputs = outputs;
}

void publisher_put_brought(
	struct publisher *publisher, const struct decided *decided)
{
	struct arena *arena = arena_create();
	struct store_unit row = {.key = NULL};

	if (store_find_unit(publisher->store, publisher->plan->name,
		    decided->unit->key, take_row, &row) &&
		row.key) {
		struct store_unit old = store_unit_copy(arena, &row);

		row = old;
		row.output_count = 0;
		publisher_describe_outputs(publisher, decided, arena, &row);
		add_others(publisher, &row, &old, arena);
		if (stale_note(publisher->store, &row, arena))
			publisher->due->stale_noted = true;
		store_put_unit(publisher->store, &row);
	}
	arena_destroy(arena);
}

/* What the fingerprints of the graph are made of. */
void publisher_explain(struct publisher *publisher)
{
	struct fingerprint *const all[] = {
		&publisher->due->units_fingerprint,
		&publisher->due->graph_fingerprint,
	};

	for (size_t i = 0; i < 2; i++)
		store_put_fingerprint(publisher->store, &all[i]->digest,
			all[i]->components, all[i]->count);
}
