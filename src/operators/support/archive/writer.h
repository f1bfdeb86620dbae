/* SPDX-License-Identifier: MIT */
/* Archives written by libarchive: entry after entry, into bytes that somebody
 * takes away meanwhile. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_WRITER_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_WRITER_H

#include "operators/support/archive/member.h"
#include "operators/support/content/content.h"

/* What was written and isn't taken yet: bytes in memory, and what doesn't fit
 * there behind them in a content. Formats that write all at their end make
 * more at once than there is room for. */
struct written {
	struct budget *budget;
	struct text bytes;
	struct content *more; /* or NULL */
	int error; /* errno of what couldn't be held; else 0 */
};

struct archive_writer;

/* What writing takes of the memory, about. */
size_t archive_writer_bytes(const struct archive_write *settings);

/* An archive that is begun. WRITTEN is borrowed. NULL: memory is out, or
 * libarchive can't write such a one: PROBLEM says why, in a sentence. */
struct archive_writer *archive_writer_create(
	const struct archive_write *settings, struct written *written,
	struct text *problem);

/* Frees it; nothing more is written. Takes NULL. */
void archive_writer_destroy(struct archive_writer *writer);

/* Each returns false when it can't be done: PROBLEM says why, in a sentence.
 *
 * Begins an entry, whose content of SHOWN->size bytes follows if it is a file;
 * with LINK it is a hard link to that name instead. It has the name of MEMBER,
 * all else of SHOWN. */
bool archive_writer_begin(struct archive_writer *writer,
	const struct member *member, const struct member *shown,
	const char *link, struct text *problem);
bool archive_writer_add(struct archive_writer *writer, const void *data,
	size_t length, struct text *problem);
bool archive_writer_end(struct archive_writer *writer, struct text *problem);

/* The archive is complete. */
bool archive_writer_finish(struct archive_writer *writer, struct text *problem);

#endif
