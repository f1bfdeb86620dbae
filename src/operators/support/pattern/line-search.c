/* SPDX-License-Identifier: MIT */
/* From one line that matches to the next. */
#include "operators/support/pattern/line-search.h"

#include <string.h>

#include "operators/support/line/survey.h"
#include "operators/support/pattern/limits.h"

void line_search_begin(struct line_search *search, struct pattern *pattern,
	const char *data, size_t length)
{
	*search = (struct line_search){
		.pattern = pattern,
		.data = data,
		.length = length,
		.singly = !pattern_searches(pattern) ||
			survey_long_line(data, length, PATTERN_LONG_LINE),
	};
}

size_t line_search_end(const struct line_search *search, size_t at)
{
	const char *lf = memchr(search->data + at, '\n', search->length - at);

	return lf ? (size_t)(lf - search->data) : search->length;
}

/* The start of the line that AT is in, which is not before the cursor. */
static size_t find_start(const struct line_search *search, size_t at)
{
	const char *lf = memrchr(
		search->data + search->cursor, '\n', at - search->cursor);

	return lf ? (size_t)(lf + 1 - search->data) : search->cursor;
}

static enum line_found find_singly(struct line_search *search)
{
	enum pattern_result result;

	search->start = search->cursor;
	for (;;) {
		search->end = line_search_end(search, search->start);
		result = pattern_match(search->pattern,
			search->data + search->start,
			search->end - search->start);
		if (result != PATTERN_NONE)
			break;
		if (search->end == search->length)
			return LINE_NONE;
		search->start = search->end + 1;
	}
	search->base = search->start;
	return result == PATTERN_HIT ? LINE_HIT : LINE_LIMIT;
}

static enum line_found find(struct line_search *search)
{
	const size_t *vector = pattern_vector(search->pattern);

	if (search->singly)
		return find_singly(search);
	search->base = search->cursor;
	switch (pattern_search(search->pattern, search->data + search->cursor,
		search->length - search->cursor)) {
	case PATTERN_HIT: break;
	case PATTERN_NONE: return LINE_NONE;
	case PATTERN_LIMIT: search->singly = true; return find_singly(search);
	}
	search->start = find_start(search, search->base + vector[0]);
	search->end = line_search_end(search, search->base + vector[1]);
	return LINE_HIT;
}

enum line_found line_search_find(struct line_search *search)
{
	if (search->found == LINE_UNKNOWN)
		search->found = find(search);
	return search->found;
}

void line_search_skip(struct line_search *search, size_t end)
{
	if (search->found != LINE_NONE && end >= search->start)
		search->found = LINE_UNKNOWN;
	search->done = end == search->length;
	search->cursor = end + 1;
}
