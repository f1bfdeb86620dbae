/* SPDX-License-Identifier: MIT */
/*
 * The run store: what a session remembers between its runs, in the directory
 * .leat/NAME/. Runs, units with what they were made of and what they made,
 * partial results, and what was decided but perhaps not done yet. It knows
 * nothing of graphs or sessions: names and digests are given to it.
 *
 * One process writes, holding the kernel's lock on the directory, through one
 * connection that does all checkpoints. Readers leave no trace, and never
 * lock. Each row carries a digest of itself: a row that doesn't fit its digest
 * is damage, and is reported as that, never taken for "up to date".
 *
 * Keys of units and paths of outputs are relative to the directory that the
 * state directory stands in where they lie beneath it, else absolute: so a
 * tree that is moved as a whole stays up to date.
 */
#ifndef LEAT_STORE_RUN_STORE_H
#define LEAT_STORE_RUN_STORE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/exit.h"
#include "base/file.h"
#include "base/text.h"

struct run_store;

/* ---- Opening ------------------------------------------------------------- */

enum store_status {
	STORE_OK,
	STORE_NONE, /* readers: no run has left anything yet */
	STORE_LOCKED, /* another run holds it: PROBLEM names its pid and start */
	STORE_FAILED, /* PROBLEM says why: I/O, damage, a newer version ... */
};

struct store_opening {
	const char *directory; /* of this session: STATE/NAME */
	const char *session; /* its name, and the path of its file, kept to */
	const char *session_path; /* refuse a second file with one name */
	int64_t wait_us; /* for the lock: 0 not at all, -1 for ever */
	const volatile sig_atomic_t *stop; /* ends the wait; may be NULL */
};

/* Takes the lock, makes what is missing, migrates what is older, and finishes
 * what a killed run had decided: see store_recover below, which this calls.
 * PROBLEM gets a sentence without a full stop, STATUS what goes with it. */
enum store_status run_store_open(const struct store_opening *opening,
	struct run_store **store, struct text *problem,
	enum exit_status *status);

/* For verbs that only look; leaves no trace. While nobody writes the files are
 * read as they lie, without locks; beside a writer, as a reader of its log.
 * What a killed run left in a rollback journal is read from a copy in TMPDIR or
 * /tmp. Should a run begin that writes the log into the file while that is read
 * without locks, a sweep may fail: it says so. */
enum store_status run_store_open_reader(const char *directory,
	struct run_store **store, struct text *problem,
	enum exit_status *status);

/* Of a reader: whether what it reads is of the session in this file, and not of
 * another one with its name, which PROBLEM then says. */
bool run_store_is_of(const struct run_store *store, const char *name,
	const char *path, struct text *problem);

/* Releases the lock; takes NULL. The write-ahead log stays while it is short:
 * its commits were synced, and what came since the last one that had to be
 * durable outlasts the process, but perhaps not a loss of power. A damaged
 * store is left as it is. False: the last write failed; PROBLEM says why,
 * unless that was told. */
bool run_store_close(struct run_store *store, struct text *problem);

/* After any call that failed: what went wrong, as a sentence without a full
 * stop that names the store's file. */
const char *run_store_problem(const struct run_store *store);

/* The same, to be told to people: NULL when they have been told. */
const char *run_store_news(struct run_store *store);

/* ---- Runs ---------------------------------------------------------------- */

enum store_run_state {
	RUN_RUNNING,
	RUN_DONE,
	RUN_FAILED,
	RUN_KILLED,
	RUN_INTERRUPTED, /* by a signal; it has ended in order */
};

struct store_run {
	uint64_t id; /* from 1 */
	enum store_run_state state;
	int64_t started_us, ended_us; /* UTC; ended 0: unknown */
	int pid;
	int exit_status;
	uint64_t units, units_run, units_failed;
	const char *params; /* as a user would write them; secrets are *** */
};

/* Notes a run that begins; RUN->id is filled in. Those that were never ended
 * become RUN_KILLED. Outside a change these calls are changes of their own,
 * which a loss of power may undo: see store_change_lightly. */
bool store_begin_run(struct run_store *store, struct store_run *run);
bool store_end_run(struct run_store *store, const struct store_run *run);

/* What operators did in a run, as JSON text of the session floor's making. */
bool store_put_telemetry(
	struct run_store *store, uint64_t run, const char *json);

/* NULL: none, or the store failed. The store's own until the next call. */
const char *store_telemetry(struct run_store *store, uint64_t run);

/* Calls EACH for all runs, the newest first, until it returns false. To readers
 * a run that nobody holds the lock for was killed. */
bool store_runs(struct run_store *store,
	bool (*each)(void *context, const struct store_run *run),
	void *context);

/* ---- Units --------------------------------------------------------------- */

enum store_unit_state { UNIT_DONE, UNIT_FAILED, UNIT_QUARANTINED };

struct store_output {
	const char *path;
	const char *operator; /* its address: OP/OP */
	enum file_kind kind;
	unsigned depth; /* see base/place.h; 0: not known */
	struct file_state state; /* as it was published; not of links and
				    directories */
	struct digest digest; /* of its content; of a link: of its target */
};

/*
 * What is known of a unit, or, where KEY is "", of what spans the units of a
 * graph. Stamps that prove nothing are all zero.
 */
struct store_unit {
	const char *graph, *key;
	enum store_unit_state state;
	uint64_t run; /* that made it */
	struct file_state input;
	struct digest content; /* of the input; of what spans units: of
					the keys and contents of all units */
	struct digest fingerprint; /* of what it goes through */
	const char *identity; /* what else of the input matters, such as the
				 path that attributes come from */
	const char *reason; /* why it failed; "" otherwise */
	unsigned partials; /* how many partial results are kept with it */
	struct store_output *outputs;
	size_t output_count;
};

