/* SPDX-License-Identifier: MIT */
/* Paths of a session file, which are relative to the file. */
#ifndef LEAT_LOADER_PATH_H
#define LEAT_LOADER_PATH_H

#include "loader/loader.h"

/* The directory of a session file, with a slash; "" when that is the working
 * directory as PATH is written. */
const char *path_directory(struct arena *arena, const char *path);

/* TEXT made relative to the process; TYPE says what must be escaped in the
 * directory put before it: magic characters of globs, braces of templates. */
const char *path_resolve(
	struct loader *loader, enum setting_type type, const char *text);

/* The same for one of SETTING_INPUTS; "-" stands for standard input. */
const char *path_resolve_input(
	struct loader *loader, bool literal, const char *text);

/* Whether TEXT has characters that are special to glob(7). */
bool path_is_glob(const char *text);

#endif
