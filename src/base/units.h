/* SPDX-License-Identifier: MIT */
/*
 * Numbers and units of measure, as sessions and command lines write them.
 * Every parser takes the whole of a NUL-terminated text, without white space
 * around it, and returns NULL, or says what is wrong in a phrase that fits
 * after "is not a valid ...: ".
 */
#ifndef LEAT_BASE_UNITS_H
#define LEAT_BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal, with an optional sign; no 0x, no underscores. */
const char *units_integer(const char *text, int64_t *value);

/* Decimal, with an optional fraction and exponent; no infinity, no NaN. */
const char *units_real(const char *text, double *value);

/* "true" or "false". */
const char *units_boolean(const char *text, bool *value);

/* Bytes: an integer with an optional B, kB, MB, GB, TB (powers of 1000), or
 * KiB, MiB, GiB, TiB (powers of 1024). */
const char *units_size(const char *text, int64_t *bytes);

/* Bits per second: an integer with an optional k, M, G, then "bit/s" or
 * nothing. */
const char *units_bitrate(const char *text, int64_t *bits_per_second);

/* Microseconds: numbers each with a unit of us, ms, s, min, h, d, joined
 * without spaces, the largest first, as in 1h30min; "0" alone is allowed. */
const char *units_duration(const char *text, int64_t *microseconds);

/* Days since 1970-01-01: YYYY-MM-DD of the Gregorian calendar, years 1 to
 * 9999. */
const char *units_date(const char *text, int64_t *days);

/* Whether a time in microseconds since 1970-01-01T00:00:00Z is in the years 1
 * to 9999 of UTC, and so has a text; what the parsers below yield is. */
bool units_has_text(int64_t microseconds);

/* Microseconds since 1970-01-01T00:00:00Z: RFC 3339, at most 6 digits of a
 * fraction; the zone is required. */
const char *units_timestamp(
	const char *text, size_t length, int64_t *microseconds);

/* The same of the Common Log Format: 10/Oct/2000:13:55:36 -0700. */
const char *units_clf(const char *text, size_t length, int64_t *microseconds);

/* A pattern of timestamps, after strptime(3): %Y %m %d %H %M %S, %e (a day of
 * one or two digits), %b (Jan), %a (Mon), %I and %p (12 hours), %f (one to six
 * digits of a fraction), %z (Z, +01:00, +0100), %F %T %%; all else stands for
 * itself. ZONED says whether it has %z. */
const char *units_pattern_check(const char *pattern, bool *zoned);

/* A timestamp by a pattern that was checked; without %z it is in the zone that
 * is ZONE_SECONDS ahead of UTC.
 * False: it isn't one. */
bool units_by_pattern(const char *pattern, int64_t zone_seconds,
	const char *text, size_t length, int64_t *microseconds);

/* "UTC", or as in +01:00: seconds to the east. */
const char *units_zone(const char *text, int64_t *seconds);

/* The shortest decimal digits that read back as VALUE, always with a point or
 * an exponent, so that it reads as a real. SIZE is at least
 * UNITS_REAL_BYTES; returns the length. */
enum { UNITS_REAL_BYTES = 40, UNITS_TIMESTAMP_BYTES = 32 };
size_t units_format_real(double value, char *text);

/* RFC 3339 in UTC with a Z; the fraction only if there is one. */
size_t units_format_timestamp(int64_t microseconds, char *text);

#endif
