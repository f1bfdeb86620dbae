/* SPDX-License-Identifier: MIT */
/* Timestamps by patterns. Neither the locale nor the zone of the process have a
 * say, so strptime(3) can't be used. */
#include <string.h>

#include "base/units-civil.h"
#include "base/units.h"

struct scan {
	const char *at, *end;
	struct civil civil;
	int half; /* of the day: 0 AM, 12 PM */
};

/* ---- Parts of texts ------------------------------------------------------- */

static bool take_number(
	struct scan *scan, unsigned least, unsigned most, int *value)
{
	unsigned digits = 0;

	for (*value = 0; digits < most && scan->at < scan->end; digits++) {
		unsigned digit = (unsigned char)*scan->at - '0';

		if (digit > 9)
			break;
		*value = *value * 10 + (int)digit;
		scan->at++;
	}
	return digits >= least;
}

static bool take_year(struct scan *scan)
{
	int year;
	bool taken = take_number(scan, 4, 4, &year);

	scan->civil.year = year;
	return taken;
}

static bool take_day(struct scan *scan)
{
	if (scan->at < scan->end && *scan->at == ' ')
		scan->at++;
	return take_number(scan, 1, 2, &scan->civil.day);
}

static bool take_fraction(struct scan *scan)
{
	const char *start = scan->at;
	int value;

	if (!take_number(scan, 1, 6, &value))
		return false;
	for (long digits = scan->at - start; digits < 6; digits++)
		value *= 10;
	scan->civil.fraction_us = value;
	return true;
}

static bool take_month(struct scan *scan)
{
	if (scan->end - scan->at < 3)
		return false;
	scan->civil.month = civil_month(scan->at);
	scan->at += 3;
	return scan->civil.month > 0;
}

static bool take_weekday(struct scan *scan)
{
	static const char days[] = "MonTueWedThuFriSatSun";

	if (scan->end - scan->at < 3)
		return false;
	scan->at += 3;
	for (int i = 0; i < 7; i++)
		if (memcmp(days + 3 * i, scan->at - 3, 3) == 0)
			return true;
	return false;
}

static bool take_half(struct scan *scan)
{
	if (scan->end - scan->at < 2 || scan->at[1] != 'M' ||
		(*scan->at != 'A' && *scan->at != 'P'))
		return false;
	scan->half = *scan->at == 'P' ? 12 : 0;
	scan->at += 2;
	return true;
}

/* An hour of 1 to 12, of the half that %p says before or after. */
static bool take_hour(struct scan *scan)
{
	int hour;

	if (!take_number(scan, 2, 2, &hour) || hour < 1 || hour > 12)
		return false;
	scan->civil.hour = hour % 12;
	return true;
}

static bool take_zone(struct scan *scan)
{
	int hours, minutes;

	if (scan->at < scan->end && *scan->at == 'Z') {
		scan->at++;
		scan->civil.zone_seconds = 0;
		return true;
	}
	if (scan->at == scan->end || (*scan->at != '+' && *scan->at != '-'))
		return false;
	int sign = *scan->at++ == '-' ? -1 : 1;
	if (!take_number(scan, 2, 2, &hours))
		return false;
	if (scan->at < scan->end && *scan->at == ':')
		scan->at++;
	if (!take_number(scan, 2, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	scan->civil.zone_seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* ---- Patterns ------------------------------------------------------------- */

static bool take_text(struct scan *scan, const char *pattern);

static bool take(struct scan *scan, char directive)
{
	struct civil *civil = &scan->civil;

	switch (directive) {
	case 'Y': return take_year(scan);
	case 'm': return take_number(scan, 2, 2, &civil->month);
	case 'd': return take_number(scan, 2, 2, &civil->day);
	case 'e': return take_day(scan);
	case 'b': return take_month(scan);
	case 'a': return take_weekday(scan);
	case 'H': return take_number(scan, 2, 2, &civil->hour);
	case 'I': return take_hour(scan);
	case 'p': return take_half(scan);
	case 'M': return take_number(scan, 2, 2, &civil->minute);
	case 'S': return take_number(scan, 2, 2, &civil->second);
	case 'f': return take_fraction(scan);
	case 'z': return take_zone(scan);
	case 'F': return take_text(scan, "%Y-%m-%d");
	case 'T': return take_text(scan, "%H:%M:%S");
	default: return scan->at < scan->end && *scan->at++ == directive;
	}
}

static bool take_text(struct scan *scan, const char *pattern)
{
	for (; *pattern; pattern++) {
		if (*pattern == '%') {
			if (!take(scan, *++pattern))
				return false;
		} else if (scan->at == scan->end || *scan->at++ != *pattern) {
			return false;
		}
	}
	return true;
}

bool units_by_pattern(const char *pattern, int64_t zone_seconds,
	const char *text, size_t length, int64_t *microseconds)
{
	struct scan scan = {.at = text,
		.end = text + length,
		.civil = {.zone_seconds = zone_seconds}};

	if (!take_text(&scan, pattern) || scan.at != scan.end)
		return false;
	scan.civil.hour += scan.half;
	return !civil_microseconds(&scan.civil, microseconds);
}

static const struct {
	char directive;
	const char *parts; /* of the time that it says */
} directives[] = {
	{'Y', "y"},
	{'m', "m"},
	{'b', "m"},
	{'d', "d"},
	{'e', "d"},
	{'F', "ymd"},
	{'H', "H"},
	{'I', "hH"},
	{'p', "p"},
	{'M', "M"},
	{'S', "S"},
	{'f', "f"},
	{'T', "HMS"},
	{'z', "z"},
	{'a', "a"},
	{'%', ""},
};

static const char *find_parts(char directive)
{
	size_t count = sizeof(directives) / sizeof(directives[0]);

	for (size_t i = 0; i < count; i++)
		if (directives[i].directive == directive)
			return directives[i].parts;
	return NULL;
}

/* SEEN ends in NUL. */
static const char *check_parts(const char *seen)
{
	if (!strchr(seen, 'y'))
		return "it has no year, %Y";
	if (!strchr(seen, 'm') || !strchr(seen, 'd'))
		return "it has no month and day, as %m and %d";
	if (!strchr(seen, 'h') != !strchr(seen, 'p'))
		return "%I and %p go together";
	if ((strchr(seen, 'M') && !strchr(seen, 'H')) ||
		(strchr(seen, 'S') && !strchr(seen, 'M')) ||
		(strchr(seen, 'f') && !strchr(seen, 'S')))
		return "a part of the time is missing";
	return NULL;
}

const char *units_pattern_check(const char *pattern, bool *zoned)
{
	char seen[16] = "";
	size_t count = 0;

	for (; *pattern; pattern++) {
		if (*pattern != '%')
			continue;
		const char *parts = find_parts(*++pattern);
		if (!parts)
			return "its directives are %Y %m %d %e %b %a %H %I %p "
			       "%M %S %f %z %F %T %%";
		for (; *parts; parts++) {
			if (strchr(seen, *parts))
				return "it says a part of the time twice";
			seen[count++] = *parts;
		}
	}
	*zoned = strchr(seen, 'z');
	return check_parts(seen);
}

const char *units_zone(const char *text, int64_t *seconds)
{
	struct scan scan = {.at = text, .end = text + strlen(text)};

	*seconds = 0;
	if (strcmp(text, "UTC") == 0)
		return NULL;
	if (*text != 'Z' && take_zone(&scan) && scan.at == scan.end) {
		*seconds = scan.civil.zone_seconds;
		return NULL;
	}
	return "expected UTC or an offset such as +02:00; the rules of places "
	       "aren't known";
}
