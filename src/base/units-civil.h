/* SPDX-License-Identifier: MIT */
/* Dates and times in parts; for units-*.c only. */
#ifndef LEAT_BASE_UNITS_CIVIL_H
#define LEAT_BASE_UNITS_CIVIL_H

#include <stdint.h>

struct civil {
	int64_t year;
	int month, day, hour, minute, second;
	int64_t fraction_us, zone_seconds;
};

/* Checks the parts and puts them together. */
const char *civil_microseconds(
	const struct civil *civil, int64_t *microseconds);

/* The month of the three letters at TEXT, "Jan" is 1; or 0. */
int civil_month(const char *text);

#endif
