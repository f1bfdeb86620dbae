/* SPDX-License-Identifier: MIT */
/* A stream that yields what another one does, and digests it on the way. */
#ifndef LEAT_OPERATORS_SUPPORT_HASH_TAP_H
#define LEAT_OPERATORS_SUPPORT_HASH_TAP_H

#include "model/stream.h"
#include "operators/support/hash/hasher.h"

/* What is known of a content that is digested. It outlives the streams that
 * were made for it. */
struct tap {
	struct hasher *hasher; /* borrowed; NULL: nobody wants it any more */
	struct stream *rest; /* what the reader of the content has left, when
				it stopped before the end; owned */
	bool lent; /* the reader has it */
	bool failed; /* it couldn't be read to the end */
};

/* The stream, which takes INNER. When it is released, TAP tells what became of
 * it. */
struct stream *tap_create(struct tap *tap, struct stream *inner);

/* Releases what is left, and what a reader gives back from now on. */
void tap_finish(struct tap *tap);

#endif
