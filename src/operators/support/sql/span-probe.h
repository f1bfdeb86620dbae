/* SPDX-License-Identifier: MIT */
/* Items made up to try expressions on: values of every kind for every type. */
#ifndef LEAT_OPERATORS_SUPPORT_SQL_SPAN_PROBE_H
#define LEAT_OPERATORS_SUPPORT_SQL_SPAN_PROBE_H

#include "registry/spec.h"

enum { SPAN_PROBES = 32 };

/* Items of the shape, with all attributes. */
void span_probe_create(
	const struct shape *shape, struct item *items[SPAN_PROBES]);
void span_probe_destroy(struct item *items[SPAN_PROBES]);

#endif
