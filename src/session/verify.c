/* SPDX-License-Identifier: MIT */
/* Runs a graph again, and compares. */
#include "session/verify.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/secrets.h"
#include "session/stale.h"
#include "session/stamp.h"

#define uthash_fatal(message) memory_abort()
#include <uthash.h>

/* An output that is remembered. */
struct known {
	UT_hash_handle hh;
	const char *path; /* its key */
	uint64_t run; /* that made it */
	enum file_kind kind;
	struct digest digest;
	bool made; /* this time as well */
};

struct verifier {
	struct arena *arena;
	const struct graph_plan *plan;
	const struct due *due;
	const struct key_base *base;
	const char *scratch;
	const struct log *log;
	struct known *known;
	size_t next_vanished;
	uint64_t differences;
	struct text key, path;
};

/* ---- Reports ------------------------------------------------------------------ */

/* An error about PATH, in one line. */
static void report(struct verifier *verifier, const char *path,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

static void report(
	struct verifier *verifier, const char *path, const char *format, ...)
{
	const char *const *secret = verifier->plan->secrets;
	struct secrets secrets = {0};
	struct text text = {0};
	va_list args;

	text_add_escaped(&text, path, strlen(path), SIZE_MAX);
	text_add_string(&text, ": ");
	va_start(args, format);
	text_add_vformat(&text, format, args);
	va_end(args);
	for (; secret && *secret; secret++)
		secrets_add(&secrets, *secret);
	secrets_hide(&secrets, &text);
	secrets_free(&secrets);
	log_say(verifier->log, LOG_ERROR, NULL, "%s", text.data);
	text_free(&text);
}

static void differs(struct verifier *verifier, const char *path,
	const struct known *known, const char *how)
{
	report(verifier, path, "is not what run %ju made: %s",
		(uintmax_t)known->run, how);
	verifier->differences++;
}

/* ---- What is remembered ----------------------------------------------------------- */

/* A directory may have been named more than once. */
static void add_known(struct verifier *verifier, uint64_t run,
	const struct store_output *output)
{
	struct known *known;

	HASH_FIND_STR(verifier->known, output->path, known);
	if (known)
		return;
	known = arena_alloc(verifier->arena, sizeof(*known));
	*known = (struct known){
		.path = arena_string(verifier->arena, output->path),
		.run = run,
		.kind = output->kind,
		.digest = output->digest,
	};
	HASH_ADD_KEYPTR(
		hh, verifier->known, known->path, strlen(known->path), known);
}

static bool take(void *context, struct store_unit *unit)
{
	struct verifier *verifier = context;

	if (due_is_gone(verifier->due, &verifier->next_vanished, unit->key) ||
		stale_is_row(unit))
		return true;
	for (size_t i = 0; i < unit->output_count; i++)
		add_known(verifier, unit->run, &unit->outputs[i]);
	return true;
}

/* Whether what the reason is about may be compared all the same: then only the
 * outputs aren't what they were, or it isn't known before a run. */
static bool is_comparable(enum due_reason reason)
{
	switch (reason) {
	case DUE_NEW:
	case DUE_INPUT:
	case DUE_IDENTITY:
	case DUE_SIDE:
	case DUE_WRITTEN:
	case DUE_SETTINGS: return false;
	default: return true;
	}
}

/* Why what spans the units can't be compared; DUE_NOT: it can. */
static enum due_reason graph_problem(const struct due *due)
{
	if (!due->spans)
		return DUE_NOT;
	if (due->run == 0)
		return DUE_NEW;
	if (!digest_equal(&due->fingerprint, &due->graph_fingerprint.digest))
		return DUE_SETTINGS;
	return due->same_units ? DUE_NOT : DUE_UNITS;
}

/* Whether what was made is of this session and these inputs. */
static bool check_due(struct verifier *verifier)
{
	static const char advice[] = "run it first, then verify";
	const struct due *due = verifier->due;
	enum due_reason reason = graph_problem(due);
	bool ok = true;

	for (size_t i = 0; i < due->count && ok; i++) {
		ok = is_comparable(due->units[i].reason);
		if (!ok)
			report(verifier, due->units[i].name, "%s; %s",
				due_reason_texts[due->units[i].reason], advice);
	}
	if (ok && reason != DUE_NOT) {
		report(verifier, verifier->plan->name, "%s; %s",
			due_reason_texts[reason], advice);
		ok = false;
	}
	return ok;
}

static void choose_all(struct due *due)
{
	due->run_count = due->brought_count = due->quarantined_count = 0;
	for (size_t i = 0; i < due->count; i++) {
		due->ways[i] =
			due->units[i].quarantined ? UNIT_SKIPPED : UNIT_RUNS;
		due->run_count += due->ways[i] == UNIT_RUNS;
		due->quarantined_count += due->units[i].quarantined;
	}
}

struct verifier *verifier_create(struct run_store *store,
	const struct graph_plan *plan, struct due *due,
	const struct key_base *base, const char *scratch, const struct log *log)
{
	struct verifier *verifier = memory_zeroed(sizeof(*verifier));

	verifier->arena = arena_create();
	verifier->plan = plan;
	verifier->due = due;
	verifier->base = base;
	verifier->scratch = scratch;
	verifier->log = log;
	bool ok = check_due(verifier);
	if (ok && !store_units(store, plan->name, take, verifier)) {
		log_say(log, LOG_ERROR, NULL, "%s", run_store_problem(store));
		ok = false;
	}
	if (ok) {
		choose_all(due);
		return verifier;
	}
	verifier_destroy(verifier);
	return NULL;
}

/* ---- Comparison ------------------------------------------------------------------- */

/* The offset at which two files differ, or the shorter one ends. -1: errno. */
static int64_t first_difference(int left, int right)
{
	enum { BLOCK_BYTES = 1 << 16 };
	char *blocks[2] = {
		memory_alloc(BLOCK_BYTES), memory_alloc(BLOCK_BYTES)};
	int64_t offset = 0, found = -1;

	for (;;) {
		ssize_t got[2] = {file_read_at(left, blocks[0], BLOCK_BYTES,
					  (uint64_t)offset),
			file_read_at(right, blocks[1], BLOCK_BYTES,
				(uint64_t)offset)};
		ssize_t least = got[0] < got[1] ? got[0] : got[1], same = 0;

		if (least < 0)
			break;
		while (same < least && blocks[0][same] == blocks[1][same])
			same++;
		offset += same;
		if (same < BLOCK_BYTES) {
			found = offset;
			break;
		}
	}
	free(blocks[0]);
	free(blocks[1]);
	return found;
}

static int64_t compare_files(
	struct verifier *verifier, const struct output *output, const char *old)
{
	struct text scratch = {0};
	struct stat stat;
	int64_t offset = -1;

	text_add_format(
		&scratch, "%s/%s", verifier->scratch, output_temporary(output));
	int left = file_open_input(old, &stat);
	int right = file_open_input(scratch.data, &stat);
	if (left >= 0 && right >= 0)
		offset = first_difference(left, right);
	if (left >= 0)
		close(left);
	if (right >= 0)
		close(right);
	text_free(&scratch);
	return offset;
}

/* Says where an output is different, if what was made is still there. */
static void show_difference(struct verifier *verifier,
	const struct output *output, const struct known *known)
{
	struct text how = {0};
	struct digest digest;
	int64_t offset = -1;

	key_path(verifier->base, known->path, &verifier->path);
	if (known->kind == FILE_REGULAR &&
		output_kind(output) == FILE_REGULAR &&
		stamp_digest(verifier->path.data, &digest) &&
		digest_equal(&digest, &known->digest))
		offset = compare_files(verifier, output, verifier->path.data);
	if (known->kind != output_kind(output))
		text_add_string(&how,
			"it is a file, a link or a directory, and was "
			"something else");
	else if (known->kind == FILE_LINK)
		text_add_string(&how, "it leads to something else");
	else if (offset >= 0)
		text_add_format(&how, "they differ from offset %jd on",
			(intmax_t)offset);
	else
		text_add_string(&how,
			"their digests differ, and what was made isn't there "
			"any more");
	differs(verifier, output_path(output), known, how.data);
	text_free(&how);
}

static void compare(struct verifier *verifier, const struct output *output)
{
	struct known *known;

	key_of(verifier->base, output_path(output), &verifier->key);
	HASH_FIND_STR(verifier->known, verifier->key.data, known);
	if (!known) {
		report(verifier, output_path(output),
			"is made now, and is not remembered");
		verifier->differences++;
		return;
	}
	struct digest digest = output_digest(output);
	known->made = true;
	if (known->kind != output_kind(output) ||
		!digest_equal(&digest, &known->digest))
		show_difference(verifier, output, known);
}

/* For the engine. */
static char *decided(void *context, const struct unit *unit,
	struct output *const *outputs, size_t count)
{
	struct verifier *verifier = context;

	(void)unit;
	for (size_t i = 0; i < count; i++) {
		if (output_is_finished(outputs[i]))
			compare(verifier, outputs[i]);
		output_destroy(outputs[i]);
	}
	return NULL;
}

const struct graph_host verifier_host = {.decided = decided};

bool verifier_finish(struct verifier *verifier, bool complete)
{
	struct known *known = complete ? verifier->known : NULL;

	for (; known; known = known->hh.next)
		if (!known->made)
			differs(verifier, known->path, known,
				"it is not made now");
	return verifier->differences == 0;
}

void verifier_destroy(struct verifier *verifier)
{
	if (!verifier)
		return;
	HASH_CLEAR(hh, verifier->known);
	text_free(&verifier->key);
	text_free(&verifier->path);
	arena_destroy(verifier->arena);
	free(verifier);
}

/* ---- The scratch directory ----------------------------------------------------- */

static void empty(const char *scratch)
{
	int descriptor =
		open(scratch, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *directory = descriptor >= 0 ? fdopendir(descriptor) : NULL;
	struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		unlinkat(descriptor, entry->d_name, 0);
	if (directory)
		closedir(directory);
	else if (descriptor >= 0)
		close(descriptor);
}

bool verify_make_scratch(const char *directory, struct text *scratch)
{
	text_add_format(scratch, "%s/verify", directory);
	if (mkdir(scratch->data, 0700) == 0)
		return true;
	if (errno != EEXIST)
		return false;
	empty(scratch->data);
	return true;
}

void verify_remove_scratch(const char *scratch)
{
	empty(scratch);
	rmdir(scratch);
}
