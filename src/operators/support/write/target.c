/* SPDX-License-Identifier: MIT */
#include "operators/support/write/target.h"

#include <limits.h>
#include <string.h>

bool write_mode_parse(const char *text, unsigned *mode)
{
	size_t length = strspn(text, "01234567");

	*mode = 0;
	if (length == 0 || text[length] != '\0')
		return false;
	for (; *text; text++) {
		*mode = *mode * 8 + (unsigned)(*text - '0');
		if (*mode > 0777)
			return false;
	}
	return true;
}

/* Whether the LENGTH bytes at NAME are . or .. */
static bool is_dots(const char *name, size_t length)
{
	return length && length <= 2 && strspn(name, ".") >= length;
}

/* What is wrong with a component, whatever fills in what is in braces. LAST:
 * nothing stands behind it. */
static const char *component_problem(
	const char *name, size_t length, bool in_root, bool last)
{
	if (last && (length == 0 || is_dots(name, length)))
		return "names a directory";
	if (!in_root && is_dots(name, length))
		return "has a component . or .. behind what is filled in";
	if (length > NAME_MAX && !memchr(name, '{', length))
		return "has a name of more than 255 bytes";
	return NULL;
}

const char *write_path_problem(const char *path, size_t root_length)
{
	for (const char *at = path;; at++) {
		size_t length = strcspn(at, "/");
		const char *problem = component_problem(at, length,
			(size_t)(at - path) < root_length, !at[length]);

		at += length;
		if (problem || !*at)
			return problem;
	}
}
