/* SPDX-License-Identifier: MIT */
/* Part of a file as a stream: what a unit has brought into an output that
 * spans units, read from the last one. */
#ifndef LEAT_ENGINE_RANGE_H
#define LEAT_ENGINE_RANGE_H

#include "model/stream.h"

/* LENGTH bytes from OFFSET of a file that is open and stays so; buffers are
 * charged to BUDGET. */
struct stream *range_stream_create(int descriptor, uint64_t offset,
	uint64_t length, struct budget *budget);

#endif
