/* SPDX-License-Identifier: MIT */
/* The attributes that tell where a content comes from: what templates are
 * filled with. */
#ifndef LEAT_OPERATORS_SUPPORT_FILE_NAMES_H
#define LEAT_OPERATORS_SUPPORT_FILE_NAMES_H

#include "base/file.h"
#include "model/attribute.h"

enum source_attribute {
	SOURCE_PATH,
	SOURCE_DIRECTORY,
	SOURCE_NAME,
	SOURCE_STEM,
	SOURCE_EXTENSION,
	SOURCE_NAMES, /* those above follow from the path */
	SOURCE_SIZE = SOURCE_NAMES,
	SOURCE_MTIME,
	SOURCE_MODE,
	SOURCE_UID,
	SOURCE_GID,
	SOURCE_ATTRIBUTES,
};

/* The rows of `files`; what comes out of archives has the names, too. */
extern const struct attribute_spec source_attributes[];

/* Sets the names for a content with this path. Takes the reference to SET,
 * which may be NULL; returns one. */
struct attributes *source_names_set(struct attributes *set, const char *path);

/* All of them, for the file with this path: one reference. */
struct attributes *source_file_set(
	const char *path, const struct file_details *details);

#endif
