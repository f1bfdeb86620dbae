/* SPDX-License-Identifier: MIT */
/* Names of entries, and the rows of their attributes. */
#include "operators/support/archive/entry.h"

#include <limits.h>
#include <string.h>

enum { COMPONENTS_MAX = 64 };

#define ROW(name, type, summary)                                       \
	{                                                              \
		name, type, ATTRIBUTE_READ, ATTRIBUTE_SEGMENT, summary \
	}

/* One that entry-edit sets. */
#define EDITED(name, type, summary)                                     \
	{                                                               \
		name, type, ATTRIBUTE_WRITE, ATTRIBUTE_SEGMENT, summary \
	}

const struct attribute_spec entry_attributes[] = {
	[ENTRY_PATH] = EDITED("entry_path", VALUE_TEXT,
		"the path in the archive, without `./` in front"),
	[ENTRY_TYPE] = ROW("entry_type", VALUE_TEXT,
		"file, directory, symlink, hardlink, char, block, fifo, "
		"socket"),
	[ENTRY_SIZE] = ROW("entry_size", VALUE_INTEGER,
		"the size in bytes, where the archive says it"),
	[ENTRY_MTIME] = EDITED("entry_mtime", VALUE_TIMESTAMP,
		"when the content was last changed, where it says it"),
	[ENTRY_MTIME_NS] = ROW("entry_mtime_ns", VALUE_INTEGER,
		"the nanoseconds, below 1000, that entry_mtime lacks, if any"),
	[ENTRY_MODE] = EDITED(
		"entry_mode", VALUE_INTEGER, "the permissions, as a number"),
	[ENTRY_UID] = EDITED("entry_uid", VALUE_INTEGER, "the owner"),
	[ENTRY_GID] = EDITED("entry_gid", VALUE_INTEGER, "the owning group"),
	[ENTRY_USER] = EDITED("entry_user", VALUE_TEXT, "the owner's name"),
	[ENTRY_GROUP] = EDITED("entry_group", VALUE_TEXT, "the group's name"),
	[ENTRY_LINK] = ROW("entry_link", VALUE_TEXT, "what a link leads to"),
	[ENTRY_MAJOR] = ROW(
		"entry_major", VALUE_INTEGER, "the major number of a device"),
	[ENTRY_MINOR] = ROW(
		"entry_minor", VALUE_INTEGER, "the minor number of a device"),
	[ENTRY_SPARSE] = ROW("entry_sparse", VALUE_BOOLEAN,
		"true of a file that has holes, where the archive says so"),
	[ENTRY_INDEX] = ROW("entry_index", VALUE_INTEGER,
		"the number in its archive, counted from 0"),
	[ENTRY_FORMAT] = ROW("archive_format", VALUE_TEXT,
		"the format of its archive, such as zip"),
	[ENTRY_TRAIL] = ROW("entry_trail", VALUE_TEXT,
		"the whole way, as in a.zip!/b.tar.gz!/c.txt"),
	[ENTRY_ATTRIBUTES] = {0},
};

static size_t component_length(const char *at, const char *end)
{
	size_t length = 0;

	while (at + length < end && at[length] != '/' && at[length] != '\\')
		length++;
	return length;
}

static bool is_drive(const char *name, size_t length)
{
	return length >= 2 && name[1] == ':' &&
		((name[0] >= 'a' && name[0] <= 'z') ||
			(name[0] >= 'A' && name[0] <= 'Z'));
}

const char *entry_name_problem(const char *name, size_t length)
{
	const char *end = name + length;
	int components = 0;

	if (length == 0)
		return "is empty";
	if (*name == '/' || *name == '\\')
		return "is an absolute path";
	if (is_drive(name, length))
		return "starts with the letter of a drive";
	if (length >= PATH_MAX)
		return "is longer than 4095 bytes";
	for (const char *at = name; at < end;) {
		size_t part = component_length(at, end);

		if (part == 2 && at[0] == '.' && at[1] == '.')
			return "leads out of its directory by `..`";
		if (part > NAME_MAX)
			return "has a component of more than 255 bytes";
		components += part > 0 && !(part == 1 && *at == '.');
		at += part + 1;
	}
	return components > COMPONENTS_MAX ? "has more than 64 components"
					   : NULL;
}

void entry_add_path(struct text *path, const char *name, size_t length)
{
	const char *end = name + length, *at = name;
	size_t start = path->length;

	while (at < end) {
		const char *slash = memchr(at, '/', (size_t)(end - at));
		size_t part = (size_t)((slash ? slash : end) - at);

		if (part > 0 && !(part == 1 && *at == '.')) {
			if (path->length > start)
				text_add(path, "/", 1);
			text_add(path, at, part);
		}
		at += part + 1;
	}
	if (path->length == start)
		text_add(path, ".", 1);
}
