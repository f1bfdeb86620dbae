/* SPDX-License-Identifier: MIT */
/* Streams over files that change, pipes, and what is held back in files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "files.h"
#include "operators/support/file/stream.h"
#include "operators/support/write/spool.h"

/* ---- Streams ---------------------------------------------------------------- */

struct outcome {
	char content[8192];
	size_t length;
	enum read_status status;
	char problem[200];
};

static void read_all(struct stream *stream, struct outcome *outcome)
{
	struct slice window;

	*outcome = (struct outcome){.status = READ_DATA};
	while ((outcome->status = stream_read(stream, &window)) == READ_DATA) {
		memcpy(outcome->content + outcome->length, window.data,
			window.length);
		outcome->length += window.length;
	}
	if (outcome->status == READ_FAILED)
		snprintf(outcome->problem, sizeof(outcome->problem), "%s",
			stream->problem.data);
}

static struct file_state look_at(const char *path)
{
	struct stat stat;

	assert_int_equal(lstat(path, &stat), 0);
	return file_state_of(&stat);
}

/* The content of a unit that the file was when it was found. */
static struct stream *stream_of(const char *path,
	const struct file_state *expected, struct buffer_pool *pool)
{
	struct segment *segment = segment_create_unit(path, 0, NULL);

	segment->unit->file = *expected;
	struct stream *stream = file_stream_create(path, segment, pool);
	segment_unref(segment);
	return stream;
}

static void stream_reads_a_file(void **state)
{
	struct budget budget = {.limit_bytes = 1 << 20};
	struct buffer_pool *pool = buffer_pool_create(&budget, 16);
	struct outcome outcome;
	char content[1001];
	uint64_t size;

	(void)state;
	memset(content, 'x', 1000);
	content[500] = 'y';
	content[1000] = '\0';
	files_put("file", content);
	struct file_state expected = look_at("file");
	struct stream *stream = stream_of("file", &expected, pool);
	assert_true(stream->methods->size(stream, &size));
	assert_int_equal(size, 1000);
	read_all(stream, &outcome);
	assert_int_equal(outcome.status, READ_END);
	assert_int_equal(outcome.length, 1000);
	assert_memory_equal(outcome.content, content, 1000);
	assert_true(stream->methods->seek(stream, 499));
	read_all(stream, &outcome);
	assert_int_equal(outcome.length, 501);
	assert_memory_equal(outcome.content, "xyx", 3);
	assert_false(stream->methods->seek(stream, 1001));
	stream_destroy(stream);
	buffer_pool_unref(pool);
	assert_int_equal(budget.used_bytes, 0);
}

static void expect_stream_problem(struct stream *stream, const char *problem)
{
	struct outcome outcome;

	read_all(stream, &outcome);
	assert_int_equal(outcome.status, READ_FAILED);
	if (!strstr(outcome.problem, problem))
		assert_string_equal(outcome.problem, problem);
	stream_destroy(stream);
}

static void stream_sees_changes(void **state)
{
	struct budget budget = {.limit_bytes = 1 << 20};
	struct buffer_pool *pool = buffer_pool_create(&budget, 16);
	struct slice window;

	(void)state;
	files_put("file", "a content of more than sixteen bytes");
	struct file_state expected = look_at("file");
	struct stream *stream = stream_of("file", &expected, pool);
	assert_int_equal(stream_read(stream, &window), READ_DATA);
	FILE *file = fopen("file", "a");
	fputs("more", file);
	fclose(file);
	expect_stream_problem(stream, "its size changed");

	expected = look_at("file");
	stream = stream_of("file", &expected, pool);
	assert_int_equal(stream_read(stream, &window), READ_DATA);
	assert_int_equal(truncate("file", 3), 0);
	expect_stream_problem(stream, "its size changed");

	expected = look_at("file");
	stream = stream_of("file", &expected, pool);
	files_put("other", "abc");
	assert_int_equal(rename("other", "file"), 0);
	expect_stream_problem(stream, "another file took its place");

	expected = look_at("file");
	expected.mtime_ns -= 1;
	stream = stream_of("file", &expected, pool);
	expect_stream_problem(stream, "it was written to");

	stream = stream_of("file", &expected, pool);
	assert_int_equal(unlink("file"), 0);
	expect_stream_problem(
		stream, "it cannot be opened: No such file or directory");
	buffer_pool_unref(pool);
	assert_int_equal(budget.used_bytes, 0);
}

static void stream_blocks_on_a_pipe(void **state)
{
	struct budget budget = {.limit_bytes = 1 << 20};
	struct buffer_pool *pool = buffer_pool_create(&budget, 1000);
	struct slice window;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	struct stream *stream = file_stream_borrow(ends[0], pool);
	assert_true(stream->may_block);
	assert_int_equal(stream->descriptor, ends[0]);
	assert_int_equal(stream_read(stream, &window), READ_BLOCKED);
	assert_int_equal(write(ends[1], "abc", 3), 3);
	assert_int_equal(stream_read(stream, &window), READ_DATA);
	assert_int_equal(window.length, 3);
	assert_memory_equal(window.data, "abc", 3);
	assert_int_equal(stream_read(stream, &window), READ_BLOCKED);
	close(ends[1]);
	assert_int_equal(stream_read(stream, &window), READ_END);
	stream_destroy(stream);
	assert_true(fcntl(ends[0], F_GETFL) >= 0); /* still open */
	close(ends[0]);
	buffer_pool_unref(pool);
}

static void stream_says_when_memory_is_out(void **state)
{
	struct budget budget = {.limit_bytes = 100};
	struct buffer_pool *pool = buffer_pool_create(&budget, 1000);
	struct slice window;

	(void)state;
	files_put("file", "x");
	struct file_state expected = look_at("file");
	struct stream *stream = stream_of("file", &expected, pool);
	assert_int_equal(stream_read(stream, &window), READ_MEMORY);
	budget.limit_bytes = 10000;
	assert_int_equal(stream_read(stream, &window), READ_DATA);
	stream_destroy(stream);
	buffer_pool_unref(pool);
}

/* ---- Held back -------------------------------------------------------------- */

static void spool_holds_and_releases(void **state)
{
	static char data[3000000];
	static char got[sizeof(data) + 1];
	struct spool spool;
	int file = open("out", O_RDWR | O_CREAT, 0600);

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 2654435761u >> 24);
	spool_init(&spool);
	assert_true(batch_add(&spool.batch, "dropped", 7));
	assert_true(batch_add(&spool.batch, data, sizeof(data)));
	spool_drop(&spool);
	for (size_t i = 0; i < sizeof(data); i += 1000)
		assert_true(batch_add(&spool.batch, data + i, 1000));
	assert_int_equal(spool_release(&spool, file), SPOOL_DONE);
	assert_int_equal(spool_release(&spool, file), SPOOL_DONE);
	assert_int_equal(pread(file, got, sizeof(got), 0), sizeof(data));
	assert_memory_equal(got, data, sizeof(data));
	assert_true(batch_add(&spool.batch, "x", 1));
	assert_int_equal(spool_release(&spool, -1), SPOOL_NOT_WRITTEN);
	spool_finish(&spool);
	close(file);
	files_expect_names(".", "out ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILES_TEST(stream_reads_a_file),
		FILES_TEST(stream_sees_changes),
		FILES_TEST(stream_blocks_on_a_pipe),
		FILES_TEST(stream_says_when_memory_is_out),
		FILES_TEST(spool_holds_and_releases),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
