/* SPDX-License-Identifier: MIT */
/* Outputs beneath a root, and the places that they get, on real files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/place.h"
#include "engine/output.h"
#include "files.h"

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
	files_expect_names("a/b", "c.txt ");
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
	files_expect_names(".", "old ");
}

static void publish_empty(const char *path, size_t root)
{
	struct output *output = make_output(path, root, 0644);

	assert_non_null(output);
	assert_true(output_finish(output) && output_publish(output));
	output_destroy(output);
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
	files_expect_names("out", "");

	/* A link within the root that the user wrote is followed. */
	publish_empty("root/link/x", 10);
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
	files_expect_names(".", "dangling directory fifo null ");

	publish_empty("dangling", 0);
	files_expect_names(".", "dangling directory fifo null ");
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
	files_expect_names("root", "a file link ");
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
	files_expect_names("r", "a here link ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILES_TEST(output_appears_when_published),
		FILES_TEST(output_leaves_nothing),
		FILES_TEST(output_stays_beneath_its_root),
		FILES_TEST(output_spares_what_is_no_file),
		FILES_TEST(opens_beneath_without_openat2),
		FILES_TEST(finds_places),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
