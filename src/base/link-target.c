/* SPDX-License-Identifier: MIT */
/* Where symbolic links lead. */
#include "base/link-target.h"

#include <stdbool.h>
#include <string.h>

/* Takes the last component away; false: there is none. */
static bool climb(struct text *path)
{
	if (path->length == 0)
		return false;
	while (path->length > 0 && path->data[--path->length] != '/')
		;
	path->data[path->length] = '\0';
	return true;
}

static void descend(struct text *path, const char *name, size_t length)
{
	if (path->length > 0)
		text_add(path, "/", 1);
	text_add(path, name, length);
}

const char *link_target_resolve(
	const char *name, const char *target, struct text *result)
{
	const char *slash = strrchr(name, '/');
	bool descended = false;

	result->length = 0;
	text_add(result, name, slash ? (size_t)(slash - name) : 0);
	if (!*target)
		return "is empty";
	if (*target == '/')
		return "is an absolute path";
	while (*target) {
		size_t length = strcspn(target, "/");

		if (length == 2 && memcmp(target, "..", 2) == 0) {
			/* What it has gone down by may be a link. */
			if (descended)
				return "goes down and up again";
			if (!climb(result))
				return "leads out of the directory";
		} else if (length > 0 && !(length == 1 && *target == '.')) {
			descend(result, target, length);
			descended = true;
		}
		target += length + (target[length] == '/');
	}
	return NULL;
}
