/* SPDX-License-Identifier: MIT */
/* Templates checked: their braces, and that what they name exists. */
#ifndef LEAT_LOADER_TEMPLATE_H
#define LEAT_LOADER_TEMPLATE_H

#include "loader/graph.h"

/* Checks all templates among the properties of an operator against the shape
 * of its input "in". */
void template_check_all(struct graph_work *work, unsigned op);

#endif
