/* SPDX-License-Identifier: MIT */
/* What is printed for people: order, excerpts, places within scalars. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/diagnostic.h"

static struct source source_of(const char *text)
{
	return (struct source){"f.yaml", text, strlen(text)};
}

/* Prints LIST, which must come out as WANTED, and destroys it. */
static void check_print(struct diagnostics *list, const char *wanted)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	assert_non_null(file);
	diagnostics_print(list, file);
	fclose(file);
	assert_string_equal(text, wanted);
	assert_int_equal(diagnostics_count(list, SEVERITY_ERROR), 0);
	free(text);
	diagnostics_destroy(list);
}

static void test_order(void **state)
{
	struct source source = source_of("one: 1\ntwo: 2\n");
	struct diagnostics *list = diagnostics_create();

	(void)state;
	diagnostics_add(list, SEVERITY_ERROR,
		(struct location){&source, 2, 6, 1, NULL}, "try %s",
		"%s second", "the");
	diagnostics_add(list, SEVERITY_WARNING,
		(struct location){&source, 1, 1, 3, NULL}, NULL, "the first");
	diagnostics_add(list, SEVERITY_ERROR,
		(struct location){&source, 2, 6, 1, NULL}, NULL, "the second");
	diagnostics_add(list, SEVERITY_ERROR,
		(struct location){&source, 0, 0, 1, NULL}, NULL, "the whole");
	diagnostics_add(list, SEVERITY_ERROR,
		(struct location){NULL, 0, 0, 1, NULL}, NULL, "no place");
	assert_int_equal(diagnostics_count(list, SEVERITY_ERROR), 3);
	assert_int_equal(diagnostics_count(list, SEVERITY_WARNING), 1);
	check_print(list,
		"f.yaml: error: the whole\n"
		"f.yaml:1:1: warning: the first\n"
		"   one: 1\n"
		"   ^~~\n"
		"f.yaml:2:6: error: the second\n"
		"   two: 2\n"
		"        ^\n"
		"hint: try %s\n"
		"leat: error: no place\n");
}

static void check_excerpt(const char *text, unsigned line, unsigned column,
	unsigned width, const char *wanted)
{
	struct source source = source_of(text);
	struct diagnostics *list = diagnostics_create();

	diagnostics_add(list, SEVERITY_ERROR,
		(struct location){&source, line, column, width, NULL}, NULL,
		"x");
	check_print(list, wanted);
}

static void test_excerpt(void **state)
{
	(void)state;
	/* Tabs stay tabs, so that the caret stands below the place. */
	check_excerpt("a:\tb\n", 1, 4, 1,
		"f.yaml:1:4: error: x\n"
		"   a:\tb\n"
		"     \t^\n");
	/* Columns are code points. */
	check_excerpt("\xc3\xa9\xc3\xa9: b\r\n", 1, 5, 1,
		"f.yaml:1:5: error: x\n"
		"   \xc3\xa9\xc3\xa9: b\n"
		"       ^\n");
	/* What would reach the terminal is shown as ?. */
	check_excerpt("a\x1b[m\xff", 1, 1, 9,
		"f.yaml:1:1: error: x\n"
		"   a?[m?\n"
		"   ^~~~~\n");
	/* One behind the last column, no further; no such line. */
	check_excerpt("ab", 1, 3, 1, "f.yaml:1:3: error: x\n   ab\n     ^\n");
	check_excerpt("ab", 1, 4, 1, "f.yaml:1:4: error: x\n");
	check_excerpt("ab\n", 3, 1, 1, "f.yaml:3:1: error: x\n");
	check_excerpt("", 1, 1, 1, "f.yaml:1:1: error: x\n   \n   ^\n");
}

static void test_long_line(void **state)
{
	char text[1001] = "", wanted[400] = "";
	size_t at;

	(void)state;
	for (int i = 0; i < 1000; i++)
		text[i] = (char)('0' + i % 10);
	/* Column 500: 450 columns are left out, 100 shown, the rest cut. */
	at = (size_t)sprintf(wanted, "f.yaml:1:500: error: x\n   ...");
	memcpy(wanted + at, text + 450, 100);
	strcat(wanted, "...\n");
	at = strlen(wanted);
	memset(wanted + at, ' ', 6 + 49);
	strcpy(wanted + at + 6 + 49, "^\n");
	check_excerpt(text, 1, 500, 1, wanted);
}