/* Calls EACH for all units of GRAPH in the bytewise order of their keys, ""
 * first, in one sweep of the file; what it gets is lent until it returns, and
 * may be changed.
 * It returns false to end the sweep; it may read the store, but not change it,
 * nor sweep units. False: the store failed or is damaged; then what EACH got
 * was right, but perhaps not all. */
bool store_units(struct run_store *store, const char *graph,
	bool (*each)(void *context, struct store_unit *unit), void *context);

/* The same for one unit, if there is such a one. EACH may change the store. */
bool store_find_unit(struct run_store *store, const char *graph,
	const char *key, bool (*each)(void *context, struct store_unit *unit),
	void *context);

/* A copy that lives as long as ARENA, outputs included. */
struct store_unit store_unit_copy(
	struct arena *arena, const struct store_unit *unit);

/* The names of the graphs that have units, in order; ends in NULL; the store's
 * own until the next call. NULL: the store failed or is damaged. */
const char *const *store_graphs(struct run_store *store);

/* The partial result that OPERATOR keeps of a unit; *DATA is the caller's to
 * free, NULL when there is none. False: the store failed or is damaged. */
#define STORE_REJECTED \
	"rejected" /* in place of OPERATOR: the items for which \
				     a unit is in quarantine, a line each */
bool store_partial(struct run_store *store, const char *graph, const char *key,
	const char *operator, char ** data, size_t *length);

/* ---- Fingerprints, explained ---------------------------------------------- */

/* A component of what a fingerprint is made of: "parse.pattern" and its value
 * in words. Stored once for each fingerprint, for `why`. */
struct store_component {
	const char *name, *value;
};

bool store_put_fingerprint(struct run_store *store,
	const struct digest *fingerprint,
	const struct store_component *components, size_t count);

/* Calls EACH in the order of their names. */
bool store_fingerprint(struct run_store *store,
	const struct digest *fingerprint,
	void (*each)(void *context, const struct store_component *component),
	void *context);

/* ---- Changes --------------------------------------------------------------- */

/*
 * A change of several rows that happens whole or not at all:
 *
 *	store_change(store);
 *	store_put_unit(...); store_put_partial(...); store_put_rename(...);
 *	store_commit(store);		this is the moment of publication
 *	... the caller renames and syncs the directories ...
 *	store_renamed(store);
 *
 * A call that fails makes those after it fail, up to the commit, which then
 * undoes all.
 */
bool store_change(struct run_store *store);

/* A change that outlasts the process, but perhaps not a loss of power until
 * the next one that is committed. */
bool store_change_lightly(struct run_store *store);

bool store_put_unit(struct run_store *store, const struct store_unit *unit);
bool store_put_partial(struct run_store *store, const char *graph,
	const char *key, const char *operator, const void * data,
	size_t length);

/* Forgets a unit and its partial results. */
bool store_remove_unit(
	struct run_store *store, const char *graph, const char *key);

/* A temporary that takes the name of its target once this change is
 * committed. Both are absolute, and in one directory; the temporary has this
 * store's prefix and has been synced. Of a directory, which is there already
 * and has no temporary: that it gets its permissions and its time then. */
struct store_rename {
	enum file_kind kind;
	const char *temporary, *target;
	unsigned depth; /* of both, see base/place.h */
	uint64_t size_bytes; /* of a directory: its inode */
	struct digest digest;
	unsigned mode; /* this and the time: of directories */
	const int64_t *mtime_us; /* or NULL */
};

bool store_put_rename(
	struct run_store *store, const struct store_rename *rename);
bool store_commit(struct run_store *store);
void store_abandon(struct run_store *store); /* undoes the change */

/* All renames of earlier changes are done and synced. Costs nothing: the next
 * change forgets them. */
bool store_renamed(struct run_store *store);

/* ---- Temporaries ----------------------------------------------------------- */

/* The prefix of the names of temporaries: ".leat-", an identity that was drawn
 * when the store was made, "-", one that was drawn when it was opened, "-". */
const char *store_temporary_prefix(const struct run_store *store);

/* To be called before the first temporary is made in a directory (absolute,
 * with a slash at its end), so that the next run finds those of a run that was
 * killed; DEPTH: of what is in it; not within a change. Removes what is left
 * there of earlier runs. Once per directory costs anything. The end of a run
 * forgets them: by then no temporary is left. */
bool store_note_directory(
	struct run_store *store, const char *directory, unsigned depth);

/* ---- Housekeeping ---------------------------------------------------------- */

struct store_garbage {
	uint64_t runs, partials, bytes; /* that were, or would be, removed */
};

/* Forgets runs but the newest KEEP (0: no limit by number) that ended before
 * OLDER_US (0: no limit by time), partial results of units that are gone, and
 * fingerprints that nothing refers to. The newest run stays, whatever its age:
 * numbers of runs go on from it. Outputs are never touched. A file that has
 * become much emptier shrinks. DRY: only counts, which may be done by a
 * reader. */
bool store_collect(struct run_store *store, uint64_t keep, int64_t older_us,
	bool dry, struct store_garbage *garbage);

/* Sets a damaged store aside (under a name that the problem tells) and starts
 * anew from the rows that fit their digests. Takes the lock. */
enum store_status run_store_rebuild(const struct store_opening *opening,
	struct text *report, enum exit_status *status);

#endif
