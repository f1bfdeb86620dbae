/* SPDX-License-Identifier: MIT */
/*
 * What people call things by when they ask for them: an operator or a graph by
 * its name, an input or an output by its path, a unit by its name, also with
 * its graph's and a slash in front.
 */
#ifndef LEAT_SESSION_ADDRESS_H
#define LEAT_SESSION_ADDRESS_H

#include "session/due.h"

struct address {
	const char *given; /* borrowed */
	struct text key; /* the same, as that of a file */
};

/* Whether GIVEN is the operator: OP, or GRAPH/OP. */
bool address_is_operator(
	const char *given, const char *graph, const char *operator);

void address_init(struct address *address, const char *given,
	const struct key_base *base);
void address_finish(struct address *address);

/* What of a graph an address names. An output stands for the unit that made
 * it, one that spans units and an operator for the graph. */
enum address_target {
	ADDRESS_NOTHING,
	ADDRESS_GRAPH,
	ADDRESS_UNIT,
	ADDRESS_FAILED, /* the store can't be read */
};

/* *UNIT becomes the unit. STORE may be NULL. */
enum address_target address_find(const struct address *address,
	const struct graph_plan *plan, const struct due *due,
	struct run_store *store, const struct due_unit **unit);

#endif
