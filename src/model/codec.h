/* SPDX-License-Identifier: MIT */
/*
 * Items as strings of bytes: to carry them to another process, or to keep them
 * in a file. Streams can't be carried. What an item's segment says is not part
 * of it.
 *
 * The bytes are the same on every machine. An item is
 *
 *	4 bytes   how many follow, the least significant first
 *	1 byte    the version of all this: CODEC_VERSION
 *	1 byte    what it is: 0 none, 1 bytes, 2 line, 3 record
 *	1 byte    1: packed, 2: ascii, see model/item.h
 *	number    its position
 *	number    how many attributes follow, each of them
 *	              number, bytes   the length of its name, the name
 *	              value
 *	content   bytes and lines: all the bytes that are left
 *	          records: number, the fields; a value for each
 *
 * and a value is a byte that says its type, and what goes with that:
 *
 *	0 null
 *	1 integer, 5 timestamp, 6 duration   number: 0, -1, 1, -2 ... as 0 1 2 3
 *	2 real                               8 bytes, IEEE 754 binary64
 *	3 text, 7 bytes, 8 json              number, bytes
 *	4 boolean                            1 byte: 0 or 1
 *
 * A number has 7 bits in each byte, the least significant first; the top bit
 * says that more follow.
 *
 * Who reads needn't trust the bytes: whatever they are, they give an item that
 * keeps all the promises of model/item.h and model/value.h, or a problem. They
 * carry no checksum: bytes that were changed may well give another item.
 */
#ifndef LEAT_MODEL_CODEC_H
#define LEAT_MODEL_CODEC_H

#include "model/item.h"

enum { CODEC_VERSION = 1, CODEC_LENGTH_BYTES = 4 };

/* What the items of a link have in common; both sides have the same. */
struct codec {
	const struct schema *schema; /* of records */
	/* The attributes that are carried; those of segments are left out.
	 * Others are lost. */
	const struct attribute_spec *const *attributes;
	size_t attribute_count;
	bool segments; /* it is the other way round: those of segments are
			  carried, as attributes of items without content */
};

/* The bytes that codec_write needs at most. An item with more than UINT32_MAX
 * can't be written. */
size_t codec_size(const struct codec *codec, const struct item *item);

/* Writes the item, which isn't a stream; returns what is behind it. */
char *codec_write(const struct codec *codec, const struct item *item, char *at);

/* One value: its bytes at most, and writing it; returns what is behind it. */
size_t codec_value_size(enum value_type type, const struct value *value);
char *codec_write_value(
	enum value_type type, const struct value *value, char *at);

/* The size of the item whose first CODEC_LENGTH_BYTES are at AT. */
size_t codec_length(const char *at);

/* Whether these bytes, from the first to the last, are an item without content:
 * of type none. */
bool codec_is_none(const struct slice *bytes);

/* Reads the item that BYTES are, from the first to the last, into ITEM: a new
 * one of the type that is expected, and for records with the codec's schema,
 * of which nothing but the head was set. It refers to BYTES, whose buffer gets
 * a reference. Returns NULL, or what is wrong, as "the item is truncated"; then
 * ITEM can only be released. */
const char *codec_read(const struct codec *codec, const struct slice *bytes,
	struct item *item);

/* Reads one value of the type from the start of BYTES, which then are what is
 * behind it. Text, bytes and json refer to them. Returns NULL, or what is
 * wrong. */
const char *codec_read_value(
	enum value_type type, struct slice *bytes, struct value *value);

#endif
