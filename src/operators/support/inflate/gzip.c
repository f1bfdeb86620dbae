/* SPDX-License-Identifier: MIT */
/* The headers and trailers of gzip and zlib. */
#include "operators/support/inflate/gzip.h"

#include "operators/support/inflate/inflate.h"

enum flag {
	FLAG_HEADER_CRC = 1 << 1,
	FLAG_EXTRA = 1 << 2,
	FLAG_NAME = 1 << 3,
	FLAG_COMMENT = 1 << 4,
	FLAGS_UNKNOWN = 0xe0,
};

/* The parts of a gzip header, in order. */
enum part { FIXED, EXTRA_LENGTH, EXTRA, NAME, COMMENT, HEADER_CRC, DONE };

void gzip_frame_start(struct gzip_frame *frame, enum gzip_format format)
{
	*frame = (struct gzip_frame){.format = format, .part = FIXED};
}

static enum gzip_result wrong(struct gzip_frame *frame, const char *problem)
{
	frame->problem = problem;
	return GZIP_WRONG;
}

/* ---- gzip ------------------------------------------------------------------ */

/* Whether the header has the part, so far as its flags are known. */
static bool has(const struct gzip_frame *frame, int part)
{
	switch (part) {
	case EXTRA_LENGTH: return frame->flags & FLAG_EXTRA;
	case EXTRA: return frame->extra_length > 0;
	case NAME: return frame->flags & FLAG_NAME;
	case COMMENT: return frame->flags & FLAG_COMMENT;
	case HEADER_CRC: return frame->flags & FLAG_HEADER_CRC;
	default: return true;
	}
}

static enum gzip_result take_fixed(struct gzip_frame *frame, unsigned char byte)
{
	switch (frame->count) {
	case 0:
		if (byte != 0x1f)
			return wrong(frame, "this is not gzip data");
		break;
	case 1:
		if (byte != 0x8b)
			return wrong(frame, "this is not gzip data");
		break;
	case 2:
		if (byte != 8)
			return wrong(frame,
				"the compression method is "
				"unknown; gzip has only deflate");
		break;
	case 3:
		if (byte & FLAGS_UNKNOWN)
			return wrong(frame, "the header has unknown flags");
		frame->flags = byte;
		break;
	}
	return frame->count == 9 ? GZIP_DONE : GZIP_MORE;
}

/* Takes a byte of a part; DONE when it was the last of that part. */
static enum gzip_result take_part(struct gzip_frame *frame, unsigned char byte)
{
	switch (frame->part) {
	case FIXED: return take_fixed(frame, byte);
	case EXTRA_LENGTH:
		frame->extra_length |= (uint32_t)byte << (8 * frame->count);
		return frame->count == 1 ? GZIP_DONE : GZIP_MORE;
	case EXTRA:
		return frame->count + 1 == frame->extra_length ? GZIP_DONE
							       : GZIP_MORE;
	case NAME:
	case COMMENT: return byte == 0 ? GZIP_DONE : GZIP_MORE;
	default: /* HEADER_CRC: the low half, before these two bytes */
		if (byte !=
			(unsigned char)(frame->header_crc >>
				(8 * frame->count)))
			return wrong(frame, "the header's checksum is wrong");
		return frame->count == 1 ? GZIP_DONE : GZIP_MORE;
	}
}

static enum gzip_result take_gzip(struct gzip_frame *frame, unsigned char byte)
{
	enum gzip_result result = take_part(frame, byte);

	if (frame->part != HEADER_CRC)
		frame->header_crc = inflate_crc32(frame->header_crc, &byte, 1);
	if (result == GZIP_WRONG)
		return result;
	frame->count++;
	if (result == GZIP_MORE)
		return result;
	frame->count = 0;
	do
		frame->part++;
	while (!has(frame, frame->part));
	return frame->part == DONE ? GZIP_DONE : GZIP_MORE;
}

/* ---- zlib ------------------------------------------------------------------ */

static enum gzip_result take_zlib(struct gzip_frame *frame, unsigned char byte)
{
	if (frame->count++ == 0) {
		frame->flags = byte;
		if ((byte & 0x0f) == 8 && byte >> 4 <= 7)
			return GZIP_MORE;
		return wrong(frame, "this is not zlib data");
	}
	if ((frame->flags * 256 + byte) % 31 != 0)
		return wrong(frame, "this is not zlib data");
	if (byte & 0x20)
		return wrong(frame, "it needs a preset dictionary");
	frame->count = 0;
	return GZIP_DONE;
}

/* ---- Both ------------------------------------------------------------------ */

enum gzip_result gzip_take_header(struct gzip_frame *frame, unsigned char byte)
{
	return frame->format == GZIP_GZIP ? take_gzip(frame, byte)
					  : take_zlib(frame, byte);
}

enum gzip_result gzip_take_trailer(struct gzip_frame *frame, unsigned char byte)
{
	const uint32_t length = frame->format == GZIP_GZIP ? 8 : 4;

	frame->trailer[frame->count++] = byte;
	return frame->count == length ? GZIP_DONE : GZIP_MORE;
}

static uint32_t little_endian(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
		(uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

const char *gzip_check(
	const struct gzip_frame *frame, uint32_t checksum, uint64_t length)
{
	const unsigned char *trailer = frame->trailer;

	if (frame->format == GZIP_ZLIB)
		return checksum == __builtin_bswap32(little_endian(trailer))
			? NULL
			: "the content's checksum is wrong";
	if (checksum != little_endian(trailer))
		return "the content's checksum is wrong";
	if ((uint32_t)length != little_endian(trailer + 4))
		return "the content's length is wrong";
	return NULL;
}
