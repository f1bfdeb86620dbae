/* SPDX-License-Identifier: MIT */
/* Contents that are held: what is read is what was added, from any place, by
 * any number of readers, in memory and in a file. Expected: a plain array. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "operators/support/content/content.h"

enum { LENGTH = 3 * 1024 * 1024, READERS = 3 };

static uint64_t draw(uint64_t *state, uint64_t below)
{
	/* splitmix64, Steele and others 2014. */
	uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return (z ^ z >> 31) % below;
}

static char *make_data(void)
{
	uint64_t state = 7;
	char *data = memory_alloc(LENGTH);

	for (size_t i = 0; i < LENGTH; i++)
		data[i] = (char)draw(&state, 256);
	return data;
}

/* Pieces of all sizes, up to more than a block. */
static size_t piece(uint64_t *state, size_t left)
{
	size_t most = draw(state, 10) == 0 ? 400000 : 5000;
	size_t length = 1 + draw(state, most);

	return length < left ? length : left;
}

/* ---- Whole contents ------------------------------------------------------------ */

static struct content *hold(
	struct budget *budget, const char *data, uint64_t *state)
{
	struct content *content = content_create(budget);

	for (size_t at = 0, length; at < LENGTH; at += length) {
		length = piece(state, LENGTH - at);
		assert_true(content_add(content, data + at, length));
	}
	assert_true(content_complete(content));
	return content;
}

static void check_places(
	struct stream *stream, const char *data, uint64_t *state)
{
	struct slice window;

	for (unsigned i = 0; i < 200; i++) {
		uint64_t at = draw(state, LENGTH);

		assert_true(stream->methods->seek(stream, at));
		assert_int_equal(stream_read(stream, &window), READ_DATA);
		assert_memory_equal(window.data, data + at, window.length);
	}
	assert_true(stream->methods->seek(stream, LENGTH));
	assert_int_equal(stream_read(stream, &window), READ_END);
	assert_false(stream->methods->seek(stream, LENGTH + 1));
}

static void check_all(struct stream *stream, const char *data)
{
	struct slice window;
	size_t at = 0;

	while (stream_read(stream, &window) == READ_DATA) {
		assert_true(window.length <= LENGTH - at);
		assert_memory_equal(window.data, data + at, window.length);
		at += window.length;
	}
	assert_int_equal(at, LENGTH);
}

static void contents_are_read_anywhere(void **unused)
{
	/* All in memory; some blocks, then a file; nothing but a file. */
	static const size_t limits[] = {64 << 20, 1 << 20, BUFFER_BYTES + 1000};
	char *data = make_data();

	(void)unused;
	for (unsigned i = 0; i < 3; i++) {
		struct budget budget = {.limit_bytes = limits[i]};
		uint64_t state = i, size;
		struct content *content = hold(&budget, data, &state);
		struct stream *stream = content_stream(content);

		content_unref(content);
		assert_true(stream->methods->size(stream, &size));
		assert_int_equal(size, LENGTH);
		check_all(stream, data);
		check_places(stream, data, &state);
		struct stream *again = stream->methods->reopen(stream);
		stream_destroy(stream);
		if (i < 2)
			check_all(again, data);
		stream_destroy(again);
		assert_int_equal(budget.used_bytes, 0);
		assert_true(budget.peak_bytes <= limits[i]);
	}
	free(data);
}

static void an_empty_content_is_one(void **unused)
{
	struct budget budget = {.limit_bytes = 1 << 20};
	struct content *content = content_create(&budget);
	struct slice window;
	uint64_t size = 1;

	(void)unused;
	assert_true(content_complete(content));
	struct stream *stream = content_stream(content);
	content_unref(content);
	assert_true(stream->methods->size(stream, &size));
	assert_int_equal(size, 0);
	assert_int_equal(stream_read(stream, &window), READ_END);
	stream_destroy(stream);
}

/* ---- Shared sources ------------------------------------------------------------ */

/* Lends windows that hold only until the next call, unless somebody refers to
 * their buffer; is blocked now and then. */
struct source {
	struct stream stream;
	const char *data;
	size_t at, fail_at;
	uint64_t random;
	struct budget *budget;
	struct buffer *buffer;
	bool *gone;
};

static enum read_status read_source(struct stream *stream, struct slice *window)
{
	struct source *source = (struct source *)stream;
	size_t length = piece(&source->random, LENGTH - source->at);

