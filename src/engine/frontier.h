/* SPDX-License-Identifier: MIT */
/* Frontiers, as the files of the engine use them; see engine/host.h. */
#ifndef LEAT_ENGINE_FRONTIER_H
#define LEAT_ENGINE_FRONTIER_H

#include "engine/internal.h"
#include "model/codec.h"

/* What a frontier link needs to keep and to bring. */
struct frontier_link {
	struct link *link;
	struct codec codec;
	uint64_t items; /* of a unit that matter */
	bool keeps; /* items can be kept, and are wanted */
	struct contribution *current; /* of the unit that is being given */
	bool nests; /* segments within units pass, too */
	struct codec marks; /* of them */
	struct segment *innermost; /* that has begun, of the unit that is taken
				      from elsewhere; counted; or NULL */
	unsigned depth; /* of it in its unit */
	struct text part; /* of what comes in several pieces from elsewhere */
	bool begun; /* the unit that is taken from elsewhere */
};

struct frontiers {
	struct frontier_link *links;
	unsigned count;
	struct contribution *contributions; /* of units not decided yet */
	struct budget budget; /* without a limit; see frontier_copy */
};

/* Whether what it gives for a unit depends on other units. */
bool operator_is_collective(const struct operator *op);

/* Finds the frontiers, and which operators work within units. */
void frontiers_find(struct graph *graph);
void frontiers_destroy(struct frontiers *frontiers); /* takes NULL */

/* Whether contributions can be kept at all frontiers. */
bool frontiers_keep_all(const struct graph *graph);

/* Whether the host wants what units contribute. */
bool frontiers_are_kept(const struct graph *graph);

/* What passes a frontier: the begin of a segment, items, the end of a unit;
 * that nobody takes them any more. */
void frontier_begin(struct link *link, struct segment *segment);
void frontier_give(struct link *link, struct item *const *items, size_t count);
void frontier_end(struct link *link);
void frontier_lose(struct link *link);

/* A partial result of the unit, made elsewhere; takes the bytes of DATA. */
void frontier_keep(struct link *link, struct unit *unit, struct text *data);

/* UNIT was decided: hands over what it has contributed. */
void frontiers_decide(struct graph *graph, const struct unit *unit);

struct frontier frontier_name(const struct link *link);
unsigned frontier_index(const struct link *link); /* as in graph_frontier */
const struct codec *frontier_codec(const struct link *link);

/* How segments within units pass to another process: as an item of type none
 * with their attributes, at one of these positions. */
enum frontier_mark { FRONTIER_END, FRONTIER_BEGIN, FRONTIER_BEGIN_BARE };

/* ---- frontier-item.c ---------------------------------------------------------- */

/* The partial result DATA, as it is given to an operator that keeps such; it
 * takes a reference to the buffer. */
struct item *frontier_partial(struct link *link, const struct slice *data);

/* Moves DATA into a buffer of its own, which lives as long as the items that
 * refer to it. Where a unit ran its items came one after the other, here they
 * come at once: that may exceed the budget, by what is kept of one unit at
 * most. False: there is no memory left. */
bool frontier_copy(struct graph *graph, struct slice *data);

/* Puts ITEM in, whatever the link's policy: what is brought is neither dropped
 * nor asked for. */
void frontier_push(struct link *link, struct item *item);

/* Takes the first item off BYTES: ONE becomes its bytes, without a reference to
 * the buffer. Returns NULL, or what is wrong. */
const char *frontier_cut(struct slice *bytes, struct slice *one);

/* The same, and returns the item; NULL: PROBLEM says what is wrong. */
struct item *frontier_read(const struct frontier_link *frontier,
	struct slice *bytes, const char **problem);

/* ---- frontier-put.c: units that run elsewhere -------------------------------- */

/* A unit of SOURCE that runs elsewhere begins and ends at all frontiers. */
void frontiers_begin(struct operator *source, struct segment *segment);
void frontiers_end(struct graph *graph, struct segment *segment);

/* Puts a piece of what comes of it into the frontier INDEX. */
enum put {
	PUT_ALL,
	PUT_PART, /* PIECE is what is left; the wait of SOURCE is named */
	PUT_MEMORY, /* nothing yet: *MISSING bytes don't fit in the budget */
	PUT_WRONG, /* it is none; the run has failed */
};

enum put frontier_put(struct operator *source, unsigned index,
	struct slice *piece, size_t *missing);

/* Whether all that came to operators with partial results was taken. */
bool frontiers_are_empty(const struct graph *graph);

/* ---- nested.c: segments within them --------------------------------------------- */

/* Puts in the mark that ONE is, see enum frontier_mark; returns NULL, or what
 * is wrong. */
const char *frontier_put_nested(
	struct frontier_link *frontier, const struct slice *one);

/* Ends the segments that haven't ended, as where the worker has died. */
void frontier_end_nested(struct frontier_link *frontier);

#endif
