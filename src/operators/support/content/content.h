/* SPDX-License-Identifier: MIT */
/*
 * A content that is held so that it can be read anywhere and more than once: in
 * memory while half of the budget is left and it has taken less than an eighth,
 * then in a file without a name in $TMPDIR or /tmp. It lives as long as
 * somebody has a reference to it.
 */
#ifndef LEAT_OPERATORS_SUPPORT_CONTENT_CONTENT_H
#define LEAT_OPERATORS_SUPPORT_CONTENT_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/budget.h"
#include "model/stream.h"

struct content;

/* An empty one, with one reference. */
struct content *content_create(struct budget *budget);
void content_unref(struct content *content); /* takes NULL */

/* Adds a copy of the bytes. False: errno says why the file can't be written;
 * what was held before is as it was. */
bool content_add(struct content *content, const void *data, size_t length);

/* Nothing more will be added: lets go of memory that isn't used. False as
 * above. */
bool content_complete(struct content *content);

/* A stream over all of it, with size and seek; holds a reference. */
struct stream *content_stream(struct content *content);

/* Makes the next read of such a stream ask a file for no more than BYTES: for
 * who reads a little here and there. */
void content_stream_expect(struct stream *stream, uint64_t bytes);

/* A content that is read from SOURCE, which it takes, when the first of its
 * streams gets there. They can't seek, and block where SOURCE does. SOURCE is
 * destroyed when it has ended, or with the content. */
struct content *content_of(struct budget *budget, struct stream *source);

#endif
