/* SPDX-License-Identifier: MIT */
/* What writing and reading items share; see model/codec.h. */
#ifndef LEAT_MODEL_CODEC_PARTS_H
#define LEAT_MODEL_CODEC_PARTS_H

#include "model/codec.h"

enum { CODEC_PACKED = 1, CODEC_ASCII = 2 };

/* The byte in front of a value, by its type; 0 is null. */
extern const char codec_tags[];

/* The byte that says what an item is. */
extern const char codec_types[PAYLOAD_TYPES];

/* Whether attributes of the key are carried. */
static inline bool codec_carries(
	const struct codec *codec, const struct attribute_spec *key)
{
	return (key->propagation == ATTRIBUTE_ITEM) != codec->segments;
}

#endif
