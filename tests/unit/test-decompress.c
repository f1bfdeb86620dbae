/* SPDX-License-Identifier: MIT */
/*
 * Decompressing streams of all formats but gzip and zlib, which are in
 * test-inflate.c. The compressed data is made by our compressors, which
 * tests/cli/compress-formats.sh compares with the programs of the formats, or
 * written down from their definitions. However the input is split, that must
 * change nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "operators/support/codec/compressor.h"
#include "unpack.h"

enum { BUDGET_BYTES = 64 << 20 };

/* A frame to be skipped, of zstd and LZ4 alike: its mark, its length, 3 bytes
 * (RFC 8878, 3.1.2). */
static const char skipped[] = "\x5a\x2a\x4d\x18\3\0\0\0xyz";
enum { SKIPPED_BYTES = sizeof(skipped) - 1 };

static const enum compression formats[] = {
	COMPRESSION_ZSTD, COMPRESSION_XZ, COMPRESSION_BZIP2, COMPRESSION_LZ4};
enum { FORMATS = sizeof(formats) / sizeof(*formats) };

/* ---- Making ---------------------------------------------------------------- */

/* Adds a member to BYTES. */
static void compress_to(
	struct bytes *bytes, enum compression format, struct bytes plain)
{
	struct budget budget = {.limit_bytes = BUDGET_BYTES};
	struct compressor_settings settings = {.format = format, .level = 1};
	struct compressor *compressor = compressor_create(&settings, &budget);
	char space[4096];
	size_t at = 0;

	assert_non_null(compressor);
	while (at < plain.length || compressor_busy(compressor)) {
		if (compressor_busy(compressor))
			add(bytes, space,
				compressor_run(
					compressor, space, sizeof(space)));
		else
			at += compressor_add(compressor,
				(const char *)plain.data + at,
				plain.length - at);
	}
	compressor_finish(compressor);
	while (compressor_busy(compressor))
		add(bytes, space,
			compressor_run(compressor, space, sizeof(space)));
	compressor_destroy(compressor);
	assert_int_equal(budget.used_bytes, 0);
}

static struct bytes compressed(enum compression format, struct bytes plain)
{
	struct bytes bytes = {0};

	compress_to(&bytes, format, plain);
	return bytes;
}

/* ---- Reading --------------------------------------------------------------- */

static const struct way whole = {INFLATE_ZLIB, 1 << 20, false, 128 << 10};

/* Reads in all ways; the outcome must always be the same. Large contents are
 * read in large pieces only, which is quick. */
static struct outcome read_ways(struct bytes input, enum compression expect)
{
	static const struct way ways[] = {
		{INFLATE_ZLIB, 100000, true, 1 << 10},
		{INFLATE_ZLIB, 5000, true, 100 << 10},
		{INFLATE_ZLIB, 13, false, 1 << 10},
		{INFLATE_ZLIB, 7, true, 128 << 10},
		{INFLATE_ZLIB, 1, true, 1 << 10},
		{INFLATE_ZLIB, 1, false, 8},
	};
	size_t count = sizeof(ways) / sizeof(*ways);
	struct outcome first = unpack(input, expect, whole);

	for (size_t i = 0; i < (input.length > 10000 ? 2 : count); i++) {
		struct outcome other = unpack(input, expect, ways[i]);

		assert_int_equal(other.status, first.status);
		assert_string_equal(other.problem, first.problem);
		assert_int_equal(other.bytes.length, first.bytes.length);
		if (first.bytes.length > 0)
			assert_memory_equal(other.bytes.data, first.bytes.data,
				first.bytes.length);
		free(other.bytes.data);
	}
	return first;
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

static struct bytes text(const char *string, size_t length)
{
	struct bytes bytes = {0};

