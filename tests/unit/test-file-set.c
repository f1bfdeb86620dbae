/* SPDX-License-Identifier: MIT */
/* Which files patterns find: what bash finds with globstar; and looks at
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/looker.h"
#include "files.h"
#include "operators/support/file/set.h"

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
		"d/x.d/y(y)");
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

/* As `find -L .` finds what is below d/e, except for a directory that the
 * pattern names: it is one to begin in, as those are that find is given. */
static void circles_are_not_entered(void **state)
{
	static const struct file_set_options follow = {.links = LINKS_FOLLOW},
					     deep = {.links = LINKS_FOLLOW,
						     .recursive = true};
	static const char files[] = "d/e/a.log(a.log) d/e/f/a.log(f/a.log)";

	(void)state;
	make_tree();
	assert_string_equal(found(&follow, "d/e/**", NULL), files);
	assert_string_equal(found(&deep, "d/e", NULL),
		"d/e/a.log(a.log) d/e/f/a.log(f/a.log)");
	assert_string_equal(
		found(&follow, "d/e/*/**", NULL), "d/e/f/a.log(f/a.log)");
	assert_string_equal(found(&deep, "d/e/*", NULL), files);
	assert_string_equal(found(&follow, "d/e/**/e/*.log", NULL), "");
	assert_string_equal(found(&follow, "d/e/u*/e/*.log", NULL),
		"d/e/up/e/a.log(up/e/a.log)");
	assert_string_equal(found(&follow, "d/e/up/e/**", NULL),
		"d/e/up/e/a.log(a.log) d/e/up/e/f/a.log(f/a.log)");
	assert_string_equal(found(&follow, "d/e/../e/**", NULL),
		"d/e/../e/a.log(a.log) d/e/../e/f/a.log(f/a.log)");
}

static void circles_are_told(void **state)
{
	static const struct file_set_options follow = {.links = LINKS_FOLLOW};
	struct file_set *set = file_set_create(&follow);

	(void)state;
	make_tree();
	file_set_add_pattern(set, "d/**/f/*");
	file_set_add_pattern(set, "d/*/**");
	file_set_sort(set);
	assert_int_equal(file_set_circles(set), 2);
	assert_string_equal(file_set_circle(set), "d/e/up");
	file_set_destroy(set);
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

/* ---- Looking ------------------------------------------------------------ */

static void looks_as_stat_does(void **state)
{
	static const char *const paths[] = {"d", "d/a.log", "d/b.LOG",
		"d/b.LOG", "d/none", "d/l.log", "d/gone.log", "d/", "d//b.LOG",
		"l/a.log", "l/b.LOG", "d/e/a.log", "d/e/none", "none/a",
		"none/b", "d/a.log/under", "d/a.log/beneath", "d/e/f", ""};
	struct looker looker;

	(void)state;
	make_tree();
	assert_int_equal(symlink("d", "l"), 0);
	looker_init(&looker);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct stat wanted, found;
		const bool there = stat(paths[i], &wanted) == 0;
		const int error = there ? 0 : errno;

		assert_int_equal(looker_stat(&looker, paths[i], &found), there);
		if (there)
			assert_int_equal(found.st_ino, wanted.st_ino);
		else
			assert_int_equal(errno, error);
	}
	looker_finish(&looker);
}

/* That is how it is known to go there once. */
static void looks_into_one_directory(void **state)
{
	struct looker looker;
	struct stat found;

	(void)state;
	make_tree();
	looker_init(&looker);
	assert_true(looker_stat(&looker, "d/a.log", &found));
	assert_true(looker_stat(&looker, "d/b.LOG", &found));
	assert_int_equal(rename("d", "elsewhere"), 0);
	assert_true(looker_stat(&looker, "d/a.log", &found));
	assert_false(looker_stat(&looker, "none/a.log", &found));
	assert_false(looker_stat(&looker, "d/a.log", &found));
	looker_finish(&looker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILES_TEST(patterns_find_files),
		FILES_TEST(options_change_what_is_found),
		FILES_TEST(circles_are_not_entered),
		FILES_TEST(circles_are_told),
		FILES_TEST(exclude_patterns_match),
		FILES_TEST(counts_directories_and_reports_errors),
		FILES_TEST(looks_as_stat_does),
		FILES_TEST(looks_into_one_directory),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
