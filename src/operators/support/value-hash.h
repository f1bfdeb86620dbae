/* SPDX-License-Identifier: MIT */
/*
 * Hashing and equality of values, inline for the loops of tables. No order of
 * hashes may ever reach an output. The seed keeps whoever makes the input from
 * choosing values that collide.
 */
#ifndef LEAT_OPERATORS_SUPPORT_VALUE_HASH_H
#define LEAT_OPERATORS_SUPPORT_VALUE_HASH_H

#define XXH_INLINE_ALL
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

#include "model/value.h"

static inline uint64_t hash_seed(void)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
		seed = (uintptr_t)&seed;
	/* NOLINTNEXTLINE(clang-analyzer-core.StackAddressEscape): as a
	 * number */
	return seed;
}

static inline bool value_is_bytes(enum value_type type)
{
	return type == VALUE_TEXT || type == VALUE_BYTES || type == VALUE_JSON;
}

/* The bits of a value that isn't bytes, the same for what compares equal. */
static inline uint64_t value_bits(
	enum value_type type, const struct value *value)
{
	if (type == VALUE_BOOLEAN)
		return value->boolean;
	if (type != VALUE_REAL)
		return (uint64_t)value->integer;

	double real = value->real + 0.0; /* -0.0 becomes 0.0 */
	uint64_t bits;
	memcpy(&bits, &real, sizeof(bits));
	return bits;
}

/* HASH, of what went before, or a seed, with BITS added. */
static inline uint64_t hash_mix(uint64_t hash, uint64_t bits)
{
	unsigned __int128 product =
		(unsigned __int128)(hash ^ bits) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Of up to 16 bytes in two steps, where a general function takes longer to
 * find out how many there are. */
static inline uint64_t hash_short(
	uint64_t hash, const char *data, uint32_t length)
{
	uint64_t first = 0, last = 0;

	if (length >= 8) {
		memcpy(&first, data, 8);
		memcpy(&last, data + length - 8, 8);
	} else if (length >= 4) {
		memcpy(&first, data, 4);
		memcpy(&last, data + length - 4, 4);
	} else if (length > 0) {
		first = (unsigned char)data[0];
		last = (uint64_t)(unsigned char)data[length / 2] << 8 |
			(unsigned char)data[length - 1];
	}
	return hash_mix(hash_mix(hash, first) + length, last);
}

static inline uint64_t hash_bytes(uint64_t hash, const struct value *value)
{
	if (value->null)
		return hash_mix(hash, UINT64_C(0x6e756c6c));
	if (value->length <= 16)
		return hash_short(hash, value->data, value->length);
	return XXH3_64bits_withSeed(value->data, value->length, hash);
}

static inline uint64_t hash_plain(
	uint64_t hash, enum value_type type, const struct value *value)
{
	if (value->null)
		return hash_mix(hash, UINT64_C(0x6e756c6c));
	return hash_mix(hash, value_bits(type, value));
}

/* memcmp for short texts, inline. */
static inline bool same_bytes(const char *a, const char *b, size_t length)
{
	uint64_t x, y;
	uint32_t s, t;

	if (length > 32)
		return memcmp(a, b, length) == 0;
	if (length >= 8) {
		for (size_t i = 0; i + 8 < length; i += 8) {
			memcpy(&x, a + i, 8);
			memcpy(&y, b + i, 8);
			if (x != y)
				return false;
		}
		memcpy(&x, a + length - 8, 8);
		memcpy(&y, b + length - 8, 8);
		return x == y;
	}
	if (length >= 4) {
		memcpy(&s, a, 4);
		memcpy(&t, b, 4);
		if (s != t)
			return false;
		memcpy(&s, a + length - 4, 4);
		memcpy(&t, b + length - 4, 4);
		return s == t;
	}
	for (size_t i = 0; i < length; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* Whether they compare equal; null is null's equal. */
static inline bool value_same(
	enum value_type type, const struct value *a, const struct value *b)
{
	if (a->null || b->null)
		return a->null == b->null;
	if (!value_is_bytes(type))
		return value_bits(type, a) == value_bits(type, b);
	return a->length == b->length &&
		same_bytes(a->data, b->data, a->length);
}

#endif
