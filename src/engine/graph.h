/* SPDX-License-Identifier: MIT */
/*
 * Runs a graph: operators in topological ranks, a bitmap of those that are
 * ready, links between them. It knows nothing of session files beyond their
 * plan, and nothing of exit policies beyond the settings below.
 */
#ifndef LEAT_ENGINE_GRAPH_H
#define LEAT_ENGINE_GRAPH_H

#include <signal.h>

#include "base/log.h"
#include "engine/host.h"
#include "loader/session.h"

struct graph;

/* Who looks on while a graph runs; what it does has no effect on the run. */
struct graph_watch {
	void *context;
	/* A unit that ran was decided; not one that is merely brought, or that
	 * the end of the run cut off. */
	void (*unit)(void *context, const struct unit *unit);
	/* A file is complete and gets its name now or soon; UNIT NULL: it
	 * spans them. */
	void (*output)(void *context, const struct unit *unit,
		const struct output *output);
	/* Between two steps, ten times a second where they are that short;
	 * may ask graph_unit. */
	void (*look)(void *context, struct graph *graph);
};

struct graph_settings {
	size_t memory_bytes; /* the budget */
	size_t link_items, link_bytes; /* capacities; 0: 256 and 8 MiB */
	size_t span_items; /* 0: SPAN_ITEMS */
	uint64_t schedule_seed; /* not 0: pick ready operators at random, for
				   tests: no result may depend on it */
	bool keep_going; /* -k: a failed unit doesn't stop the run ... */
	uint64_t failures_max; /* ... but that many do; 0: no number does */
	const struct graph_watch *watch; /* borrowed; or NULL */
	const char *temporary_prefix; /* of the names of temporaries; or NULL */
	const char *scratch; /* the directory of all temporaries, for a host
				that publishes none; or NULL */
	/* Whether a unit (""; what spans them) may write the file; else
	 * PROBLEM, empty before, says why not. May be NULL. */
	bool (*permits)(void *context, const char *path, const char *unit,
		struct text *problem);
	void *permits_context;
	const struct log *log; /* where errors go, as they happen; borrowed */
	const volatile sig_atomic_t *stop; /* 1: sources end, units in flight
					      are finished; more: the run
					      ends at once. May be NULL */
};

/* What one operator did. */
struct operator_statistics {
	uint64_t runs, items_in, items_out, rejected, bytes_in, bytes_out;
	uint64_t busy_ns, waits;
};

struct link_statistics {
	uint64_t peak_items, full_count;
	uint64_t dropped; /* items that a leaky link had no room for */
};

struct graph_result {
	enum exit_status status; /* OK, UNITS_FAILED, or why the run failed */
	uint64_t units, units_failed;
	uint64_t units_quarantined; /* are not among those failed */
	uint64_t skipped; /* rejected items that on-error dropped */
	uint64_t dropped; /* items that leaky links dropped */
	bool interrupted; /* settings.stop ended it early */
	bool broken_pipe; /* nobody reads standard output any more */
};

/* PLAN and SETTINGS are borrowed until graph_destroy. */
struct graph *graph_create(
	const struct graph_plan *plan, const struct graph_settings *settings);

/*
 * Units, before they run. Only graphs whose units are known, in an order among
 * their sources that is the same everywhere, and which keep what passes every
 * frontier, can do without running some; of others all or none are run.
 *
 * graph_find_units opens the sources; false: one has failed, which was
 * reported. graph_unit answers for the unit NUMBER of the source, false when
 * there are no more, and once the source is through.
 */
enum unit_knowledge {
	UNITS_UNKNOWN, /* such as standard input: always run */
	UNITS_TOGETHER, /* known, but run all or none of them */
	UNITS_APART,
};

bool graph_find_units(struct graph *graph);
enum exit_status graph_status(const struct graph *graph); /* why it failed */
enum unit_knowledge graph_units_known(const struct graph *graph);
bool graph_unit(struct graph *graph, unsigned source, uint64_t number,
	struct found_unit *unit);

/* The sources, as indices into the plan's operators, in the order in which they
 * run; returns how many there are. SOURCES has room for all operators. */
unsigned graph_sources(const struct graph *graph, unsigned *sources);

/* Whether what the operator does depends on one unit at a time: what it and
 * the links between such operators are decides what a unit has contributed. */
bool graph_is_within(const struct graph *graph, unsigned op);
unsigned graph_frontier_count(const struct graph *graph);
struct frontier graph_frontier(const struct graph *graph, unsigned index);

/* Whether a source brings values that live properties get once, of operators
 * within units: what it brings is a part of what all units are made of, and it
 * has to run when any unit does. */
bool graph_is_side(const struct graph *graph, unsigned source);

/* Whether units of SOURCE contribute something at a frontier. */
bool graph_contributes(
	const struct graph *graph, unsigned source, unsigned frontier);

/*
 * Files that will be written, as far as that is known before units run: by
 * operators that write for all units, and by those within units, for each of
 * them. graph_targets calls EACH for them until it returns false; false: it
 * has, or an operator can't be opened, which was reported.
 */
struct graph_target {
	unsigned op; /* as in the plan */
	const char *path; /* NULL: it can't be told */
	const char *unit; /* its name; NULL: all */
};

bool graph_targets(struct graph *graph,
	bool (*each)(void *context, const struct graph_target *target),
	void *context);

/* Whether a source would find the file, if it were there. Units have been
 * found, or there were none. */
bool graph_finds(const struct graph *graph, const char *path);

/* Whoever runs the graph won't, for an output that can't be made: reports why
 * in the name of the operator. The graph has failed: STATUS_CANNOT_CREATE. */
void graph_refuse(struct graph *graph, unsigned op, const char *message);

/* What is to be done with the units of SOURCE: WAYS, COUNT of enum unit_way, is
 * borrowed; units beyond them run. */
void graph_set_ways(struct graph *graph, unsigned source,
	const unsigned char *ways, uint64_t count);

/* Without a host all units run, and are published one by one. CONTEXT is what
 * the host's functions get. Before graph_run. */
void graph_set_host(
	struct graph *graph, const struct graph_host *host, void *context);

/* Opens, runs and closes all operators, and publishes the outputs of units as
 * they succeed; those that span units only if nothing failed that should stop
 * the run. */
struct graph_result graph_run(struct graph *graph);

/* By the operator's index in the plan; the link's. */
const struct operator_statistics *graph_operator_statistics(
	const struct graph *graph, unsigned index);
const struct link_statistics *graph_link_statistics(
	const struct graph *graph, unsigned index);
size_t graph_peak_memory(const struct graph *graph);

/* The bytes of the units that were read from their sources so far. */
uint64_t graph_bytes_read(const struct graph *graph);

void graph_destroy(struct graph *graph); /* takes NULL */

#endif
