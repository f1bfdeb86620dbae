/* SPDX-License-Identifier: MIT */
/* Reads the classes of patterns, and escapes for single bytes. */
#include "operators/support/pattern/scanner.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int scan_escaped_byte(const struct scanner *scanner, size_t *length)
{
	static const char letters[] = "aefrt", bytes[] = "\a\033\f\r\t";
	size_t rest = (size_t)(scanner->end - scanner->at);
	const char *at = scanner->at, *known;

	if (rest < 2)
		return -1;
	*length = 2;
	if (!is_letter(at[1]) && !is_digit(at[1]))
		return (unsigned char)at[1];
	if (at[1] == 'x' && rest >= 4) {
		int high = hex_digit(at[2]), low = hex_digit(at[3]);

		*length = 4;
		return high < 0 || low < 0 ? -1 : high * 16 + low;
	}
	known = strchr(letters, at[1]);
	return known ? bytes[known - letters] : -1;
}

/* A [:name:] in a class. */
static bool scan_posix(struct scanner *scanner, bool negated)
{
	static const char *const without_newline[] = {"alnum", "alpha", "blank",
		"digit", "graph", "lower", "print", "punct", "upper", "word",
		"xdigit", NULL};
	const char *name = scanner->at + 2;
	const char *close =
		memmem(name, (size_t)(scanner->end - name), ":]", 2);
	bool safe = negated;

	if (!close || name == close || !is_letter(close[-1]))
		return false; /* [[:<:]] and [[:>:]] among others */
	for (const char *const *known = without_newline; *known; known++)
		if (strlen(*known) == (size_t)(close - name) &&
			memcmp(*known, name, strlen(*known)) == 0)
			safe = true;
	if (safe)
		scan_copy(scanner, (size_t)(close + 2 - scanner->at));
	return safe;
}

/* A member of a class that is a set by itself; BYTE becomes -1 then. Else it
 * is a byte, which may begin a range. */
static bool scan_member(struct scanner *scanner, bool negated, int *byte)
{
	size_t length = 1;

	*byte = -1;
	if (scan_starts(scanner, "[:"))
		return scan_posix(scanner, negated);
	if (scan_starts(scanner, "[.") || scan_starts(scanner, "[="))
		return false;
	if (*scanner->at != '\\') {
		*byte = (unsigned char)*scanner->at;
		scan_copy(scanner, 1);
		return true;
	}
	if (scanner->end - scanner->at < 2)
		return false;
	char c = scanner->at[1];
	if (strchr("dwSh", c) || c == 'V' || (negated && strchr("nsvDWH", c))) {
		scan_copy(scanner, 2);
		*byte = c == 'n' ? '\n' : -1;
		return true;
	}
	if (c == 's') {
		scan_replace(scanner, 2, "\\t\\x0b\\f\\r ");
		return true;
	}
	if (c == 'b')
		*byte = '\b', length = 2;
	else
		*byte = scan_escaped_byte(scanner, &length);
	if (*byte >= 0)
		scan_copy(scanner, length);
	return *byte >= 0;
}

/* Members up to the closing bracket; none may hold a newline, unless they are
 * NEGATED. */
static bool scan_members(struct scanner *scanner, bool negated)
{
	bool first = true;

	for (; scanner->at < scanner->end; first = false) {
		int low, high;

		if (*scanner->at == ']' && !first) {
			scan_copy(scanner, 1);
			return true;
		}
		if (negated && first && strchr("]-", *scanner->at)) {
			/* behind the newline that was put in these would
			 * close the class or make a range of it */
			low = (unsigned char)*scanner->at;
			text_add(scanner->block, "\\", 1);
			scan_copy(scanner, 1);
		} else if (!scan_member(scanner, negated, &low)) {
			return false;
		}
		high = low;
		if (low >= 0 && scan_starts(scanner, "-") &&
			!scan_starts(scanner, "-]")) {
			scan_copy(scanner, 1);
			if (scanner->at == scanner->end ||
				!scan_member(scanner, negated, &high) ||
				high < 0)
				return false;
		}
		if (!negated && low <= '\n' && high >= '\n')
			return false;
	}
	return false;
}

bool scan_class(struct scanner *scanner)
{
	if (scan_starts(scanner, "[^")) {
		scan_replace(scanner, 2, "[^\\n");
		return scan_members(scanner, true);
	}
	scan_copy(scanner, 1);
	return scan_members(scanner, false);
}
