/* SPDX-License-Identifier: MIT */
/* Accepting: the rows of units, and of what spans them, as they are now. */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/system-error.h"
#include "session/accept-parts.h"
#include "session/stamp.h"

static bool refuse(struct accepting *accepting, const char *name,
	const char *reason, const char *detail)
{
	struct text text = {0};

	text_add_escaped(&text, name, strlen(name), SIZE_MAX);
	log_say(accepting->acceptance->log, LOG_ERROR, NULL,
		"%s can't be accepted: %s%s", text.data, reason, detail);
	text_free(&text);
	accepting->status = STATUS_UNITS_FAILED;
	return false;
}

static void tell(
	struct accepting *accepting, const char *name, enum due_reason reason)
{
	accepting->told = memory_grow(accepting->told, accepting->told_count,
		&accepting->told_capacity, sizeof(*accepting->told));
	accepting->told[accepting->told_count++] =
		(struct told){arena_string(accepting->arena, name), reason};
}

static bool note_outputs(
	struct accepting *accepting, const char *name, struct store_unit *row)
{
	int64_t now_ns = stamp_now_ns();

	for (size_t i = 0; i < row->output_count; i++) {
		struct store_output *output = &row->outputs[i];
		struct stat found;

		key_path(accepting->base, output->path, &accepting->path);
		if (lstat(accepting->path.data, &found) < 0 ||
			(output->kind == FILE_REGULAR &&
				stat(accepting->path.data, &found) < 0) ||
			!stamp_output(accepting->path.data, output->kind,
				&output->digest))
			return refuse(accepting, name, output->path,
				errno == ENOENT ? " is missing"
						: " can't be read");
		struct file_state state = file_state_of(&found);
		if (output->kind == FILE_REGULAR)
			output->state = stamp_keep(&state, now_ns);
	}
	return true;
}

/* False: what was kept of it is of something else, or what it had rejected. */
static bool is_same(const struct store_unit *row, const struct due_unit *unit,
	const struct digest *content, const struct digest *fingerprint)
{
	return row->state == UNIT_DONE && row->partials > 0 &&
		strcmp(row->identity, unit->identity) == 0 &&
		digest_equal(&row->content, content) &&
		digest_equal(&row->fingerprint, fingerprint);
}

static bool put_unit(struct accepting *accepting, const struct due_unit *unit,
	struct store_unit *row)
{
	struct run_store *store = accepting->acceptance->store;
	const struct digest *fingerprint =
		&accepting->due->units_fingerprint.digest;
	struct digest content = {{0}};
	int64_t now_ns = stamp_now_ns();

	if (unit->file.state.inode && !stamp_digest(unit->name, &content))
		return refuse(accepting, unit->name, system_error(errno), "");
	if (!note_outputs(accepting, unit->name, row))
		return false;
	if (!is_same(row, unit, &content, fingerprint)) {
		store_remove_unit(store, accepting->plan->name, unit->key);
		row->partials = 0;
	}
	row->graph = accepting->plan->name;
	row->key = unit->key;
	row->state = UNIT_DONE;
	row->input = stamp_keep(&unit->file.state, now_ns);
	row->content = content;
	row->fingerprint = *fingerprint;
	row->identity = unit->identity;
	row->reason = "";
	accepting->due->units[unit - accepting->due->units].content = content;
	return store_put_unit(store, row);
}

bool accept_unit(struct accepting *accepting, struct wanted *wanted)
{
	const struct due_unit *unit = wanted->unit;
	struct store_unit none = {.outputs = NULL};
	struct store_unit *row = wanted->row ? wanted->row : &none;
	const bool failed = unit->reason == DUE_NOT && unit->quarantined;
	const enum due_reason reason = failed ? DUE_FAILED : unit->reason;

	if (reason != DUE_NOT) {
		if (!wanted->row && accepting->writes)
			return refuse(accepting, unit->name,
				"it never ran, so its outputs aren't known",
				"");
		if (row->state != UNIT_DONE && accepting->writes)
			return refuse(accepting, unit->name,
				"it failed, so its outputs aren't known", "");
		if (!put_unit(accepting, unit, row))
			return false;
	}
	tell(accepting, unit->name, reason);
	return true;
}

bool accept_whole(struct accepting *accepting, struct store_unit *row)
{
	const struct due *due = accepting->due;
	const char *name = accepting->plan->name;

	if (due->spans && due->reason != DUE_NOT) {
		if (!row || (row->state != UNIT_DONE && !row->output_count))
			return refuse(accepting, name,
				"it never ran to its end, so its outputs "
				"aren't known",
				"");
		if (!note_outputs(accepting, name, row))
			return false;
		row->graph = name;
		row->key = row->identity = row->reason = "";
		row->state = UNIT_DONE;
		row->content = due_content(due);
		row->fingerprint = due->graph_fingerprint.digest;
		store_put_unit(accepting->acceptance->store, row);
	}
	tell(accepting, name, due->reason);
	return true;
}

void accept_units(struct accepting *accepting)
{
	struct store_unit *row = accepting->whole;

	if (!row || !accepting->due->same_units)
		return;
	row->graph = accepting->plan->name;
	row->key = row->identity = row->reason = "";
	row->content = due_content(accepting->due);
	store_put_unit(accepting->acceptance->store, row);
}
