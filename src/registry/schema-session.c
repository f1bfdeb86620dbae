/* SPDX-License-Identifier: MIT */
/* The JSON schema of a session: the grammar that the loader reads. A test
 * compares its keys with those that the loader takes. */
#include "registry/registry.h"
#include "registry/schema-type.h"

#define END "[A-Za-z0-9_-]+(\\\\.[A-Za-z0-9_-]+)?"
#define TARGET "[A-Za-z0-9_-]+([.@][A-Za-z0-9_-]+)?" /* of a link */
#define FULL "[A-Za-z0-9_-]+\\\\.[A-Za-z0-9_-]+"
#define GAP "[ \\\\t\\\\n]*"

static void add(json_t *keys, const char *name, const char *schema,
	const char *description)
{
	json_object_set_new(keys, name,
		schema_described(schema_parse(schema), description));
}

static void add_text(json_t *keys, const char *name, const char *description)
{
	json_object_set_new(
		keys, name, schema_described(schema_text(), description));
}

static void add_setting(json_t *keys, const char *name,
	const struct property_spec *spec, bool open, const char *description)
{
	json_t *schema = schema_described(schema_type(spec, open), description);

	if (spec->fallback)
		json_object_set_new(schema, "default", schema_default(spec));
	json_object_set_new(keys, name, schema);
}

static json_t *named(json_t *map)
{
	json_object_set_new(map, "propertyNames",
		json_pack("{ss}", "pattern", SCHEMA_NAME));
	return map;
}

/* Where KEY has the value: THEN, taken. */
static json_t *when(const char *key, const char *value, json_t *then)
{
	return json_pack("{s{s{s{ss}}s[s]}so}", "if", "properties", key,
		"const", value, "required", key, "then", then);
}

/* ---- Params ------------------------------------------------------------- */

static bool is_number(enum setting_type type)
{
	return type == SETTING_INTEGER || type == SETTING_REAL ||
		(type >= SETTING_DATE && type <= SETTING_BITRATE);
}

/* What the other keys of a param may be, given its type. */
static json_t *param_of(enum setting_type type)
{
	struct property_spec spec = {.type = type};
	json_t *keys = json_object();
	json_t *then = json_pack("{sO}", "properties", keys);
	bool choice = type == SETTING_CHOICE;

	if (choice)
		spec.type = SETTING_TEXT;
	json_t *value = schema_type(&spec, false);
	json_object_set_new(keys, "default",
		json_pack("{s[O{ss sO}]}", "anyOf", value, "type", "array",
			"items", value));
	json_object_set_new(keys, "min",
		is_number(type) ? json_incref(value) : json_false());
	json_object_set_new(keys, "max",
		is_number(type) ? json_incref(value) : json_false());
	if (type != SETTING_INTEGER && type != SETTING_REAL)
		json_object_set_new(keys, "unit", json_false());
	if (!choice)
		json_object_set_new(keys, "choices", json_false());
	else
		json_object_set_new(
			then, "required", json_pack("[s]", "choices"));
	json_decref(value);
	json_decref(keys);
	return when("type", setting_type_names[type], then);
}

static json_t *param_keys(void)
{
	static const struct property_spec flag = {.type = SETTING_BOOLEAN};
	json_t *keys = json_object(), *types = json_array();

	for (int i = 0; i < SETTING_TEMPLATE; i++)
		json_array_append_new(
			types, json_string(setting_type_names[i]));
	json_object_set_new(keys, "type",
		schema_described(json_pack("{so}", "enum", types),
			"The type of its value"));
	add(keys, "default", "{}", "Its value where none is given");
	add_setting(keys, "required", &flag, false,
		"Whether a run needs a value; by default where there is no "
		"default");
	add_setting(keys, "list", &flag, false, "Whether it has many values");
	add(keys, "min", "{}", "The least value");
	add(keys, "max", "{}", "The largest value");
	add(keys, "choices",
		"{'type': 'array', 'minItems': 1, 'items':"
		"{'type': ['string', 'number', 'boolean']}}",
		"What a value of the type choice may be");
	add_text(keys, "unit",
		"What an integer or a real counts; may stand behind its value "
		"on "
		"the command line");
	add_setting(keys, "secret", &flag, false,
		"Whether its value is never shown");
	add_setting(keys, "args", &flag, false,
		"Whether it takes the other arguments of the command line");
	add_text(keys, "doc", "What it is for, in a phrase");
	return keys;
}

