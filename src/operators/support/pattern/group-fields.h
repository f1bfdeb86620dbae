/* SPDX-License-Identifier: MIT */
/* The named groups of a pattern as the fields of records, in their order. */
#ifndef LEAT_OPERATORS_SUPPORT_PATTERN_GROUP_FIELDS_H
#define LEAT_OPERATORS_SUPPORT_PATTERN_GROUP_FIELDS_H

#include "operators/support/pattern/pattern.h"
#include "registry/relation.h"

/* Whether there is a group for each of TYPES; else reported. */
bool group_fields_check(struct relation *relation,
	const struct pattern *pattern, const struct setting_fields *types);

/* The fields of the groups: text, unless TYPES says another type; nullable
 * where a match may come about without the group. NULL: the pattern has no
 * named groups. */
const struct schema *group_fields_schema(struct relation *relation,
	const struct pattern *pattern, const struct setting_fields *types);

struct group_fields;

/* PATTERN and SCHEMA, made for it, are borrowed. */
struct group_fields *group_fields_create(
	const struct pattern *pattern, const struct schema *schema);
void group_fields_destroy(struct group_fields *fields); /* takes NULL */

/* A value that isn't of its type. */
struct wrong_value {
	const char *field;
	const char *data;
	size_t length;
	const char *why; /* a phrase: "is not an integer" */
};

/* Sets VALUES to the groups of the pattern's last match, whose offsets count
 * from BASE. ASCII promises that the line is that, without NUL. False: it
 * filled in WRONG. */
bool group_fields_read(const struct group_fields *fields, const char *base,
	bool ascii, struct value *values, struct wrong_value *wrong);

#endif
