/* SPDX-License-Identifier: MIT */
/* Digests of contents. */
#include "base/digest.h"

#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/file.h"
#include "base/memory.h"

enum { READ_BYTES = 128 * 1024 };

struct digester {
	XXH3_state_t *state;
};

static struct digest canonical(XXH128_hash_t hash)
{
	struct digest digest;
	XXH128_canonical_t bytes;

	XXH128_canonicalFromHash(&bytes, hash);
	memcpy(digest.bytes, bytes.digest, DIGEST_BYTES);
	return digest;
}

struct digester *digester_create(void)
{
	struct digester *digester = memory_alloc(sizeof(*digester));

	digester->state = XXH3_createState();
	if (!digester->state)
		memory_abort();
	XXH3_128bits_reset(digester->state);
	return digester;
}

void digester_add(struct digester *digester, const void *data, size_t length)
{
	XXH3_128bits_update(digester->state, data, length);
}

struct digest digester_result(const struct digester *digester)
{
	return canonical(XXH3_128bits_digest(digester->state));
}

void digester_destroy(struct digester *digester)
{
	if (!digester)
		return;
	XXH3_freeState(digester->state);
	free(digester);
}

struct digest digest_of(const void *data, size_t length)
{
	return canonical(XXH3_128bits(data, length));
}

bool digest_file(int descriptor, struct digest *digest)
{
	struct digester *digester = digester_create();
	char *data = memory_alloc(READ_BYTES);
	ssize_t got = lseek(descriptor, 0, SEEK_SET) < 0 ? -1 : 1;

	while (got > 0 && (got = file_read(descriptor, data, READ_BYTES)) > 0)
		digester_add(digester, data, (size_t)got);
	*digest = digester_result(digester);
	free(data);
	digester_destroy(digester);
	return got == 0;
}

bool digest_equal(const struct digest *left, const struct digest *right)
{
	return memcmp(left->bytes, right->bytes, DIGEST_BYTES) == 0;
}

void digest_print(const struct digest *digest, char text[DIGEST_TEXT_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		text[2 * i] = digits[digest->bytes[i] >> 4];
		text[2 * i + 1] = digits[digest->bytes[i] & 15];
	}
	text[2 * DIGEST_BYTES] = '\0';
}
