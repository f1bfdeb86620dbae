/* SPDX-License-Identifier: MIT */
/* Several units published in one change of the store. */
#include "session/publish-parts.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"

/* A target that can't be replaced: the unit has failed after all. The store
 * still means to, and the next run finds that it wasn't done. */
static void fail_late(struct publisher *publisher, struct output *output)
{
	publisher_report(publisher, "cannot put %s in its place: %s",
		output_path(output), strerror(errno));
	publisher->late_failures++;
}

static void rename_outputs(
	struct publisher *publisher, const struct decided *decided)
{
	for (size_t i = 0; i < decided->output_count; i++) {
		struct output *output = decided->outputs[i];

		if (output_is_finished(output) && !output_rename(output))
			fail_late(publisher, output);
	}
}

static bool same_directory(const char *left, const char *right)
{
	const char *slash = strrchr(left, '/');
	size_t length = slash ? (size_t)(slash - left) + 1 : 0;

	return strncmp(left, right, length) == 0 &&
		!strchr(right + length, '/');
}

/* Syncs the directories of the outputs, each as often as it comes up anew;
 * *BEFORE is the output that was seen last. */
static void sync_directories(struct publisher *publisher,
	const struct decided *decided, const char **before)
{
	for (size_t i = 0; i < decided->output_count; i++) {
		struct output *output = decided->outputs[i];
		const char *path = output_path(output);

		if (*before && same_directory(*before, path))
			continue;
		if (!output_sync(output))
			fail_late(publisher, output);
		*before = path;
	}
}

static void forget_outputs(struct decided *decided)
{
	for (size_t i = 0; i < decided->output_count; i++)
		output_destroy(decided->outputs[i]);
	decided->output_count = 0;
}

void publisher_forget(struct decided *decided)
{
	forget_outputs(decided);
	free(decided->outputs);
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
		struct text reason = {0};

		if (output_make_durable(output))
			continue;
		text_add_format(&reason, "cannot write %s: %s",
			output_path(output), strerror(errno));
		publisher_report(publisher, "%s", reason.data);
		forget_outputs(decided);
		decided->state = UNIT_FAILED;
		free(decided->reason);
		decided->reason = reason.data;
	}
	return decided->state == UNIT_DONE;
}

void publisher_settle_batch(struct publisher *publisher)
{
	for (size_t i = 0; i < publisher->count; i++) {
		struct decided *decided = &publisher->batch[i];

		if (decided->state == UNIT_DONE &&
			!publisher_settle(publisher, decided))
			publisher->late_failures++;
	}
}

/* Adds what was decided since the last change to the one that was begun. */
void publisher_put_batch(struct publisher *publisher)
{
	for (size_t i = 0; i < publisher->count; i++) {
		if (publisher->batch[i].unit)
			publisher_put_unit(publisher, &publisher->batch[i]);
		publisher_put_renames(publisher, &publisher->batch[i]);
	}
}

/* Commits that change, and does what it says. */
bool publisher_commit(struct publisher *publisher)
{
	bool ok = store_commit(publisher->store) ||
		publisher_report_store(publisher);
	uint64_t failures = publisher->late_failures;
	const char *before = NULL;

	for (size_t i = 0; ok && i < publisher->count; i++)
		rename_outputs(publisher, &publisher->batch[i]);
	if (ok)
		rename_outputs(publisher, &publisher->whole);
	for (size_t i = 0; ok && i < publisher->count; i++)
		sync_directories(publisher, &publisher->batch[i], &before);
	if (ok)
		sync_directories(publisher, &publisher->whole, &before);
	if (ok && publisher->late_failures == failures &&
		!store_renamed(publisher->store))
		ok = publisher_report_store(publisher);
	for (size_t i = 0; i < publisher->count; i++)
		publisher_forget(&publisher->batch[i]);
	publisher->count = publisher->output_count = publisher->kept_bytes = 0;
	return ok;
}

/* What comes later counts: a unit whose stamps are noted may yet run. */
void publisher_begin_change(struct publisher *publisher)
{
	const struct due_rows *aged = &publisher->due->aged;

	store_change(publisher->store);
	if (publisher->explained)
		return;
	publisher_explain(publisher);
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
