/* SPDX-License-Identifier: MIT */
/*
 * Compressors: that the bytes don't depend on the pieces in which a content
 * comes, on the space that there is, or on what was compressed before. What is
 * in them is compared with other programs by tests/cli/compress-formats.sh.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "operators/support/codec/compressor.h"
#include "pieces.h"

enum { BUDGET_BYTES = 128 << 20 };

static const struct compressor_settings all[] = {
	{.format = COMPRESSION_GZIP, .level = 6},
	{.format = COMPRESSION_ZSTD, .level = 1},
	{.format = COMPRESSION_ZSTD, .level = 1, .threads = 2},
	{.format = COMPRESSION_XZ, .level = 1},
	{.format = COMPRESSION_XZ, .level = 1, .threads = 2},
	{.format = COMPRESSION_BZIP2, .level = 1},
	{.format = COMPRESSION_LZ4, .level = 1},
	{.format = COMPRESSION_LZ4, .level = 9},
};
enum { ALL = sizeof(all) / sizeof(*all) };

/* How a content is given, and its compressed bytes are taken. */
struct way {
	size_t piece, space; /* up to 128 KiB */
	bool late; /* finishes a full block before it is compressed */
};

static void drain(struct compressor *compressor, size_t size, struct bytes *to)
{
	char space[131072];

	while (compressor_busy(compressor))
		add(to, space, compressor_run(compressor, space, size));
}

static void compress_to(struct compressor *compressor, struct bytes plain,
	struct way way, struct bytes *to)
{
	size_t at = 0;

	while (at < plain.length) {
		size_t left = plain.length - at;

		at += compressor_add(compressor, (const char *)plain.data + at,
			left < way.piece ? left : way.piece);
		if (at < plain.length || !way.late)
			drain(compressor, way.space, to);
	}
	compressor_finish(compressor);
	assert_true(compressor_busy(compressor));
	drain(compressor, way.space, to);
	assert_false(compressor_busy(compressor));
}

static struct compressor *create(
	const struct compressor_settings *settings, struct budget *budget)
{
	struct compressor *compressor = compressor_create(settings, budget);

	assert_non_null(compressor);
	assert_int_equal(budget->used_bytes, compressor_bytes(settings));
	return compressor;
}

static struct bytes compressed(const struct compressor_settings *settings,
	struct bytes plain, struct way way)
{
	struct budget budget = {.limit_bytes = BUDGET_BYTES};
	struct compressor *compressor = create(settings, &budget);
	struct bytes result = {0};

	compress_to(compressor, plain, way, &result);
	compressor_destroy(compressor);
	assert_int_equal(budget.used_bytes, 0);
	return result;
}

static void expect_same(struct bytes bytes, struct bytes wanted)
{
	assert_int_equal(bytes.length, wanted.length);
	assert_memory_equal(bytes.data, wanted.data, wanted.length);
}

/* ---- Tests ----------------------------------------------------------------- */

static void gives_the_same_in_all_ways(void **state)
{
	static const size_t lengths[] = {0, 131072, 131073, 400000};
	static const struct way whole = {1 << 20, 131072, false};
	static const struct way ways[] = {
		{1 << 20, 131072, true},
		{1 << 20, 17, false},
		{1000, 131072, true},
		{7, 100000, false},
	};

	(void)state;
	for (size_t i = 0; i < ALL; i++) {
		for (size_t j = 0; j < sizeof(lengths) / sizeof(*lengths);
			j++) {
			struct bytes plain = content(lengths[j]);
			struct bytes wanted = compressed(&all[i], plain, whole);

			for (size_t k = 0; k < sizeof(ways) / sizeof(*ways);
				k++) {
				struct bytes bytes =
					compressed(&all[i], plain, ways[k]);

				expect_same(bytes, wanted);
				free(bytes.data);
			}
			free(wanted.data);
			free(plain.data);
		}
	}
}

/* What follows a member, or one that was given up, is as if it was the first;
 * be it given up before, amid or behind what has come out. */
static void starts_anew(void **state)
{
	static const struct way way = {1 << 20, 1000, false};
	struct bytes plain = content(300000);
	char space[100];

	(void)state;
	for (size_t i = 0; i < ALL; i++) {
		struct budget budget = {.limit_bytes = BUDGET_BYTES};
		struct compressor *compressor = create(&all[i], &budget);
		struct bytes wanted = compressed(&all[i], plain, way);

		for (size_t runs = 0; runs < 4; runs++) {
			struct bytes bytes = {0};

			compress_to(compressor, plain, way, &bytes);
			expect_same(bytes, wanted);
			free(bytes.data);
			compressor_add(compressor, "given up", 8);
			if (runs > 0)
				compressor_finish(compressor);
			for (size_t j = 1;
				j < runs && compressor_busy(compressor); j++)
				compressor_run(compressor, space,
					sizeof(space) / runs);
			compressor_reset(compressor);
			assert_false(compressor_busy(compressor));
		}
		compressor_destroy(compressor);
		free(wanted.data);
	}
	free(plain.data);
}

static void threads_give_the_same(void **state)
{
	static const struct way way = {1 << 20, 131072, false};
	struct bytes plain = content(6000000);

	(void)state;
	for (size_t i = 0; i < ALL; i++) {
		struct compressor_settings settings = all[i];
		struct bytes wanted, bytes;

		if (settings.threads == 0)
			continue;
		wanted = compressed(&settings, plain, way);
		for (unsigned threads = 1; threads <= 5; threads += 2) {
			settings.threads = threads;
			bytes = compressed(&settings, plain, way);
			expect_same(bytes, wanted);
			free(bytes.data);
		}
		free(wanted.data);
	}
	free(plain.data);
}

static void keeps_to_the_budget(void **state)
{
	(void)state;
	for (size_t i = 0; i < ALL; i++) {
		struct budget budget = {
			.limit_bytes = compressor_bytes(&all[i]) - 1};

		assert_null(compressor_create(&all[i], &budget));
		assert_int_equal(budget.used_bytes, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_same_in_all_ways),
		cmocka_unit_test(starts_anew),
		cmocka_unit_test(threads_give_the_same),
		cmocka_unit_test(keeps_to_the_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
