/* SPDX-License-Identifier: MIT */
/* Everything that a session may name, looked up and shown. */
#include "registry/registry.h"

#include <string.h>

#define OPERATOR(name, module) extern const struct operator_spec spec_##name;
#include "operators/operators.def"
#undef OPERATOR

const struct operator_spec *const registry_operators[] = {
#define OPERATOR(name, module) &spec_##name,
#include "operators/operators.def"
#undef OPERATOR
	NULL,
};

const char *const setting_type_names[] = {
	[SETTING_TEXT] = "text",
	[SETTING_INTEGER] = "integer",
	[SETTING_REAL] = "real",
	[SETTING_BOOLEAN] = "boolean",
	[SETTING_CHOICE] = "choice",
	[SETTING_DATE] = "date",
	[SETTING_TIMESTAMP] = "timestamp",
	[SETTING_DURATION] = "duration",
	[SETTING_SIZE] = "size",
	[SETTING_BITRATE] = "bitrate",
	[SETTING_REGEX] = "regex",
	[SETTING_SQL] = "sql",
	[SETTING_PATH] = "path",
	[SETTING_FILE] = "file",
	[SETTING_DIRECTORY] = "directory",
	[SETTING_GLOB] = "glob",
	[SETTING_INPUTS] = "inputs",
	[SETTING_TEMPLATE] = "template",
	[SETTING_PATH_TEMPLATE] = "path-template",
	[SETTING_TEXTS] = "texts",
	[SETTING_FIELDS] = "fields",
	[SETTING_EXPRESSIONS] = "expressions",
	[SETTING_ORDER] = "order",
	[SETTING_TYPES] = NULL,
};

const char *const scope_names[] = {
	[SCOPE_GRAPH] = "graph",
	[SCOPE_UNIT] = "unit",
	[SCOPE_SEGMENT] = "segment",
	[SCOPES] = NULL,
};

const char *const on_error_names[] = {
	[ON_ERROR_FAIL] = "fail",
	[ON_ERROR_SKIP] = "skip",
	[ON_ERROR_QUARANTINE] = "quarantine",
	NULL,
};

const struct operator_spec *registry_operator(const char *name)
{
	for (size_t i = 0; registry_operators[i]; i++)
		if (strcmp(registry_operators[i]->name, name) == 0)
			return registry_operators[i];
	return NULL;
}

const char *const *registry_operator_names(void)
{
	/* Filled with the same addresses each time. */
	static const char *names[sizeof(registry_operators) /
		sizeof(registry_operators[0])];

	for (size_t i = 0; registry_operators[i]; i++)
		names[i] = registry_operators[i]->name;
	return names;
}

const struct attribute_spec *registry_attribute(const char *name)
{
	for (size_t i = 0; registry_operators[i]; i++) {
		const struct attribute_spec *key =
			registry_operators[i]->attributes;

		for (; key && key->name; key++)
			if (strcmp(key->name, name) == 0)
				return key;
	}
	return NULL;
}

int spec_pin(const struct operator_spec *spec, const char *name)
{
	for (int i = 0; spec->pins[i].name; i++)
		if (strcmp(spec->pins[i].name, name) == 0)
			return i;
	return -1;
}

int spec_property(const struct operator_spec *spec, const char *name)
{
	for (int i = 0; spec->properties && spec->properties[i].name; i++)
		if (strcmp(spec->properties[i].name, name) == 0)
			return i;
	return -1;
}

const struct property_spec *spec_path(const struct operator_spec *spec)
{
	const struct property_spec *at = spec->properties;

	for (; at && at->name; at++)
		if (at->type == SETTING_PATH_TEMPLATE)
			return at;
	return NULL;
}

size_t spec_pin_count(const struct operator_spec *spec)
{
	size_t count = 0;

	while (spec->pins[count].name)
		count++;
	return count;
}

size_t spec_property_count(const struct operator_spec *spec)
{
	size_t count = 0;

	while (spec->properties && spec->properties[count].name)
		count++;
	return count;
}

bool property_is_needed(const struct property_spec *property)
{
	return property->flags & PROPERTY_REQUIRED &&
		!(property->flags & PROPERTY_LIVE);
}
