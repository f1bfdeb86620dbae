/* SPDX-License-Identifier: MIT */
/* What files that are to be written may be called, and their permissions. */
#ifndef LEAT_OPERATORS_SUPPORT_WRITE_TARGET_H
#define LEAT_OPERATORS_SUPPORT_WRITE_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/* What is wrong with PATH, a template whose first ROOT_LENGTH bytes are its
 * directory, whatever its attributes are; or NULL. */
const char *write_path_problem(const char *path, size_t root_length);

/* Permissions in octal, up to 0777: what runs with other rights is nothing to
 * generate. False: they aren't. */
bool write_mode_parse(const char *text, unsigned *mode);

#endif
