/* SPDX-License-Identifier: MIT */
/* Entries of archives: their names, and what is known of them. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_ENTRY_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "model/attribute.h"

enum entry_attribute {
	ENTRY_PATH,
	ENTRY_TYPE,
	ENTRY_SIZE,
	ENTRY_MTIME,
	ENTRY_MTIME_NS,
	ENTRY_MODE,
	ENTRY_UID,
	ENTRY_GID,
	ENTRY_USER,
	ENTRY_GROUP,
	ENTRY_LINK,
	ENTRY_MAJOR,
	ENTRY_MINOR,
	ENTRY_SPARSE,
	ENTRY_INDEX,
	ENTRY_FORMAT,
	ENTRY_TRAIL,
	ENTRY_ATTRIBUTES,
};

/* The rows of archive-read. */
extern const struct attribute_spec entry_attributes[];

/* Why nobody should use a name of LENGTH bytes, as the end of a sentence, or
 * NULL. Backslashes count as slashes here: elsewhere they are. */
const char *entry_name_problem(const char *name, size_t length);

/* Adds the name without components `.`, empty ones and a slash at the end; the
 * name of the root is a dot. */
void entry_add_path(struct text *path, const char *name, size_t length);

#endif