static void test_shown(void **state)
{
	struct diagnostics *list = diagnostics_create();

	(void)state;
	diagnostics_add(list, SEVERITY_ERROR,
		(struct location){NULL, 0, 0, 1, NULL}, "a\x1b", "'%s' and \\d",
		"\n\x1b[31m\xff");
	check_print(list,
		"leat: error: '\\n\\x1b[31m\\xff' and \\d\n"
		"hint: a\\x1b\n");
}

static void test_many(void **state)
{
	struct source source = source_of("");
	struct diagnostics *list = diagnostics_create();
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	(void)state;
	for (unsigned i = 1; i <= 600; i++)
		diagnostics_add(list, SEVERITY_ERROR,
			(struct location){&source, i, 1, 1, NULL}, NULL, "x");
	assert_int_equal(diagnostics_count(list, SEVERITY_ERROR), 600);
	diagnostics_print(list, file);
	fclose(file);
	assert_non_null(strstr(text, "\nleat: and 100 more\n"));
	free(text);
	diagnostics_destroy(list);
	diagnostics_destroy(NULL);
}

/* Line 1 defines what line 2 uses as b, and is used itself as a and c. */
static void test_uses(void **state)
{
	struct source source = source_of("in\nb\na\n");
	struct location place = {&source, 1, 1, 1, NULL};
	struct use a = {
		"a", {&source, 3, 1, 1, NULL}, {&source, 2, 1, 1, NULL}, 2};
	struct use b = {"a/b", {&source, 2, 1, 1, &a}, place, 1};
	struct use c = {"c", {&source, 3, 1, 1, NULL}, place, 1};
	struct diagnostics *list = diagnostics_create();

	(void)state;
	place.use = &b;
	diagnostics_add(list, SEVERITY_ERROR, place, "h", "'a/b/x' is wrong");
	place.use = &c; /* the same again, and something else */
	diagnostics_add(list, SEVERITY_ERROR, place, NULL, "'c/x' is wrong");
	diagnostics_add(list, SEVERITY_ERROR, place, NULL, "'c/y' is wrong");
	place = a.location; /* around both texts: nothing to explain */
	place.use = &b;
	diagnostics_add(list, SEVERITY_ERROR, place, NULL, "given by a");
	check_print(list,
		"f.yaml:1:1: error: 'a/b/x' is wrong\n   in\n   ^\nhint: h\n"
		"f.yaml:2:1: note: used here as 'b'\n"
		"f.yaml:3:1: note: used here as 'a'\n"
		"f.yaml:1:1: error: 'c/y' is wrong\n   in\n   ^\n"
		"f.yaml:3:1: note: used here as 'c'\n"
		"f.yaml:3:1: error: given by a\n   a\n   ^\n");
}

static void check_within(const char *text, unsigned line, unsigned column,
	size_t bytes, unsigned wanted_line, unsigned wanted_column)
{
	struct source source = source_of(text);
	struct location location = {&source, line, column, 5, NULL};

	location = location_within(location, bytes);
	assert_int_equal(location.line, wanted_line);
	assert_int_equal(location.column, wanted_column);
	assert_int_equal(location.width, 1);
}

static void test_within(void **state)
{
	(void)state;
	check_within("p: abc", 1, 4, 0, 1, 4);
	check_within("p: abc", 1, 4, 2, 1, 6);
	check_within("p: abc", 1, 4, 9, 1, 7); /* stops at the end */
	check_within("p: \xc3\xa9"
		     "bc",
		1, 4, 2, 1, 5);
	/* 'it''s' is it's; "\\d\x41\u00e9x" is \dA\xc3\xa9x. */
	check_within("p: 'it''s'", 1, 5, 3, 1, 9);
	check_within("p: \"\\\\d\\x41\\u00e9x\"", 1, 5, 1, 1, 7);
	check_within("p: \"\\\\d\\x41\\u00e9x\"", 1, 5, 3, 1, 12);
	check_within("p: \"\\\\d\\x41\\u00e9x\"", 1, 5, 5, 1, 18);
	/* A block scalar: ab, a line break, cd. */
	check_within("p: |\n  ab\n  cd\n", 2, 3, 3, 3, 3);
	check_within("p: |\n  ab\n    cd\n", 2, 3, 5, 3, 5);
	/* A plain scalar over two lines. */
	check_within("p: ab\n  cd\n", 1, 4, 3, 2, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_excerpt),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
