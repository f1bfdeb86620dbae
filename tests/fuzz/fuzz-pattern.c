/* SPDX-License-Identifier: MIT */
/*
 * Patterns. The first line is one, the rest a block of lines: a search through
 * the block must find what matching its lines one by one finds.
 */
#include "fuzz.h"

#include "operators/support/pattern/line-search.h"

enum { VECTOR = 64 };

/* Compares what a search found with the line, matched alone. */
static void check_hit(struct line_search *search)
{
	struct pattern *pattern = search->pattern;
	size_t groups, found[VECTOR];
	const struct pattern_group *group = pattern_groups(pattern, &groups);
	size_t pairs = groups ? group[groups - 1].number + 1 : 1;
	size_t base = search->base;

	if (pairs > VECTOR / 2)
		pairs = VECTOR / 2;
	memcpy(found, pattern_vector(pattern), 2 * pairs * sizeof(*found));
	enum pattern_result alone = pattern_match(pattern,
		search->data + search->start, search->end - search->start);
	if (alone == PATTERN_LIMIT)
		return;
	fuzz_check(alone == PATTERN_HIT, "a hit too many");
	const size_t *vector = pattern_vector(pattern);
	for (size_t i = 0; i < 2 * pairs; i++) {
		size_t here = found[i], there = vector[i];

		if (here != SIZE_MAX)
			here += base;
		if (there != SIZE_MAX)
			there += search->start;
		fuzz_check(here == there, "another place of a group");
	}
}

static void check_none(struct pattern *pattern, const char *data, size_t length)
{
	fuzz_check(pattern_match(pattern, data, length) != PATTERN_HIT,
		"a hit too few");
}

/* The lines from START to before END have no match. */
static void check_gap(struct line_search *search, size_t start, size_t end)
{
	while (start < end) {
		size_t line_end = line_search_end(search, start);

		check_none(search->pattern, search->data + start,
			line_end - start);
		start = line_end + 1;
	}
}

static void check_block(
	struct pattern *pattern, const char *data, size_t length)
{
	struct line_search search;
	enum line_found found;

	line_search_begin(&search, pattern, data, length);
	while (!search.done) {
		size_t cursor = search.cursor;

		found = line_search_find(&search);
		if (found == LINE_LIMIT) {
			line_search_skip(&search, search.end);
			continue;
		}
		if (found == LINE_NONE) {
			check_gap(&search, cursor, length);
			return;
		}
		fuzz_check(search.start >= cursor && search.end <= length,
			"a hit out of the block");
		check_hit(&search);
		check_gap(&search, cursor, search.start);
		line_search_skip(&search, search.end);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pattern_problem problem;
	char *text = fuzz_first_line(data, size, &data, &size);
	struct setting_text setting = {.text = text};
	struct pattern *pattern = pattern_create(&setting, &problem);

	if (pattern) {
		char *block = fuzz_copy(data, size);

		pattern_prepare(pattern);
		check_block(pattern, block, size);
		free(block);
	}
	pattern_destroy(pattern);
	free(text);
	return 0;
}
