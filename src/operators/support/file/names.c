/* SPDX-License-Identifier: MIT */
/* Paths taken apart. */
#include "operators/support/file/names.h"

#include <string.h>

const struct attribute_spec source_attributes[] = {
	[SOURCE_PATH] = {"src_path", VALUE_TEXT, ATTRIBUTE_READ,
		ATTRIBUTE_SEGMENT,
		"the path, from the directory in front of the first wildcard"},
	[SOURCE_DIRECTORY] = {"src_dir", VALUE_TEXT, ATTRIBUTE_READ,
		ATTRIBUTE_SEGMENT, "the directories in src_path, or nothing"},
	[SOURCE_NAME] = {"src_name", VALUE_TEXT, ATTRIBUTE_READ,
		ATTRIBUTE_SEGMENT, "the last component of src_path"},
	[SOURCE_STEM] = {"src_stem", VALUE_TEXT, ATTRIBUTE_READ,
		ATTRIBUTE_SEGMENT,
		"src_name without its extension, or without both as .tar.gz"},
	[SOURCE_EXTENSION] = {"src_ext", VALUE_TEXT, ATTRIBUTE_READ,
		ATTRIBUTE_SEGMENT, "what src_stem lacks, without its dot"},
	[SOURCE_SIZE] = {"src_size", VALUE_INTEGER, ATTRIBUTE_READ,
		ATTRIBUTE_SEGMENT, "the size in bytes, as it is stored"},
	[SOURCE_MTIME] = {"src_mtime", VALUE_TIMESTAMP, ATTRIBUTE_READ,
		ATTRIBUTE_SEGMENT, "when the content was last changed"},
	[SOURCE_MODE] = {"src_mode", VALUE_INTEGER, ATTRIBUTE_READ,
		ATTRIBUTE_SEGMENT, "the permissions, as a number"},
	[SOURCE_UID] = {"src_uid", VALUE_INTEGER, ATTRIBUTE_READ,
		ATTRIBUTE_SEGMENT, "the owner"},
	[SOURCE_GID] = {"src_gid", VALUE_INTEGER, ATTRIBUTE_READ,
		ATTRIBUTE_SEGMENT, "the owning group"},
	[SOURCE_ATTRIBUTES] = {0},
};

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

static struct attributes *set_text(struct attributes *set,
	enum source_attribute key, const char *text, size_t length)
{
	return attributes_set_text(set, &source_attributes[key], text, length);
}

struct attributes *source_names_set(struct attributes *set, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t length = strlen(name), stem = stem_length(name);
	const char *extension = name + stem + (name[stem] == '.');

	set = set_text(set, SOURCE_PATH, path, strlen(path));
	set = set_text(set, SOURCE_DIRECTORY, path,
		slash ? (size_t)(slash - path) : 0);
	set = set_text(set, SOURCE_NAME, name, length);
	set = set_text(set, SOURCE_STEM, name, stem);
	return set_text(set, SOURCE_EXTENSION, extension, strlen(extension));
}

struct attributes *source_file_set(
	const char *path, const struct file_details *details)
{
	struct attributes *set = source_names_set(NULL, path);
	struct value mtime = {.integer = details->mtime_us};

	set = attributes_set_integer(set, &source_attributes[SOURCE_SIZE],
		(int64_t)details->state.size_bytes);
	set = attributes_set_integer(
		set, &source_attributes[SOURCE_MODE], details->mode & 07777);
	set = attributes_set_integer(
		set, &source_attributes[SOURCE_UID], details->uid);
	set = attributes_set_integer(
		set, &source_attributes[SOURCE_GID], details->gid);
	return attributes_set(set, &source_attributes[SOURCE_MTIME], &mtime);
}
