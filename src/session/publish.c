/* SPDX-License-Identifier: MIT */
/* Publication of units, and what is remembered of them. */
#include "session/publish.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "session/claims.h"
#include "session/ranges.h"
#include "session/stamp.h"

enum { BATCH_UNITS = 64, BATCH_OUTPUTS = 256 };
static const size_t BATCH_BYTES = 16 * 1024 * 1024;
static const int64_t BATCH_NS = 200 * 1000 * 1000;

/* A partial result that waits for the next change of the store. */
struct kept {
	struct kept *next;
	char *frontier; /* its name */
	size_t length;
	char data[];
};

/* A unit that was decided since the last change. */
struct decided {
	struct due_unit *unit; /* NULL: of a source whose units aren't known */
	enum store_unit_state state;
	char *reason, *rejected;
	struct output **outputs;
	size_t output_count;
};

struct publisher {
	struct run_store *store;
	const struct graph_plan *plan;
	struct due *due;
	const struct key_base *base;
	uint64_t run;
	int64_t begun_ns; /* of the run */
	FILE *messages;

	struct decided *batch;
	size_t count, capacity, output_count, kept_bytes;
	int64_t batch_ns; /* when it was begun */
	struct decided whole; /* what spans units */
	uint64_t late_failures; /* units that failed at publication */
	bool keep_going; /* in spite of them */
	bool broken; /* the store has failed */
	struct kept **kept; /* one list for each unit of the graph */
	bool *decided; /* units that this run has decided */
	struct claims *claims; /* once outputs are published */
	bool explained; /* the first change was begun */
	char *brought; /* the contribution that was lent last */
	bool *apart; /* for each unit and frontier: see kept_apart */
	struct text *ranges; /* for each frontier: where the units lie */
	int *last; /* for each frontier: the last output, or -1 */
	struct text path, name;
};

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
	publisher->begun_ns = stamp_now_ns();
	publisher->messages = publication->messages;
	publisher->kept = memory_zeroed(
		memory_product(due->count + 1, sizeof(struct kept *)));
	publisher->decided = memory_zeroed(due->count + 1);
	publisher->apart = memory_zeroed(
		memory_product(due->count + 1, due->frontier_count + 1));
	publisher->ranges = memory_zeroed(memory_product(
		due->frontier_count + 1, sizeof(*publisher->ranges)));
	publisher->last = memory_alloc(memory_product(
		due->frontier_count + 1, sizeof(*publisher->last)));
	for (unsigned i = 0; i < due->frontier_count; i++)
		publisher->last[i] = -1;
	return publisher;
}

/* ---- Reports ----------------------------------------------------------------- */

