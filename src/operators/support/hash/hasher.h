/* SPDX-License-Identifier: MIT */
/* Digests as people compare them: SHA-256 (FIPS 180-4) by libcrypto, XXH3 with
 * 128 bits by xxHash. */
#ifndef LEAT_OPERATORS_SUPPORT_HASH_HASHER_H
#define LEAT_OPERATORS_SUPPORT_HASH_HASHER_H

#include <stddef.h>

#include "operators/support/hash/settings.h"

enum { HASHER_TEXT_BYTES = 64 }; /* at most */

struct hasher;

/* NULL: libcrypto refuses the algorithm. */
struct hasher *hasher_create(enum hash_algorithm algorithm);
void hasher_destroy(struct hasher *hasher); /* takes NULL */

void hasher_add(struct hasher *hasher, const void *data, size_t length);

/* Writes the digest of all that was added to TEXT, in small hexadecimal digits
 * without a NUL, XXH3's most significant first. Returns how many they are.
 * Then the hasher can only be destroyed. */
size_t hasher_finish(struct hasher *hasher, char text[HASHER_TEXT_BYTES]);

#endif
