/* SPDX-License-Identifier: MIT */
/* Publication of units, and what is remembered of them. */
#include "session/publish-parts.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/secrets.h"
#include "session/stale.h"
#include "session/stamp.h"

static const char store_failed[] = "the run store can't be used";

enum { BATCH_UNITS = 256, BATCH_OUTPUTS = 256 };
static const size_t BATCH_BYTES = 16 * 1024 * 1024;
static const int64_t BATCH_NS = 200 * 1000 * 1000;

struct publisher *publisher_create(const struct publication *publication)
{
	struct publisher *publisher = memory_zeroed(sizeof(*publisher));
	struct due *due = publication->due;

	publisher->store = publication->store;
	publisher->plan = publication->plan;
	publisher->due = due;
	publisher->base = publication->base;
	publisher->run = publication->run;
	publisher->keep_going = publication->keep_going;
	publisher->targets_known = publication->targets_known;
	publisher->begun_ns = stamp_now_ns();
	publisher->log = publication->log;
	publisher->watch = publication->watch;
	publisher->kept = memory_zeroed(
		memory_product(due->count + 1, sizeof(struct kept *)));
	publisher->decided = memory_zeroed(due->count + 1);
	publisher->apart = memory_zeroed(
		memory_product(due->count + 1, due->frontier_count + 1));
	publisher->ranges = memory_zeroed(memory_product(
		due->frontier_count + 1, sizeof(*publisher->ranges)));
	publisher->names = memory_zeroed(memory_product(
		due->frontier_count + 1, sizeof(*publisher->names)));
	publisher->last = memory_alloc(memory_product(
		due->frontier_count + 1, sizeof(*publisher->last)));
	for (unsigned i = 0; i < due->frontier_count; i++)
		publisher->last[i].descriptor = -1;
	return publisher;
}

/* ---- Reports ----------------------------------------------------------------- */

char *publisher_report(struct publisher *publisher, const char *format, ...)
{
	struct diagnostics *list = diagnostics_create();
	struct text text = {0};
	va_list args;

	va_start(args, format);
	text_add_vformat(&text, format, args);
	va_end(args);
	char *shown = secrets_hidden(publisher->plan->secrets, text.data);
	diagnostics_add(
		list, SEVERITY_ERROR, (struct location){0}, NULL, "%s", shown);
	log_diagnostics(publisher->log, list, NULL);
	diagnostics_destroy(list);
	text_free(&text);
	return shown;
}

bool publisher_report_store(struct publisher *publisher)
{
	const char *news = run_store_news(publisher->store);

	if (news)
		free(publisher_report(publisher, "%s", news));
	return false;
}

/* ---- For the engine ------------------------------------------------------- */

static bool creates(void *context, const char *path, unsigned depth)
{
	struct publisher *publisher = context;
	struct text *directory = &publisher->path;

	key_absolute(publisher->base, path, directory);
	directory->length =
		(size_t)(strrchr(directory->data, '/') + 1 - directory->data);
	directory->data[directory->length] = '\0';
	if (store_note_directory(publisher->store, directory->data, depth))
		return true;
	publisher_report_store(publisher);
	errno = EIO;
	return false;
}

/* Where names of files follow from contents, units that don't run have
 * theirs. */
static const char *owner(
	void *context, const char *path, const struct unit *unit)
{
	struct publisher *publisher = context;
	const struct due_unit *known = due_unit(publisher->due, unit);
	const char *key = known ? known->key : unit ? unit->name : "";

	if (publisher->targets_known || publisher->broken)
		return NULL;
	if (!publisher->claims)
		publisher->claims = claims_create(publisher->store,
			publisher->plan->name, publisher->due, true);
	if (!publisher->claims) {
		publisher_report_store(publisher);
		publisher->broken = true;
		return NULL;
	}
	key_of(publisher->base, path, &publisher->path);
	const char *found =
		claims_owner(publisher->claims, publisher->path.data);
	if (found && strcmp(found, key) != 0)
		return *found ? found : "all units";
	claims_set(publisher->claims, publisher->path.data, key);
	return NULL;
}

/* What goes into quarantine was perhaps not read to its end, but is to be known
 * again. Should the file have changed meanwhile it is tried again. */