static void report(struct publisher *publisher, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void report(struct publisher *publisher, const char *format, ...)
{
	struct diagnostics *list = diagnostics_create();
	const char *const *secret = publisher->plan->secrets;
	va_list args;

	for (; secret && *secret; secret++)
		diagnostics_hide(list, *secret);
	va_start(args, format);
	diagnostics_vadd(
		list, SEVERITY_ERROR, (struct location){0}, NULL, format, args);
	va_end(args);
	diagnostics_print(list, publisher->messages);
	diagnostics_destroy(list);
}

static bool report_store(struct publisher *publisher)
{
	const char *news = run_store_news(publisher->store);

	if (news)
		report(publisher, "%s", news);
	return false;
}

/* ---- One change of the store ---------------------------------------------- */

/* Where the temporary of an output is, and where it goes. */
static void put_rename(struct publisher *publisher, struct output *output)
{
	struct text temporary = {0}, *target = &publisher->path;
	struct store_rename rename = {
		.size_bytes = output_length(output),
		.digest = output_digest(output),
	};

	key_absolute(publisher->base, output_path(output), target);
	text_add(&temporary, target->data,
		(size_t)(strrchr(target->data, '/') + 1 - target->data));
	text_add_string(&temporary, output_temporary(output));
	rename.target = target->data;
	rename.temporary = temporary.data;
	store_put_rename(publisher->store, &rename);
	text_free(&temporary);
}

static void put_renames(
	struct publisher *publisher, const struct decided *decided)
{
	for (size_t i = 0; i < decided->output_count; i++)
		if (output_is_finished(decided->outputs[i]))
			put_rename(publisher, decided->outputs[i]);
}

/* The outputs as the store has them. */
static void describe_outputs(struct publisher *publisher,
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
			.state = stamp_keep(&state, now_ns),
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

static void put_unit(struct publisher *publisher, const struct decided *decided)
{
	struct arena *arena = arena_create();
	struct due_unit *unit = decided->unit;
	size_t index = (size_t)(unit - publisher->due->units);
	struct store_unit row = {
		.graph = publisher->plan->name,
		.key = unit->key,
		.state = decided->state,
		.run = publisher->run,
		.input = stamp_keep(&unit->file, publisher->begun_ns),
		.content = unit->content,
		.fingerprint = publisher->due->units_fingerprint.digest,
		.identity = unit->identity,
		.reason = decided->reason ? decided->reason : "",
	};

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
	describe_outputs(publisher, decided, arena, &row);
	store_put_unit(publisher->store, &row);
	arena_destroy(arena);
}

/* What the fingerprints of the graph are made of. */
static void explain(struct publisher *publisher)
{
	struct fingerprint *const all[] = {
		&publisher->due->units_fingerprint,
		&publisher->due->graph_fingerprint,
	};

	for (size_t i = 0; i < 2; i++)
		store_put_fingerprint(publisher->store, &all[i]->digest,
			all[i]->components, all[i]->count);
}

/* ---- After the commit ----------------------------------------------------- */

/* A target that can't be replaced: the unit has failed after all. The store
 * still means to, and the next run finds that it wasn't done. */
static void fail_late(struct publisher *publisher, struct output *output)
{
	report(publisher, "cannot put %s in its place: %s", output_path(output),
		strerror(errno));
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

static void forget(struct decided *decided)
{
	forget_outputs(decided);
	free(decided->outputs);
	free(decided->reason);
	free(decided->rejected);
	*decided = (struct decided){0};
}

/* Makes the content of the outputs durable; a unit of which that fails has
 * failed after all. */
static bool settle(struct publisher *publisher, struct decided *decided)
{
	for (size_t i = 0; i < decided->output_count; i++) {
		struct output *output = decided->outputs[i];
		struct text reason = {0};

		if (output_make_durable(output))
			continue;
		text_add_format(&reason, "cannot write %s: %s",
			output_path(output), strerror(errno));
		report(publisher, "%s", reason.data);
		forget_outputs(decided);
		decided->state = UNIT_FAILED;
		free(decided->reason);
		decided->reason = reason.data;
	}
	return decided->state == UNIT_DONE;
}

static void settle_batch(struct publisher *publisher)
{
	for (size_t i = 0; i < publisher->count; i++) {
		struct decided *decided = &publisher->batch[i];

		if (decided->state == UNIT_DONE && !settle(publisher, decided))
			publisher->late_failures++;
	}
}

/* Adds what was decided since the last change to the one that was begun. */
static void put_batch(struct publisher *publisher)
{
	for (size_t i = 0; i < publisher->count; i++) {
		if (publisher->batch[i].unit)
			put_unit(publisher, &publisher->batch[i]);
		put_renames(publisher, &publisher->batch[i]);
	}
}

/* Commits that change, and does what it says. */
static bool commit(struct publisher *publisher)
{
	bool ok = store_commit(publisher->store) || report_store(publisher);
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
		ok = report_store(publisher);
	for (size_t i = 0; i < publisher->count; i++)
		forget(&publisher->batch[i]);
	publisher->count = publisher->output_count = publisher->kept_bytes = 0;
	return ok;
}

/* What comes later counts: a unit whose stamps are noted may yet run. */
static void begin_change(struct publisher *publisher)
{
	const struct due_rows *aged = &publisher->due->aged;

	store_change(publisher->store);
	if (publisher->explained)
		return;
	explain(publisher);
	for (size_t i = 0; i < aged->count; i++)
		store_put_unit(publisher->store, &aged->all[i]);
	publisher->explained = true;
}

static bool flush(struct publisher *publisher)
{
	if (publisher->count == 0)
		return true;
	settle_batch(publisher);
	begin_change(publisher);
	put_batch(publisher);
	return commit(publisher);
}

/* ---- For the engine ------------------------------------------------------- */

static const char *frontier_name(
	struct publisher *publisher, struct frontier frontier)
{
	ranges_name(publisher->plan, frontier, &publisher->name);
	return publisher->name.data;
}

static unsigned frontier_number(
	const struct publisher *publisher, struct frontier frontier)
{
	const struct frontier *all = publisher->due->frontiers;
	unsigned number = 0;

	while (all[number].op != frontier.op || all[number].pin != frontier.pin)
		number++;
	return number;
}

/* What is kept of the unit at the frontier by itself: *KEPT holds for each unit
 * whether there is such a thing. */
static bool *kept_apart(const struct publisher *publisher,
	struct frontier frontier, const struct due_unit *unit)
{
	size_t index = (size_t)(unit - publisher->due->units);

	return &publisher->apart[index * publisher->due->frontier_count +
		frontier_number(publisher, frontier)];
}

/* Opens the last output that the operator has written for all units; -1: it
 * can't be opened. It stays open until the end. */
static int open_last(struct publisher *publisher, struct frontier frontier)
{
	unsigned number = frontier_number(publisher, frontier);
	const char *name = publisher->plan->operators[frontier.op].name;
	const struct store_unit *whole = publisher->due->whole.all;
	int *descriptor = &publisher->last[number];

	for (size_t i = 0; *descriptor < 0 && i < whole->output_count; i++) {
		struct stat stat;

		if (strcmp(whole->outputs[i].operator, name) != 0)
			continue;
		key_path(publisher->base, whole->outputs[i].path,
			&publisher->path);
		*descriptor = file_open_input(publisher->path.data, &stat);
	}
	return *descriptor;
}

static bool bring_range(struct publisher *publisher,
	const struct due_unit *unit, struct frontier frontier,
	struct brought *brought)
{
	const struct due_range *range = ranges_find(publisher->due,
		frontier_number(publisher, frontier),
		(size_t)(unit - publisher->due->units));

	if (!range)
		return false;
	brought->descriptor = open_last(publisher, frontier);
	brought->offset = range->offset;
	brought->length = range->length;
	return brought->descriptor >= 0;
}

static bool contribution(void *context, const struct unit *unit,
	struct frontier frontier, struct brought *brought)
{
	struct publisher *publisher = context;
	const struct due_unit *due = due_unit(publisher->due, unit);
	size_t length = 0;

	free(publisher->brought);
	publisher->brought = NULL;
	if (!store_partial(publisher->store, publisher->plan->name, due->key,
		    frontier_name(publisher, frontier), &publisher->brought,
		    &length))
		return report_store(publisher);
	if (publisher->brought) {
		*kept_apart(publisher, frontier, due) = true;
		brought->data =
			(struct slice){NULL, publisher->brought, length};
		return true;
	}
	if (bring_range(publisher, due, frontier, brought))
		return true;
	report(publisher, "what was kept of %s is gone; run again", due->name);
	return false;
}

/* Of what isn't kept by itself, where it lies in the output is. */
static void keep_range(void *context, const struct unit *unit,
	struct frontier frontier, uint64_t offset, uint64_t length)
{
	struct publisher *publisher = context;
	const struct due_unit *due = due_unit(publisher->due, unit);

	if (due && !*kept_apart(publisher, frontier, due))
		ranges_add(
			&publisher
				 ->ranges[frontier_number(publisher, frontier)],
			due->key, unit->brought ? due->run : publisher->run,
			offset, length);
}

/* Comes before or after the verdict: what is decided waits for the next
 * change, which takes along what is here by then. */
static void keep(void *context, const struct unit *unit,
	struct frontier frontier, const void *data, size_t length)
{
	struct publisher *publisher = context;
	const struct due_unit *due = due_unit(publisher->due, unit);

	if (!due)
		return;
	struct kept **list = &publisher->kept[due - publisher->due->units];
	struct kept *kept = memory_alloc(sizeof(*kept) + length);

	kept->next = *list;
	kept->frontier = memory_string(frontier_name(publisher, frontier));
	kept->length = length;
	if (length > 0)
		memcpy(kept->data, data, length);
	*list = kept;
	*kept_apart(publisher, frontier, due) = true;
	publisher->kept_bytes += length;
}

static bool creates(void *context, const char *path)
{
	struct publisher *publisher = context;
	struct text *directory = &publisher->path;

	key_absolute(publisher->base, path, directory);
	directory->length =
		(size_t)(strrchr(directory->data, '/') + 1 - directory->data);
	directory->data[directory->length] = '\0';
	if (store_note_directory(publisher->store, directory->data))
		return true;
	report_store(publisher);
	errno = EIO;
	return false;
}

/* What goes into quarantine was perhaps not read to its end, but is to be known
 * again. Should the file have changed meanwhile it is tried again. */
static void read_content(struct due_unit *unit)
{
	struct digest digest;
	struct stat found;

	if (unit->file.inode == 0 || !stamp_digest(unit->name, &digest) ||
		stat(unit->name, &found) < 0)
		return;
	struct file_state now = file_state_of(&found);
	if (!file_change(&unit->file, &now))
		unit->content = digest;
}

static struct decided decide(struct publisher *publisher,
	const struct unit *unit, struct output *const *outputs, size_t count)
{
	struct decided decided = {
		.unit = due_unit(publisher->due, unit),
		.state = !unit || !unit->failed ? UNIT_DONE
			: unit->quarantined	? UNIT_QUARANTINED
						: UNIT_FAILED,
		.output_count = count,
	};

	if (unit && unit->reason)
		decided.reason = memory_string(unit->reason);
	if (unit && unit->rejected)
		decided.rejected = memory_string(unit->rejected);
	decided.outputs =
		memory_alloc(memory_product(count + 1, sizeof(*outputs)));
	if (count > 0)
		memcpy(decided.outputs, outputs, count * sizeof(*outputs));
	if (decided.unit) {
		decided.unit->file = unit->file;
		decided.unit->content =
			unit->has_digest ? unit->digest : (struct digest){{0}};
		if (unit->quarantined && !unit->has_digest)
			read_content(decided.unit);
		publisher->decided[decided.unit - publisher->due->units] = true;
	}
	return decided;
}

/* Whether none of the outputs belongs to another unit. */
static bool claim(struct publisher *publisher, const struct decided *decided)
{
	const char *unit = decided->unit ? decided->unit->key : "";

	if (!publisher->claims)
		publisher->claims = claims_create(publisher->store,
			publisher->plan->name, publisher->due, true);
	if (!publisher->claims)
		return report_store(publisher);
	for (size_t i = 0; i < decided->output_count; i++) {
		const char *path = output_path(decided->outputs[i]);

		key_of(publisher->base, path, &publisher->path);
		const char *owner =
			claims_owner(publisher->claims, publisher->path.data);
		if (owner && strcmp(owner, unit) != 0) {
			report(publisher,
				"%s would be written for %s and for %s; put "
				"{src_path}, or {src_dir}/{src_name}, into "
				"`path`",
				path, *owner ? owner : "all units",
				*unit ? unit : "all units");
			return false;
		}
		claims_set(publisher->claims, publisher->path.data, unit);
	}
	return true;
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
	if (publisher->count == publisher->capacity) {
		publisher->capacity =
			publisher->capacity ? publisher->capacity * 2 : 64;
		publisher->batch = memory_resize(publisher->batch,
			publisher->capacity, sizeof(*publisher->batch));
	}
	if (publisher->count == 0)
		publisher->batch_ns = stamp_now_ns();
	publisher->batch[publisher->count++] = decided;
	publisher->output_count += decided.output_count;
}

static bool decided(void *context, const struct unit *unit,
	struct output *const *outputs, size_t count)
{
	struct publisher *publisher = context;

	if (!unit) {
		publisher->whole = decide(publisher, NULL, outputs, count);
		if (count == 0 || claim(publisher, &publisher->whole))
			return true;
		forget(&publisher->whole);
		return false;
	}
	struct decided decided = decide(publisher, unit, outputs, count);
	/* What was kept of units decided before is there by now. */
	if (is_full(publisher) && !flush(publisher))
		publisher->broken = true;
	if (publisher->broken ||
		(publisher->late_failures > 0 && !publisher->keep_going) ||
		(count > 0 && !claim(publisher, &decided))) {
		forget(&decided);
		return false;
	}
	add(publisher, decided);
	return true;
}

const struct graph_host publisher_host = {
	.contribution = contribution,
	.keep = keep,
	.keep_range = keep_range,
	.creates = creates,
	.decided = decided,
};

/* ---- The end ---------------------------------------------------------------- */

/* Units that weren't needed, since an operator had enough before: they are up
 * to date as long as they stay what they are. */
static void put_unread(struct publisher *publisher)
{
	struct due *due = publisher->due;

	for (size_t i = 0; i < due->count; i++) {
		struct due_unit *unit = &due->units[i];
		struct decided unread = {.unit = unit};

		if (publisher->decided[i] || due->ways[i] != UNIT_RUNS)
			continue;
		unit->content = (struct digest){{0}};
		put_unit(publisher, &unread);
	}
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

	describe_outputs(publisher, &publisher->whole, arena, &row);
	store_put_unit(publisher->store, &row);
	for (unsigned i = 0; i < due->frontier_count; i++)
		store_put_partial(publisher->store, row.graph, "",
			frontier_name(publisher, due->frontiers[i]),
			publisher->ranges[i].data, publisher->ranges[i].length);
	put_renames(publisher, &publisher->whole);
	arena_destroy(arena);
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

bool publisher_finish(struct publisher *publisher, bool complete)
{
	struct due *due = publisher->due;

	if (due->reason == DUE_NOT && due->aged.count == 0 &&
		due->vanished.count == 0)
		return true;
	settle_batch(publisher);
	/* It holds what units that failed late have brought. */
	if (publisher->late_failures > 0)
		forget(&publisher->whole);
	bool written = settle(publisher, &publisher->whole);
	complete = complete && written && publisher->late_failures == 0;
	begin_change(publisher);
	put_batch(publisher);
	if (complete)
		put_unread(publisher);
	remove_vanished(publisher);
	if (publisher->whole.outputs)
		put_graph(publisher, complete);
	bool ok = commit(publisher) && written;
	forget(&publisher->whole);
	return ok;
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
		forget(&publisher->batch[i]);
	forget(&publisher->whole);
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
		if (publisher->last[i] >= 0)
			close(publisher->last[i]);
	}
	free(publisher->apart);
	free(publisher->ranges);
	free(publisher->last);
	claims_destroy(publisher->claims);
	text_free(&publisher->path);
	text_free(&publisher->name);
	free(publisher);
}
