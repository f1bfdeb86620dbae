/* SPDX-License-Identifier: MIT */
/* The directories that a walk is inside of. */
#include "operators/support/file/way.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"

/* The nearest of the places from PLACE upwards that is the same as HERE; or
 * NULL. */
static const struct place *find_same(
	const struct place *here, const struct place *place)
{
	while (place &&
		(place->device != here->device || place->inode != here->inode))
		place = place->above;
	return place;
}

/* False: there is no such directory, HERE is none. */
static bool look(struct place *here, const char *path)
{
	struct stat found;

	*here = (struct place){0};
	if (stat(path, &found) < 0)
		return false;
	here->device = found.st_dev;
	here->inode = found.st_ino;
	return true;
}

bool place_init(struct place *here, const struct place *above, const char *path)
{
	const bool there = look(here, path);

	here->above = above;
	return !there || !find_same(here, above);
}

/* Goes on to PATH, whose last component is NAME. Back where it was, it is no
 * longer inside of what came between, nor of anything where `..` leads out. */
static const struct place *go_on(struct place *next, const struct place *above,
	const char *path, const char *name)
{
	if (!look(next, path))
		return above;
	const struct place *same = find_same(next, above);
	if (same)
		next->above = same->above;
	else if (strcmp(name, "..") != 0)
		next->above = above;
	return next;
}

/* Goes along the components of PATH. NEXT is moved behind the places it
 * took. */
static const struct place *go_along(
	struct place **next, const struct place *here, const char *path)
{
	struct text part = {0};

	here = go_on((*next)++, here, *path == '/' ? "/" : ".", ".");
	while (*path) {
		const size_t slashes = strspn(path, "/");
		const size_t length = strcspn(path + slashes, "/");

		text_add(&part, path, slashes + length);
		path += slashes + length;
		if (length > 0)
			here = go_on((*next)++, here, part.data,
				part.data + part.length - length);
	}
	text_free(&part);
	return here;
}

struct place *place_way(const char *path, const struct place **here)
{
	/* One that was removed has no name: nothing leads to it. */
	char *working = *path == '/' ? NULL : getcwd(NULL, 0);
	const size_t length = working ? strlen(working) : 0;
	struct place *places = memory_zeroed(
		memory_product(length + strlen(path) + 2, sizeof(*places)));
	struct place *next = places;

	*here = NULL;
	if (working && *working == '/')
		*here = go_along(&next, NULL, working);
	*here = go_along(&next, *here, path);
	free(working);
	return places;
}
