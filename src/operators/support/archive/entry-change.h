/* SPDX-License-Identifier: MIT */
/* What entries are changed to: a name by substitution, values by SQL. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_ENTRY_CHANGE_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_ENTRY_CHANGE_H

#include "model/segment.h"
#include "operators/support/archive/entry.h"
#include "operators/support/pattern/substitution.h"
#include "operators/support/sql/expression.h"

/* Whoever has it sets the first members; zero: no such change. */
struct entry_change {
	struct substitution *rename; /* of paths */
	struct expression *set; /* a column for each attribute */

	struct text path, name; /* while it works */
	struct text problem; /* why an entry can't be changed so */
	const char *field; /* the attribute that has it; or NULL */
};

void entry_change_finish(struct entry_change *change);

/* The attributes that an entry with those of SEGMENT gets; one reference. A
 * hard link leads to what its target is called then. ITEM is of that segment.
 * What came by a pipe and is no archive has no name, and stays as it is. NULL:
 * it can't be, `problem` says why. */
struct attributes *entry_change_apply(struct entry_change *change,
	const struct segment *segment, struct item *item);

#endif
