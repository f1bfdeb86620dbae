/* SPDX-License-Identifier: MIT */
/*
 * The order of timestamps in SQL, where they are texts: RFC 3339, with a
 * fraction only if there is one. By their bytes, 10:00:00.5Z would come before
 * 10:00:00Z, and 12:00:00+02:00 behind both.
 */
#ifndef LEAT_OPERATORS_SUPPORT_SQL_INSTANT_H
#define LEAT_OPERATORS_SUPPORT_SQL_INSTANT_H

/* The name of the collating sequence. */
#define SQL_INSTANT "instant"

/* Compares timestamps by the time they mean. A text that isn't a timestamp is
 * compared, by its bytes, with the timestamp in UTC with six digits of a
 * fraction: so 2000-01-01 comes before all timestamps of that day. */
int sql_compare_instants(void *context, int left_length, const void *left,
	int right_length, const void *right);

#endif
