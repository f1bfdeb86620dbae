/* SPDX-License-Identifier: MIT */
/*
 * Files for real, in a directory that is made for the test: outputs beneath a
 * root, streams over files, and which files patterns find. What patterns should
 * find is what bash finds with globstar.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/place.h"
#include "engine/output.h"
#include "files.h"
#include "operators/support/file/set.h"
#include "operators/support/file/stream.h"
#include "operators/support/write/spool.h"

static void expect_names(const char *directory, const char *names)
{
	char command[256], got[1024] = "";

	snprintf(
		command, sizeof(command), "ls -A %s | tr '\\n' ' '", directory);
	FILE *pipe = popen(command, "r");
	assert_non_null(pipe);
	got[fread(got, 1, sizeof(got) - 1, pipe)] = '\0';
	pclose(pipe);
	assert_string_equal(got, names);
}

/* ---- Outputs ---------------------------------------------------------------- */

static struct output *make_output(
	const char *path, size_t root_length, unsigned mode)
{
	const struct output_request request = {
		.path = path, .root_length = root_length, .mode = mode};

	return output_create(NULL, &request, NULL, NULL);
}

static void output_appears_when_published(void **state)
{
	struct output *output = make_output("a/b/c.txt", 2, 0644);
	struct stat stat;

	(void)state;
	assert_non_null(output);
	assert_string_equal(output_path(output), "a/b/c.txt");
	assert_true(output_write(output, "one", 3));
	assert_true(output_write(output, "two", 3));
	assert_int_equal(output_length(output), 6);
	assert_true(output_truncate(output, 4));
	assert_true(output_write(output, "!", 1));
	assert_true(output_publish(output)); /* not finished: nothing */
	assert_int_equal(access("a/b/c.txt", F_OK), -1);
	assert_true(output_finish(output));
	assert_int_equal(access("a/b/c.txt", F_OK), -1);
	assert_true(output_publish(output));
	output_destroy(output);
	files_expect("a/b/c.txt", "onet!");
	expect_names("a/b", "c.txt ");
	assert_int_equal(lstat("a/b/c.txt", &stat), 0);
	assert_int_equal(stat.st_mode & 07777, 0644);
}

static void output_leaves_nothing(void **state)
{
	struct output *output;

	(void)state;
	files_put("old", "old");
	output = make_output("old", 0, 0600);
	assert_non_null(output);
	assert_true(output_write(output, "new", 3));
	output_destroy(output);
	files_expect("old", "old");

	output = make_output("old", 0, 0600);
	assert_true(output_finish(output));
	output_discard(output);
	assert_true(output_publish(output));
	output_destroy(output);
	output_destroy(NULL);
	files_expect("old", "old");
	expect_names(".", "old ");
}

static void expect_refused(const char *path, size_t root, int error)
{
	assert_null(make_output(path, root, 0644));
	assert_int_equal(errno, error);
}

static void output_stays_beneath_its_root(void **state)
{
	(void)state;
	assert_int_equal(mkdir("root", 0755), 0);
	assert_int_equal(mkdir("out", 0755), 0);
	assert_int_equal(symlink("../out", "root/link"), 0);
	assert_int_equal(symlink("/tmp", "root/absolute"), 0);
	files_put("file", "");
	expect_refused("root/../x", 5, EXDEV);
	expect_refused("root/a/../../x", 5, EXDEV);
	expect_refused("root/link/x", 5, ELOOP);
	expect_refused("root/link/new/x", 5, ELOOP);
	expect_refused("root/absolute/x", 5, ELOOP);
	expect_refused("root/", 5, EISDIR);
	expect_refused("root/..", 5, EISDIR);
	expect_refused("file/x", 5, ENOTDIR);
	expect_refused("file/x", 0, ENOTDIR);
	expect_names("out", "");

	/* A link within the root that the user wrote is followed. */
	struct output *output = make_output("root/link/x", 10, 0644);
	assert_non_null(output);
	assert_true(output_finish(output) && output_publish(output));
	output_destroy(output);
	files_expect("out/x", "");
}

