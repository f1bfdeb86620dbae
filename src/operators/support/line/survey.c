/* SPDX-License-Identifier: MIT */
/* What is worth knowing of a block of text. */
#include "operators/support/line/survey.h"

#include <string.h>

enum { LANES = 16 };

/* GCC and clang make vector instructions of this where there are some. */
typedef unsigned char lanes __attribute__((vector_size(LANES)));

struct findings {
	lanes high; /* the highest bit is set for NUL and beyond ASCII */
	lanes cr; /* not 0 for CR */
};

static void look(struct findings *findings, lanes bytes)
{
	findings->high |= (bytes - 1) | bytes;
	findings->cr |= (lanes)(bytes == '\r');
}

struct survey survey_block(const char *data, size_t length)
{
	struct findings even = {0}, odd = {0};
	struct survey survey = {.ascii = true};
	lanes first, second;
	size_t at = 0;

	for (; length - at >= 2 * LANES; at += 2 * LANES) {
		memcpy(&first, data + at, LANES);
		memcpy(&second, data + at + LANES, LANES);
		look(&even, first);
		look(&odd, second);
	}
	for (; at < length; at++) {
		unsigned char byte = (unsigned char)data[at];

		even.high[0] |= (unsigned char)(byte - 1) | byte;
		even.cr[0] |= byte == '\r';
	}
	for (size_t i = 0; i < LANES; i++) {
		survey.ascii &= (even.high[i] | odd.high[i]) < 0x80;
		survey.cr |= (even.cr[i] | odd.cr[i]) != 0;
	}
	return survey;
}

/* Some line is too long where no line ends within MAX bytes from its start.
 * Goes from the last end that is near enough to the next. */
bool survey_long_line(const char *data, size_t length, size_t max)
{
	const char *at = data, *end = data + length;

	while ((size_t)(end - at) > max) {
		const char *lf = memrchr(at, '\n', max + 1);

		if (!lf)
			return true;
		at = lf + 1;
	}
	return false;
}
