/* SPDX-License-Identifier: MIT */
/* Tests on real files: a directory to work in, and what is in files. */
#ifndef LEAT_TESTS_UNIT_FILES_H
#define LEAT_TESTS_UNIT_FILES_H

/* For cmocka: makes a directory, *STATE, the working directory; and removes it
 * with all that is in it. */
int files_enter(void **state);
int files_leave(void **state);

/* A test that has such a directory of its own. */
#define FILES_TEST(name) \
	cmocka_unit_test_setup_teardown(name, files_enter, files_leave)

/* Makes a file; and fails unless it holds CONTENT, of at most 4095 bytes. */
void files_put(const char *path, const char *content);
void files_expect(const char *path, const char *content);

/* Fails unless these names are in the directory: each with a space behind it,
 * in order. */
void files_expect_names(const char *directory, const char *names);

#endif
