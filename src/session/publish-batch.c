/* SPDX-License-Identifier: MIT */
/* Several units published in one change of the store. */
#include "session/publish-parts.h"

#include <errno.h>
#include <string.h>

#include "base/system-error.h"

enum { SHOWN_BYTES = 200 };

/* An output can't be published: its unit has failed after all. Returns what was
 * said of it, to be freed. */
static char *__attribute__((format(printf, 4, 5)))
fail_late(struct publisher *publisher, struct decided *decided,
	enum exit_status status, const char *format, ...)
{
	struct text text = {0};
	va_list args;

	if (decided->name) {
		text_add_escaped(&text, decided->name, strlen(decided->name),
			SHOWN_BYTES);
		text_add_string(&text, ": ");
	}
	va_start(args, format);
	text_add_vformat(&text, format, args);
	va_end(args);
	char *reason = publisher_report(publisher, "%s", text.data);
	text_free(&text);
	if (!decided->name) {
		publisher->whole_status = status;
	} else if (!decided->failed_late) {
		publisher->late_failures++;
		watch_failed_late(publisher->watch, decided->name, reason);
	}
	decided->failed_late = true;
	return reason;
}

/* A target that can't be replaced: the store still means to, and the next run
 * finds that it wasn't done. */
static void rename_outputs(struct publisher *publisher, struct decided *decided)
{
	for (size_t i = 0; i < decided->output_count; i++) {
		struct output *output = decided->outputs[i];

		if (output_kind(output) == FILE_DIRECTORY ||
			!output_is_finished(output) || output_rename(output))
			continue;
		free(fail_late(publisher, decided, STATUS_CANNOT_CREATE,
			"cannot put %s in its place: %s", output_path(output),
			system_error(errno)));
		publisher->unsettled = true;
	}
}

/* Directories get their times once nothing more gets its name in them. */
static void settle_directories(
	struct publisher *publisher, struct decided *decided)
{
	for (size_t i = decided->output_count; i-- > 0;) {
		struct output *output = decided->outputs[i];

		if (output_kind(output) != FILE_DIRECTORY ||
			!output_is_finished(output) ||
			output_settle_directory(output))
			continue;
		free(fail_late(publisher, decided, STATUS_CANNOT_CREATE,
			"cannot set the permissions and the time of %s: %s",
			output_path(output), system_error(errno)));
		publisher->unsettled = true;
	}
}

static void sync_directories(
	struct publisher *publisher, struct decided *decided)
{
	for (size_t i = 0; i < decided->output_count; i++) {
		struct output *output = decided->outputs[i];

		if (output_sync(output))
			continue;
		free(fail_late(publisher, decided, STATUS_IO_ERROR,
			"cannot sync the directory of %s: %s",
			output_path(output), system_error(errno)));
		publisher->unsettled = true;
	}
}

static void forget_outputs(struct decided *decided)
{
	/* A directory is empty when what is in it is gone. */
	while (decided->output_count > 0)
		output_destroy(decided->outputs[--decided->output_count]);
}

void publisher_forget(struct decided *decided)
{
	forget_outputs(decided);
	free(decided->outputs);
	free(decided->name);
	free(decided->reason);
	free(decided->rejected);
	*decided = (struct decided){0};
}

/* Makes the content of the outputs durable; a unit of which that fails has
 * failed after all. */
bool publisher_settle(struct publisher *publisher, struct decided *decided)
{
	for (size_t i = 0; i < decided->output_count; i++) {
		struct output *output = decided->outputs[i];

		if (output_make_durable(output))
			continue;
		free(decided->reason);
		decided->reason = fail_late(publisher, decided, STATUS_IO_ERROR,
			"cannot write %s: %s", output_path(output),
			system_error(errno));
		forget_outputs(decided);
		decided->state = UNIT_FAILED;
	}
	return decided->state == UNIT_DONE;
}

void publisher_settle_batch(struct publisher *publisher)
{
	for (size_t i = 0; i < publisher->count; i++) {
		if (publisher->batch[i].state == UNIT_DONE)
			publisher_settle(publisher, &publisher->batch[i]);
	}
}

/* Adds what was decided since the last change to the one that was begun. */
void publisher_put_batch(struct publisher *publisher)
{
	for (size_t i = 0; i < publisher->count; i++) {
		if (publisher->batch[i].brought)
			publisher_put_brought(publisher, &publisher->batch[i]);
		else if (publisher->batch[i].unit)
			publisher_put_unit(publisher, &publisher->batch[i]);
		publisher_put_renames(publisher, &publisher->batch[i]);
	}
}

/* Commits that change, and does what it says. */
bool publisher_commit(struct publisher *publisher)
{
	bool ok = store_commit(publisher->store) ||
		publisher_report_store(publisher);

	publisher->unsettled = false;
	for (size_t i = 0; ok && i < publisher->count; i++)
		rename_outputs(publisher, &publisher->batch[i]);
	if (ok)
		rename_outputs(publisher, &publisher->whole);
	for (size_t i = 0; ok && i < publisher->count; i++)
		settle_directories(publisher, &publisher->batch[i]);
	for (size_t i = 0; ok && i < publisher->count; i++)
		sync_directories(publisher, &publisher->batch[i]);
	if (ok)
		sync_directories(publisher, &publisher->whole);
	if (ok && !publisher->unsettled && !store_renamed(publisher->store))
		ok = publisher_report_store(publisher);
	for (size_t i = 0; i < publisher->count; i++)
		publisher_forget(&publisher->batch[i]);
	publisher->count = publisher->output_count = publisher->kept_bytes = 0;
	return ok;
}

/* Forgets units whose input is gone, and that have left no output. */
static void remove_vanished(struct publisher *publisher)
{
	const struct due_rows *rows = &publisher->due->vanished;

	for (size_t i = 0; i < rows->count; i++)
		if (rows->all[i].output_count == 0)
			store_remove_unit(publisher->store,
				publisher->plan->name, rows->all[i].key);
}

/* What comes later counts: a unit whose stamps are noted may yet run. */
void publisher_begin_change(struct publisher *publisher)
{
	const struct due_rows *aged = &publisher->due->aged;

	store_change(publisher->store);
	if (publisher->explained)
		return;
	publisher_explain(publisher);
	remove_vanished(publisher);
	for (size_t i = 0; i < aged->count; i++)
		store_put_unit(publisher->store, &aged->all[i]);
	publisher->explained = true;
}

bool publisher_flush(struct publisher *publisher)
{
	if (publisher->count == 0)
		return true;
	publisher_settle_batch(publisher);
	publisher_begin_change(publisher);
	publisher_put_batch(publisher);
	return publisher_commit(publisher);
}