static json_t *param(void)
{
	json_t *schema = schema_map(param_keys(), json_pack("[s]", "type"));
	json_t *rules = json_array();

	for (int i = 0; i < SETTING_TEMPLATE; i++)
		json_array_append_new(rules, param_of((enum setting_type)i));
	json_array_append_new(rules,
		schema_parse("{'if': {'not': {'anyOf': ["
			     "{'required': ['list'], 'properties':"
			     " {'list': {'enum': [true, 'true']}}},"
			     "{'required': ['type'], 'properties':"
			     " {'type': {'const': 'inputs'}}}]}},"
			     "'then': {'properties': {'default':"
			     " {'not': {'type': 'array'}}}}}"));
	json_array_append_new(rules,
		schema_parse("{'properties': {'default': {'not': {'type': "
			     "'string', 'pattern': '(^|[^$])\\\\$\\\\{'}}}}"));
	json_object_set_new(schema, "allOf", rules);
	return schema;
}

static json_t *variables(void)
{
	static const struct property_spec flag = {.type = SETTING_BOOLEAN};
	json_t *keys = json_object();

	add_text(keys, "default", "Its value where it isn't set");
	add_setting(keys, "required", &flag, false,
		"Whether a run needs it; by default where there is no default");
	add_setting(keys, "secret", &flag, false,
		"Whether its value is never shown");
	add_text(keys, "doc", "What it is for, in a phrase");
	json_t *map = schema_map_of(schema_map(keys, json_array()));
	json_object_set_new(map, "propertyNames",
		json_pack("{ss}", "pattern", "^[A-Za-z_][A-Za-z0-9_]*$"));
	return map;
}

/* ---- Operators and links ------------------------------------------------ */

static bool has_required(const struct operator_spec *spec)
{
	for (size_t i = 0; i < spec_property_count(spec); i++)
		if (property_is_needed(&spec->properties[i]))
			return true;
	return false;
}

/* The names of subgraphs, which the schema doesn't know: of no operator. */
static json_t *other_uses(void)
{
	json_t *list = json_array();

	for (size_t i = 0; registry_operators[i]; i++)
		json_array_append_new(
			list, json_string(registry_operators[i]->name));
	return json_pack("{ss ss s{so} ss}", "type", "string", "pattern",
		SCHEMA_NAME, "not", "enum", list, "description",
		"A subgraph: of the session, included or shipped with leat");
}

/* The names of operators, explained, and of subgraphs. ALONE: those that may do
 * without any property. */
static json_t *uses(bool alone)
{
	json_t *list = json_array();

	for (size_t i = 0; registry_operators[i]; i++)
		if (!alone || !has_required(registry_operators[i]))
			json_array_append_new(list,
				json_pack("{ss ss}", "const",
					registry_operators[i]->name,
					"description",
					registry_operators[i]->summary));
	json_array_append_new(list, other_uses());
	return json_pack("{so}", "oneOf", list);
}

static json_t *operator_entry(void)
{
	json_t *rules = json_array();

	for (size_t i = 0; registry_operators[i]; i++) {
		const char *name = registry_operators[i]->name;

		json_array_append_new(rules,
			when("use", name,
				json_pack("{ss+}", "$ref", "#/$defs/use-",
					name)));
	}
	return json_pack("{s{ss} s{ss s[s] s{so} so} so}", "if", "type",
		"object", "then", "type", "object", "required", "use",
		"properties", "use", uses(false), "allOf", rules, "else",
		uses(true));
}

