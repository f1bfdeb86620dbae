/* SPDX-License-Identifier: MIT */
/*
 * What of a graph is due: its units compared with what the run store remembers
 * of them. Digests decide; stamps (size, times, inode) only save the reading,
 * where they can be trusted.
 */
#ifndef LEAT_SESSION_DUE_H
#define LEAT_SESSION_DUE_H

#include "engine/graph.h"
#include "session/fingerprint.h"

enum due_reason {
	DUE_NOT, /* up to date */
	DUE_NEW, /* never run */
	DUE_INPUT, /* its content changed */
	DUE_IDENTITY, /* what it is called in the session did */
	DUE_SETTINGS, /* what it goes through changed */
	DUE_FAILED, /* it failed the last time */
	DUE_OUTPUT_MISSING, /* DETAIL names the output */
	DUE_OUTPUT_CHANGED, /* not by leat; likewise */
	DUE_PARTIAL, /* what it contributes isn't kept */
	DUE_SIDE, /* what comes from a side did; DETAIL names it */
	DUE_ALWAYS, /* it isn't known what it is before it runs */
	DUE_WRITTEN, /* an earlier graph may write what it reads, in a forecast;
			DETAIL names that graph */
	DUE_UNITS, /* of a graph: units are due, new or gone */
	DUE_OTHERS, /* of a unit: units of this graph run together */
	DUE_NEEDED, /* of a unit of a side: others run */
	DUE_REASONS,
};

extern const char *const due_reason_texts[DUE_REASONS];

/* A source, in the order of their ranks. */
struct due_source {
	unsigned op; /* as in the plan */
	size_t first, count; /* its units */
	unsigned frontiers; /* at which they contribute something */
	bool side; /* see graph_is_side */
};

struct due_unit {
	const struct due_source *source;
	const char *name; /* as shown to people */
	const char *key;
	enum due_reason reason;
	const char *detail; /* or NULL */
	const char *was; /* what of it has changed, as it was remembered: the
			    digest of the output in DETAIL, the identity; or
			    NULL */
	const char *identity; /* see struct found_unit */
	struct file_details file; /* all zero: none, or it can't be looked at */
	struct digest content; /* when it is known */
	struct digest fingerprint; /* that is remembered */
	uint64_t run; /* that is remembered to have made it; 0: none */
	unsigned partials;
	bool shaped; /* it has outputs that other units had a part in, so that
			they may be others where it is brought */
	bool quarantined;
};

/* Copies of rows of the store. */
struct due_rows {
	struct store_unit *all;
	size_t count, capacity;
};

struct due_range {
	bool known;
	uint64_t offset, length;
};

struct due {
	struct arena *arena;
	struct fingerprint units_fingerprint, graph_fingerprint;
	enum unit_knowledge knowledge;
	bool *within; /* operators, as in the plan: see graph_is_within */
	struct due_source *sources;
	unsigned source_count;
	bool has_sides; /* one of them is a side */
	bool stale_noted; /* there are rows that VANISHED hasn't */
	bool side_differs; /* it wasn't what was planned with, so that what was
			      made isn't known to be right */
	struct due_unit *units; /* in the order of the sources */
	size_t count, capacity;
	size_t *order; /* of the units by their keys */
	unsigned char *ways; /* enum unit_way */
	struct due_rows aged; /* whose stamps are to be noted anew */
	struct due_rows vanished; /* whose inputs are gone, and what is stale of
				     others (session/stale.h); by their keys */

	/* Of the graph as a whole. */
	struct digest fingerprint; /* that is remembered */
	uint64_t run; /* likewise */
	bool same_units; /* none is new or gone, and that run had what is
			    remembered of them */
	enum due_reason reason; /* DUE_NOT: it needn't run */
	const char *detail, *was; /* as of a unit */
	struct due_rows whole; /* the row of the graph, where there is one */
	bool intact; /* its outputs are as they were written */

	/* The frontiers, and of each where the units lie in the outputs of the
	 * graph, or NULL; see session/ranges.h. */
	struct frontier *frontiers;
	unsigned frontier_count;
	struct due_range **ranges;
	/* Of a forecast: files that aren't there yet, and will be units. */
	const char **awaited;
	size_t awaited_count;
	size_t run_count, brought_count;
	size_t quarantined_count; /* of units that stay in quarantine */
	bool spans; /* something of it spans units, or they run together */
	unsigned file_facts; /* enum file_facts: what of files may be in
				results besides their contents */
	bool shows; /* it yields more than files: all of it is wanted in each
		       run */
};

/* Works out what is due of GRAPH, whose units have been found. STORE may be
 * NULL: nothing is remembered. False: the store can't be read, see
 * run_store_problem. */
bool due_find(struct due *due, struct graph *graph,
	const struct graph_plan *plan, struct run_store *store,
	const struct key_base *base);

/* Adds the detail of a unit as it is shown to people, who know of which unit it
 * is; nothing if there is none. */
void due_show_detail(const struct due_unit *unit, struct text *text);

void due_finish(struct due *due);

/* Whether KEY is that of a row that has vanished, in a sweep that has come to
 * it; *NEXT, 0 at first, is where it is in the list. */
bool due_is_gone(const struct due *due, size_t *next, const char *key);

/* Finds anew which rows are of units that are gone. False: the store can't be
 * read. */
bool due_find_vanished(
	struct due *due, const char *graph, struct run_store *store);

/* Tells the graph what is to be done with its units. */
void due_set_ways(const struct due *due, struct graph *graph);

/* Whether an output of that operator is a unit's alone. */
bool due_is_within(const struct due *due, const struct graph_plan *plan,
	const char *operator);

/* What is known of a unit of the graph, or NULL. */
struct due_unit *due_unit(const struct due *due, const struct unit *unit);
struct due_unit *due_unit_at(
	const struct due *due, unsigned source, uint64_t number);

/* The same for a graph that the session doesn't have any more: all of its rows
 * have vanished, that of the graph included. DUE is zeroed; to be finished. */
bool due_find_forgotten(
	struct due *due, const char *graph, struct run_store *store);

/* The digest of which units there are, and of what they hold as far as that is
 * known. */
struct digest due_content(const struct due *due);

#endif
