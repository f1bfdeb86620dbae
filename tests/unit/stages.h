/* SPDX-License-Identifier: MIT */
/* Operators for tests of the engine; each has the struct in front of it as its
 * settings. They take plain items, lines and streams. */
#ifndef LEAT_TESTS_STAGES_H
#define LEAT_TESTS_STAGES_H

#include "engine/operator.h"

enum {
	STAGE_TYPES = PAYLOAD_BIT(PAYLOAD_NONE) | PAYLOAD_BIT(PAYLOAD_LINE) |
		PAYLOAD_BIT(PAYLOAD_STREAM)
};

/* Gives units of items that are numbered by their positions: 1000 for each
 * unit, and one for each item. */
struct giver {
	unsigned units, items;
	size_t bytes; /* not 0: lines of that length; else plain items */
	bool streams; /* items are streams */
	unsigned *given, *destroyed; /* counts the items, unless NULL, and the
					streams */

	unsigned unit, item;
	bool open;
};

extern const struct operator_spec stage_source;

/* Passes items on; fails the unit when it sees a position. */
struct through {
	uint64_t fail_at; /* 0: never */
};

extern const struct operator_spec stage_through;

/* From input 0 to the outputs 1 and 2. */
extern const struct operator_spec stage_fork;

/* Takes all of input 0, then all of input 1; to output 2. */
extern const struct operator_spec stage_join;

/* Counts what arrives, keeping the unit in progress apart. */
struct count {
	struct tally {
		uint64_t kept, dropped, units, failed, ends;
		uint64_t sum; /* of the positions kept */
	} * tally; /* where the test reads the result */
	uint64_t pending, pending_sum;
};

extern const struct operator_spec stage_count;

#endif
