/* SPDX-License-Identifier: MIT */
/*
 * Decompressing streams. The compressed data is made by zlib's deflate, or
 * written down from what gzip(1) made; each case runs with every library, and
 * with the input split in different ways, which must change nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "unpack.h"

/* ---- Data ------------------------------------------------------------------ */

/* WINDOW: 31 for gzip, 15 for zlib. */
static void compress_to(struct bytes *result, struct bytes plain, int window)
{
	unsigned char out[4096];
	z_stream zlib = {0};
	int status;

	assert_int_equal(deflateInit2(&zlib, 6, Z_DEFLATED, window, 8,
				 Z_DEFAULT_STRATEGY),
		Z_OK);
	zlib.next_in = plain.data;
	zlib.avail_in = (unsigned)plain.length;
	do {
		zlib.next_out = out;
		zlib.avail_out = sizeof(out);
		status = deflate(&zlib, Z_FINISH);
		add(result, out, sizeof(out) - zlib.avail_out);
	} while (status == Z_OK);
	assert_int_equal(status, Z_STREAM_END);
	deflateEnd(&zlib);
}

static struct bytes compressed(struct bytes plain, int window)
{
	struct bytes result = {0};

	compress_to(&result, plain, window);
	return result;
}

/* ---- Reading --------------------------------------------------------------- */

static void expect_same(
	const struct outcome *outcome, const struct outcome *other)
{
	assert_int_equal(outcome->status, other->status);
	if (outcome->status != READ_END)
		return;
	assert_int_equal(outcome->bytes.length, other->bytes.length);
	if (outcome->bytes.length > 0)
		assert_memory_equal(outcome->bytes.data, other->bytes.data,
			outcome->bytes.length);
}

/* Reads in COUNT ways; the outcome must always be the same. */
static struct outcome read_so(struct bytes input, enum compression expect,
	const struct way *ways, size_t count)
{
	struct outcome first = unpack(input, expect, ways[0]);

	for (size_t i = 0; i < 2 * count; i++) {
		struct way way = ways[i / 2];

		way.library = i % 2 ? inflate_library() : INFLATE_ZLIB;
		struct outcome outcome = unpack(input, expect, way);
		expect_same(&outcome, &first);
		free(outcome.bytes.data);
	}
	return first;
}

/* Large contents are read in large pieces only, which is quick. */
static struct outcome read_ways(struct bytes input, enum compression expect)
{
	static const struct way ways[] = {
		{INFLATE_ZLIB, 1 << 20, false, 256 << 10},
		{INFLATE_ZLIB, 100000, true, 1 << 10},
		{INFLATE_ZLIB, 5000, true, 100 << 10},
		{INFLATE_ZLIB, 64, false, 1 << 10},
		{INFLATE_ZLIB, 7, true, 256 << 10},
		{INFLATE_ZLIB, 3, false, 256 << 10},
		{INFLATE_ZLIB, 2, false, 256 << 10},
		{INFLATE_ZLIB, 1, true, 256 << 10},
		{INFLATE_ZLIB, 1, false, 8},
	};
	size_t count = sizeof(ways) / sizeof(*ways);

	return read_so(input, expect, ways, input.length > 10000 ? 3 : count);
}

static void expect_content(
	struct bytes input, enum compression expect, struct bytes plain)
{
	unpack_expect_content(read_ways(input, expect), plain);
}

static void expect_problem(
	struct bytes input, enum compression expect, const char *problem)
{
	unpack_expect_problem(read_ways(input, expect), problem);
}

static struct bytes text(const char *string)
{
	return (struct bytes){
		(unsigned char *)(uintptr_t)string, strlen(string)};
}

#define BYTES(literal)   \
	((struct bytes){ \
		(unsigned char *)(uintptr_t)(literal), sizeof(literal) - 1})

/* ---- Cases ----------------------------------------------------------------- */

static void reads_gzip_and_zlib(void **state)
{
	static const size_t lengths[] = {0, 1, 100, 65536, 300000, 900000};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		struct bytes plain = content(lengths[i]);
		struct bytes gzip = compressed(plain, 31);
		struct bytes zlib = compressed(plain, 15);

		expect_content(gzip, COMPRESSION_AUTO, plain);
		expect_content(gzip, COMPRESSION_GZIP, plain);
		expect_content(zlib, COMPRESSION_AUTO, plain);
		expect_content(zlib, COMPRESSION_ZLIB, plain);
		free(plain.data);
		free(gzip.data);
		free(zlib.data);
	}
}