static void read_content(struct due_unit *unit)
{
	struct digest digest;
	struct stat found;

	if (unit->file.state.inode == 0 || !stamp_digest(unit->name, &digest) ||
		stat(unit->name, &found) < 0)
		return;
	struct file_state now = file_state_of(&found);
	if (!file_change(&unit->file.state, &now))
		unit->content = digest;
}

/* A side input that isn't what was planned with: what is made with it would be
 * taken for something else. */
static void note_side(struct due *due, const struct due_unit *planned,
	const struct unit *unit)
{
	if (planned->source->side &&
		(unit->has_digest ? !digest_equal(
					    &unit->digest, &planned->content)
				  : file_change(&planned->file.state,
					    &unit->file) != NULL))
		due->side_differs = true;
}

static struct decided decide(struct publisher *publisher,
	const struct unit *unit, struct output *const *outputs, size_t count)
{
	struct decided decided = {
		.unit = due_unit(publisher->due, unit),
		.state = !unit || !unit->failed ? UNIT_DONE
			: unit->quarantined	? UNIT_QUARANTINED
						: UNIT_FAILED,
		.brought = unit && unit->brought && !unit->failed,
		.output_count = count,
	};

	if (unit)
		decided.name = memory_string(unit->name);
	if (unit && unit->reason)
		decided.reason = memory_string(unit->reason);
	if (unit && unit->rejected)
		decided.rejected = memory_string(unit->rejected);
	decided.outputs =
		memory_alloc(memory_product(count + 1, sizeof(*outputs)));
	if (count > 0)
		memcpy(decided.outputs, outputs, count * sizeof(*outputs));
	if (decided.unit)
		publisher->decided[decided.unit - publisher->due->units] = true;
	if (unit && decided.unit && !decided.brought) {
		note_side(publisher->due, decided.unit, unit);
		decided.unit->file.state = unit->file;
		decided.unit->content =
			unit->has_digest ? unit->digest : (struct digest){{0}};
		if (unit->quarantined && !unit->has_digest)
			read_content(decided.unit);
	}
	return decided;
}

static bool is_full(const struct publisher *publisher)
{
	return publisher->count >= BATCH_UNITS ||
		publisher->output_count >= BATCH_OUTPUTS ||
		publisher->kept_bytes >= BATCH_BYTES ||
		(publisher->count > 0 &&
			stamp_now_ns() - publisher->batch_ns > BATCH_NS);
}

static void add(struct publisher *publisher, struct decided decided)
{
	publisher->batch = memory_grow(publisher->batch, publisher->count,
		&publisher->capacity, sizeof(*publisher->batch));
	if (publisher->count == 0)
		publisher->batch_ns = stamp_now_ns();
	publisher->batch[publisher->count++] = decided;
	publisher->output_count += decided.output_count;
}

/* Why a unit that was decided can't be published; to be freed. Or NULL. */
static char *refuse(struct publisher *publisher)
{
	/* What was kept of units decided before is there by now. */
	if (is_full(publisher) && !publisher_flush(publisher))
		publisher->broken = true;
	if (publisher->broken)
		return memory_string(store_failed);
	if (publisher->late_failures > 0 && !publisher->keep_going)
		return memory_string("one before it can't be published");
	return NULL;
}

static char *decided(void *context, const struct unit *unit,
	struct output *const *outputs, size_t count)
{
	struct publisher *publisher = context;
	struct decided decided = decide(publisher, unit, outputs, count);
	char *reason = unit ? refuse(publisher) : NULL;

	if (reason)
		publisher_forget(&decided);
	else if (unit)
		add(publisher, decided);
	else
		publisher->whole = decided;
	return reason;
}

const struct graph_host publisher_host = {
	.details = publisher_details,
	.contribution = publisher_contribution,
	.keep = publisher_keep,
	.keep_range = publisher_keep_range,
	.owner = owner,
	.creates = creates,
	.decided = decided,
};

/* ---- The end ---------------------------------------------------------------- */

/* Units that weren't needed, since an operator had enough before: they are up
 * to date as long as they stay what they are. There is no digest of them, as
 * reading them is what `head` saves. So of one that was changed a moment before
 * the run nothing is known, and the next run has it among those that run: it
 * isn't read then either, and has a stamp that can be kept by then. */
