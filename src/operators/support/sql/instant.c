/* SPDX-License-Identifier: MIT */
/* The order of timestamps in SQL. */
#include "operators/support/sql/instant.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

enum {
	SECOND = 1000000, /* in microseconds */
	SECONDS = 19, /* bytes of 2000-01-01T00:00:00 */
	SHORTEST = 20,
	LONGEST = 40,
};

struct instant {
	bool known;
	int64_t time;
	const char *data;
	int length;
	char text[UNITS_TIMESTAMP_BYTES + 8];
};

static void read_instant(struct instant *instant, const void *data, int length)
{
	instant->data = data;
	instant->length = length;
	instant->known = length >= SHORTEST && length <= LONGEST &&
		!units_timestamp(data, (size_t)length, &instant->time);
}

/* Makes the text of a known one 2000-01-01T00:00:00.000000Z. */
static void write_instant(struct instant *instant)
{
	if (!instant->known)
		return;
	int64_t fraction = (instant->time % SECOND + SECOND) % SECOND;
	size_t length =
		units_format_timestamp(instant->time - fraction, instant->text);
	instant->length = (int)length - 1 +
		sprintf(instant->text + length - 1, ".%06dZ", (int)fraction);
	instant->data = instant->text;
}

/* Whether the order of the first SECONDS bytes is that of the times: in UTC and
 * not a leap second, which is the next one by another name. */
static bool is_plain(const char *text, int length)
{
	return length >= SHORTEST && text[10] == 'T' && text[17] != '6' &&
		text[length - 1] == 'Z';
}

int sql_compare_instants(void *context, int left_length, const void *left,
	int right_length, const void *right)
{
	struct instant a, b;

	(void)context;
	if (is_plain(left, left_length) && is_plain(right, right_length)) {
		int sooner = memcmp(left, right, SECONDS);

		if (sooner)
			return sooner;
	}
	read_instant(&a, left, left_length);
	read_instant(&b, right, right_length);
	if (a.known && b.known)
		return (a.time > b.time) - (a.time < b.time);
	write_instant(&a);
	write_instant(&b);
	int shorter = a.length < b.length ? a.length : b.length;
	int order = shorter ? memcmp(a.data, b.data, (size_t)shorter) : 0;

	return order ? order : a.length - b.length;
}
