/* SPDX-License-Identifier: MIT */
/* What entries can be given by expressions, as far as that shows before any
 * comes. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_ENTRY_SET_CHECK_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_ENTRY_SET_CHECK_H

#include "registry/relation.h"

/* Reports what is wrong with SET, the property `set`, for what IN says arrives.
 * RENAMES: the name is given otherwise. */
void entry_set_check(struct relation *relation,
	const struct setting_expressions *set, const struct shape *in,
	bool renames);

#endif