	if (draw(&source->random, 3) == 0)
		return READ_BLOCKED;
	if (source->at >= source->fail_at)
		return stream_fail(stream, STATUS_BAD_DATA, "it is broken");
	if (source->at == LENGTH)
		return READ_END;
	if (source->buffer && source->buffer->references == 1)
		memset(source->buffer->data, '#', source->buffer->size);
	buffer_unref(source->buffer);
	source->buffer = buffer_create(source->budget, length);
	assert_non_null(source->buffer);
	memcpy(source->buffer->data, source->data + source->at, length);
	*window = (struct slice){source->buffer, source->buffer->data, length};
	source->at += length;
	return READ_DATA;
}

static void destroy_source(struct stream *stream)
{
	struct source *source = (struct source *)stream;

	buffer_unref(source->buffer);
	*source->gone = true;
	free(source);
}

static struct stream *make_source(struct source from)
{
	static const struct stream_methods methods = {
		.read = read_source, .destroy = destroy_source};
	struct source *source = memory_alloc(sizeof(*source));

	*source = from;
	stream_init(&source->stream, &methods);
	source->stream.may_block = true;
	source->stream.descriptor = 5;
	return &source->stream;
}

/* Reads by turns at random; each must get all, or fail at the same place. */
static void read_by_turns(
	struct stream **readers, const char *data, size_t wanted, uint64_t seed)
{
	size_t at[READERS] = {0};
	bool over[READERS] = {false};
	struct slice window[READERS] = {{NULL, NULL, 0}};
	unsigned left = READERS;

	while (left > 0) {
		unsigned i = (unsigned)draw(&seed, READERS);

		if (over[i])
			continue;
		/* The last window still holds. */
		assert_memory_equal(window[i].data ? window[i].data : "",
			data + at[i] - window[i].length, window[i].length);
		switch (stream_read(readers[i], &window[i])) {
		case READ_DATA: at[i] += window[i].length; break;
		case READ_BLOCKED: window[i].length = 0; break;
		case READ_END:
			assert_int_equal(wanted, LENGTH);
			over[i] = true;
			break;
		case READ_FAILED:
			assert_string_equal(
				readers[i]->problem.data, "it is broken");
			over[i] = true;
			break;
		default: fail();
		}
		left -= over[i];
	}
	for (unsigned i = 0; i < READERS; i++)
		assert_int_equal(at[i] < wanted, false);
}

static void readers_share_a_source(void **unused)
{
	char *data = make_data();

	(void)unused;
	for (uint64_t seed = 0; seed < 12; seed++) {
		struct budget budget = {
			.limit_bytes = seed % 3 ? 16 << 20 : 2 << 20};
		size_t fail_at = seed % 4 == 3 ? LENGTH / 2 : LENGTH + 1;
		bool gone = false;
		struct stream *readers[READERS];
		struct content *content = content_of(&budget,
			make_source((struct source){.data = data,
				.random = seed,
				.fail_at = fail_at,
				.budget = &budget,
				.gone = &gone}));

		for (unsigned i = 0; i < READERS; i++) {
			readers[i] = content_stream(content);
			assert_true(readers[i]->may_block);
			assert_int_equal(readers[i]->descriptor, 5);
		}
		content_unref(content);
		read_by_turns(readers, data,
			fail_at < LENGTH ? fail_at : LENGTH, seed);
		/* What has ended is let go of at once. */
		assert_int_equal(gone, fail_at > LENGTH);
		for (unsigned i = 0; i < READERS; i++)
			stream_destroy(readers[i]);
		assert_true(gone);
		assert_int_equal(budget.used_bytes, 0);
	}
	free(data);
}

/* ---- Faults ---------------------------------------------------------------------- */

static void a_file_that_cannot_be_written_is_an_error(void **unused)
{
	struct budget budget = {.limit_bytes = 1 << 20};
	struct content *content;
	char *data = make_data();

	(void)unused;
	setenv("TMPDIR", "/nonexistent", 1);
	content = content_create(&budget);
	assert_true(content_add(content, data, 1000));
	assert_false(content_add(content, data, LENGTH));
	assert_int_equal(errno, ENOENT);
	assert_false(content_add(content, data, 1));
	assert_int_equal(errno, ENOENT);
	assert_false(content_complete(content));
	content_unref(content);
	unsetenv("TMPDIR");
	assert_int_equal(budget.used_bytes, 0);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contents_are_read_anywhere),
		cmocka_unit_test(an_empty_content_is_one),
		cmocka_unit_test(readers_share_a_source),
		cmocka_unit_test(a_file_that_cannot_be_written_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
