/* SPDX-License-Identifier: MIT */
/*
 * What ${name} means in one place: the params of the session in its graphs,
 * those of a subgraph in each use of it. Scopes don't nest: a subgraph sees
 * its own params only.
 */
#ifndef LEAT_LOADER_PARAM_SCOPE_H
#define LEAT_LOADER_PARAM_SCOPE_H

#include "base/diagnostic.h"
#include "loader/names.h"

struct param;
struct param_value;

struct param_scope {
	struct param *params; /* in the order of the file */
	struct param_value *values; /* one for each */
	unsigned count;
	struct names *names; /* of the params; NULL when there are none */
	const char *directory; /* of the file whose texts are in this scope,
				  with a slash; "" is the working directory */
	bool open; /* params without a value may get one some day */
	const struct param_scope
		*session; /* that of the session, of whose params
					nothing is seen; NULL in its own */
};

#endif
