/* SPDX-License-Identifier: MIT */
/*
 * Goes through packed lines (model/item.h) from one that matches a pattern to
 * the next. Where the pattern allows that it searches all lines at once, so
 * that those without a match cost next to nothing.
 */
#ifndef LEAT_OPERATORS_SUPPORT_PATTERN_LINE_SEARCH_H
#define LEAT_OPERATORS_SUPPORT_PATTERN_LINE_SEARCH_H

#include "operators/support/pattern/pattern.h"

enum line_found {
	LINE_UNKNOWN, /* it wasn't looked for yet */
	LINE_NONE, /* no line from the cursor on matches */
	LINE_HIT, /* the one from `start` to `end` does, none before it */
	LINE_LIMIT, /* whether that one does can't be known: pattern_limit */
};

/* Offsets are into DATA; ends are those without the LF. */
struct line_search {
	struct pattern *pattern; /* borrowed, prepared, used by nobody else */
	const char *data; /* borrowed */
	size_t length;
	size_t cursor; /* the start of a line: those before it are done */
	bool done; /* all are */
	bool singly; /* lines are matched one by one */
	enum line_found found;
	size_t start, end;
	size_t base; /* what the offsets of pattern_vector count from */
};

void line_search_begin(struct line_search *search, struct pattern *pattern,
	const char *data, size_t length);

/* Looks for a line from the cursor on; the same one until the cursor is set
 * behind it. */
enum line_found line_search_find(struct line_search *search);

/* The end of the line that AT is in. */
size_t line_search_end(const struct line_search *search, size_t at);

/* Sets the cursor behind the line that ends at END. */
void line_search_skip(struct line_search *search, size_t end);

#endif