static void output_spares_what_is_no_file(void **state)
{
	(void)state;
	assert_int_equal(mkdir("directory", 0755), 0);
	assert_int_equal(mkfifo("fifo", 0644), 0);
	assert_int_equal(symlink("/dev/null", "null"), 0);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	expect_refused("directory", 0, EISDIR);
	expect_refused("fifo", 0, ENOTSUP);
	expect_refused("null", 0, ENOTSUP);
	expect_names(".", "dangling directory fifo null ");

	struct output *output = make_output("dangling", 0, 0644);
	assert_non_null(output);
	assert_true(output_finish(output) && output_publish(output));
	output_destroy(output);
	expect_names(".", "dangling directory fifo null ");
	files_expect("dangling", "");
}

/* Both ways to open a directory beneath another refuse the same. */
static void opens_beneath_without_openat2(void **state)
{
	static const struct {
		const char *path;
		int error;
	} cases[] = {{"", 0}, {"a", 0}, {"a/b/c", 0}, {"a//b/", 0}, {"./a", 0},
		{"..", EXDEV}, {"a/../..", EXDEV}, {"/", EXDEV},
		{"link", ELOOP}, {"link/x", ELOOP}, {"file/x", ENOTDIR}};
	int root = file_open_root("root", 4);

	(void)state;
	assert_true(root >= 0);
	assert_int_equal(symlink("/tmp", "root/link"), 0);
	files_put("root/file", "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int parts = file_open_beneath_by_parts(root, cases[i].path);
		int error = parts < 0 ? errno : 0;
		int whole = file_open_beneath(root, cases[i].path);

		assert_int_equal(whole < 0 ? errno : 0, cases[i].error);
		assert_int_equal(error, cases[i].error);
		assert_int_equal(parts < 0, whole < 0);
		close(parts);
		close(whole);
	}
	close(root);
	expect_names("root", "a file link ");
}

static void expect_place(const char *path, unsigned depth, int error)
{
	char absolute[512];
	const char *name;

	assert_non_null(getcwd(absolute, 256));
	strcat(absolute, path);
	int directory = place_open(absolute, depth, &name);
	assert_int_equal(directory < 0 ? errno : 0, error);
	assert_string_equal(name, strrchr(path, '/') + 1);
	if (directory >= 0)
		assert_int_equal(faccessat(directory, "here", F_OK, 0), 0);
	close(directory);
}

static void finds_places(void **state)
{
	(void)state;
	assert_int_equal(system("mkdir -p r/a/b && touch r/here r/a/here "
				"r/a/b/here && ln -s a r/link"),
		0);
	assert_int_equal(place_depth(""), 0);
	assert_int_equal(place_depth("/a"), 1);
	assert_int_equal(place_depth("a//./b/"), 2);
	expect_place("/r/a/b/x", 1, 0);
	expect_place("/r/a/b/x", 3, 0);
	expect_place("/r/a/b/", 2, 0);
	expect_place("/r/a/b/", 1000, 0);
	/* A link that the user wrote is followed, one beneath is not. */
	expect_place("/r/link/b/x", 2, 0);
	expect_place("/r/link/b/x", 3, ELOOP);
	expect_place("/r/link/x", 2, ELOOP);
	expect_place("/r/link/", 1, 0);
	expect_place("/r/link/", 2, ELOOP);
	/* Nothing is made. */
	expect_place("/r/none/x", 1, ENOENT);
	expect_place("/r/none/x", 2, ENOENT);
	expect_place("/r/here/x", 2, ENOTDIR);
	expect_names("r", "a here link ");
}

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
	struct stream *stream = file_stream_borrow(ends[0], "pipe", pool);
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
	expect_names(".", "out ");
}

/* ---- Which files ------------------------------------------------------------ */

static void make_tree(void)
{
	assert_int_equal(system("mkdir -p d/e/f d/.h d/x.d 'd/[b]' &&"
				"touch d/a.log d/b.LOG d/.c.log d/e/a.log "
				"d/e/f/a.log d/.h/a.log d/x.d/y d/a-b "
				"'d/[b]/q' d/.leat-0123 &&"
				"ln -s a.log d/l.log &&"
				"ln -s ../e d/x.d/link && ln -s .. d/e/up &&"
				"ln -s nowhere d/gone.log"),
		0);
}

