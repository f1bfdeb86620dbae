/* SPDX-License-Identifier: MIT */
/* The way of what was written to the output: through a compressor, or none. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_OUTBOX_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_OUTBOX_H

#include "operators/support/archive/writer.h"
#include "operators/support/codec/compressor.h"
#include "operators/support/file/buffer-pool.h"

struct outbox {
	struct operator *op;
	unsigned pin;
	struct written written; /* put into it */
	size_t taken; /* of its bytes */
	struct stream *more; /* over what is held of it; or NULL */
	struct slice window; /* of that, what is left */

	bool compresses;
	struct compressor_settings settings;
	struct compressor *compressor; /* or NULL; kept for the next */
	bool begun; /* its member has content */

	struct buffer_pool *pool;
	struct buffer_filler filler;
};

void outbox_init(struct outbox *outbox, struct operator *op, unsigned pin,
	const struct archive_write *settings);
void outbox_finish(struct outbox *outbox);

/* Whether something hasn't come out yet; whether that is as much as should be
 * written before outbox_run is called. */
bool outbox_busy(const struct outbox *outbox);
bool outbox_full(const struct outbox *outbox);

/* Moves a piece on. STEP_MORE; STEP_WAIT, which is named; STEP_FAIL: errno says
 * why it can't be read back. */
enum step outbox_run(struct outbox *outbox);

/* What was written is one member, if it is anything: it is busy until all has
 * come out. */
void outbox_end_member(struct outbox *outbox);

/* Forgets what hasn't come out. */
void outbox_reset(struct outbox *outbox);

#endif