static json_t *link_entry(void)
{
	static const char *const policies[] = {"blocking", "back-pressure",
		"leaky-producer", "leaky-consumer", NULL};
	static const char *const converts[] = {"lossless", "none", NULL};
	static const struct property_spec capacity = {.type = SETTING_SIZE,
		.minimum = 1,
		.maximum = INT64_C(1) << 50};
	json_t *keys = json_object();

	add(keys, "from", "{'type': 'string', 'pattern': '^" END "$'}",
		"An operator, or operator.pin; without a pin it is `out`");
	add(keys, "to", "{'type': 'string', 'pattern': '^" TARGET "$'}",
		"An operator, operator.pin or operator@property; without "
		"either it is the pin `in`");
	json_object_set_new(keys, "policy",
		schema_described(schema_choice(policies, true),
			"What becomes of an item for which there is no room: "
			"its producer waits; it waits also until the consumer "
			"asks for one; the item is dropped; or the oldest in "
			"the link is"));
	json_object_set_new(json_object_get(keys, "policy"), "default",
		json_string(policies[0]));
	add_setting(keys, "capacity", &capacity, true,
		"How many items it holds, or with a unit such as KiB, how many "
		"bytes");
	json_object_set_new(keys, "convert",
		schema_described(schema_choice(converts, true),
			"Whether leat may put a converter between bytes and "
			"streams"));
	json_object_set_new(json_object_get(keys, "convert"), "default",
		json_string(converts[0]));
	return json_pack("{s[oo]}", "anyOf",
		schema_parse("{'type': 'string', 'pattern': '^" GAP END "(" GAP
			     "->" GAP END ")*" GAP "->" GAP TARGET GAP "$',"
			     "'description': 'A chain: a -> b.pin -> c'}"),
		schema_map(keys, json_pack("[ss]", "from", "to")));
}

static void add_graph_keys(json_t *keys)
{
	add(keys, "operators", "{'$ref': '#/$defs/operators'}",
		"The operators by name; `name: lines` is short for `name: "
		"{use: "
		"lines}`");
	add(keys, "links",
		"{'type': 'array', 'items': {'$ref': '#/$defs/link'}}",
		"How the operators are linked");
	add(keys, "rejected", "{'type': 'string', 'pattern': '^" END "$'}",
		"The operator that takes every pin `rejected` without a link");
	json_object_set_new(keys, "on-error",
		schema_described(schema_choice(on_error_names, false),
			"What a rejected item does whose pin `rejected` has no "
			"link: fail its unit, be dropped and counted, or put "
			"its unit in quarantine"));
	json_object_set_new(json_object_get(keys, "on-error"), "default",
		json_string(on_error_names[ON_ERROR_FAIL]));
}

static json_t *graph(void)
{
	json_t *keys = json_object();

	add_text(keys, "doc", "What it is for");
	add_graph_keys(keys);
	return schema_map(keys, json_pack("[s]", "operators"));
}

/* A map from names to END. */
static json_t *shown(const char *description)
{
	return schema_described(
		named(schema_map_of(schema_parse(
			"{'type': 'string', 'pattern': '^" FULL "$'}"))),
		description);
}

/* A param of a subgraph: it has no command line, and is no key of a use. */
static json_t *inner_params(void)
{
	return named(schema_map_of(
		schema_parse("{'$ref': '#/$defs/param', 'properties': {'args':"
			     " {'enum': [false, 'false']}}}")));
}

static json_t *subgraph(void)
{
	json_t *keys = json_object();

	add_text(keys, "doc", "What it is for");
	json_object_set_new(keys, "params",
		schema_described(inner_params(),
			"What a use may set beside use, doc and on-error"));
	add_graph_keys(keys);
	json_object_set_new(keys, "pins",
		shown("The pins that links around a use see: NAME: "
		      "operator.pin"));
	json_object_set_new(keys, "live",
		shown("The live properties that a use shows: NAME: "
		      "operator.property"));
	return schema_map(keys, json_pack("[s]", "operators"));
}

/* ---- The session -------------------------------------------------------- */

