/* SPDX-License-Identifier: MIT */
/* Paths taken apart. */
#include "operators/support/file/names.h"

#include <string.h>

static bool is_compression(const char *extension)
{
	static const char *const names[] = {
		"Z", "br", "bz2", "gz", "lz", "lz4", "lzma", "xz", "zst", NULL};

	for (size_t i = 0; names[i]; i++)
		if (strcmp(extension, names[i]) == 0)
			return true;
	return false;
}

/* The length of NAME without its extension. A dot at the start or the end of
 * a name makes none. */
static size_t stem_length(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (!dot || dot == name || dot[1] == '\0')
		return strlen(name);
	size_t length = (size_t)(dot - name);
	if (is_compression(dot + 1) && length > 4 &&
		memcmp(dot - 4, ".tar", 4) == 0)
		length -= 4;
	return length;
}

struct attributes *source_names_set(struct attributes *set,
	const struct attribute_spec *const keys[SOURCE_NAMES], const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t length = strlen(name), stem = stem_length(name);
	const char *extension = name + stem + (name[stem] == '.');

	set = attributes_set_text(set, keys[SOURCE_PATH], path, strlen(path));
	set = attributes_set_text(set, keys[SOURCE_DIRECTORY], path,
		slash ? (size_t)(slash - path) : 0);
	set = attributes_set_text(set, keys[SOURCE_NAME], name, length);
	set = attributes_set_text(set, keys[SOURCE_STEM], name, stem);
	return attributes_set_text(
		set, keys[SOURCE_EXTENSION], extension, strlen(extension));
}
