/* SPDX-License-Identifier: MIT */
/*
 * What the files of publication share; nobody else includes it. A publisher
 * gathers units as they are decided (publish.c), keeps what they have
 * contributed (publish-kept.c), writes rows of the store (publish-rows.c), and
 * commits several units at a time (publish-batch.c).
 */
#ifndef LEAT_SESSION_PUBLISH_PARTS_H
#define LEAT_SESSION_PUBLISH_PARTS_H

#include "session/claims.h"
#include "session/publish.h"
#include "session/ranges.h"

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
	char *name; /* NULL: it is no unit, but what spans them */
	enum store_unit_state state;
	bool failed_late;
	bool brought; /* it didn't run, and yet has outputs of what spans units
			 in front of them */
	char *reason, *rejected;
	struct output **outputs;
	size_t output_count;
};

/* The last output that an operator has written for all units. */
struct last {
	int descriptor; /* -1: it isn't open */
	struct file_state state; /* when it was opened */
};

struct publisher {
	struct run_store *store;
	const struct graph_plan *plan;
	struct due *due;
	const struct key_base *base;
	uint64_t run;
	int64_t begun_ns; /* of the run */
	const struct log *log;
	struct watch *watch;

	struct decided *batch;
	size_t count, capacity, output_count, kept_bytes;
	int64_t batch_ns; /* when it was begun */
	struct decided whole; /* what spans units */
	uint64_t late_failures; /* units that failed at publication */
	enum exit_status whole_status; /* of what spans them */
	bool unsettled; /* an output of the change isn't in its place */
	bool keep_going; /* in spite of them */
	bool broken; /* the store has failed */
	struct kept **kept; /* one list for each unit of the graph */
	bool *decided; /* units that this run has decided */
	bool targets_known;
	struct claims *claims; /* once outputs are made */
	bool explained; /* the first change was begun */
	char *brought; /* the contribution that was lent last */
	bool *apart; /* for each unit and frontier: see kept_apart */
	struct text *ranges; /* for each frontier: where the units lie */
	struct text
		*names; /* likewise: its name in the store, once it is used */
	struct last *last; /* for each frontier */
	struct text path;
};

/* Says what is wrong, and returns that without secrets, to be freed; the second
 * says what is wrong with the store, and returns false. */
char *publisher_report(struct publisher *publisher, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool publisher_report_store(struct publisher *publisher);

/* ---- publish-rows.c: in the change that was begun -------------------------- */

void publisher_put_unit(
	struct publisher *publisher, const struct decided *decided);

/* The same of one that was brought: what is known of it stays, but for the
 * outputs. */
void publisher_put_brought(
	struct publisher *publisher, const struct decided *decided);

/* That the temporaries of the outputs take their places. */
void publisher_put_renames(
	struct publisher *publisher, const struct decided *decided);

/* Adds the outputs to ROW, in ARENA. */
void publisher_describe_outputs(struct publisher *publisher,
	const struct decided *decided, struct arena *arena,
	struct store_unit *row);

/* What the fingerprints of the graph are made of. */
void publisher_explain(struct publisher *publisher);

/* ---- publish-kept.c --------------------------------------------------------- */

/* Whether the last outputs are what they were when they were opened; else that
 * was reported. */
bool publisher_check_last(struct publisher *publisher);

/* ---- publish-batch.c -------------------------------------------------------- */

/* Makes the outputs durable; false: one can't be, and the unit has failed. */
bool publisher_settle(struct publisher *publisher, struct decided *decided);
void publisher_settle_batch(struct publisher *publisher);

/* Begins a change of the store; adds the batch to it; commits it, and gives the
 * outputs their names. False: the store has failed, which was reported. */
void publisher_begin_change(struct publisher *publisher);
void publisher_put_batch(struct publisher *publisher);
bool publisher_commit(struct publisher *publisher);

/* All of it, for what has been decided so far. */
bool publisher_flush(struct publisher *publisher);

void publisher_forget(struct decided *decided);

/* ---- publish-kept.c: for struct graph_host --------------------------------- */

bool publisher_details(void *context, unsigned source, uint64_t number,
	struct file_details *details);
bool publisher_contribution(void *context, const struct unit *unit,
	struct frontier frontier, struct brought *brought);
void publisher_keep(void *context, const struct unit *unit,
	struct frontier frontier, const void *data, size_t length);
void publisher_keep_range(void *context, const struct unit *unit,
	struct frontier frontier, uint64_t offset, uint64_t length);

/* Its name in the store; the publisher's. */
const char *publisher_frontier_name(
	struct publisher *publisher, struct frontier frontier);

#endif
