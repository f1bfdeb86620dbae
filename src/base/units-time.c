/* SPDX-License-Identifier: MIT */
/* Dates and times as sessions, logs and tables write them. */
#include "base/units.h"

#include <stdio.h>
#include <string.h>

#include "base/units-civil.h"

#define MICROSECONDS INT64_C(1000000)
#define DAY_SECONDS INT64_C(86400)

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar; the
 * year is counted from March. H. Hinnant, "chrono-compatible low-level date
 * algorithms". */
static int64_t days_of(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year =
		(153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
		of_year - 719468;
}

static void civil_of(int64_t days, struct civil *civil)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t of_era = days - era * 146097;
	int64_t year =
		(of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
		365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;

	civil->day = (int)(of_year - (153 * month + 2) / 5 + 1);
	civil->month = (int)(month < 10 ? month + 3 : month - 9);
	civil->year = year + era * 400 + (civil->month <= 2);
}

static int month_days(int64_t year, int month)
{
	static const char days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* Whether TEXT starts as PATTERN, where 0 stands for any digit. */
static bool match_digits(const char *text, const char *pattern)
{
	for (; *pattern; text++, pattern++)
		if (*pattern == '0' ? !is_digit(*text) : *text != *pattern)
			return false;
	return true;
}

static int number(const char *text, unsigned digits)
{
	int value = 0;

	while (digits--)
		value = value * 10 + (*text++ - '0');
	return value;
}

static const char *check_date(const struct civil *civil)
{
	if (civil->year < 1)
		return "there is no year 0";
	if (civil->month < 1 || civil->month > 12)
		return "its month is not 01 to 12";
	if (civil->day < 1 ||
		civil->day > month_days(civil->year, civil->month))
		return "the month has no such day";
	return NULL;
}

static const char *check_time(const struct civil *civil)
{
	if (civil->hour > 23 || civil->minute > 59 || civil->second > 60)
		return "there is no such time of day";
	return NULL;
}

bool units_has_text(int64_t microseconds)
{
	static const int64_t first = INT64_C(-62135596800); /* year 1 */
	static const int64_t end = INT64_C(253402300800); /* year 10000 */

	return microseconds >= first * MICROSECONDS &&
		microseconds < end * MICROSECONDS;
}

const char *civil_microseconds(const struct civil *civil, int64_t *microseconds)
{
	const char *problem = check_date(civil);

	if (!problem)
		problem = check_time(civil);
	if (problem)
		return problem;
	int64_t minute =
		days_of(civil->year, civil->month, civil->day) * DAY_SECONDS +
		civil->hour * 3600 + civil->minute * 60 - civil->zone_seconds;
	/* A leap second is the last of a day of UTC. */
	if (civil->second == 60 && (minute + 60) % DAY_SECONDS != 0)
		return "there is no such time of day";
	*microseconds =
		(minute + civil->second) * MICROSECONDS + civil->fraction_us;
	return units_has_text(*microseconds)
		? NULL
		: "it is not in the years 1 to 9999 of UTC";
}

static void read_date(const char *text, struct civil *civil)
{
	civil->year = number(text, 4);
	civil->month = number(text + 5, 2);
	civil->day = number(text + 8, 2);
}

static void read_time(const char *text, struct civil *civil)
{
	civil->hour = number(text, 2);
	civil->minute = number(text + 3, 2);
	civil->second = number(text + 6, 2);
}

const char *units_date(const char *text, int64_t *days)
{
	struct civil civil = {0};

	if (strlen(text) != 10 || !match_digits(text, "0000-00-00"))
		return "expected YYYY-MM-DD";
	read_date(text, &civil);
	const char *problem = check_date(&civil);
	if (!problem)
		*days = days_of(civil.year, civil.month, civil.day);
	return problem;
}

/* The zone at TEXT, +HH MM with SEPARATOR or nothing between; false when it
 * isn't one. */
static bool read_zone(const char *text, bool colon, int64_t *seconds)
{
	const char *minutes = text + (colon ? 4 : 3);

	if (text[0] != '+' && text[0] != '-')
		return false;
	if (!match_digits(text + 1, colon ? "00:00" : "0000"))
		return false;
	int hours = number(text + 1, 2), rest = number(minutes, 2);
	if (hours > 23 || rest > 59)
		return false;
	*seconds = hours * 3600 + rest * 60;
	if (*text == '-')
		*seconds = -*seconds;
	return true;
}

/* The microseconds of the digits at *TEXT, one to six of them. */
static bool read_fraction(const char **text, int64_t *microseconds)
{
	int64_t scale = MICROSECONDS;

	if (!is_digit(**text))
		return false;
	for (; is_digit(**text); (*text)++) {
		scale /= 10;
		if (!scale)
			return false;
		*microseconds += (**text - '0') * scale;
	}
	return true;
}

/* What follows the seconds of RFC 3339, NUL-terminated. */
static const char *read_tail(const char *text, struct civil *civil)
{
	if (*text == '.') {
		text++;
		if (!read_fraction(&text, &civil->fraction_us))
			return "expected one to six digits after the point";
	}
	if ((*text == 'Z' || *text == 'z') && !text[1])
		return NULL;
	if (strlen(text) == 6 && read_zone(text, true, &civil->zone_seconds))
		return NULL;
	return "expected a zone, Z or as in +01:00";
}

const char *units_timestamp(
	const char *text, size_t length, int64_t *microseconds)
{
	char copy[40]; /* what is longer isn't one */
	struct civil civil = {0};

	if (length < 20 || length >= sizeof(copy))
		return "expected YYYY-MM-DDTHH:MM:SS and a zone";
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (copy[10] == 't' || copy[10] == ' ')
		copy[10] = 'T';
	if (!match_digits(copy, "0000-00-00T00:00:00"))
		return "expected YYYY-MM-DDTHH:MM:SS and a zone";
	read_date(copy, &civil);
	read_time(copy + 11, &civil);
	const char *problem = read_tail(copy + 19, &civil);
	return problem ? problem : civil_microseconds(&civil, microseconds);
}

int civil_month(const char *text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (memcmp(months + 3 * i, text, 3) == 0)
			return i + 1;
	return 0;
}

const char *units_clf(const char *text, size_t length, int64_t *microseconds)
{
	static const char expected[] =
		"expected a time like 10/Oct/2000:13:55:36 -0700";
	struct civil civil = {0};

	if (length != 26 || !match_digits(text, "00/") ||
		!match_digits(text + 6, "/0000:00:00:00 ") ||
		!read_zone(text + 21, false, &civil.zone_seconds))
		return expected;
	civil.month = civil_month(text + 3);
	if (!civil.month)
		return expected;
	civil.day = number(text, 2);
	civil.year = number(text + 7, 4);
	read_time(text + 12, &civil);
	return civil_microseconds(&civil, microseconds);
}

/* Writes the last DIGITS of VALUE; returns what is behind them. */
static char *put(char *at, unsigned value, unsigned digits)
{
	for (char *digit = at + digits; digit > at; value /= 10)
		*--digit = (char)('0' + value % 10);
	return at + digits;
}

static char *put_date(char *at, const struct civil *civil)
{
	if (civil->year >= 0 && civil->year <= 9999)
		at = put(at, (unsigned)civil->year, 4);
	else
		at += sprintf(at, "%04lld", (long long)civil->year);
	*at++ = '-';
	at = put(at, (unsigned)civil->month, 2);
	*at++ = '-';
	return put(at, (unsigned)civil->day, 2);
}

static char *put_time(char *at, unsigned of_day)
{
	at = put(at, of_day / 3600, 2);
	*at++ = ':';
	at = put(at, of_day / 60 % 60, 2);
	*at++ = ':';
	return put(at, of_day % 60, 2);
}

size_t units_format_timestamp(int64_t microseconds, char *text)
{
	int64_t seconds = microseconds / MICROSECONDS;
	int64_t fraction = microseconds % MICROSECONDS;
	struct civil civil;
	char *at;

	if (fraction < 0) {
		fraction += MICROSECONDS;
		seconds--;
	}
	int64_t of_day = (seconds % DAY_SECONDS + DAY_SECONDS) % DAY_SECONDS;
	civil_of((seconds - of_day) / DAY_SECONDS, &civil);
	at = put_date(text, &civil);
	*at++ = 'T';
	at = put_time(at, (unsigned)of_day);
	if (fraction) {
		*at++ = '.';
		at = put(at, (unsigned)fraction, 6);
		while (at[-1] == '0')
			at--;
	}
	*at++ = 'Z';
	*at = '\0';
	return (size_t)(at - text);
}
