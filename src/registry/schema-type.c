/* SPDX-License-Identifier: MIT */
/* JSON schemas of the types. They see values as an editor does: what looks like
 * a number is one, though leat takes it for text where text is meant. */
#include "registry/schema-type.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"

#define DATE "[0-9]{4}-[0-9]{2}-[0-9]{2}"

json_t *schema_parse(const char *text)
{
	char *copy = memory_string(text);
	json_t *schema;

	for (char *at = copy; *at; at++)
		if (*at == '\'')
			*at = '"';
	schema = json_loads(copy, JSON_DECODE_ANY, NULL);
	free(copy);
	if (!schema)
		abort(); /* a mistake in this program */
	return schema;
}

json_t *schema_described(json_t *schema, const char *description)
{
	json_object_set_new(schema, "description", json_string(description));
	return schema;
}

json_t *schema_map_of(json_t *schema)
{
	return json_pack("{ss so so}", "type", "object", "additionalProperties",
		schema, "patternProperties",
		schema_parse("{'" SCHEMA_IGNORED "': {}}"));
}

json_t *schema_map(json_t *properties, json_t *required)
{
	json_t *schema = json_pack("{ss so so}", "type", "object", "properties",
		properties, "additionalProperties", json_false());

	json_object_set_new(schema, "patternProperties",
		schema_parse("{'" SCHEMA_IGNORED "': {}}"));
	if (json_array_size(required))
		json_object_set(schema, "required", required);
	json_decref(required);
	return schema;
}

/* ---- Scalars ------------------------------------------------------------ */

/* ONE, or a text that matches PATTERN; OPEN: or has a ${param}. */
static json_t *either(json_t *one, const char *pattern, bool open)
{
	json_t *list = json_pack("[o]", one);

	if (pattern)
		json_array_append_new(list,
			json_pack("{ss ss}", "type", "string", "pattern",
				pattern));
	if (open)
		json_array_append_new(list,
			json_pack("{ss ss}", "type", "string", "pattern",
				SCHEMA_PARAM));
	return json_pack("{so}", "anyOf", list);
}

json_t *schema_choice(const char *const *names, bool open)
{
	json_t *list = json_array();

	for (; *names; names++)
		json_array_append_new(list, json_string(*names));
	json_t *schema = json_pack("{so}", "enum", list);
	return open ? either(schema, NULL, true) : schema;
}

static json_t *number(const struct property_spec *spec, const char *type)
{
	json_t *schema = json_pack("{ss}", "type", type);

	if (spec->minimum || spec->maximum)
		json_object_set_new(
			schema, "minimum", json_integer(spec->minimum));
	if (spec->maximum && spec->maximum != INT64_MAX)
		json_object_set_new(
			schema, "maximum", json_integer(spec->maximum));
	return schema;
}

json_t *schema_text(void)
{
	return schema_parse("{'type': ['string', 'number', 'boolean']}");
}

static json_t *path(void)
{
	json_t *schema = schema_text();

	json_object_set_new(schema, "minLength", json_integer(1));
	return schema;
}

/* ---- Lists and maps ------------------------------------------------------ */

static json_t *text_or_list(bool map)
{
	json_t *list = json_pack("[o{ss so}]", schema_text(), "type", "array",
		"items", schema_text());

	if (map)
		json_array_append_new(list, schema_map_of(schema_text()));
	return json_pack("{so}", "anyOf", list);
}

static json_t *field(void)
{
	static const struct property_spec nullable = {.type = SETTING_BOOLEAN};
	static const char *const marks[] = {".", ",", NULL};
	json_t *keys = json_object();
	json_t *type = schema_choice(value_type_names, true);

	json_object_set_new(keys, "type",
		schema_described(
			json_deep_copy(type), "The type of its values"));
	json_object_set_new(keys, "format",
		schema_described(
			json_pack("{s[o{ss ss}]}", "anyOf",
				schema_choice(timestamp_format_names, true),
				"type", "string", "pattern", "%"),
			"How timestamps are written (default rfc3339); a "
			"pattern such as %Y-%m-%d %H:%M:%S"));
	json_object_set_new(keys, "zone",
		schema_described(schema_parse("{'type': 'string', 'pattern': "
					      "'^UTC$|^[+-][0-9]{2}:?[0-9]{2}$|"
					      "\\\\$\\\\{'}"),
			"Where timestamps without a zone were written: UTC, "
			"or as in +02:00"));
	json_object_set_new(keys, "decimal",
		schema_described(schema_choice(marks, true),
			"What stands before the decimals of reals"));
	json_object_set_new(keys, "default",
		schema_described(schema_text(), "What stands in for null"));
	json_object_set_new(keys, "null-text",
		schema_described(
			schema_text(), "The text that stands for null"));
	json_object_set_new(keys, "nullable",
		schema_described(schema_type(&nullable, true),
			"Whether it may be null; false: what has no value is "
			"rejected"));
	return json_pack("{s[oo]}", "anyOf", type,
		schema_map(keys, json_pack("[s]", "type")));
}

/* ---- Types -------------------------------------------------------------- */

json_t *schema_type(const struct property_spec *spec, bool open)
{
	switch (spec->type) {
	case SETTING_INTEGER:
		return either(number(spec, "integer"), "^[+-]?[0-9]+$", open);
	case SETTING_REAL:
		return either(number(spec, "number"),
			"^[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?$", open);
	case SETTING_BOOLEAN:
		return either(schema_parse("{'type': 'boolean'}"),
			"^(true|false)$", open);
	case SETTING_CHOICE: return schema_choice(spec->choices, open);
	case SETTING_DATE:
		return either(schema_parse("{'enum': ['today', 'yesterday']}"),
			"^" DATE "$", open);
	case SETTING_TIMESTAMP:
		return either(schema_parse("{'const': 'source-date'}"),
			"^" DATE "[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}", open);
	case SETTING_DURATION:
		return either(schema_parse("{'const': 0}"),
			"^-?(0|([0-9]+(\\.[0-9]{1,6})?(d|h|min|s|ms|us))+)$",
			open);
	case SETTING_SIZE:
		return either(number(spec, "integer"),
			"^[0-9]+(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)?$", open);
	case SETTING_BITRATE:
		return either(number(spec, "integer"),
			"^[0-9]+(k|M|G|bit/s|kbit/s|Mbit/s|Gbit/s)?$", open);
	case SETTING_PATH:
	case SETTING_FILE:
	case SETTING_DIRECTORY:
	case SETTING_GLOB:
	case SETTING_PATH_TEMPLATE: return path();
	case SETTING_INPUTS:
	case SETTING_TEXTS:
	case SETTING_ORDER: return text_or_list(false);
	case SETTING_EXPRESSIONS: return text_or_list(true);
	case SETTING_FIELDS: return schema_map_of(field());
	case SETTING_TEXT:
	case SETTING_REGEX:
	case SETTING_SQL:
	case SETTING_TEMPLATE:
	case SETTING_TYPES: break;
	}
	return schema_text();
}

json_t *schema_default(const struct property_spec *spec)
{
	bool boolean = false;
	int64_t integer = 0;

	if (spec->type == SETTING_INTEGER &&
		!units_integer(spec->fallback, &integer))
		return json_integer(integer);
	if (spec->type == SETTING_BOOLEAN &&
		!units_boolean(spec->fallback, &boolean))
		return json_boolean(boolean);
	return json_string(spec->fallback);
}
