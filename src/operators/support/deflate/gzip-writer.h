/* SPDX-License-Identifier: MIT */
/*
 * Writes gzip members (RFC 1952) by zlib. The bytes depend on the content, the
 * level and the version of zlib only, not on the pieces in which the content
 * came: zlib always gets it in blocks of one size.
 */
#ifndef LEAT_OPERATORS_SUPPORT_DEFLATE_GZIP_WRITER_H
#define LEAT_OPERATORS_SUPPORT_DEFLATE_GZIP_WRITER_H

#include <stdbool.h>
#include <stddef.h>

struct gzip_writer;

/* What a writer takes, about. */
enum { GZIP_WRITER_BYTES = 400 * 1024 };

/* LEVEL: 1 to 9. At the start of a member. */
struct gzip_writer *gzip_writer_create(int level);
void gzip_writer_destroy(struct gzip_writer *writer); /* takes NULL */

/* Forgets the member that was begun. */
void gzip_writer_reset(struct gzip_writer *writer);

/* Whether there is something to be compressed before more may be added. */
bool gzip_writer_busy(const struct gzip_writer *writer);

/* Adds content to the member, as much as there is room for: returns how many
 * bytes; 0 when it is busy. */
size_t gzip_writer_add(
	struct gzip_writer *writer, const char *data, size_t length);

/* The member ends; the writer is busy until all of it has come out, and then
 * at the start of the next. */
void gzip_writer_finish(struct gzip_writer *writer);

/* Compresses, while it is busy, into the SIZE > 0 bytes at SPACE; returns how
 * many it wrote, which may be none. */
size_t gzip_writer_run(struct gzip_writer *writer, char *space, size_t size);

#endif
