/* SPDX-License-Identifier: MIT */
/*
 * Units that other processes run. A graph that shares its units hands each to
 * a crew, in order, and takes in order what comes of them: what passes the
 * frontiers (engine/host.h), and in the end a report. In the other processes
 * the same graph is a worker: of its operators only those within units run,
 * and those at frontiers that have partial results; what passes a frontier is
 * given away. Neither knows how bytes and descriptors get from one to the
 * other.
 */
#ifndef LEAT_ENGINE_CREW_H
#define LEAT_ENGINE_CREW_H

#include "base/text.h"
#include "engine/graph.h"

/* ---- Sharing units ------------------------------------------------------- */

enum arrival_kind {
	ARRIVAL_NOTHING, /* not yet */
	ARRIVAL_PIECE, /* bytes for the frontier */
	ARRIVAL_REPORT, /* all is here; the bytes are worker_methods.report's */
	ARRIVAL_LOST, /* no more comes: the worker is gone; the bytes are the
			 reason, as text */
};

struct arrival {
	struct slice data;
	unsigned frontier; /* as in graph_frontier */
};

struct crew_methods {
	/* Hands out a unit, which comes after all that were before: TASK says
	 * what a worker has to know of it, OPENS that it reads the unit's file.
	 * The segment lives until the unit's
	 * report or loss was taken, or `stop` was called. False: not now. */
	bool (*hand_out)(void *context, const struct segment *segment,
		bool opens, const struct text *task);

	/* Nothing is wanted any more of the COUNT oldest units whose ends
	 * weren't taken yet: these come as soon as may be, of any kind. */
	void (*drop)(void *context, uint64_t count);

	/* What has come of the oldest unit that was handed out and whose end
	 * wasn't taken yet. The data lives until the next call. */
	enum arrival_kind (*arrive)(void *context, struct arrival *arrival);

	/* What can be read from when it may be worth calling them again. */
	int (*descriptor)(void *context);

	/* Bytes that were read of the units so far, by all workers. */
	uint64_t (*bytes_read)(void *context);

	/* Nothing is wanted any more of what was handed out. */
	void (*stop)(void *context);
};

/* Whether units of the graph, whose sources were opened, can be shared: all
 * sources can hand them out, and have an order, only bytes, lines, records and
 * partial results pass the frontiers, and what is untrusted is within units. */
bool graph_can_share(const struct graph *graph);

/* Whether they can't; WHY, which may be NULL, gets the reason: a phrase. */
bool graph_has_obstacle(const struct graph *graph, struct text *why);

/* How much there is to share: counts units that are to be run, up to ENOUGH,
 * and the bytes of those. */
uint64_t graph_count_work(
	struct graph *graph, uint64_t enough, uint64_t *bytes);

/* Before graph_run. MEMORY_BYTES is the budget from then on. */
void graph_share(struct graph *graph, const struct crew_methods *methods,
	void *context, size_t memory_bytes);

/* Makes an output of the unit that a worker asks for; see operator_output. OP
 * is the index of the operator. The descriptor is the output's. */
struct output *graph_make_output(struct graph *graph, unsigned op,
	struct unit *unit, const struct output_request *request);

/* Opens what the finished file PATH of the unit holds; see operator_reread. */
int graph_reread(
	struct graph *graph, const struct unit *unit, const char *path);

/* A request as bytes; false: they are none. What is unpacked stays where it
 * is. */
void request_pack(
	struct text *to, unsigned op, const struct output_request *request);
bool request_unpack(const char *data, size_t length, unsigned *op,
	struct output_request *request);

/* Whether an output that a worker will write stays open here, to be synced with
 * others when the unit is published; else the worker is to sync it. */
bool graph_keep_output(const struct graph *graph, struct output *output);

/* Throws away what a worker has made of the unit so far. */
void graph_forget_outputs(struct graph *graph, struct unit *unit);

/* Warns of what a library wrote to standard error, on its own, while a process
 * was at the unit. */
void graph_report_stray(
	struct graph *graph, const struct unit *unit, const struct text *stray);

/* ---- Being a worker ------------------------------------------------------ */

struct worker_methods {
	/* The next task; waits for it, and doesn't return when there is none.
	 * DESCRIPTOR is what the unit's file was opened as, or -1 and *ERROR
	 * says why it can't be. */
	void (*receive)(
		void *context, struct text *task, int *descriptor, int *error);

	/* Bytes for the frontier. They make whole items, or are part of one. */
	void (*give)(void *context, unsigned frontier, const void *data,
		size_t length);

	/* Has an output made; *DESCRIPTOR becomes that of its temporary, if it
	 * is a file, and *KEPT whether who has made it will sync it. Returns 0,
	 * or errno. */
	int (*output)(void *context, unsigned op,
		const struct output_request *request, int *descriptor,
		bool *kept);

	/* See graph_reread. */
	int (*reread)(void *context, const char *path);

	/* Adds what was written to standard error since the last call. */
	void (*stray)(void *context, struct text *text);

	/* What became of the unit. */
	void (*report)(void *context, const struct text *report);
};

/* What others see of a worker, at any time. */
struct pulse {
	uint64_t steps; /* it isn't stuck */
	uint64_t bytes; /* read of all its units */
	int error; /* errno of what it ended for; else 0 */
};

/* Before graph_run, which doesn't return unless the run fails beyond a unit.
 * PULSE is brought up to date with each step; borrowed. */
void graph_become_worker(struct graph *graph,
	const struct worker_methods *methods, void *context,
	volatile struct pulse *pulse);

#endif
