/* SPDX-License-Identifier: MIT */
#include "session/setting-text.h"

#include <inttypes.h>
#include <string.h>

void setting_add_quoted(struct text *text, const char *string)
{
	text_add_string(text, "\"");
	for (; *string; string++) {
		if (*string == '"' || *string == '\\')
			text_add_string(text, "\\");
		text_add(text, string, 1);
	}
	text_add_string(text, "\"");
}

static void add_text(struct text *text, const char *string)
{
	if (string)
		setting_add_quoted(text, string);
	else
		text_add_string(text, "none");
}

static void add_setting_text(
	struct text *text, const struct setting_text *setting)
{
	add_text(text, setting->text);
	for (size_t i = 0; i < setting->binding_count; i++) {
		const struct setting_binding *binding = &setting->bindings[i];

		text_add_format(text, " ?%zu=%s:", i + 1,
			value_type_names[binding->type]);
		if (binding->value.null)
			text_add_string(text, "null");
		else
			value_format(binding->type, &binding->value, text);
	}
}

static void add_list(struct text *text, const struct setting_list *list)
{
	text_add_string(text, "[");
	for (size_t i = 0; i < list->count; i++) {
		text_add_string(text, i > 0 ? ", " : "");
		setting_add_quoted(text, list->items[i].text);
	}
	text_add_string(text, "]");
}

static void add_field(struct text *text, const struct field *field)
{
	text_add_format(
		text, "%s: %s ", field->name, value_type_names[field->type]);
	add_text(text,
		field->format == TIMESTAMP_PATTERN
			? field->pattern
			: timestamp_format_names[field->format]);
	if (field->has_zone)
		text_add_format(text, " zone=%" PRId64, field->zone_seconds);
	text_add_string(text, " null-text=");
	add_text(text, field->null_text);
	if (field->fallback) {
		text_add_string(text, " default=");
		value_format(field->type, field->fallback, text);
	}
	text_add_format(text, "%s%s%s",
		field->decimal_comma ? " decimal-comma" : "",
		field->nullable ? " nullable" : "",
		field->never_null ? " never-null" : "");
}

static void add_fields(struct text *text, const struct setting_fields *fields)
{
	for (size_t i = 0; i < fields->schema.count; i++) {
		text_add_string(text, i > 0 ? ", " : "");
		add_field(text, &fields->schema.fields[i]);
	}
}

static void add_expressions(
	struct text *text, const struct setting_expressions *expressions)
{
	for (size_t i = 0; i < expressions->count; i++) {
		const struct setting_expression *item = &expressions->items[i];

		text_add_string(text, i > 0 ? ", " : "");
		if (item->name)
			text_add_format(text, "%s: ", item->name);
		add_setting_text(text, &item->sql);
	}
}

static void add_path(
	struct text *text, const struct key_base *base, const char *path)
{
	struct text key = {0};

	if (path) {
		key_of(base, path, &key);
		setting_add_quoted(text, key.data);
	} else {
		text_add_string(text, "none");
	}
	text_free(&key);
}

void setting_add(struct text *text, const struct property_spec *spec,
	const void *member, const struct key_base *base)
{
	int64_t integer;

	switch (spec->type) {
	case SETTING_TEXT: add_text(text, *(const char *const *)member); break;
	case SETTING_INTEGER:
	case SETTING_DATE:
	case SETTING_TIMESTAMP:
	case SETTING_DURATION:
	case SETTING_SIZE:
	case SETTING_BITRATE:
		memcpy(&integer, member, sizeof(integer));
		text_add_format(text, "%" PRId64, integer);
		break;
	case SETTING_REAL:
		text_add_format(text, "%.17g", *(const double *)member);
		break;
	case SETTING_BOOLEAN:
		text_add_string(text, *(const bool *)member ? "true" : "false");
		break;
	case SETTING_CHOICE:
		text_add_string(text, spec->choices[*(const int *)member]);
		break;
	case SETTING_REGEX:
	case SETTING_SQL:
	case SETTING_TEMPLATE: add_setting_text(text, member); break;
	case SETTING_PATH_TEMPLATE:
		add_path(text, base,
			((const struct setting_text *)member)->text);
		break;
	case SETTING_PATH:
	case SETTING_FILE:
	case SETTING_DIRECTORY:
	case SETTING_GLOB:
		add_path(text, base, *(const char *const *)member);
		break;
	case SETTING_INPUTS:
	case SETTING_TEXTS: add_list(text, member); break;
	case SETTING_FIELDS: add_fields(text, member); break;
	case SETTING_EXPRESSIONS:
	case SETTING_ORDER: add_expressions(text, member); break;
	case SETTING_TYPES: break;
	}
}