	add(&bytes, string, length);
	return bytes;
}

/* ---- Tests ----------------------------------------------------------------- */

static void reads_every_format(void **state)
{
	static const size_t lengths[] = {0, 1, 100, 131072, 300000};

	(void)state;
	for (size_t i = 0; i < FORMATS; i++) {
		for (size_t j = 0; j < sizeof(lengths) / sizeof(*lengths);
			j++) {
			struct bytes plain = content(lengths[j]);
			struct bytes input = compressed(formats[i], plain);

			expect_content(input, formats[i], plain);
			expect_content(input, COMPRESSION_AUTO, plain);
			free(input.data);
			free(plain.data);
		}
	}
}

/* lzma-file-format.txt: the usual properties, 64 KiB, and no length; what
 * follows was made by `printf 'hello\n' | xz --format=lzma --lzma1=dict=64KiB`
 * of XZ Utils 5.4.1. */
static const char hello[] =
	"\x5d\0\0\1\0\xff\xff\xff\xff\xff\xff\xff\xff\0\x34\x19\x49\xee\x8d\xdd"
	"\x3d\x3a\xdf\xff\xff\xdd\x12\0\0";
enum { HELLO_BYTES = sizeof(hello) - 1 };

static void reads_lzma(void **state)
{
	struct bytes input = text(hello, HELLO_BYTES);
	struct bytes plain = text("hello\n", 6);

	(void)state;
	expect_content(input, COMPRESSION_LZMA, plain);
	expect_content(input, COMPRESSION_AUTO, plain);
	free(plain.data);
	for (input.length = 13; input.length < HELLO_BYTES; input.length++)
		expect_problem(input, COMPRESSION_LZMA, "it ends too early");
	add(&input, hello, HELLO_BYTES);
	expect_problem(input, COMPRESSION_LZMA,
		"what follows the data is something else");
	free(input.data);
}

static void reads_members(void **state)
{
	struct bytes one = content(5000), none = {0}, two = {0};

	(void)state;
	add(&two, one.data, one.length);
	add(&two, one.data, one.length);
	for (size_t i = 0; i < FORMATS; i++) {
		struct bytes input = compressed(formats[i], one);

		compress_to(&input, formats[i], none);
		compress_to(&input, formats[i], one);
		expect_content(input, COMPRESSION_AUTO, two);
		free(input.data);
	}
	free(two.data);
	free(one.data);
}

/* xz-file-format.txt, 2.2: a multiple of four zeros. */
static void reads_padding(void **state)
{
	struct bytes plain = content(200), none = {0};

	(void)state;
	for (size_t zeros = 1; zeros <= 8; zeros++) {
		struct bytes input = compressed(COMPRESSION_XZ, plain);

		add(&input, "\0\0\0\0\0\0\0\0", zeros);
		if (zeros % 4 == 0)
			expect_content(input, COMPRESSION_XZ, plain);
		else
			expect_problem(
				input, COMPRESSION_XZ, "it ends too early");
		compress_to(&input, COMPRESSION_XZ, none);
		if (zeros % 4 == 0)
			expect_content(input, COMPRESSION_XZ, plain);
		else
			expect_problem(input, COMPRESSION_XZ,
				"what follows the data is something else");
		free(input.data);
	}
	free(plain.data);
}

static void skips_frames(void **state)
{
	static const enum compression with[] = {
		COMPRESSION_ZSTD, COMPRESSION_LZ4};
	struct bytes plain = content(200);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bytes input = text(skipped, SKIPPED_BYTES);

		expect_content(input, with[i], (struct bytes){0});
		compress_to(&input, with[i], plain);
		add(&input, skipped, SKIPPED_BYTES);
		add(&input, skipped, SKIPPED_BYTES);
		expect_content(input, with[i], plain);
		if (with[i] == COMPRESSION_ZSTD)
			expect_content(input, COMPRESSION_AUTO, plain);
		compress_to(&input, with[i], (struct bytes){0});
		expect_content(input, with[i], plain);
		input.length -= 9;
		expect_problem(input, with[i], "it ends too early");
		free(input.data);
	}
	free(plain.data);
}

static void finds_every_truncation(void **state)
{
	struct bytes plain = content(300);

	(void)state;
	for (size_t i = 0; i < FORMATS; i++) {
		struct bytes input = compressed(formats[i], plain);

		while (--input.length > 0)
			expect_problem(input, formats[i], "it ends too early");
		expect_problem(input, formats[i], "the content is empty");
		free(input.data);
	}
	free(plain.data);
}

/* With a changed bit it fails, or is the same: some say the same in two ways,
 * and bzip2 has tables with codes that aren't used. */
static void finds_every_changed_bit(void **state)
{
	struct bytes plain = content(300);

	(void)state;
	for (size_t i = 0; i < FORMATS; i++) {
		struct bytes input = compressed(formats[i], plain);
		size_t failed = 0;

		for (size_t bit = 0; bit < 8 * input.length; bit++) {
			input.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
			struct outcome outcome =
				unpack(input, formats[i], whole);
			failed += outcome.status == READ_FAILED;
			if (outcome.status != READ_FAILED)
				assert_memory_equal(outcome.bytes.data,
					plain.data, plain.length);
			free(outcome.bytes.data);
			input.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
		}
		assert_true(failed > 8 * input.length * 9 / 10);
		free(input.data);
	}
	free(plain.data);
}

