/* SPDX-License-Identifier: MIT */
/*
 * Files with several names in cpio archives. In the format "newc" each name has
 * a header, and the content stands behind one of them, usually the last; behind
 * the others nothing does. Those before it wait until it has come, or it is
 * known that none will.
 */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_CPIO_LINKS_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_CPIO_LINKS_H

#include <archive_entry.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many bytes those may take that wait. */
enum { CPIO_LINKS_BYTES = 16 << 20 };

/* Where an entry stands in its archive. */
struct entry_place {
	uint64_t index; /* from 0 on */
	uint64_t position; /* of its header, in bytes */
};

/* Zero-initialised there are none. */
struct cpio_links {
	struct cpio_file *waiting; /* a hash table, by device and inode */
	struct cpio_file *ready, *ready_last; /* a list, in order */
};

enum cpio_links_answer {
	CPIO_LINKS_GIVE, /* the entry comes next; it may have been made the
			    file that others are hard links to */
	CPIO_LINKS_WAIT, /* it has become one of those that wait */
	CPIO_LINKS_FULL, /* there are too many of those */
};

/* What becomes of ENTRY, just as libarchive gives it. HELD_BYTES counts what is
 * held, here and in other archives. */
enum cpio_links_answer cpio_links_take(struct cpio_links *links,
	struct archive_entry *entry, struct entry_place place,
	size_t *held_bytes);

/* There are no more entries: none that wait will get a content. */
void cpio_links_end(struct cpio_links *links);

/* Makes ENTRY the next one of those that have waited long enough: a hard link
 * to the content behind which they come, or, where there is none, an empty file
 * and then hard links to that. False: there is none. */
bool cpio_links_next(struct cpio_links *links, struct archive_entry *entry,
	struct entry_place *place, size_t *held_bytes);

/* Drops all. */
void cpio_links_finish(struct cpio_links *links, size_t *held_bytes);

#endif
