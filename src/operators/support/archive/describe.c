/* SPDX-License-Identifier: MIT */
/* Entries described. */
#include "operators/support/archive/describe.h"

#include <string.h>

#include "operators/support/archive/entry.h"
#include "operators/support/file/names.h"

/* ---- Archives --------------------------------------------------------------- */

void describe_archive(const struct attributes *attributes, struct layer *layer)
{
	const struct value *path =
		attributes_get(attributes, &source_attributes[SOURCE_PATH]);
	const struct value *trail =
		attributes_get(attributes, &entry_attributes[ENTRY_TRAIL]);

	if (path)
		text_add(&layer->path, path->data, path->length);
	if (!trail || trail->null)
		trail = path;
	if (trail)
		text_add(&layer->trail, trail->data, trail->length);
	else
		text_add_string(&layer->trail, "-");
}

/* ---- Entries ---------------------------------------------------------------- */

static const char *type_name(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry))
		return "hardlink";
	switch (archive_entry_filetype(entry)) {
	case AE_IFDIR: return "directory";
	case AE_IFLNK: return "symlink";
	case AE_IFCHR: return "char";
	case AE_IFBLK: return "block";
	case AE_IFIFO: return "fifo";
	case AE_IFSOCK: return "socket";
	default: return "file";
	}
}

static const char *link_target(struct archive_entry *entry)
{
	const char *target = archive_entry_hardlink(entry);

	return target ? target : archive_entry_symlink(entry);
}

/* Nothing where the archive doesn't say it. */
static struct attributes *set_text(
	struct attributes *set, enum entry_attribute key, const char *text)
{
	return text ? attributes_set_text(
			      set, &entry_attributes[key], text, strlen(text))
		    : set;
}

static struct attributes *set_integer(
	struct attributes *set, enum entry_attribute key, int64_t integer)
{
	return attributes_set_integer(set, &entry_attributes[key], integer);
}

/* From the year 1 to 9999: what can be written, and what others can read. */
static struct attributes *set_mtime(
	struct attributes *set, struct archive_entry *entry, bool *clamped)
{
	const int64_t least = INT64_C(-62135596800);
	const int64_t most = INT64_C(253402300799);
	const long nanoseconds = archive_entry_mtime_nsec(entry);
	int64_t seconds = archive_entry_mtime(entry);

	if (!archive_entry_mtime_is_set(entry))
		return set;
	*clamped = seconds < least || seconds > most;
	if (*clamped)
		seconds = seconds < least ? least : most;
	if (!*clamped && nanoseconds % 1000 > 0)
		set = set_integer(set, ENTRY_MTIME_NS, nanoseconds % 1000);
	return set_integer(
		set, ENTRY_MTIME, seconds * 1000000 + nanoseconds / 1000);
}

static struct attributes *set_owner(
	struct attributes *set, struct archive_entry *entry)
{
	set = set_integer(set, ENTRY_UID, archive_entry_uid(entry));
	set = set_integer(set, ENTRY_GID, archive_entry_gid(entry));
	set = set_text(set, ENTRY_USER, archive_entry_uname(entry));
	return set_text(set, ENTRY_GROUP, archive_entry_gname(entry));
}

/* What only some have. */
static struct attributes *set_rare(
	struct attributes *set, struct archive_entry *entry)
{
	const unsigned type = archive_entry_filetype(entry);

	if (type == AE_IFCHR || type == AE_IFBLK) {
		set = set_integer(set, ENTRY_MAJOR,
			(int64_t)archive_entry_rdevmajor(entry));
		set = set_integer(set, ENTRY_MINOR,
			(int64_t)archive_entry_rdevminor(entry));
	}
	if (archive_entry_sparse_count(entry) > 0)
		set = set_integer(set, ENTRY_SPARSE, 1);
	return set;
}

/* The names by which the entry can be found: on its own, and from outside. */
static struct attributes *set_names(
	struct attributes *set, const struct layer *layer, const char *name)
{
	struct text path = {0};
	size_t inside = 0;

	text_add(&path, layer->trail.data, layer->trail.length);
	text_add_string(&path, "!/");
	inside = path.length;
	entry_add_path(&path, name, strlen(name));
	set = attributes_set_text(set, &entry_attributes[ENTRY_PATH],
		path.data + inside, path.length - inside);
	set = attributes_set_text(
		set, &entry_attributes[ENTRY_TRAIL], path.data, path.length);
	path.length = 0;
	if (layer->path.length > 0) {
		text_add(&path, layer->path.data, layer->path.length);
		text_add(&path, "/", 1);
	}
	entry_add_path(&path, name, strlen(name));
	set = source_names_set(set, path.data);
	text_free(&path);
	return set;
}

struct attributes *describe_entry(
	const struct layer *layer, const char *name, bool *clamped)
{
	struct archive_entry *entry = layer->entry;
	struct attributes *set = set_names(attributes_create(), layer, name);

	set = set_text(set, ENTRY_TYPE, type_name(entry));
	if (archive_entry_size_is_set(entry))
		set = set_integer(set, ENTRY_SIZE, archive_entry_size(entry));
	set = set_mtime(set, entry, clamped);
	set = set_integer(set, ENTRY_MODE, archive_entry_perm(entry) & 07777);
	set = set_owner(set, entry);
	set = set_text(set, ENTRY_LINK, link_target(entry));
	set = set_rare(set, entry);
	set = set_integer(set, ENTRY_INDEX, (int64_t)layer->place.index);
	return set_text(set, ENTRY_FORMAT,
		layer->kind != KIND_NONE ? kind_names[layer->kind]
					 : archive_format_name(layer->archive));
}