static json_t *resources(void)
{
	static const struct property_spec jobs = {
		.type = SETTING_INTEGER, .minimum = 1, .maximum = 1024};
	static const struct property_spec memory = {.type = SETTING_SIZE,
		.minimum = 1024 * 1024,
		.maximum = INT64_C(1) << 50,
		.fallback = "64MiB"};
	static const struct property_spec unit_time = {
		.type = SETTING_DURATION, .minimum = 1000000, .fallback = "1d"};
	json_t *keys = json_object();

	add_setting(keys, "jobs", &jobs, true, "How many units run at once");
	add_setting(keys, "memory", &memory, true,
		"What the run may hold in memory");
	add_setting(keys, "unit-time", &unit_time, true,
		"Processor time that a unit may take in a worker");
	return schema_map(keys, json_array());
}

static json_t *definitions(void)
{
	json_t *list = json_object();

	json_object_set_new(list, "param", param());
	json_object_set_new(list, "graph", graph());
	json_object_set_new(list, "subgraph", subgraph());
	json_object_set_new(list, "link", link_entry());
	json_object_set_new(
		list, "operators", named(schema_map_of(operator_entry())));
	for (size_t i = 0; registry_operators[i]; i++) {
		const struct operator_spec *spec = registry_operators[i];
		json_t *key = json_pack("s+", "use-", spec->name);

		json_object_set_new(
			list, json_string_value(key), schema_operator(spec));
		json_decref(key);
	}
	return list;
}

static json_t *session_keys(void)
{
	static const struct property_spec reproducible = {
		.type = SETTING_BOOLEAN, .fallback = "true"};
	json_t *keys = json_object();

	add(keys, "leat", "{'enum': [1, '1']}", "The version of the grammar");
	add(keys, "session",
		"{'anyOf': [{'type': 'string', 'pattern': '^[a-z0-9-]+$'},"
		"{'type': 'integer', 'minimum': 0}]}",
		"Its name: small letters, digits and -");
	add_text(keys, "doc", "What it is for");
	json_object_set_new(keys, "params",
		schema_described(named(schema_map_of(schema_parse(
					 "{'$ref': '#/$defs/param'}"))),
			"What a run may set: each param is an option, and "
			"${name} its value"));
	json_object_set_new(keys, "env",
		schema_described(variables(),
			"Variables of the environment that it uses; ${env:NAME}"
			" is the value"));
	json_object_set_new(keys, "resources",
		schema_described(resources(), "What a run may use"));
	add(keys, "include", "{'type': 'array', 'items': {'type': 'string'}}",
		"Files with subgraphs: beside this one, in $LEAT_PATH, or "
		"leat's own");
	json_object_set_new(keys, "subgraphs",
		schema_described(named(schema_map_of(schema_parse(
					 "{'$ref': '#/$defs/subgraph'}"))),
			"Graphs that are used like operators"));
	add_setting(keys, "reproducible", &reproducible, false,
		"Whether SQL is kept from what differs from run to run: the "
		"time and random numbers");
	add(keys, "state", "{'enum': ['none']}",
		"none: nothing is remembered between runs");
	json_object_set_new(keys, "graphs",
		schema_described(named(schema_map_of(schema_parse(
					 "{'$ref': '#/$defs/graph'}"))),
			"Graphs, which run in this order"));
	add_graph_keys(keys);
	return keys;
}

json_t *schema_session(void)
{
	json_t *schema = json_pack("{ss ss}", "title", "A session of leat",
		"description",
		"Operators and how they are linked, for leat run FILE");
	json_t *map = schema_map(
		session_keys(), json_pack("[ss]", "leat", "session"));
	json_t *shape = schema_parse(
		"{'if': {'required': ['graphs']},"
		"'then': {'properties': {'operators': false, 'links': false,"
		" 'rejected': false}},"
		"'else': {'required': ['operators']}}");

	json_object_update(schema, map);
	json_object_update(schema, shape);
	json_object_set_new(schema, "$defs", definitions());
	json_decref(map);
	json_decref(shape);
	return schema;
}
