/* SPDX-License-Identifier: MIT */
/* What the files of the engine share; nobody else includes it. */
#ifndef LEAT_ENGINE_INTERNAL_H
#define LEAT_ENGINE_INTERNAL_H

#include "base/log.h"
#include "base/path-set.h"
#include "engine/graph.h"
#include "engine/link.h"
#include "engine/live.h"
#include "engine/operator.h"
#include "engine/output.h"
#include "model/slab.h"

enum wait {
	WAIT_NOTHING,
	WAIT_INPUT,
	WAIT_OUTPUT,
	WAIT_RELEASED,
	WAIT_VERDICT, /* the unit at the head of the input isn't decided */
	WAIT_UNITS, /* units in front of one to be brought aren't */
	WAIT_TURN, /* the sources in front of one aren't through */
	WAIT_FRONTIER, /* there is no room at one, for what is brought */
	WAIT_MEMORY,
	WAIT_DESCRIPTOR,
	WAIT_TIME,
};

struct pin {
	struct link *link; /* NULL: not linked */
	bool output;
	struct segment *awaited; /* input: a unit whose end was passed on and
				    whose verdict is wanted; or NULL */
	bool units_over; /* input: see operator_units_over */
	bool leaving; /* input: an END was delivered and not settled yet */
	size_t lent; /* input: items that the last operator_next lent */
	uint64_t dropped; /* input: by the last gap */
	uint64_t streams; /* output: given and not released yet */
	struct live *live; /* input: sets a live property; else NULL */
	struct operator *op; /* whose pin it is */
};

struct operator {
	struct graph *graph;
	const struct operator_plan *plan;
	const struct operator_spec *spec;
	struct operator_code code; /* of a module: once it is loaded */
	void *state;
	struct pin *pins; /* as in the plan */
	struct link **outputs; /* the linked ones */
	unsigned output_count, input_count;
	struct pin *rejected; /* or NULL */
	unsigned rank;
	enum scope document_scope;
	bool within; /* units; see engine/host.h */
	bool gets_all; /* no unit of what it stems from is held back */
	bool placed; /* a source: it has a place in the order of them */
	bool side; /* a source: values that live properties of operators
		      within units get once stem from it */
	unsigned open_units; /* a source: that have begun and aren't decided */
	const unsigned char *ways; /* a source: see graph_set_ways */
	uint64_t way_count;
	enum step (*instead)(struct operator *op); /* of its own step; or NULL;
						      see engine/share.h */

	bool opened, finished;
	bool finish_wanted; /* after the step: it has failed a unit for good */
	const struct unit *failed_unit; /* that it is amid, and has failed */
	struct live *lives; /* links to live properties, as in the plan */
	bool live_awaited; /* values that come once are still to come */
	bool live_refused; /* one of them isn't usable: it takes nothing */
	bool live_cut; /* the run stopped before they came */
	uint64_t progress; /* counts what steps achieve */

	enum wait wait; /* of the last step */
	unsigned wait_pin;
	struct link *wait_frontier;
	size_t wait_bytes;
	int wait_descriptor;
	short wait_events;
	int64_t wait_until_ns;

	struct operator_statistics statistics;
};

/*
 * What an operator said of a unit. It counts when the unit is decided, and only
 * if what the operator yields is needed then: a `head` that has enough before
 * the place of a failure must not depend on who ran first.
 */
struct failure {
	struct failure *next;
	struct operator *op; /* that found it, and gets no more of the unit */
	const struct operator *blamed; /* under whose name it is reported */
	struct unit *unit; /* NULL: of what spans units; decided at the end */
	enum exit_status status;
	char *text;
	struct text rejected; /* what goes into quarantine, a line an item */
	unsigned rejected_count;
};

/* A file on its way, with what it waits for. */
struct pending {
	struct pending *next;
	struct output *output;
	struct unit *unit; /* NULL: the end of the run */
};

struct slab_entry {
	struct slab_entry *next;
	struct slab slab;
};

struct graph {
	const struct graph_plan *plan;
	struct graph_settings settings;
	struct budget budget;
	struct diagnostics *diagnostics;

