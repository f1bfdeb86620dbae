/* SPDX-License-Identifier: MIT */
/* Strings that grow, UTF-8, and texts made fit to be shown. */
#include "base/text.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

enum { WORD_BYTES = 64 }; /* longer words have no near ones */

void text_free(struct text *text)
{
	free(text->data);
	*text = (struct text){0};
}

/* Makes room for EXTRA bytes and a NUL. */
static void reserve(struct text *text, size_t extra)
{
	size_t needed;

	if (__builtin_add_overflow(text->length, extra, &needed) ||
		__builtin_add_overflow(needed, 1, &needed))
		memory_abort();
	if (needed <= text->capacity)
		return;
	size_t capacity = text->capacity ? text->capacity : 32;
	while (capacity < needed)
		if (__builtin_mul_overflow(capacity, 2, &capacity))
			memory_abort();
	text->data = memory_resize(text->data, capacity, 1);
	text->capacity = capacity;
}

char *text_space(struct text *text, size_t size)
{
	reserve(text, size);
	return text->data + text->length;
}

void text_add(struct text *text, const char *data, size_t length)
{
	reserve(text, length);
	if (length)
		memcpy(text->data + text->length, data, length);
	text->length += length;
	text->data[text->length] = '\0';
}

void text_add_string(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

void text_add_vformat(struct text *text, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		memory_abort();
	reserve(text, (size_t)length);
	vsnprintf(text->data + text->length, (size_t)length + 1, format, args);
	text->length += (size_t)length;
}

void text_add_format(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_add_vformat(text, format, args);
	va_end(args);
}

/* The bytes of the code point that starts DATA; 0 if it isn't well-formed
 * UTF-8 (RFC 3629, section 4) or is NUL. */
static size_t code_point(const unsigned char *data, size_t length)
{
	unsigned lead = data[0], low = 0x80, high = 0xbf;
	size_t size;

	if (lead < 0x80)
		return lead != 0;
	if (lead >= 0xc2 && lead <= 0xdf)
		size = 2;
	else if (lead >= 0xe0 && lead <= 0xef)
		size = 3;
	else if (lead >= 0xf0 && lead <= 0xf4)
		size = 4;
	else
		return 0;
	if (length < size)
		return 0;
	if (lead == 0xe0)
		low = 0xa0;
	else if (lead == 0xed)
		high = 0x9f;
	else if (lead == 0xf0)
		low = 0x90;
	else if (lead == 0xf4)
		high = 0x8f;
	if (data[1] < low || data[1] > high)
		return 0;
	for (size_t i = 2; i < size; i++)
		if ((data[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

/* The length of the run of ASCII without NUL, in steps of 32 bytes. */
static size_t ascii_blocks(const char *data, size_t length)
{
	const uint64_t ones = 0x0101010101010101, highs = ones << 7;
	size_t done = 0;

	for (; length - done >= 32; done += 32) {
		uint64_t words[4], bad = 0;

		memcpy(words, data + done, sizeof(words));
		for (unsigned i = 0; i < 4; i++)
			bad |= words[i] | (words[i] - ones);
		if (bad & highs)
			break;
	}
	return done;
}

size_t text_valid(const char *data, size_t length)
{
	const unsigned char *bytes = (const unsigned char *)data;
	size_t done = 0;

	while (done < length) {
		if (length - done >= 32 && bytes[done] < 0x80) {
			size_t run = ascii_blocks(data + done, length - done);

			done += run;
			if (done == length)
				break;
		}
		size_t size = code_point(bytes + done, length - done);
		if (size == 0)
			return done;
		done += size;
	}
	return length;
}

static void add_escaped_byte(struct text *text, unsigned char byte)
{
	static const char from[] = "\n\t\r\\", to[] = "ntr\\";
	const char *known = byte ? strchr(from, byte) : NULL;

	if (known)
		text_add_format(text, "\\%c", to[known - from]);
	else
		text_add_format(text, "\\x%02x", byte);
}

/* Whether a code point moves the cursor or changes the terminal: C0, DEL and
 * the C1 controls U+0080 to U+009F. */
static bool is_control(const unsigned char *data, size_t size)
{
	if (size == 1)
		return data[0] < 0x20 || data[0] == 0x7f;
	return size == 2 && data[0] == 0xc2 && data[1] < 0xa0;
}

void text_add_escaped(
	struct text *text, const char *data, size_t length, size_t limit)
{
	const unsigned char *bytes = (const unsigned char *)data;
	size_t done = 0;

	while (done < length) {
		size_t size = code_point(bytes + done, length - done);
		bool plain = size && !is_control(bytes + done, size) &&
			data[done] != '\\';

		if (size == 0)
			size = 1;
		if (done + size > limit)
			break;
		if (plain)
			text_add(text, data + done, size);
		else
			for (size_t i = 0; i < size; i++)
				add_escaped_byte(text, bytes[done + i]);
		done += size;
	}
	text_add_string(text, done < length ? "..." : "");
}

void text_add_shown(struct text *text, const char *string)
{
	while (*string) {
		size_t run = strcspn(string, "\\");

		text_add_escaped(text, string, run, run);
		string += run;
		if (*string) {
			text_add_string(text, "\\");
			string++;
		}
	}
}

static unsigned smallest(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

static bool same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* The edits (insert, delete, change, swap neighbours) between two words of at
 * most WORD_BYTES: optimal string alignment. */
static unsigned distance(
	const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned rows[3][WORD_BYTES + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2];

	for (unsigned j = 0; j <= b_length; j++)
		above[j] = before[j] = j;
	for (unsigned i = 1; i <= a_length; i++) {
		row[0] = i;
		for (unsigned j = 1; j <= b_length; j++) {
			bool same = same_letter(a[i - 1], b[j - 1]);

			row[j] = smallest(above[j] + 1, row[j - 1] + 1,
				above[j - 1] + !same);
			if (i > 1 && j > 1 && !same &&
				same_letter(a[i - 1], b[j - 2]) &&
				same_letter(a[i - 2], b[j - 1]) &&
				before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		unsigned *oldest = before;
		before = above;
		above = row;
		row = oldest;
	}
	return above[b_length];
}

/* The one candidate that WORD begins, or that begins WORD, as "int" does
 * "integer"; NULL when there are none or several. */
static const char *find_prefix(const char *word, const char *const *candidates)
{
	size_t length = strlen(word);
	const char *found = NULL;

	for (; *candidates; candidates++) {
		size_t other = strlen(*candidates);
		size_t least = other < length ? other : length;

		if (least < 3 || strncmp(word, *candidates, least) != 0)
			continue;
		if (found)
			return NULL;
		found = *candidates;
	}
	return found;
}

const char *text_nearest(const char *word, const char *const *candidates)
{
	const char *const *all = candidates;
	size_t length = strlen(word);
	unsigned limit = length < 6 ? 1 : (unsigned)(length / 3);
	const char *nearest = NULL;

	if (length == 0 || length > WORD_BYTES)
		return NULL;
	for (; *candidates; candidates++) {
		size_t other = strlen(*candidates);
		size_t gap = other > length ? other - length : length - other;

		if (gap > limit || other > WORD_BYTES)
			continue;
		unsigned edits = distance(word, length, *candidates, other);
		if (edits > limit || edits >= length ||
			(nearest && edits == limit))
			continue;
		nearest = *candidates;
		limit = edits;
	}
	return nearest ? nearest : find_prefix(word, all);
}
