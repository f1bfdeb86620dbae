/* SPDX-License-Identifier: MIT */
/* The attributes that tell where a content comes from: what templates are
 * filled with. */
#ifndef LEAT_OPERATORS_SUPPORT_FILE_NAMES_H
#define LEAT_OPERATORS_SUPPORT_FILE_NAMES_H

#include "model/attribute.h"

enum source_name {
	SOURCE_PATH,
	SOURCE_DIRECTORY,
	SOURCE_NAME,
	SOURCE_STEM,
	SOURCE_EXTENSION,
	SOURCE_NAMES,
};

/* Sets all of them for a content with this path. KEYS are the rows of the
 * operator that introduces them (files), in the order above. Takes the
 * reference to SET, which may be NULL; returns one. */
struct attributes *source_names_set(struct attributes *set,
	const struct attribute_spec *const keys[SOURCE_NAMES],
	const char *path);

#endif
