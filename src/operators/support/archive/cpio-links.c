/* SPDX-License-Identifier: MIT */
/* Names in cpio archives that wait for the content of their file. */
#include "operators/support/archive/cpio-links.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define uthash_fatal(message) memory_abort()
#include <uthash.h>

/* As much of an entry as a cpio archive says of a regular file. */
struct cpio_name {
	struct cpio_name *next;
	struct entry_place place;
	int64_t mtime, uid, gid;
	unsigned mode;
	char path[];
};

struct cpio_file {
	UT_hash_handle hh;
	struct cpio_file *next; /* of those that are ready */
	struct file_key {
		int64_t device, inode;
	} key;
	unsigned missing; /* names that haven't come yet */
	struct cpio_name *names, *last;
	char *target; /* what its names are hard links to; or NULL */
};

static void make_ready(struct cpio_links *links, struct cpio_file *file)
{
	HASH_DEL(links->waiting, file);
	if (links->ready)
		links->ready_last->next = file;
	else
		links->ready = file;
	links->ready_last = file;
}

void cpio_links_end(struct cpio_links *links)
{
	while (links->waiting)
		make_ready(links, links->waiting);
}

/* ---- Names that come -------------------------------------------------------- */

static const char *path_of(struct archive_entry *entry)
{
	const char *path = archive_entry_pathname(entry);

	return path ? path : "";
}

static struct cpio_file *find_file(
	const struct cpio_links *links, const struct file_key *key)
{
	struct cpio_file *file;

	HASH_FIND(hh, links->waiting, key, sizeof(*key), file);
	return file;
}

/* Whether it is the first name of a file whose content may come later. */
static bool is_first(struct archive_entry *entry)
{
	return archive_entry_filetype(entry) == AE_IFREG &&
		archive_entry_size(entry) == 0 &&
		!archive_entry_hardlink(entry);
}

static struct cpio_file *add_file(struct cpio_links *links,
	const struct file_key *key, unsigned names, size_t *held_bytes)
{
	struct cpio_file *file = memory_zeroed(sizeof(*file));

	file->key = *key;
	file->missing = names;
	HASH_ADD(hh, links->waiting, key, sizeof(*key), file);
	*held_bytes += sizeof(*file);
	return file;
}

static size_t name_bytes(const char *path)
{
	return sizeof(struct cpio_name) + strlen(path) + 1;
}

static void add_name(struct cpio_file *file, struct archive_entry *entry,
	struct entry_place place, size_t *held_bytes)
{
	const char *path = path_of(entry);
	struct cpio_name *name = memory_zeroed(name_bytes(path));

	name->place = place;
	name->mtime = archive_entry_mtime(entry);
	name->uid = archive_entry_uid(entry);
	name->gid = archive_entry_gid(entry);
	name->mode = archive_entry_mode(entry);
	memcpy(name->path, path, strlen(path) + 1);
	if (file->names)
		file->last->next = name;
	else
		file->names = name;
	file->last = name;
	file->missing--;
	*held_bytes += name_bytes(path);
}

/* libarchive has made all names but the first hard links to that, until it has
 * seen as many as there are: so what it does for a file is done here. */
enum cpio_links_answer cpio_links_take(struct cpio_links *links,
	struct archive_entry *entry, struct entry_place place,
	size_t *held_bytes)
{
	const struct file_key key = {
		(int64_t)archive_entry_dev(entry), archive_entry_ino64(entry)};
	const unsigned names = archive_entry_nlink(entry);
	struct cpio_file *file = names > 1 ? find_file(links, &key) : NULL;

	if (!file && (names <= 1 || !is_first(entry)))
		return CPIO_LINKS_GIVE;
	if (!file)
		file = add_file(links, &key, names, held_bytes);
	if (archive_entry_filetype(entry) == AE_IFREG &&
		archive_entry_size(entry) > 0) {
		archive_entry_set_hardlink(entry, NULL);
		file->target = memory_string(path_of(entry));
		make_ready(links, file);
		return CPIO_LINKS_GIVE;
	}
	add_name(file, entry, place, held_bytes);
	if (file->missing == 0)
		make_ready(links, file);
	return *held_bytes <= CPIO_LINKS_BYTES ? CPIO_LINKS_WAIT
					       : CPIO_LINKS_FULL;
}

/* ---- Names that go ---------------------------------------------------------- */

static void describe(struct archive_entry *entry, const struct cpio_name *name,
	const char *target)
{
	archive_entry_clear(entry);
	archive_entry_copy_pathname(entry, name->path);
	archive_entry_set_mode(entry, name->mode);
	archive_entry_set_size(entry, 0);
	archive_entry_set_mtime(entry, name->mtime, 0);
	archive_entry_set_uid(entry, name->uid);
	archive_entry_set_gid(entry, name->gid);
	if (target)
		archive_entry_copy_hardlink(entry, target);
}

static void drop_first(struct cpio_links *links, size_t *held_bytes)
{
	struct cpio_file *file = links->ready;
	struct cpio_name *name = file->names;

	file->names = name->next;
	*held_bytes -= name_bytes(name->path);
	free(name);
	if (file->names)
		return;
	links->ready = file->next;
	*held_bytes -= sizeof(*file);
	free(file->target);
	free(file);
}

bool cpio_links_next(struct cpio_links *links, struct archive_entry *entry,
	struct entry_place *place, size_t *held_bytes)
{
	struct cpio_file *file = links->ready;

	if (!file)
		return false;
	*place = file->names->place;
	describe(entry, file->names, file->target);
	if (!file->target)
		file->target = memory_string(file->names->path);
	drop_first(links, held_bytes);
	return true;
}

void cpio_links_finish(struct cpio_links *links, size_t *held_bytes)
{
	cpio_links_end(links);
	while (links->ready)
		drop_first(links, held_bytes);
}
