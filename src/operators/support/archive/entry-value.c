/* SPDX-License-Identifier: MIT */
/* Values for attributes of entries. */
#include "operators/support/archive/entry-value.h"

#include <string.h>

#include "model/value.h"
#include "operators/support/sql/expression.h"

enum { MODE_MAX = 07777, SHOWN_BYTES = 200 };

/* ---- What can be set -------------------------------------------------------- */

const struct attribute_spec *entry_value_key(const char *name)
{
	for (size_t i = 0; i < ENTRY_ATTRIBUTES; i++)
		if (entry_attributes[i].access == ATTRIBUTE_WRITE &&
			strcmp(entry_attributes[i].name, name) == 0)
			return &entry_attributes[i];
	return NULL;
}

const char *const *entry_value_names(void)
{
	/* Filled with the same addresses each time. */
	static const char *names[ENTRY_ATTRIBUTES + 1];
	size_t count = 0;

	for (size_t i = 0; i < ENTRY_ATTRIBUTES; i++)
		if (entry_attributes[i].access == ATTRIBUTE_WRITE)
			names[count++] = entry_attributes[i].name;
	return names;
}

bool entry_value_takes(const struct attribute_spec *key, enum value_type type)
{
	bool said = key == &entry_attributes[ENTRY_MTIME] ||
		key == &entry_attributes[ENTRY_MODE];

	return type == key->type || (said && type == VALUE_TEXT);
}

/* ---- Values ----------------------------------------------------------------- */

/* Octal digits. */
static const char *read_mode(const struct value *text, int64_t *mode)
{
	*mode = 0;
	for (uint32_t i = 0; i < text->length; i++) {
		if (text->data[i] < '0' || text->data[i] > '7' ||
			*mode > MODE_MAX)
			return "is not a mode in octal such as 0644";
		*mode = *mode * 8 + (text->data[i] - '0');
	}
	return text->length > 0 ? NULL : "is not a mode in octal such as 0644";
}

/* A time, in UTC if it doesn't say; or a day. */
static const char *read_time(const struct value *text, int64_t *time_us)
{
	static const struct field field = {.type = VALUE_TIMESTAMP,
		.format = TIMESTAMP_RFC3339,
		.has_zone = true};
	const char midnight[] = "T00:00:00Z";
	struct value time;
	const char *problem =
		value_parse(&field, text->data, text->length, true, &time);

	if (problem && text->length == 10) {
		char day[32];

		memcpy(day, text->data, 10);
		memcpy(day + 10, midnight, sizeof(midnight));
		if (!value_parse(&field, day, strlen(day), true, &time))
			problem = NULL;
	}
	if (!problem)
		*time_us = time.integer;
	return problem;
}

const char *entry_value_convert(const struct attribute_spec *key,
	enum value_type type, struct value *value)
{
	const char *problem = NULL;
	int64_t read = 0, most = INT64_MAX;

	if (type == VALUE_TEXT && key->type != VALUE_TEXT) {
		problem = key->type == VALUE_TIMESTAMP
			? read_time(value, &read)
			: read_mode(value, &read);
		if (!problem)
			value->integer = read;
	}
	if (key == &entry_attributes[ENTRY_MODE])
		most = MODE_MAX;
	else if (key->type == VALUE_INTEGER)
		most = UINT32_MAX;
	if (!problem && key->type == VALUE_INTEGER &&
		(value->integer < 0 || value->integer > most))
		problem = "is out of range";
	return problem;
}

/* ---- Constants -------------------------------------------------------------- */

/* What is wrong with the value of a column, which is one row's, or NULL. */
static const char *check_value(const struct attribute_spec *key,
	struct expression *expression, struct text *shown)
{
	const enum value_type type =
		expression_schema(expression)->fields->type;
	struct value value, converted;

	if (expression_value(expression, 0, &value) || value.null)
		return NULL; /* that leaves what there is */
	value_format(type, &value, shown);
	text_add_string(shown, "");
	if (key == &entry_attributes[ENTRY_PATH])
		return entry_name_problem(value.data, value.length);
	converted = value;
	return entry_value_convert(key, type, &converted);
}

bool entry_value_check(
	const struct setting_expression *set, struct text *problem)
{
	static const struct shape nothing = {
		.known = true, .type = PAYLOAD_NONE, .scope = SCOPE_GRAPH};
	struct item item = {.references = 1, .type = PAYLOAD_NONE};
	struct item *items[] = {&item};
	struct expression_problem unused;
	struct expression *expression =
		expression_create(&nothing, set, 1, NULL, &unused);
	const char *wrong = NULL;
	struct text shown = {0};
	size_t row;

	if (expression) {
		expression_start(expression, items, 1, NULL);
		if (expression_next(expression, &row) == EXPRESSION_ROW)
			wrong = check_value(
				entry_value_key(set->name), expression, &shown);
	}
	if (wrong) {
		text_add_string(problem, "'");
		text_add_escaped(
			problem, shown.data, shown.length, SHOWN_BYTES);
		text_add_format(problem, "' %s", wrong);
	}
	text_free(&shown);
	expression_destroy(expression);
	return !wrong;
}
