/* SPDX-License-Identifier: MIT */
/* A stream whose start can be read again, to find out what it is. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_REWIND_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_REWIND_H

#include "model/stream.h"

/* Takes INNER. What is read is kept until rewind_settle. A size and a seek that
 * INNER has, it has too; seeking settles it. */
struct stream *rewind_create(struct stream *inner);

/* Makes the next read start at the beginning. */
void rewind_back(struct stream *stream);

/* It is known what it is: nothing more is kept than has to be read again. */
void rewind_settle(struct stream *stream);

/* A stream that reads INNER, which stays when it is destroyed. */
struct stream *rewind_borrow(struct stream *inner);

#endif
