/* SPDX-License-Identifier: MIT */
/*
 * Templates filled from attributes. The input is lines: the template, src_dir,
 * and the rest is src_stem. What fills a path must stay beneath its root.
 */
#include "fuzz.h"

#include "operators/support/write/template.h"

static const struct attribute_spec keys[] = {
	{"src_dir", VALUE_TEXT, ATTRIBUTE_READ, ATTRIBUTE_SEGMENT, ""},
	{"src_path", VALUE_TEXT, ATTRIBUTE_READ, ATTRIBUTE_SEGMENT, ""},
	{"src_stem", VALUE_TEXT, ATTRIBUTE_READ, ATTRIBUTE_SEGMENT, ""},
	{"size", VALUE_INTEGER, ATTRIBUTE_WRITE, ATTRIBUTE_ITEM, ""},
};

enum { DIR, PATH, STEM, SIZE, KEYS };

static const struct attribute_spec *const all[] = {
	&keys[DIR], &keys[PATH], &keys[STEM], &keys[SIZE]};

static const struct shape shape = {
	.known = true, .attributes = all, .attribute_count = KEYS};

/* Nothing behind the root leads up. A root that ends in `..` is the session's
 * own wish. */
static void check_path(const struct text *path, size_t root)
{
	const char *at = path->data + root;

	fuzz_check(strlen(path->data) == path->length, "a NUL in a path");
	while (at && *at) {
		size_t length = strcspn(at, "/");

		fuzz_check(length > 0 || at[1] == '\0',
			"an empty component in a path");
		fuzz_check(length != 2 || strncmp(at, "..", 2) != 0,
			"a path leads up");
		at += length + (at[length] == '/');
	}
}

static void fill(const char *text, bool path, const struct segment *segment)
{
	struct text_template *form = template_create(text, path, &shape);
	struct text result = {0}, problem = {0};

	if (!form)
		return;
	bool ok = template_fill(form, NULL, segment, &result, &problem);
	fuzz_check(ok || problem.length > 0, "no reason given");
	if (ok && path && result.data && !template_is_constant(form))
		check_path(&result, template_root_length(form));
	text_free(&result);
	text_free(&problem);
	template_destroy(form);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct attributes *set = attributes_create();
	char *text = fuzz_first_line(data, size, &data, &size);
	char *dir = fuzz_first_line(data, size, &data, &size);
	char *stem = fuzz_copy(data, size);

	set = attributes_set_text(set, &keys[DIR], dir, strlen(dir));
	set = attributes_set_text(set, &keys[STEM], stem, size);
	set = attributes_set_integer(set, &keys[SIZE], 42);
	struct segment *segment = segment_create_unit("unit", 0, set);
	fill(text, true, segment);
	fill(text, false, segment);
	segment_unref(segment);
	free(text);
	free(dir);
	free(stem);
	return 0;
}