static void passes_plain_content(void **state)
{
	(void)state;
	expect_content(text(""), COMPRESSION_AUTO, text(""));
	expect_content(text("x"), COMPRESSION_AUTO, text("x"));
	expect_content(text("\x1f"), COMPRESSION_AUTO, text("\x1f"));
	expect_content(text("x, y"), COMPRESSION_AUTO, text("x, y"));
	expect_content(text("\x1fplain"), COMPRESSION_AUTO, text("\x1fplain"));
	struct bytes plain = content(200000);
	expect_content(plain, COMPRESSION_AUTO, plain);
	free(plain.data);
}

/* printf 'one\n' | gzip -n */
static const char one[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\xcf"
			  "\x4b\xe5\x02\x00\x9f\xa8\x17\xf8\x04\x00\x00\x00";

static void reads_members(void **state)
{
	struct bytes plain = content(70000), many = {0}, all = {0};

	(void)state;
	for (int i = 0; i < 5; i++) {
		compress_to(&many, plain, 31);
		add(&all, plain.data, plain.length);
		compress_to(&many, text("ab"), 31);
		add(&all, "ab", 2);
	}
	expect_content(many, COMPRESSION_AUTO, all);
	add(&many, "\0\0\0\0\0\0\0\0\0", 9); /* as tapes are filled */
	expect_content(many, COMPRESSION_AUTO, all);
	add(&many, "x", 1);
	expect_problem(many, COMPRESSION_AUTO, "what follows the data");
	free(many.data);
	free(all.data);
	free(plain.data);
}

/* Flags for a header checksum, an extra field, a name and a comment; the
 * CRC-32 of the header starts with that of its first bytes (zlib's crc32). */
static void reads_whole_headers(void **state)
{
	struct bytes gzip = {0};
	unsigned char crc[2];

	(void)state;
	add(&gzip, "\x1f\x8b\x08\x1e\0\0\0\0\0\x03", 10);
	add(&gzip, "\x05\0extra", 7);
	add(&gzip, "../../name", 11);
	add(&gzip, "a comment", 10);
	uint32_t sum = (uint32_t)crc32(0, gzip.data, (unsigned)gzip.length);
	crc[0] = (unsigned char)sum;
	crc[1] = (unsigned char)(sum >> 8);
	add(&gzip, crc, 2);
	add(&gzip, one + 10, sizeof(one) - 1 - 10);
	expect_content(gzip, COMPRESSION_AUTO, text("one\n"));
	gzip.data[12] ^= 1;
	expect_problem(
		gzip, COMPRESSION_AUTO, "the header's checksum is wrong");
	free(gzip.data);
}

static void expect_truncated(struct bytes input)
{
	static const struct way way = {INFLATE_ZLIB, 300, false, 1 << 16};
	struct outcome outcome = read_so(input, COMPRESSION_AUTO, &way, 1);

	assert_int_equal(outcome.status, READ_FAILED);
	assert_non_null(strstr(outcome.problem, "the file is truncated"));
	free(outcome.bytes.data);
}

static void finds_every_truncation(void **state)
{
	struct bytes plain = content(3000);
	struct bytes gzip = compressed(plain, 31);
	struct bytes zlib = compressed(plain, 15);

	(void)state;
	for (size_t i = 2; i < gzip.length; i++)
		expect_truncated((struct bytes){gzip.data, i});
	for (size_t i = 2; i < zlib.length; i++)
		expect_truncated((struct bytes){zlib.data, i});
	free(plain.data);
	free(gzip.data);
	free(zlib.data);
}

/* A change of any bit, but for those of the header that say nothing of the
 * content (time, level, system), gives an error or the same content. */
static void finds_every_changed_bit(void **state)
{
	struct bytes plain = content(500);
	struct bytes gzip = compressed(plain, 31);
	struct way way = {.piece = 1 << 20, .buffer = 1 << 16};

	(void)state;
	for (size_t bit = 16; bit < gzip.length * 8; bit++) {
		gzip.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
		for (int library = 0; library < 2; library++) {
			way.library = library ? inflate_library() : 0;
			struct outcome outcome =
				unpack(gzip, COMPRESSION_AUTO, way);
			bool same = outcome.bytes.length == plain.length &&
				memcmp(outcome.bytes.data, plain.data,
					plain.length) == 0;
			if (outcome.status == READ_END)
				assert_true(same);
			free(outcome.bytes.data);
		}
		gzip.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	free(plain.data);
	free(gzip.data);
}

static void names_what_is_wrong(void **state)
{
	unsigned char damaged[sizeof(one)];
	const struct bytes bytes = {damaged, sizeof(one) - 1};

	(void)state;
	expect_problem(text(""), COMPRESSION_GZIP,
		"byte 0 of the gzip data: the content is empty; ");
	expect_problem(text(""), COMPRESSION_ZLIB,
		"byte 0 of the zlib data: the content is empty; ");
	expect_problem(text("plain"), COMPRESSION_GZIP,
		"byte 0 of the gzip data: this is not gzip data; ");
	expect_problem(text("plain"), COMPRESSION_ZLIB,
		"byte 0 of the zlib data: this is not zlib data; ");
	expect_problem(BYTES("\x78\x9d..."), COMPRESSION_ZLIB,
		"byte 1 of the zlib data: this is not zlib data; ");
	expect_problem(BYTES("\x78\xbb\0\0\0\0"), COMPRESSION_ZLIB,
		"byte 1 of the zlib data: it needs a preset dictionary; ");
	expect_problem(BYTES("\x1f\x8b\x07\0\0\0\0\0\0\0\0"), COMPRESSION_AUTO,
		"byte 2 of the gzip data: the compression method is unknown");
	expect_problem(BYTES("\x1f\x8b\x08\x20\0\0\0\0\0\0\0"),
		COMPRESSION_AUTO,
		"byte 3 of the gzip data: the header has unknown flags");

	memcpy(damaged, one, sizeof(one));
	damaged[16] ^= 1; /* the checksum */
	expect_problem(bytes, COMPRESSION_AUTO,
		"byte 24 of the gzip data: the content's checksum is wrong; "
		"the file is damaged: get it again");
	memcpy(damaged, one, sizeof(one));
	damaged[20] ^= 1; /* the length */
	expect_problem(bytes, COMPRESSION_AUTO,
		"byte 24 of the gzip data: the content's length is wrong");
	memcpy(damaged, one, sizeof(one));
	damaged[10] = 0x07; /* a block of type 3, which doesn't exist */
	expect_problem(bytes, COMPRESSION_AUTO, "it is damaged here");
}

/* A reader that keeps a little of every window must not pin a buffer each. */
static void small_windows_share_buffers(void **state)
{
	struct budget budget = {.limit_bytes = 4 << 20};
	struct buffer_pool *pool = buffer_pool_create(&budget, 256 * 1024);
	struct bytes plain = content(100000);
	struct bytes gzip = compressed(plain, 31);
	struct stream *stream = decompress_create(
		pieces_create(gzip.data, gzip.length, 20, true),
		COMPRESSION_AUTO, inflate_library(), pool);
	struct slice window;
	struct buffer *kept[20000];
	size_t count = 0;
	enum read_status status;

	(void)state;
	while ((status = stream_read(stream, &window)) != READ_END) {
		if (status == READ_BLOCKED)
			continue;
		assert_int_equal(status, READ_DATA);
		kept[count++] = buffer_ref(window.buffer);
	}
	assert_true(count > 100);
	while (count > 0)
		buffer_unref(kept[--count]);
	stream_destroy(stream);
	buffer_pool_unref(pool);
	assert_int_equal(budget.used_bytes, 0);
	assert_true(budget.peak_bytes < 600 * 1024);
	free(plain.data);
	free(gzip.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_gzip_and_zlib),
		cmocka_unit_test(passes_plain_content),
		cmocka_unit_test(reads_members),
		cmocka_unit_test(reads_whole_headers),
		cmocka_unit_test(finds_every_truncation),
		cmocka_unit_test(finds_every_changed_bit),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(small_windows_share_buffers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
