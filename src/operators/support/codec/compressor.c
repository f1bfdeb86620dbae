/* SPDX-License-Identifier: MIT */
/* Compresses contents, by one library or another. */
#include "operators/support/codec/compressor.h"

#include <string.h>

#include "base/memory.h"
#include "operators/support/codec/coder.h"

struct compressor {
	const struct coder_methods *methods;
	void *coder;
	struct budget *budget;
	size_t bytes; /* that are charged to it */

	size_t used, taken; /* of the block; the coder has taken so much */
	bool finishing;
	bool stale; /* the coder has to go back to the start of a member */
	size_t ready, given; /* of the space: there; moved on */
	char block[CODER_BLOCK_BYTES];
	char space[CODER_SPACE_BYTES];
};

static const struct coder_methods *methods_of(enum compression format)
{
	static const struct coder_methods *const methods[] = {
		[COMPRESSION_GZIP] = &coder_gzip,
		[COMPRESSION_ZSTD] = &coder_zstd,
		[COMPRESSION_XZ] = &coder_xz,
		[COMPRESSION_BZIP2] = &coder_bzip2,
		[COMPRESSION_LZ4] = &coder_lz4,
	};

	return methods[format];
}

size_t compressor_bytes(const struct compressor_settings *settings)
{
	return sizeof(struct compressor) +
		methods_of(settings->format)->bytes(settings);
}

struct compressor *compressor_create(
	const struct compressor_settings *settings, struct budget *budget)
{
	size_t bytes = compressor_bytes(settings);

	if (!budget_take(budget, bytes))
		return NULL;
	struct compressor *compressor = memory_alloc(sizeof(*compressor));
	compressor->methods = methods_of(settings->format);
	compressor->coder = compressor->methods->create(settings);
	compressor->budget = budget;
	compressor->bytes = bytes;
	compressor->used = compressor->taken = 0;
	compressor->ready = compressor->given = 0;
	compressor->finishing = compressor->stale = false;
	return compressor;
}

void compressor_destroy(struct compressor *compressor)
{
	if (!compressor)
		return;
	compressor->methods->destroy(compressor->coder);
	budget_give(compressor->budget, compressor->bytes);
	free(compressor);
}

void compressor_reset(struct compressor *compressor)
{
	compressor->used = compressor->taken = 0;
	compressor->ready = compressor->given = 0;
	compressor->finishing = false;
	compressor->stale = true;
}

bool compressor_busy(const struct compressor *compressor)
{
	return compressor->finishing || compressor->used == CODER_BLOCK_BYTES ||
		compressor->given < compressor->ready;
}

size_t compressor_add(
	struct compressor *compressor, const char *data, size_t length)
{
	size_t room = CODER_BLOCK_BYTES - compressor->used;

	if (compressor_busy(compressor))
		return 0;
	if (length > room)
		length = room;
	memcpy(compressor->block + compressor->used, data, length);
	compressor->used += length;
	return length;
}

void compressor_finish(struct compressor *compressor)
{
	compressor->finishing = true;
}

/* Compresses what is left of the block into the space. A full block is never
 * said to be the last, since that isn't always known when it is full. */
static void code(struct compressor *compressor)
{
	bool last =
		compressor->finishing && compressor->used < CODER_BLOCK_BYTES;
	struct coder_io io = {
		.in = compressor->block + compressor->taken,
		.in_length = compressor->used - compressor->taken,
		.out = compressor->space,
		.out_length = CODER_SPACE_BYTES,
	};

	if (compressor->stale)
		compressor->methods->restart(compressor->coder);
	compressor->stale =
		compressor->methods->run(compressor->coder, &io, last);
	compressor->taken = compressor->used - io.in_length;
	compressor->ready = CODER_SPACE_BYTES - io.out_length;
	compressor->given = 0;
	if (compressor->stale)
		compressor->finishing = false;
	if (compressor->stale ||
		(!last && io.in_length == 0 && io.out_length > 0))
		compressor->used = compressor->taken = 0;
}

size_t compressor_run(struct compressor *compressor, char *space, size_t size)
{
	if (compressor->given == compressor->ready)
		code(compressor);
	size_t left = compressor->ready - compressor->given;
	if (size > left)
		size = left;
	memcpy(space, compressor->space + compressor->given, size);
	compressor->given += size;
	return size;
}
