/* SPDX-License-Identifier: MIT */
/* Templates: what compiles, what is filled in, what is kept out of paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "operators/support/write/template.h"

static const struct attribute_spec keys[] = {
	{"src_path", VALUE_TEXT, ATTRIBUTE_READ, ATTRIBUTE_SEGMENT, ""},
	{"src_dir", VALUE_TEXT, ATTRIBUTE_READ, ATTRIBUTE_SEGMENT, ""},
	{"src_stem", VALUE_TEXT, ATTRIBUTE_READ, ATTRIBUTE_SEGMENT, ""},
	{"src_size", VALUE_INTEGER, ATTRIBUTE_READ, ATTRIBUTE_SEGMENT, ""},
	{"kind", VALUE_TEXT, ATTRIBUTE_WRITE, ATTRIBUTE_ITEM, ""},
};

enum { PATH, DIR, STEM, SIZE, KIND, KEYS };

static const struct attribute_spec *const all[] = {
	&keys[PATH], &keys[DIR], &keys[STEM], &keys[SIZE], &keys[KIND]};

static const struct shape shape = {
	.known = true, .attributes = all, .attribute_count = KEYS};

/* What TEXT becomes with the values, or "!" and the problem. */
static const char *fill(
	const char *text, bool path, const char *dir, const char *stem)
{
	static struct text result, problem;
	struct text_template *form = template_create(text, path, &shape);
	struct attributes *set = attributes_create();
	struct segment *segment;

	assert_non_null(form);
	set = attributes_set_text(set, &keys[DIR], dir, strlen(dir));
	set = attributes_set_text(set, &keys[STEM], stem, strlen(stem));
	set = attributes_set_integer(set, &keys[SIZE], 42);
	segment = segment_create_unit("unit", 0, set);
	bool ok = template_fill(form, NULL, segment, &result, &problem);
	segment_unref(segment);
	template_destroy(form);
	if (!ok) {
		result.length = 0;
		text_add_string(&result, "!");
		text_add_string(&result, problem.data);
	}
	return result.data;
}

static void fills_texts(void **state)
{
	(void)state;
	assert_string_equal(fill("no more", false, "", ""), "no more");
	assert_string_equal(
		fill("{src_stem}: {src_size}", false, "", "a/b"), "a/b: 42");
	assert_string_equal(
		fill("{{{src_stem}}} {{}}", false, "", ""), "{} {}");
	assert_string_equal(
		fill("{src_path}", false, "", ""), "!{src_path} has no value");
}

static void fills_paths(void **state)
{
	(void)state;
	assert_string_equal(
		fill("o/{src_dir}/{src_stem}.csv", true, "a/b", "c"),
		"o/a/b/c.csv");
	assert_string_equal(
		fill("o/{src_dir}/{src_stem}.csv", true, "", "c"), "o/c.csv");
	assert_string_equal(fill("{src_dir}/{src_dir}/x", true, "", ""), "x");
	assert_string_equal(fill("../{src_stem}", true, "", "..a"), "../..a");
	assert_string_equal(
		fill("/o/{src_stem}", true, "", "\xff\n"), "/o/\xff\n");
	assert_string_equal(fill("../../x", true, "", ""), "../../x");
}

static void keeps_paths_beneath_their_root(void **state)
{
	(void)state;
	assert_string_equal(fill("o/{src_stem}", true, "", ".."),
		"!{src_stem} is `..`, which is the name of a directory: it "
		"can't be put into a path");
	assert_string_equal(fill("o/{src_stem}.x", true, "", "a/b"),
		"!{src_stem} is `a/b`, which has a slash, which would name a "
		"directory: it can't be put into a path");
	assert_string_equal(fill("o/{src_stem}.x", true, "", ""),
		"!{src_stem} is empty: it can't be put into a path");
	assert_string_equal(fill("o/{src_dir}", true, "", ""),
		"!{src_dir} is empty: it can't be put into a path");
	assert_string_equal(fill("o/{src_dir}/x", true, "/etc", ""),
		"!{src_dir} is `/etc`, which is an absolute path: it can't be "
		"put into a path");
	assert_string_equal(fill("o/{src_dir}/x", true, "a/../b", ""),
		"!the path `o/a/../b/x` has a component `.` or `..`");
	assert_string_equal(fill("o/{src_dir}/x", true, "a//b", ""),
		"!the path `o/a//b/x` has an empty component");
	assert_string_equal(fill("o/.{src_stem}", true, "", "."),
		"!{src_stem} is `.`, which is the name of a directory: it "
		"can't be put into a path");
	assert_string_equal(fill("o/{src_size}/../x", true, "", ""),
		"!the path `o/42/../x` has a component `.` or `..`");
}

static void knows_its_root(void **state)
{
	static const struct {
		const char *text;
		size_t root;
	} cases[] = {{"x", 0}, {"a/b/x", 4}, {"a/b{src_stem}/c", 2},
		{"a{{b/{src_stem}", 4}, {"{src_path}", 0}, {"/{src_stem}", 1}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct text_template *form =
			template_create(cases[i].text, true, &shape);
		assert_int_equal(template_root_length(form), cases[i].root);
		template_destroy(form);
	}
}

static void refuses_wrong_braces(void **state)
{
	static const char *const cases[] = {"a{", "a{}", "a{src_{x}", "a}",
		"{src_stam}", "{{{src_stem}}", "{src_stem"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_null(template_create(cases[i], true, &shape));
}

static void knows_what_it_needs(void **state)
{
	struct text_template *of_items =
		template_create("{kind}", true, &shape);
	struct text_template *of_units =
		template_create("{src_path}", true, &shape);
	struct text_template *constant = template_create("{{x}}", true, &shape);

	(void)state;
	assert_true(template_needs_items(of_items));
	assert_false(template_needs_items(of_units));
	assert_false(template_is_constant(of_units));
	assert_true(template_is_constant(constant));
	template_destroy(of_items);
	template_destroy(of_units);
	template_destroy(constant);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_texts),
		cmocka_unit_test(fills_paths),
		cmocka_unit_test(keeps_paths_beneath_their_root),
		cmocka_unit_test(knows_its_root),
		cmocka_unit_test(refuses_wrong_braces),
		cmocka_unit_test(knows_what_it_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
