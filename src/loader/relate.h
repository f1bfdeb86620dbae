/* SPDX-License-Identifier: MIT */
/* The call of relate for one operator. */
#ifndef LEAT_LOADER_RELATE_H
#define LEAT_LOADER_RELATE_H

#include "loader/graph.h"

struct relation {
	struct graph_work *work;
	struct operator_plan *op;
};

#endif