/* What is found, joined by spaces. */
static const char *found(const struct file_set_options *options,
	const char *pattern, const char *second)
{
	static char names[2048];
	struct file_set *set = file_set_create(options);

	file_set_add_pattern(set, pattern);
	if (second)
		file_set_add_path(set, second);
	file_set_sort(set);
	names[0] = '\0';
	for (size_t i = 0; i < file_set_count(set); i++) {
		const struct found_file *file = file_set_get(set, i);

		snprintf(names + strlen(names), sizeof(names) - strlen(names),
			"%s%s(%s)", i > 0 ? " " : "", file->path,
			file->relative);
	}
	file_set_destroy(set);
	return names;
}

static void patterns_find_files(void **state)
{
	const struct file_set_options plain = {0};

	(void)state;
	make_tree();
	assert_string_equal(found(&plain, "d/*.log", NULL),
		"d/a.log(a.log) d/gone.log(gone.log) d/l.log(l.log)");
	assert_string_equal(
		found(&plain, "d/a*", NULL), "d/a-b(a-b) d/a.log(a.log)");
	assert_string_equal(
		found(&plain, "d/.*.log", NULL), "d/.c.log(.c.log)");
	assert_string_equal(found(&plain, "d/?.[lL]*", NULL),
		"d/a.log(a.log) d/b.LOG(b.LOG) d/l.log(l.log)");
	assert_string_equal(
		found(&plain, "*/e/*.log", NULL), "d/e/a.log(d/e/a.log)");
	assert_string_equal(found(&plain, "d/**/a.log", NULL),
		"d/a.log(a.log) d/e/a.log(e/a.log) d/e/f/a.log(e/f/a.log)");
	assert_string_equal(found(&plain, "d/e/**", NULL),
		"d/e/a.log(a.log) d/e/f/a.log(f/a.log)");
	assert_string_equal(found(&plain, "**/**/f/**/*", NULL),
		"d/e/f/a.log(d/e/f/a.log)");
	assert_string_equal(found(&plain, "d/\\[b\\]/*", NULL), "d/[b]/q(q)");
	assert_string_equal(found(&plain, "d/\\[b\\]/q", NULL), "d/[b]/q(q)");
	assert_string_equal(
		found(&plain, "d//e/./*", NULL), "d/e/./a.log(a.log)");
	assert_string_equal(found(&plain, "none/*", NULL), "");
	assert_string_equal(found(&plain, "d/a.log/*", NULL), "");
	assert_string_equal(found(&plain, "d/x.d/link/a*", NULL),
		"d/x.d/link/a.log(a.log)");
	assert_string_equal(found(&plain, "d/x.d/l*/a*", NULL),
		"d/x.d/link/a.log(link/a.log)");
	/* Once, as it was found first. */
	assert_string_equal(found(&plain, "*/a-b", "d/a-b"), "d/a-b(d/a-b)");
	assert_string_equal(
		found(&plain, "d/a-b", "none"), "d/a-b(a-b) none(none)");
}

