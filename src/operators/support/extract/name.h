/* SPDX-License-Identifier: MIT */
/* The names that entries get beneath the directory that they are put into. */
#ifndef LEAT_OPERATORS_SUPPORT_EXTRACT_NAME_H
#define LEAT_OPERATORS_SUPPORT_EXTRACT_NAME_H

#include "base/text.h"
#include "model/attribute.h"

/* NAME, emptied first, gets what PATH is called there, which is the path of the
 * entry with the attributes SET or of one in the same archive: without `.` and
 * double slashes, behind the name of its archive if that lies in another one
 * and unless it is to be FLAT. UNIT_PATH: the src_path of the outermost; or
 * NULL. Returns NULL, or why it can't be used, as the end of a sentence. */
const char *extract_name(struct text *name, const struct value *path,
	const struct attributes *set, const struct value *unit_path, bool flat);

#endif
