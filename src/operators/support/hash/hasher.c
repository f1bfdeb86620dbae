/* SPDX-License-Identifier: MIT */
/* Digests by libcrypto and xxHash. */
#include "operators/support/hash/hasher.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"

enum { SHA256_BYTES = 32 };

struct hasher {
	EVP_MD_CTX *sha256; /* or NULL */
	struct digester *xxh3; /* or NULL */
};

struct hasher *hasher_create(enum hash_algorithm algorithm)
{
	struct hasher *hasher = memory_zeroed(sizeof(*hasher));

	if (algorithm == HASH_XXH3) {
		hasher->xxh3 = digester_create();
		return hasher;
	}
	hasher->sha256 = EVP_MD_CTX_new();
	if (!hasher->sha256)
		memory_abort();
	/* Fails only where the library is told not to do it: all else is
	 * memory of a few hundred bytes. */
	if (EVP_DigestInit_ex(hasher->sha256, EVP_sha256(), NULL) == 1)
		return hasher;
	hasher_destroy(hasher);
	return NULL;
}

void hasher_destroy(struct hasher *hasher)
{
	if (!hasher)
		return;
	EVP_MD_CTX_free(hasher->sha256);
	digester_destroy(hasher->xxh3);
	free(hasher);
}

void hasher_add(struct hasher *hasher, const void *data, size_t length)
{
	if (hasher->xxh3)
		digester_add(hasher->xxh3, data, length);
	else if (EVP_DigestUpdate(hasher->sha256, data, length) != 1)
		abort();
}

static size_t finish_sha256(EVP_MD_CTX *context, char *text)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[SHA256_BYTES];

	if (EVP_DigestFinal_ex(context, bytes, NULL) != 1)
		abort();
	for (size_t i = 0; i < SHA256_BYTES; i++) {
		*text++ = digits[bytes[i] >> 4];
		*text++ = digits[bytes[i] & 15];
	}
	return 2 * SHA256_BYTES;
}

size_t hasher_finish(struct hasher *hasher, char text[HASHER_TEXT_BYTES])
{
	char xxh3[DIGEST_TEXT_BYTES];

	if (hasher->sha256)
		return finish_sha256(hasher->sha256, text);
	struct digest digest = digester_result(hasher->xxh3);
	digest_print(&digest, xxh3);
	memcpy(text, xxh3, 2 * DIGEST_BYTES);
	return 2 * DIGEST_BYTES;
}
