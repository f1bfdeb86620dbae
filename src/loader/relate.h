/* SPDX-License-Identifier: MIT */
/* The call of relate for one operator. */
#ifndef LEAT_LOADER_RELATE_H
#define LEAT_LOADER_RELATE_H

#include "loader/graph.h"

struct relation {
	struct graph_work *work;
	struct operator_plan *op;
};

/* The converter (loader/convert.c) that makes TYPES, if they are but one type,
 * the one type WANTED; or NULL. */
const struct operator_spec *convert_find(unsigned types, unsigned wanted);

/* Puts an operator into link INDEX of the plan, which then leads to it; returns
 * the index of the link behind it. WHY is a phrase for people. */
unsigned convert_insert(struct graph_work *work, unsigned index,
	const struct operator_spec *spec, const char *why);

/* Gives ranks to what was put in, operators from number NAMED on. */
void convert_rank(struct graph_work *work, unsigned named);

#endif
