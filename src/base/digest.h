/* SPDX-License-Identifier: MIT */
/* Digests of contents, to tell whether they are the same: XXH3-128 in its
 * canonical (big-endian) form. Not against forgery. */
#ifndef LEAT_BASE_DIGEST_H
#define LEAT_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

enum { DIGEST_BYTES = 16, DIGEST_TEXT_BYTES = 33 };

struct digest {
	unsigned char bytes[DIGEST_BYTES];
};

struct digester;

struct digester *digester_create(void);
void digester_add(struct digester *digester, const void *data, size_t length);

/* Of all that was added so far. */
struct digest digester_result(const struct digester *digester);
void digester_destroy(struct digester *digester); /* takes NULL */

/* Of what is in memory. */
struct digest digest_of(const void *data, size_t length);

/* Of what a descriptor yields from its start; false: errno says why. */
bool digest_file(int descriptor, struct digest *digest);

bool digest_equal(const struct digest *left, const struct digest *right);

/* As 32 hexadecimal digits. */
void digest_print(const struct digest *digest, char text[DIGEST_TEXT_BYTES]);

#endif