static void put_unread(struct publisher *publisher)
{
	struct due *due = publisher->due;

	for (size_t i = 0; i < due->count; i++) {
		struct due_unit *unit = &due->units[i];
		struct decided unread = {.unit = unit};

		if (publisher->decided[i] || due->ways[i] != UNIT_RUNS)
			continue;
		unit->content = (struct digest){{0}};
		publisher_put_unit(publisher, &unread);
	}
}

/* Units that were brought and had outputs, but have none any more, since what
 * made them does something else now. */
static void put_brought(struct publisher *publisher)
{
	struct due *due = publisher->due;

	for (size_t i = 0; i < due->count; i++) {
		const struct decided brought = {.unit = &due->units[i]};

		if (!publisher->decided[i] && due->units[i].shaped &&
			due->ways[i] == UNIT_BROUGHT)
			publisher_put_brought(publisher, &brought);
	}
}

/* What it had made under other names. Where units have failed it is made all
 * the same. */
static bool whole_is_stale(struct publisher *publisher,
	const struct store_unit *row, struct arena *arena)
{
	struct store_unit made = *row;

	made.state = UNIT_DONE;
	return publisher->due->run > 0 &&
		stale_note(publisher->store, &made, arena);
}

static void put_graph(struct publisher *publisher, bool complete)
{
	struct arena *arena = arena_create();
	struct due *due = publisher->due;
	struct store_unit row = {
		.graph = publisher->plan->name,
		.key = "",
		.state = complete ? UNIT_DONE : UNIT_FAILED,
		.run = publisher->run,
		.content = due_content(due),
		.fingerprint = due->graph_fingerprint.digest,
		.reason = complete ? "" : "units failed",
	};

	publisher_describe_outputs(publisher, &publisher->whole, arena, &row);
	due->stale_noted |= whole_is_stale(publisher, &row, arena);
	store_remove_unit(publisher->store, row.graph, row.key);
	store_put_unit(publisher->store, &row);
	for (unsigned i = 0; i < due->frontier_count; i++)
		ranges_put(publisher->store, row.graph,
			publisher_frontier_name(publisher, due->frontiers[i]),
			&publisher->ranges[i]);
	publisher_put_renames(publisher, &publisher->whole);
	arena_destroy(arena);
}

enum exit_status publisher_finish(struct publisher *publisher, bool complete)
{
	struct due *due = publisher->due;

	if (due->reason == DUE_NOT && due->aged.count == 0 &&
		due->vanished.count == 0)
		return STATUS_OK;
	publisher_settle_batch(publisher);
	/* It holds what units that failed late, or others, have brought. */
	bool right = publisher->late_failures == 0 &&
		(!publisher->whole.outputs || publisher_check_last(publisher));
	if (!right)
		publisher_forget(&publisher->whole);
	bool written = publisher_settle(publisher, &publisher->whole);
	complete = complete && written && right;
	publisher_begin_change(publisher);
	publisher_put_batch(publisher);
	if (complete) {
		put_unread(publisher);
		put_brought(publisher);
	}
	if (publisher->whole.outputs)
		put_graph(publisher, complete);
	bool ok = publisher_commit(publisher);
	publisher_forget(&publisher->whole);
	return ok ? publisher->whole_status : STATUS_IO_ERROR;
}

uint64_t publisher_late_failures(const struct publisher *publisher)
{
	return publisher->late_failures;
}

void publisher_destroy(struct publisher *publisher)
{
	if (!publisher)
		return;
	for (size_t i = 0; i < publisher->count; i++)
		publisher_forget(&publisher->batch[i]);
	publisher_forget(&publisher->whole);
	for (size_t i = 0; i < publisher->due->count; i++)
		for (struct kept *at = publisher->kept[i], *next; at;
			at = next) {
			next = at->next;
			free(at->frontier);
			free(at);
		}
	free(publisher->batch);
	free(publisher->kept);
	free(publisher->decided);
	free(publisher->brought);
	for (unsigned i = 0; i < publisher->due->frontier_count; i++) {
		text_free(&publisher->ranges[i]);
		text_free(&publisher->names[i]);
		if (publisher->last[i].descriptor >= 0)
			close(publisher->last[i].descriptor);
	}
	free(publisher->apart);
	free(publisher->ranges);
	free(publisher->names);
	free(publisher->last);
	claims_destroy(publisher->claims);
	text_free(&publisher->path);
	free(publisher);
}
