/* SPDX-License-Identifier: MIT */
/* Streams as libarchive reads them: by calls that can't wait for later. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_FEED_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_FEED_H

#include <archive.h>

#include "engine/operator.h"
#include "operators/support/archive/limits.h"

struct feed {
	struct operator *op; /* that reads */
	struct stream *stream; /* borrowed */
	struct limits *limits; /* or NULL */
	uint64_t *counter; /* of the limits: what the stream yields */

	uint64_t offset; /* of what comes next */
	uint64_t zeros; /* so many bytes in front of it are zero */
	bool failed; /* the stream did: its problem says why */
	struct text problem; /* with a limit, why it was refused */
};

void feed_init(struct feed *feed, struct operator *op, struct stream *stream);
void feed_finish(struct feed *feed);

/* Reads the next window, and waits for it: READ_DATA, READ_END, READ_FAILED;
 * feed_problem says why. */
enum read_status feed_pull(struct feed *feed, struct slice *window);
const char *feed_problem(const struct feed *feed);

/* Opens ARCHIVE, whose formats and filters are enabled, on the feed; it can
 * seek if the stream can. An enum of libarchive. */
int feed_open(struct feed *feed, struct archive *archive);

#endif
