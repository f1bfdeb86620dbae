/* SPDX-License-Identifier: MIT */
/* What the files of accept share; nobody else includes it. */
#ifndef LEAT_SESSION_ACCEPT_PARTS_H
#define LEAT_SESSION_ACCEPT_PARTS_H

#include "base/memory.h"
#include "session/accept.h"
#include "session/address.h"

#define uthash_fatal(message) memory_abort()
#include <uthash.h>

/* A unit that is named, or what spans the units of the graph: then UNIT is
 * NULL, and its key "". */
struct wanted {
	UT_hash_handle hh;
	const char *key;
	const struct due_unit *unit;
	struct store_unit *row; /* a copy; NULL: it never ran */
};

/* What was accepted, to be told in the end. */
struct told {
	char *name;
	enum due_reason reason;
};

struct accepting {
	const struct acceptance *acceptance;
	struct arena *arena;
	const struct key_base *base;
	struct address *addresses;
	bool *found; /* of the addresses */
	struct told *told;
	size_t told_count, told_capacity;
	enum exit_status status;

	/* Of one graph. */
	const struct graph_plan *plan;
	const struct due *due;
	bool writes; /* units have outputs of their own */
	struct wanted *wanted;
	struct store_unit *whole; /* a copy of the row of what spans units */
	struct text path;
};

/* Each makes the store's row of what it is now, and notes that it is to be
 * told. False: it can't be accepted, which has been reported. */
bool accept_unit(struct accepting *accepting, struct wanted *wanted);

/* What spans the units of the graph, if anything does. ROW: NULL, it never
 * ran. */
bool accept_whole(struct accepting *accepting, struct store_unit *row);

/* What spans the units was made of what they were; it is taken for what comes
 * of them as they are now. Nothing is told. */
void accept_units(struct accepting *accepting);

#endif
