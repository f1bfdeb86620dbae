/* SPDX-License-Identifier: MIT */
/* What decoders have in common. */
#include "operators/support/codec/decoder.h"

#include <inttypes.h>
#include <stdio.h>

static const struct decoder_methods *methods_of(enum compression format)
{
	switch (format) {
	case COMPRESSION_ZSTD: return &decoder_zstd;
	case COMPRESSION_BZIP2: return &decoder_bzip2;
	case COMPRESSION_LZ4: return &decoder_lz4;
	default: return &decoder_lzma;
	}
}

struct decoder *decoder_create(enum compression format, struct budget *budget)
{
	const struct decoder_methods *methods = methods_of(format);
	struct decoder *decoder = methods->create();

	decoder->methods = methods;
	decoder->format = format;
	decoder->budget = budget;
	decoder_restart(decoder);
	return decoder;
}

void decoder_destroy(struct decoder *decoder)
{
	if (!decoder)
		return;
	budget_give(decoder->budget, decoder->bytes);
	decoder->methods->destroy(decoder);
}

void decoder_restart(struct decoder *decoder)
{
	decoder->head_length = decoder->head_given = 0;
	decoder->methods->restart(decoder);
}

/* ---- The head --------------------------------------------------------------- */

bool decoder_take_head(
	struct decoder *decoder, struct decoder_io *io, size_t length)
{
	while (decoder->head_length < length && io->in_length > 0) {
		decoder->head[decoder->head_length++] = *io->in++;
		io->in_length--;
	}
	return decoder->head_length >= length;
}

enum decoder_status decoder_take_mark(struct decoder *decoder,
	struct decoder_io *io, const char *mark, size_t length)
{
	while (decoder->head_length < length && io->in_length > 0) {
		if (*io->in != (unsigned char)mark[decoder->head_length])
			return DECODER_FOREIGN;
		decoder_take_head(decoder, io, decoder->head_length + 1);
	}
	return decoder->head_length >= length ? DECODER_DONE : DECODER_GOING;
}

enum decoder_status decoder_take_frame_mark(struct decoder *decoder,
	struct decoder_io *io, const char *mark, bool *skipped)
{
	const unsigned char *first =
		decoder->head_length > 0 ? decoder->head : io->in;

	*skipped = false;
	if (decoder->head_length == 0 && io->in_length == 0)
		return DECODER_GOING;
	*skipped = *first >> 4 == 5;
	const char skip[] = {(char)*first, 0x2a, 0x4d, 0x18};
	return decoder_take_mark(decoder, io, *skipped ? skip : mark, 4);
}

struct decoder_input decoder_next(
	const struct decoder *decoder, const struct decoder_io *io)
{
	size_t left = decoder->head_length - decoder->head_given;

	if (left > 0)
		return (struct decoder_input){
			decoder->head + decoder->head_given, left};
	return (struct decoder_input){io->in, io->in_length};
}

void decoder_advance(
	struct decoder *decoder, struct decoder_io *io, size_t length)
{
	if (decoder->head_given < decoder->head_length) {
		decoder->head_given += length;
		return;
	}
	io->in += length;
	io->in_length -= length;
}

/* ---- Memory and failure ----------------------------------------------------- */

enum decoder_status decoder_charge(struct decoder *decoder, uint64_t bytes)
{
	size_t limit = decoder->budget->limit_bytes;

	if (bytes <= decoder->bytes)
		return DECODER_DONE;
	if (bytes > limit) {
		snprintf(decoder->problem, sizeof(decoder->problem),
			"to read it takes %" PRIu64 " bytes of memory, and "
			"there are %zu",
			bytes, limit);
		decoder->advice = "raise `resources: memory` if you trust it";
		return DECODER_BROKEN;
	}
	decoder->wanted_bytes = (size_t)bytes - decoder->bytes;
	if (!budget_take(decoder->budget, decoder->wanted_bytes))
		return DECODER_MEMORY;
	decoder->bytes = (size_t)bytes;
	return DECODER_DONE;
}

enum decoder_status decoder_broken(
	struct decoder *decoder, const char *problem, const char *advice)
{
	snprintf(decoder->problem, sizeof(decoder->problem), "%s", problem);
	decoder->advice = advice;
	return DECODER_BROKEN;
}

enum decoder_status decoder_damaged(struct decoder *decoder)
{
	return decoder_broken(decoder, "it is damaged here or shortly before",
		"get the file again");
}

enum decoder_status decoder_wrong_checksum(struct decoder *decoder)
{
	return decoder_broken(decoder, "the content's checksum is wrong",
		"the file is damaged: get it again");
}
