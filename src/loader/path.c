/* SPDX-License-Identifier: MIT */
/* Paths of a session file, which are relative to the file. */
#include "loader/path.h"

#include <string.h>

const char *path_directory(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	while (strncmp(path, "./", 2) == 0)
		for (path += 2; *path == '/'; path++)
			;
	if (!slash || slash < path)
		return "";
	return arena_copy(arena, path, (size_t)(slash - path) + 1);
}

bool path_is_glob(const char *text)
{
	return strpbrk(text, "*?[\\") != NULL;
}

/* Puts ESCAPE before each of the characters SPECIAL; with ESCAPE 0, doubles
 * them. */
static char *escaped(
	struct arena *arena, const char *text, const char *special, char escape)
{
	char *result = arena_alloc(arena, 2 * strlen(text) + 1);
	char *at = result;

	for (; *text; text++) {
		if (strchr(special, *text))
			*at++ = escape ? escape : *text;
		*at++ = *text;
	}
	return result;
}

const char *path_resolve_input(
	struct loader *loader, bool literal, const char *text)
{
	if (strcmp(text, "-") == 0)
		return text;
	return path_resolve(
		loader, literal ? SETTING_PATH : SETTING_INPUTS, text);
}

const char *path_resolve(
	struct loader *loader, enum setting_type type, const char *text)
{
	const char *directory = loader->scope->directory;

	if (*text == '/' || !*directory)
		return text;
	if (type == SETTING_PATH_TEMPLATE)
		directory = escaped(loader->arena, directory, "{}", '\0');
	else if (type == SETTING_GLOB || type == SETTING_INPUTS)
		directory = escaped(loader->arena, directory, "*?[\\", '\\');
	return arena_format(loader->arena, "%s%s", directory, text);
}