	struct operator *operators; /* as in the plan */
	struct operator **ranked;
	struct link *links; /* as in the plan */
	unsigned unfinished;

	uint64_t *ready; /* a bit per rank */
	unsigned ready_words;
	uint64_t random;

	struct slab_entry *slabs;
	struct pending *pending, **pending_last;
	struct output_pool *outputs; /* what they share */
	struct failure *failures; /* not decided yet */
	struct graph_result result;
	bool drain_wanted; /* see graph_drain; done after the step */
	bool draining; /* units in flight are finished, nothing spans them */
	bool lingering; /* for that, operators that span units are at work */
	uint64_t drain_limit; /* units from this number on are cancelled */
	bool failed; /* no further step is made */

	const struct graph_host *host; /* or NULL */
	void *host_context;
	struct frontiers *frontiers;
	bool *origins, *precedence; /* see origin.c */
	struct operator **sources; /* in the order of their turns */
	unsigned source_count;
	bool ordered; /* they have one */
	unsigned open_units; /* that have begun and aren't decided */
	int64_t now_ns; /* when the last step ended */
	int64_t look_ns; /* when settings.watch looks next */
	struct path_set claims; /* paths of outputs, with their units */
	struct path_set claimed_directories; /* those that they lie in */
	struct share *share; /* its units run elsewhere; or NULL */
	struct worker *worker; /* it runs units of another; or NULL */
};

/* Whether it is made by what works within units: where these are shared, by a
 * worker. */
static inline bool pending_is_within(
	const struct graph *graph, const struct pending *pending)
{
	return graph->operators[output_owner(pending->output)].within;
}

/* The row of the table for a pin: a requested pin is the last row, and its
 * links count on. */
static inline const struct pin_spec *pin_row(
	const struct operator_spec *spec, unsigned pin)
{
	unsigned row = 0;

	while (row < pin && spec->pins[row + 1].name)
		row++;
	return &spec->pins[row];
}

/* Whether units are decided before what comes by the pin is through. */
static inline bool pin_spans(const struct pin *pin)
{
	return pin->live ? !pin->live->plan->per_unit : operator_spans(pin->op);
}

/* ---- scheduler.c -------------------------------------------------------- */

void operator_set_ready(struct operator *op);

/* Loads the operator's module, if it is in one, once; false: it has failed. */
bool operator_load_code(struct operator *op);

/* Calls the operator's open, once; false: it has failed. */
bool operator_open(struct operator *op);

/* The operator is through: its inputs close, its outputs end. */
void operator_finish(struct operator *op);

/* ---- drain.c ------------------------------------------------------------- */

/* Stops the run in order, after the step that runs: sources end, what spans
 * units is thrown away, the units in flight are finished, those from number
 * LIMIT on cancelled. So what has been published doesn't depend on how far the
 * operators happened to be. */
void graph_drain(struct graph *graph, uint64_t limit);

/* The same behind UNIT, which has just failed, where that failure is one too
 * many. */
void graph_drain_behind(struct graph *graph, const struct unit *unit);

/* Does what of it is due now. */
void drain(struct graph *graph);

/* The run is asked to stop. */
void drain_interrupt(struct graph *graph);

/* Whether the operator goes on until the units in flight are through, though
 * the run stops: they are published, and what they contribute is to be kept, or
 * they would have to run again for the sake of that. */
bool drain_lingers(const struct operator *op);

/* ---- input.c ------------------------------------------------------------- */

/* The operator waits at one input: ends that it has taken from the others go
 * no further. */
void operator_settle_ends(struct operator *op);

/* The end that was delivered goes no further. */
void operator_settle_end(struct operator *op, struct pin *pin);

/* ---- wait.c -------------------------------------------------------------- */

/* The unit that an operator with WAIT_VERDICT waits for. */
struct unit *wait_unit(struct operator *op);

/* Whether what the operator waits for has happened. */
bool wait_over(struct operator *op);

/* Nothing is ready: polls what can be polled, and makes operators ready. */
void wait_idle(struct graph *graph);

/* ---- stall.c ------------------------------------------------------------- */

