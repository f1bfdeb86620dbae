/* SPDX-License-Identifier: MIT */
/* The call of relate for one operator, and what is put in on the way. */
#ifndef LEAT_LOADER_RELATE_H
#define LEAT_LOADER_RELATE_H

#include "loader/graph.h"

struct relation {
	struct graph_work *work;
	struct operator_plan *op;
};

/* Takes the shapes that arrive at operator INDEX, converted where need be, and
 * calls its relate. */
void graph_relate_operator(struct graph_work *work, unsigned index);

/* The row of the table for a pin. */
const struct pin_spec *graph_pin_row(
	const struct operator_plan *op, unsigned pin);

/* The converter (loader/convert.c) that makes TYPES, if they are but one type,
 * the one type WANTED; or NULL. */
const struct operator_spec *convert_find(unsigned types, unsigned wanted);

/* Puts an operator into link INDEX of the plan, which then leads to it; returns
 * the index of the link behind it. WHY is a phrase for people. */
unsigned convert_insert(struct graph_work *work, unsigned index,
	const struct operator_spec *spec, const char *why);

/* Gives ranks to what was put in, operators from number NAMED on. */
void convert_rank(struct graph_work *work, unsigned named);

/* Puts `chunk` into links by which streams would leave a sandbox, to inputs
 * that take bytes as well (loader/crossing.c). */
void graph_cut_streams(struct graph_work *work);

#endif
