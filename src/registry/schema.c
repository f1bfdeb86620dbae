/* SPDX-License-Identifier: MIT */
/* JSON schemas of operators, from their tables. */
#include <string.h>

#include "base/text.h"
#include "registry/registry.h"
#include "registry/schema-type.h"

/* What editors show for a property. */
static json_t *describe(const struct property_spec *property, json_t *schema)
{
	struct text words = {0};

	text_add_format(&words, "%s (%s", property->summary,
		setting_type_names[property->type]);
	if (property->unit)
		text_add_format(&words, " of %s", property->unit);
	if (property->flags & PROPERTY_LIVE)
		text_add_string(&words, ", live");
	text_add_string(&words, ")");
	if (property->details)
		text_add_format(&words, "\n\n%s", property->details);
	schema_described(schema, words.data);
	text_free(&words);
	if (property->fallback)
		json_object_set_new(
			schema, "default", schema_default(property));
	return schema;
}

/* The keys that stand beside the properties. */
static void add_reserved(json_t *keys, const struct operator_spec *spec)
{
	json_t *per;

	json_object_set_new(keys, "use",
		schema_described(
			json_pack("{ss}", "const", spec->name), spec->summary));
	json_object_set_new(
		keys, "doc", schema_described(schema_text(), "What it is for"));
	json_object_set_new(keys, "on-error",
		schema_described(schema_choice(on_error_names, false),
			"What a rejected item does whose pin `rejected` has no "
			"link: fail its unit, be dropped and counted, or put "
			"its unit in quarantine"));
	if (!(spec->flags & OPERATOR_SCOPED))
		return;
	per = schema_described(schema_choice(scope_names, false),
		"What its state extends over");
	json_object_set_new(
		per, "default", json_string(scope_names[spec->scope]));
	json_object_set_new(keys, "per", per);
}

json_t *schema_operator(const struct operator_spec *spec)
{
	const struct property_spec *property = spec->properties;
	json_t *required = json_pack("[s]", "use");
	json_t *keys = json_object();
	struct text words = {0};

	add_reserved(keys, spec);
	for (; property && property->name; property++) {
		json_object_set_new(keys, property->name,
			describe(property, schema_type(property, true)));
		if (property_is_needed(property))
			json_array_append_new(
				required, json_string(property->name));
	}
	text_add_format(&words, "%s\n\n%s", spec->summary, spec->description);
	while (words.length && words.data[words.length - 1] == '\n')
		words.data[--words.length] = '\0';
	json_t *schema = json_pack(
		"{ss ss}", "title", spec->name, "description", words.data);
	text_free(&words);
	json_t *map = schema_map(keys, required);
	json_object_update(schema, map);
	json_decref(map);
	return schema;
}

static void print(FILE *file, json_t *schema)
{
	json_t *whole = json_pack("{ss}", "$schema",
		"https://json-schema.org/draft/2020-12/schema");

	json_object_update(whole, schema);
	json_decref(schema);
	json_dumpf(whole, file, JSON_INDENT(2));
	fputc('\n', file);
	json_decref(whole);
}

void registry_schema(FILE *file, const struct operator_spec *spec)
{
	print(file, schema_operator(spec));
}

void registry_schema_session(FILE *file)
{
	print(file, schema_session());
}
