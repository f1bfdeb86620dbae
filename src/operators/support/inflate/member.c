/* SPDX-License-Identifier: MIT */
/* The members of compressed data: header, content, trailer, what follows. */
#include <inttypes.h>

#include "operators/support/inflate/parts.h"

/* ---- Failure --------------------------------------------------------------- */

/* Where in the compressed content the next byte at hand stands. */
static uint64_t offset(const struct inflate_stream *gzip)
{
	uint64_t left = (uint64_t)(gzip->end - gzip->at);

	if (gzip->in_ahead)
		left += (uint64_t)(gzip->window_end - gzip->window_at);
	return gzip->inner->position - left;
}

static enum read_status fail(
	struct inflate_stream *gzip, const char *problem, const char *advice)
{
	return stream_fail(&gzip->base, STATUS_BAD_DATA,
		"byte %" PRIu64 " of the %s data: %s; %s", offset(gzip),
		gzip->frame.format == GZIP_ZLIB ? "zlib" : "gzip", problem,
		advice);
}

static const char get_again[] = "the file is damaged: get it again";

static enum read_status fail_truncated(struct inflate_stream *gzip)
{
	return fail(gzip, "it ends too early",
		"the file is truncated: get the whole of it");
}

/* ---- Parts ----------------------------------------------------------------- */

void inflate_start_member(struct inflate_stream *gzip, enum gzip_format format)
{
	gzip_frame_start(&gzip->frame, format);
	gzip->state = HEADER;
}

void inflate_start_body(struct inflate_stream *gzip)
{
	if (!gzip->inflater)
		gzip->inflater = inflate_create(gzip->library);
	else
		inflate_reset(gzip->inflater);
	gzip->checksum = gzip->frame.format == GZIP_ZLIB ? 1 : 0;
	gzip->length = 0;
	gzip->more_output = false;
	gzip->state = BODY;
}

static enum read_status fail_behind(struct inflate_stream *gzip)
{
	return fail(gzip, "what follows the data is something else",
		"cut the file off here, or get it again");
}

static enum read_status fail_header(struct inflate_stream *gzip)
{
	const char *advice = "say `format: auto` if some inputs are not";

	if (gzip->later)
		return fail_behind(gzip);
	if (gzip->expect == INFLATE_EXPECT_AUTO)
		advice = "get the file again, or say `format: none` if it is"
			 " plain";
	return fail(gzip, gzip->frame.problem, advice);
}

static enum read_status read_header(struct inflate_stream *gzip)
{
	enum read_status status = inflate_need_input(gzip);

	if (status == READ_END && gzip->inner->position == 0)
		return fail(gzip, "the content is empty",
			"get the file again, or say `format: auto` if it may"
			" be empty");
	if (status == READ_END)
		return fail_truncated(gzip);
	if (status != READ_DATA)
		return status;
	while (gzip->at < gzip->end) {
		switch (gzip_take_header(&gzip->frame, *gzip->at)) {
		case GZIP_WRONG: return fail_header(gzip);
		case GZIP_DONE:
			gzip->at++;
			inflate_start_body(gzip);
			return READ_DATA;
		case GZIP_MORE: gzip->at++; break;
		}
	}
	return READ_DATA;
}

static void add_to_check(
	struct inflate_stream *gzip, const unsigned char *data, size_t length)
{
	gzip->checksum = gzip->frame.format == GZIP_ZLIB
		? inflate_adler32(gzip->checksum, data, length)
		: inflate_crc32(gzip->checksum, data, length);
	gzip->length += length;
}

static void end_body(struct inflate_stream *gzip, const struct inflate_io *io)
{
	gzip->state = TRAILER;
	gzip->frame.count = 0;
	if (io->ahead_length == 0)
		return;
	gzip->window_at = gzip->at;
	gzip->window_end = gzip->end;
	for (size_t i = 0; i < io->ahead_length; i++)
		gzip->ahead[i] = io->ahead[i];
	gzip->at = gzip->ahead;
	gzip->end = gzip->ahead + io->ahead_length;
	gzip->in_ahead = true;
}

/* Inflates into what is left of the space. READ_DATA: go on. */
static enum read_status read_body(struct inflate_stream *gzip)
{
	enum read_status status =
		gzip->more_output ? READ_DATA : inflate_need_input(gzip);

	if (status == READ_END)
		return fail_truncated(gzip);
	if (status != READ_DATA)
		return status;

	struct inflate_io io = {
		.in = gzip->at,
		.in_length = (size_t)(gzip->end - gzip->at),
		.out = gzip->space + gzip->produced,
		.out_length = gzip->space_size - gzip->produced,
	};
	const unsigned char *start = io.out;
	enum inflate_status result = inflate_run(gzip->inflater, &io);

	gzip->at = io.in;
	add_to_check(gzip, start, (size_t)(io.out - start));
	gzip->produced += (size_t)(io.out - start);
	gzip->more_output = io.out_length == 0;
	if (result == INFLATE_BROKEN)
		return fail(gzip, "it is damaged here or shortly before",
			"get the file again");
	if (result == INFLATE_DONE)
		end_body(gzip, &io);
	return READ_DATA;
}

static enum read_status read_trailer(struct inflate_stream *gzip)
{
	enum read_status status = inflate_need_input(gzip);
	enum gzip_result result = GZIP_MORE;

	if (status == READ_END)
		return fail_truncated(gzip);
	if (status != READ_DATA)
		return status;
	while (result == GZIP_MORE && gzip->at < gzip->end)
		result = gzip_take_trailer(&gzip->frame, *gzip->at++);
	if (result == GZIP_MORE)
		return READ_DATA;
	const char *problem =
		gzip_check(&gzip->frame, gzip->checksum, gzip->length);
	if (problem)
		return fail(gzip, problem, get_again);
	gzip->state = BEHIND;
	gzip->later = true;
	return READ_DATA;
}

/* Behind a member: the next one, or zeros until the end. */
static enum read_status read_behind(struct inflate_stream *gzip)
{
	enum read_status status = inflate_need_input(gzip);

	if (status == READ_END)
		gzip->state = ENDED;
	if (status != READ_DATA)
		return status;
	if (*gzip->at == 0x1f && gzip->frame.format == GZIP_GZIP &&
		!gzip->padded) {
		inflate_start_member(gzip, GZIP_GZIP);
		return READ_DATA;
	}
	for (; gzip->at < gzip->end; gzip->at++) {
		if (*gzip->at != 0)
			return fail_behind(gzip);
		gzip->padded = true;
	}
	return READ_DATA;
}

enum read_status inflate_advance(struct inflate_stream *gzip)
{
	switch (gzip->state) {
	case HEADER: return read_header(gzip);
	case BODY: return read_body(gzip);
	case TRAILER: return read_trailer(gzip);
	case BEHIND: return read_behind(gzip);
	case ENDED: return READ_END;
	default: return READ_FAILED;
	}
}