static void options_change_what_is_found(void **state)
{
	static const char *const exclude[] = {"a.log", "e/f/**", "x.?"};

	(void)state;
	make_tree();
	assert_string_equal(found(&(struct file_set_options){.hidden = true},
				    "d/*.log", NULL),
		"d/.c.log(.c.log) d/a.log(a.log) d/gone.log(gone.log) "
		"d/l.log(l.log)");
	assert_string_equal(found(&(struct file_set_options){.hidden = true},
				    "d/**/a.log", NULL),
		"d/.h/a.log(.h/a.log) d/a.log(a.log) d/e/a.log(e/a.log) "
		"d/e/f/a.log(e/f/a.log)");
	assert_string_equal(
		found(&(struct file_set_options){.ignore_case = true},
			"d/?.log", NULL),
		"d/a.log(a.log) d/b.LOG(b.LOG) d/l.log(l.log)");
	assert_string_equal(
		found(&(struct file_set_options){.links = LINKS_SKIP},
			"d/*.log", NULL),
		"d/a.log(a.log)");
	assert_string_equal(
		found(&(struct file_set_options){.links = LINKS_FOLLOW},
			"d/x.d/**", NULL),
		"d/x.d/link/a.log(link/a.log) d/x.d/link/f/a.log(link/f/a.log) "
		"d/x.d/link/up/[b]/q(link/up/[b]/q) "
		"d/x.d/link/up/a-b(link/up/a-b) "
		"d/x.d/link/up/a.log(link/up/a.log) "
		"d/x.d/link/up/b.LOG(link/up/b.LOG) "
		"d/x.d/link/up/gone.log(link/up/gone.log) "
		"d/x.d/link/up/l.log(link/up/l.log) d/x.d/y(y)");
	assert_string_equal(found(&(struct file_set_options){.recursive = true},
				    "d/[ex]*", "d/e/f"),
		"d/e/a.log(e/a.log) d/e/f/a.log(e/f/a.log) d/x.d/y(x.d/y)");
	assert_string_equal(found(&(struct file_set_options){.recursive = true},
				    "d/e/f", NULL),
		"d/e/f/a.log(a.log)");
	assert_string_equal(found(&(struct file_set_options){.exclude = exclude,
					  .exclude_count = 3},
				    "d/**", NULL),
		"d/[b]/q([b]/q) d/a-b(a-b) d/b.LOG(b.LOG) "
		"d/gone.log(gone.log) d/l.log(l.log)");
}

static void exclude_patterns_match(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool matches;
	} cases[] = {{"a", "a", true}, {"a", "b/a", true}, {"a", "a/b", false},
		{"*.o", "x/y.o", true}, {"x/*", "x/y", true},
		{"x/*", "x/y/z", false}, {"x/**", "x/y/z", true},
		{"**/z", "x/y/z", true}, {"**/z", "z", true},
		{"x/**/z", "x/z", true}, {"x/**/z", "x/a/b/z", true},
		{"x/**/z", "x/a/b", false}, {"X/Y", "x/y", false},
		{"**/**/**/q", "a/b/c/d", false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(file_pattern_matches(cases[i].pattern,
					 cases[i].path, false),
			cases[i].matches);
	assert_true(file_pattern_matches("X/Y", "x/y", true));
}

static void counts_directories_and_reports_errors(void **state)
{
	const struct file_set_options plain = {0};
	struct file_set *set = file_set_create(&plain);

	(void)state;
	make_tree();
	file_set_add_pattern(set, "d/e*");
	assert_int_equal(file_set_count(set), 0);
	assert_int_equal(file_set_directories(set), 1);
	file_set_destroy(set);

	if (geteuid() == 0)
		return; /* who may read everything */
	assert_int_equal(chmod("d/e", 0), 0);
	set = file_set_create(&plain);
	file_set_add_pattern(set, "d/e/*");
	file_set_sort(set);
	assert_int_equal(file_set_count(set), 1);
	assert_string_equal(file_set_get(set, 0)->path, "d/e/");
	assert_int_equal(file_set_get(set, 0)->error, EACCES);
	file_set_destroy(set);
	assert_int_equal(chmod("d/e", 0755), 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, files_enter, files_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(output_appears_when_published),
		TEST(output_leaves_nothing),
		TEST(output_stays_beneath_its_root),
		TEST(output_spares_what_is_no_file),
		TEST(opens_beneath_without_openat2),
		TEST(finds_places),
		TEST(stream_reads_a_file),
		TEST(stream_sees_changes),
		TEST(stream_blocks_on_a_pipe),
		TEST(stream_says_when_memory_is_out),
		TEST(spool_holds_and_releases),
		TEST(patterns_find_files),
		TEST(options_change_what_is_found),
		TEST(exclude_patterns_match),
		TEST(counts_directories_and_reports_errors),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
