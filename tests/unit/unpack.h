/* SPDX-License-Identifier: MIT */
/* What decompressing a content gives, however it is split. */
#ifndef LEAT_TESTS_UNIT_UNPACK_H
#define LEAT_TESTS_UNIT_UNPACK_H

#include "operators/support/codec/decompress.h"
#include "pieces.h"

struct outcome {
	struct bytes bytes;
	enum read_status status;
	char problem[256];
};

/* How the content comes, and is read. */
struct way {
	enum inflate_library library;
	size_t piece; /* bytes that come at once */
	bool blocks; /* between them */
	size_t buffer; /* bytes of a window */
};

/* Reads all of INPUT as a format is EXPECTed, keeping the last window as long
 * as a reader may. The bytes are the caller's. */
struct outcome unpack(
	struct bytes input, enum compression expect, struct way way);

/* Each fails unless that is the outcome, which it frees. */
void unpack_expect_content(struct outcome outcome, struct bytes plain);
void unpack_expect_problem(struct outcome outcome, const char *problem);

#endif
