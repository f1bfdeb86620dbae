/* SPDX-License-Identifier: MIT */
/*
 * What the files of sharing units share; nobody else includes it. Units are
 * handed out (share-out.c), and what comes of them is taken (share-take.c), or
 * isn't wanted any more (share.c).
 */
#ifndef LEAT_ENGINE_SHARE_PARTS_H
#define LEAT_ENGINE_SHARE_PARTS_H

#include "engine/share.h"

/* A unit that was handed out. */
struct handed {
	struct handed *next;
	struct segment *segment;
};

struct share {
	const struct crew_methods *methods;
	void *context;
	unsigned ahead_source; /* of whose units is handed out next ... */
	uint64_t ahead; /* ... this one */
	const struct operator *taken; /* whose units are taken; or NULL */
	uint64_t next; /* the next one of it to take */
	struct handed *first, **last; /* that were handed out, not taken */
	struct segment *refused; /* it was found, but there was no room */
	bool opens; /* it has a content */
	struct text task; /* that goes with it */
	struct segment *current; /* the unit that is taken; counted */
	uint64_t dropped; /* the oldest units at the crew that nobody wants */
	struct arrival piece; /* that there was no room for */
	bool drains; /* nothing more is handed out */
	bool all_found; /* there are no more */
};

static inline struct operator *share_source(
	const struct graph *graph, const struct segment *segment)
{
	return &graph->operators[segment->unit->source];
}

/* ---- share-out.c ------------------------------------------------------------ */

/* Hands out all that the crew has room for, also units of sources behind the
 * one that has its turn. */
void share_hand_out(const struct graph *graph, struct share *share);

/* ---- share-take.c ----------------------------------------------------------- */

/* Takes the oldest unit that was handed out off the list. */
struct segment *share_pop(struct share *share);

/* That unit, which is one of SOURCE, is taken from now on; what has come of it
 * is; the wait for more. */
void share_begin_unit(struct operator *source, struct share *share);
enum step share_take(struct operator *source, struct share *share);
enum step share_await(struct operator *source, const struct share *share);

#endif
