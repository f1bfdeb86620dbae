/* SPDX-License-Identifier: MIT */
/* Looking at many files. */
#include "base/looker.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void looker_init(struct looker *looker)
{
	*looker = (struct looker){.descriptor = -1};
}

static void leave(struct looker *looker)
{
	if (looker->descriptor >= 0)
		close(looker->descriptor);
	looker->descriptor = -1;
}

void looker_finish(struct looker *looker)
{
	leave(looker);
	text_free(&looker->directory);
}

/* Whether the directory, whose name has LENGTH bytes, is that of the last file;
 * it is that of the next. */
static bool stays(struct looker *looker, const char *path, size_t length)
{
	struct text *directory = &looker->directory;

	if (length > 0 && length == directory->length &&
		memcmp(path, directory->data, length) == 0)
		return true;
	leave(looker);
	directory->length = 0;
	text_add(directory, path, length);
	return false;
}

bool looker_stat(struct looker *looker, const char *path, struct stat *found)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (stays(looker, path, (size_t)(name - path)) &&
		looker->descriptor < 0)
		looker->descriptor = open(looker->directory.data,
			O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (looker->descriptor < 0 || *name == '\0')
		return stat(path, found) == 0;
	return fstatat(looker->descriptor, name, found, 0) == 0;
}
