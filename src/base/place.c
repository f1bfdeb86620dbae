/* SPDX-License-Identifier: MIT */
/* Where an output lies. */
#include "base/place.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

unsigned place_depth(const char *path)
{
	unsigned depth = 0;

	while (*path) {
		size_t length = strcspn(path, "/");

		depth += length > 0 && !(length == 1 && *path == '.');
		path += length;
		path += *path == '/';
	}
	return depth;
}

/* Where what lies beneath begins: behind the slash in front of the last DEPTH
 * components. */
static size_t root_length(const char *path, unsigned depth)
{
	size_t length = strlen(path);

	while (length > 1 && !(path[length - 1] == '/' && --depth == 0))
		length--;
	return length;
}

int place_open(const char *path, unsigned depth, const char **name)
{
	size_t root = root_length(path, depth);
	struct text above = {0}, beneath = {0};

	*name = strrchr(path, '/') + 1;
	text_add(&above, path, root);
	if (*name > path + root)
		text_add(&beneath, path + root, (size_t)(*name - path) - root);
	int directory = file_find_beneath(
		above.data, beneath.length > 0 ? beneath.data : "");
	int saved = errno;
	text_free(&above);
	text_free(&beneath);
	errno = saved;
	return directory;
}
