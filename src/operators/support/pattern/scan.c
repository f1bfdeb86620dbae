/* SPDX-License-Identifier: MIT */
/* Reads the text of patterns; see pcre2pattern(3) for their grammar. */
#include "operators/support/pattern/scan.h"

#include "operators/support/pattern/scanner.h"

/* An escape outside of a class. */
static bool scan_escape(struct scanner *scanner)
{
	size_t length;

	if (scanner->end - scanner->at < 2)
		return false;
	switch (scanner->at[1]) {
	case 'd':
	case 'w':
	case 'S':
	case 'h':
	case 'V':
	case 'b':
	case 'B': scan_copy(scanner, 2); return true;
	case 's': scan_replace(scanner, 2, "[^\\S\\n]"); return true;
	case 'v': scan_replace(scanner, 2, "[^\\V\\n]"); return true;
	case 'D': scan_replace(scanner, 2, "[^\\d\\n]"); return true;
	case 'W': scan_replace(scanner, 2, "[^\\w\\n]"); return true;
	case 'H': scan_replace(scanner, 2, "[^\\h\\n]"); return true;
	}
	int byte = scan_escaped_byte(scanner, &length);
	if (byte < 0 || byte == '\n')
		return false;
	scan_copy(scanner, length);
	return true;
}

/* The name of a group up to CLOSE. */
static bool scan_name(struct scanner *scanner, size_t prefix, char close)
{
	const char *name = scanner->at + prefix;
	const char *end = memchr(name, close, (size_t)(scanner->end - name));

	if (!end)
		return false;
	scan_copy(scanner, (size_t)(end + 1 - scanner->at));
	return true;
}

/* What follows an opening parenthesis, which is at AT. */
static bool scan_kind(struct scanner *scanner, bool *captures)
{
	static const char *const plain[] = {"(?:", "(?i:", NULL};

	*captures = false;
	for (const char *const *kind = plain; *kind; kind++)
		if (scan_starts(scanner, *kind)) {
			scan_copy(scanner, strlen(*kind));
			return true;
		}
	if (scan_starts(scanner, "(?<=") || scan_starts(scanner, "(?<!"))
		return false;
	*captures = true;
	if (scan_starts(scanner, "(?P<"))
		return scan_name(scanner, 4, '>');
	if (scan_starts(scanner, "(?<"))
		return scan_name(scanner, 3, '>');
	if (scan_starts(scanner, "(?'"))
		return scan_name(scanner, 3, '\'');
	if (scan_starts(scanner, "(?") || scan_starts(scanner, "(*"))
		return false;
	scan_copy(scanner, 1);
	return true;
}

static bool scan_open(struct scanner *scanner)
{
	struct frame *frame = &scanner->frames[scanner->depth];
	bool behind = scanner->at != scanner->branch ||
		(scanner->depth > 0 && frame[-1].behind);
	bool captures;

	if (scan_starts(
		    scanner, "(?i)")) { /* to the end of the group around it */
		bool first = scanner->at == scanner->branch;

		scan_copy(scanner, 4);
		if (first)
			scanner->branch = scanner->at;
		return true;
	}
	if (scanner->depth + 1 == SCAN_DEPTH || !scan_kind(scanner, &captures))
		return false;
	if (captures && scanner->next > scanner->groups)
		return false;
	*frame = (struct frame){.own = scanner->next, .behind = behind};
	scanner->next += captures;
	frame->inside = scanner->next;
	scanner->branch = scanner->at;
	scanner->depth++;
	return true;
}

static void set_optional(struct scanner *scanner, size_t from)
{
	for (size_t i = from; i < scanner->next; i++)
		scanner->optional[i] = true;
}

/* Whether the branch ends here; then nothing may follow the group either. */
static bool is_last(struct scanner *scanner)
{
	if (scanner->at < scanner->end && !strchr("|)", *scanner->at))
		return false;
	if (scanner->depth > 0)
		scanner->frames[scanner->depth - 1].last = true;
	return true;
}

static bool scan_close(struct scanner *scanner)
{
	if (scanner->depth == 0)
		return false;
	struct frame *frame = &scanner->frames[--scanner->depth];

	scan_copy(scanner, 1);
	if (frame->last && !is_last(scanner))
		return false;
	if (frame->branches)
		set_optional(scanner, frame->inside);
	if (scan_starts(scanner, "?") || scan_starts(scanner, "*") ||
		scan_starts(scanner, "{0") || scan_starts(scanner, "{,") ||
		scan_starts(scanner, "{ "))
		set_optional(scanner, frame->own);
	return true;
}

/* ^ stands before anything else, $ behind: PCRE2 10.42 doesn't find all that
 * x*y?^ and x*$?y? match in a line, but does in a block. */
static bool scan_start(struct scanner *scanner)
{
	if (scanner->at != scanner->branch ||
		(scanner->depth && scanner->frames[scanner->depth - 1].behind))
		return false;
	scan_copy(scanner, 1);
	return true;
}

static bool scan_end(struct scanner *scanner)
{
	scan_copy(scanner, 1);
	return is_last(scanner);
}

/* Possessive repeats and atomic groups are left alone: PCRE2 10.42 compiles
 * some of them to machine code that remembers groups of earlier lines. */
static bool is_possessive(const struct scanner *scanner)
{
	const struct text *block = scanner->block;

	return block->length > 0 &&
		strchr("?*+}", block->data[block->length - 1]);
}

static bool scan_one(struct scanner *scanner)
{
	switch (*scanner->at) {
	case '\n': return false;
	case '\\': return scan_escape(scanner);
	case '[': return scan_class(scanner);
	case '(': return scan_open(scanner);
	case ')': return scan_close(scanner);
	case '^': return scan_start(scanner);
	case '$': return scan_end(scanner);
	case '+':
		if (is_possessive(scanner))
			return false;
		break;
	case '|':
		/* the outermost frame is that of the pattern itself */
		scanner->frames[scanner->depth ? scanner->depth - 1
					       : SCAN_DEPTH - 1]
			.branches = true;
		scanner->branch = scanner->at + 1;
	}
	scan_copy(scanner, 1);
	return true;
}

bool pattern_scan(const char *pattern, size_t length, size_t groups,
	struct text *block, bool *optional)
{
	struct scanner scanner = {.at = pattern,
		.branch = pattern,
		.end = pattern + length,
		.block = block,
		.optional = optional,
		.groups = groups,
		.next = 1};
	size_t start = block->length;
	bool known = !memchr(pattern, '\n', length);

	memset(optional, 0, groups + 1);
	while (known && scanner.at < scanner.end)
		known = scan_one(&scanner);
	known = known && scanner.depth == 0 && scanner.next == groups + 1;
	if (!known) {
		block->length = start;
		memset(optional, 0, groups + 1);
		return false;
	}
	if (scanner.frames[SCAN_DEPTH - 1].branches)
		set_optional(&scanner, 1);
	return true;
}
