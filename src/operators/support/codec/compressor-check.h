/* SPDX-License-Identifier: MIT */
/* Whether what a session says of a compressor is possible. */
#ifndef LEAT_OPERATORS_SUPPORT_CODEC_COMPRESSOR_CHECK_H
#define LEAT_OPERATORS_SUPPORT_CODEC_COMPRESSOR_CHECK_H

#include "operators/support/codec/format.h"
#include "registry/relation.h"

/* Reports what is wrong with the properties `level` and `threads`, whose values
 * are known, of an operator that compresses; 0 is what wasn't given. */
void compressor_check(struct relation *relation, enum compression format,
	int64_t level, int64_t threads);

/* The same of a level of what NAME is called, which has levels up to MOST. */
void compressor_check_level(struct relation *relation, const char *name,
	int64_t level, int64_t most);

/* What is called NAME has no threads. */
void compressor_refuse_threads(struct relation *relation, const char *name);

#endif