/* Everything waits for each other: makes room in a full link of the cycle, or
 * fails the run with an error that names the cycle. */
void stall_resolve(struct graph *graph);

/* ---- origin.c ------------------------------------------------------------ */

/* Finds out what follows, and fills `sources`. */
void origins_find(struct graph *graph);

/* Whether units of SOURCE may come to the operator. */
bool operator_stems_from(
	const struct operator *op, const struct operator *source);

/* Whether the units of one source come before those of another. */
bool source_precedes(
	const struct operator *first, const struct operator *second);

/* ---- turn.c -------------------------------------------------------------- */

/* From now on sources wait for their turns, if they have an order. */
void turns_begin(struct graph *graph);

/* Whether the sources in front of this one are through; and whether it may
 * bring a unit now: those before it are behind the frontiers, and what stands
 * outside of all units is there. */
bool source_has_turn(const struct operator *source);
bool source_may_bring(const struct operator *source);

/* The wait for the turn, STEP_WAIT; and those that wait for it, or to bring a
 * unit, go on where they may. */
enum step source_wait_turn(struct operator *source);
void turns_operator_begun(const struct operator *op); /* or ended, unbegun */
void graph_wake_sources(struct graph *graph);

/* ---- unit.c -------------------------------------------------------------- */

/* The unit's first segment begins at an output of the operator. */
void unit_opened(struct operator *op, struct unit *unit);

/* One end of the unit's segment has run its way. The last one decides. */
void unit_end_arrived(struct graph *graph, struct unit *unit);

/* Whether the unit has failed or is cancelled, as far as that is decided. UNIT
 * may be NULL. */
bool unit_is_lost(const struct graph *graph, struct unit *unit);

/* ---- failure.c ----------------------------------------------------------- */

/* Remembers a failure of the segment's unit. Takes TEXT, the message. */
struct failure *unit_fail(struct operator *op, const struct operator *blamed,
	struct segment *segment, enum exit_status status, char *text);

/* The first failure of UNIT that the operator has found, or NULL. */
struct failure *unit_failure(
	const struct operator *op, const struct unit *unit);

/* Reports the failure that counts for UNIT, or for what spans units where it
 * is NULL, and forgets all of it; false when there is none that counts. */
bool graph_decide_failures(struct graph *graph, struct unit *unit);

/* Forgets those of all units. */
void graph_forget_failures(struct graph *graph);

/* ---- pending.c ----------------------------------------------------------- */

/* Remembers what UNIT, or what spans units where it is NULL, has made, which
 * becomes the graph's; publishes that or gives it to the host; throws it away;
 * and what is left of all. See also graph_forget_outputs. */
void graph_add_output(
	struct graph *graph, struct output *output, struct unit *unit);
void graph_publish(struct graph *graph, struct unit *unit);
void graph_discard_unit(struct graph *graph, struct unit *unit);
void graph_discard_outputs(struct graph *graph);

/* ---- claims.c ------------------------------------------------------------ */

enum claim {
	CLAIM_MADE,
	CLAIM_UNIT_FAILS, /* the fault is its own, such as one name twice */
	CLAIM_RUN_FAILS, /* with two units the result were a matter of order */
};

/* OP is about to write PATH, or what it wrote in a worker is to be published:
 * whether nobody else does, nothing lies in a file, and it is permitted. UNIT
 * may be NULL. If not, PROBLEM, empty before, says why; the caller fails what
 * the result says. */
enum claim graph_claim(const struct operator *op, const char *path,
	enum file_kind kind, const struct unit *unit, struct text *problem);

/* ---- report.c ------------------------------------------------------------ */

/* Says one thing at the operator's place; UNIT, which may be NULL, is named by
 * the message. */
void graph_report(const struct operator *op, const struct unit *unit,
	enum severity severity, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Fails the unit for a stream that failed, in the name of who made that. */
void operator_fail_stream(
	struct operator *op, unsigned pin, const struct stream *stream);

/* The operator broke the contract: says how, and fails the run with
 * STATUS_BUG. */
void graph_violation(struct operator *op, const char *what);

/* Fails the run. */
void graph_fail(struct graph *graph, enum exit_status status);

#endif