static void names_what_is_wrong(void **state)
{
	struct bytes plain = content(300);

	(void)state;
	for (size_t i = 0; i < FORMATS; i++) {
		const char *name = compression_names[formats[i]];
		struct bytes input = compressed(formats[i], plain);
		char problem[100];

		snprintf(problem, sizeof(problem),
			"byte %zu of the %s data: what follows the data is "
			"something else",
			input.length, name);
		add(&input, "garbage", 7);
		expect_problem(input, COMPRESSION_AUTO, problem);
		snprintf(problem, sizeof(problem),
			"byte 0 of the %s data: this is not %s data; say "
			"`format: auto`",
			name, name);
		memcpy(input.data, "garbage", 7);
		input.length = 7;
		expect_problem(input, formats[i], problem);
		free(input.data);
	}
	free(plain.data);
}

/* What looks a little like something compressed. */
static void passes_plain_content(void **state)
{
	static const struct {
		const char *data;
		size_t length;
	} plains[] = {
		{"", 0},
		{"B", 1},
		{"BZh", 3},
		{"BZh9", 4},
		{"BZh91AY&S", 9},
		{"BZh9 is how bzip2 starts", 24},
		{"\xfd"
		 "7zXY and more, much more",
			25},
		{"\x28\xb5\x2f\xfe and more", 13},
		{"\x50\x2a\x4d\x19 and more", 13},
		{"\x04\x22\x4d", 3},
		{"]\0\0\1\0 one two three", 19},
		{"]\0\0\x80\0\0\0\0\0\0\0\0", 12},
		{"x", 1},
		{"x marks the spot", 16},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(plains) / sizeof(*plains); i++) {
		struct bytes plain = text(plains[i].data, plains[i].length);

		expect_content(plain, COMPRESSION_AUTO, plain);
		free(plain.data);
	}
}

/* RFC 8878, 3.1.1.1: a window descriptor of 0xa8 stands for 2 GiB. A dictionary
 * of .lzma stands in bytes 1 to 4; here it has 3 GiB. */
static void refuses_large_windows(void **state)
{
	struct bytes zstd = text("\x28\xb5\x2f\xfd\0\xa8\1\0\0", 9);
	struct bytes lzma = text(hello, HELLO_BYTES);

	(void)state;
	zstd.data[5] = 0xb0; /* 4 GiB */
	expect_problem(zstd, COMPRESSION_AUTO,
		"its window is too large, whatever the memory");
	zstd.data[5] = 0xa8;
	expect_problem(zstd, COMPRESSION_AUTO,
		"of memory, and there are 67108864; raise `resources: memory`");
	lzma.data[3] = 0;
	lzma.data[4] = 0xc0;
	expect_problem(lzma, COMPRESSION_AUTO,
		"of memory, and there are 67108864; raise `resources: memory`");
	free(zstd.data);
	free(lzma.data);
}

/* While others have the memory the stream waits, and then goes on. */
static void waits_for_memory(void **state)
{
	struct bytes plain = content(3000);

	(void)state;
	for (size_t i = 0; i < FORMATS; i++) {
		struct bytes input = compressed(formats[i], plain);
		struct budget budget = {.limit_bytes = BUDGET_BYTES};
		struct buffer_pool *pool = buffer_pool_create(&budget, 8192);
		struct stream *stream = decompress_create(
			pieces_create(input.data, input.length, 1000, false),
			COMPRESSION_AUTO, inflate_library(), pool);
		size_t others = BUDGET_BYTES - 50000;
		struct slice window;

		assert_true(budget_take(&budget, others));
		assert_int_equal(stream_read(stream, &window), READ_MEMORY);
		assert_int_equal(stream_read(stream, &window), READ_MEMORY);
		assert_true(stream->wanted_bytes > budget_left(&budget));
		budget_give(&budget, others - 20 * 1000 * 1000);
		assert_int_equal(stream_read(stream, &window), READ_DATA);
		assert_int_equal(window.length, plain.length);
		assert_memory_equal(window.data, plain.data, plain.length);
		assert_int_equal(stream_read(stream, &window), READ_END);
		stream_destroy(stream);
		buffer_pool_unref(pool);
		assert_int_equal(budget.used_bytes, 20 * 1000 * 1000);
		free(input.data);
	}
	free(plain.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_format),
		cmocka_unit_test(reads_lzma),
		cmocka_unit_test(reads_members),
		cmocka_unit_test(reads_padding),
		cmocka_unit_test(skips_frames),
		cmocka_unit_test(finds_every_truncation),
		cmocka_unit_test(finds_every_changed_bit),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(passes_plain_content),
		cmocka_unit_test(refuses_large_windows),
		cmocka_unit_test(waits_for_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
