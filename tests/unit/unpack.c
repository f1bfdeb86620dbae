/* SPDX-License-Identifier: MIT */
/* What decompressing a content gives. */
#include "unpack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct outcome unpack(
	struct bytes input, enum compression expect, struct way way)
{
	struct budget budget = {.limit_bytes = 64 << 20};
	struct buffer_pool *pool = buffer_pool_create(&budget, way.buffer);
	struct outcome outcome = {0};
	struct stream *stream = decompress_create(
		pieces_create(input.data, input.length, way.piece, way.blocks),
		expect, way.library, pool);
	struct slice window;
	struct buffer *held = NULL;

	buffer_pool_unref(pool);
	while ((outcome.status = stream_read(stream, &window)) == READ_DATA ||
		outcome.status == READ_BLOCKED) {
		if (outcome.status == READ_BLOCKED)
			continue;
		add(&outcome.bytes, window.data, window.length);
		buffer_unref(held); /* as a reader that keeps the last window */
		held = buffer_ref(window.buffer);
	}
	buffer_unref(held);
	if (outcome.status == READ_FAILED)
		snprintf(outcome.problem, sizeof(outcome.problem), "%s",
			stream->problem.data);
	stream_destroy(stream);
	assert_int_equal(budget.used_bytes, 0);
	return outcome;
}

void unpack_expect_content(struct outcome outcome, struct bytes plain)
{
	assert_string_equal(outcome.problem, "");
	assert_int_equal(outcome.status, READ_END);
	assert_int_equal(outcome.bytes.length, plain.length);
	if (plain.length > 0)
		assert_memory_equal(
			outcome.bytes.data, plain.data, plain.length);
	free(outcome.bytes.data);
}

void unpack_expect_problem(struct outcome outcome, const char *problem)
{
	assert_int_equal(outcome.status, READ_FAILED);
	if (!strstr(outcome.problem, problem))
		assert_string_equal(outcome.problem, problem);
	free(outcome.bytes.data);
}
