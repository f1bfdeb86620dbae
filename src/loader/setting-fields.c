/* SPDX-License-Identifier: MIT */
/* Properties that declare fields: names with a type, or with a map. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/units.h"
#include "loader/settings.h"

/* One field while it is read. */
struct field_work {
	struct setting *setting;
	struct field *field;
	const struct node *type, *format, *zone, *decimal, *null_text;
	const struct node *fallback, *nullable; /* the values, or NULL */
	bool failed; /* something is wrong or unknown: say no more */
};

/* The text of NODE; NULL when it is wrong, unknown or left out. */
static const char *field_text(struct loader *loader, struct field_work *work,
	const struct node *node, struct location *location)
{
	struct setting setting = *work->setting;
	struct substitution value;

	setting.element = true;
	setting.left_out = false;
	bool right = setting_substitute(
		loader, &setting, node, SUBSTITUTE_PLAIN, &value);
	work->setting->unknown |= setting.unknown;
	work->failed |= (!right && !setting.left_out) || value.unknown;
	if (!right || value.unknown)
		return NULL;
	*location = value.location;
	return value.text;
}

/* A text that is one of NAMES; INTO is set to its index. */
static bool read_name(struct loader *loader, struct field_work *work,
	const struct node *node, const char *const *names, int *into)
{
	struct plain_rule rule = {.type = SETTING_CHOICE, .choices = names};
	struct location location;
	struct plain plain;
	const char *text = field_text(loader, work, node, &location);

	if (!text)
		return false;
	if (!plain_check(loader, &rule, text, location, &plain)) {
		work->failed = true;
		return false;
	}
	*into = (int)plain.integer;
	return true;
}

static void read_type(
	struct loader *loader, struct field_work *work, const struct node *node)
{
	int type = VALUE_TEXT;

	read_name(loader, work, node, value_type_names, &type);
	work->field->type = (enum value_type)type;
}

#define KEEP_NODE(member)                                                     \
	static void keep_##member(struct loader *loader,                      \
		const struct node *key, const struct node *value, void *into) \
	{                                                                     \
		(void)loader;                                                 \
		(void)key;                                                    \
		((struct field_work *)into)->member = value;                  \
	}
KEEP_NODE(type)
KEEP_NODE(format)
KEEP_NODE(zone)
KEEP_NODE(decimal)
KEEP_NODE(null_text)
KEEP_NODE(fallback)
KEEP_NODE(nullable)

/* A key of fields that are read from something else. */
static void refuse(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	const struct field_work *work = into;

	(void)value;
	loader_error(loader, key->location, NULL,
		"'%s' is for fields that are read from JSON, and those of '%s' "
		"aren't",
		key->text, work->setting->spec->name);
}

static const struct key_rule keys[] = {
	{"type", KEY_SCALAR, keep_type},
	{"format", KEY_SCALAR, keep_format},
	{"zone", KEY_SCALAR, keep_zone},
	{"decimal", KEY_SCALAR, keep_decimal},
	{"null-text", KEY_SCALAR, keep_null_text},
	{"default", KEY_SCALAR, keep_fallback},
	{"nullable", KEY_SCALAR, keep_nullable},
	{"path", KEY_REFUSED, refuse},
	{"required", KEY_REFUSED, refuse},
	{NULL, KEY_ANY, NULL},
};

/* ---- Timestamps ----------------------------------------------------------- */

/* A name, or a pattern with %. */
static void read_format(struct loader *loader, struct field_work *work)
{
	struct field *field = work->field;
	struct location location;
	const char *text = field_text(loader, work, work->format, &location);
	bool zoned;
	int format = 0;

	if (!text)
		return;
	if (!strchr(text, '%')) {
		read_name(loader, work, work->format, timestamp_format_names,
			&format);
		field->format = (enum timestamp_format)format;
		return;
	}
	const char *problem = units_pattern_check(text, &zoned);
	if (problem)
		loader_error(loader, location, NULL,
			"'%s' is no format of timestamps: %s", text, problem);
	else if (!zoned && !work->zone)
		loader_error(loader, location,
			"add %z where it stands, or say zone: UTC, or such as "
			"zone: +02:00",
			"the format has no zone");
	else if (zoned && work->zone)
		loader_error(loader, work->zone->location, NULL,
			"'zone' is for texts without one, and the format has "
			"%%z");
	work->failed |= problem || zoned == (work->zone != NULL);
	field->format = TIMESTAMP_PATTERN;
	field->pattern = text;
}

static void read_zone(struct loader *loader, struct field_work *work)
{
	struct field *field = work->field;
	struct location location;
	const char *text = field_text(loader, work, work->zone, &location);

	if (!text)
		return;
	const char *problem = units_zone(text, &field->zone_seconds);
	field->has_zone = true;
	if (problem)
		loader_error(loader, location, NULL,
			"'%s' is not a valid zone: %s", text, problem);
	else if (field->format != TIMESTAMP_RFC3339 &&
		field->format != TIMESTAMP_PATTERN)
		loader_error(loader, work->zone->location, NULL,
			"'zone' is for texts without one, which those of the "
			"format %s have",
			timestamp_format_names[field->format]);
	else
		return;
	work->failed = true;
}

/* ---- What stands for null --------------------------------------------------- */

static void read_nullable(struct loader *loader, struct field_work *work)
{
	static const char *const booleans[] = {"false", "true", NULL};
	int nullable = 0;

	if (!read_name(loader, work, work->nullable, booleans, &nullable))
		return;
	if (!nullable && work->null_text && !work->fallback) {
		loader_error(loader, work->nullable->location,
			"leave one of them out, or add a default",
			"'null-text' makes the field nullable");
		work->failed = true;
	}
	work->field->nullable |= nullable;
	work->field->never_null = !nullable;
}

/* The default is written as sessions write values: in RFC 3339, with a
 * point. */
static void read_fallback(struct loader *loader, struct field_work *work)
{
	struct field plain = {.type = work->field->type};
	struct value *value = arena_alloc(loader->arena, sizeof(*value));
	struct location location;
	const char *text = field_text(loader, work, work->fallback, &location);

	if (!text)
		return;
	const char *problem =
		value_parse(&plain, text, strlen(text), false, value);
	if (problem) {
		loader_error(loader, location, NULL, "the default '%s' %s",
			text, problem);
		work->failed = true;
		return;
	}
	work->field->fallback = value;
	work->field->nullable = false;
}

/* ---- Fields ------------------------------------------------------------------ */

/* Whether the field is of the TYPE that a key goes with, if it is given. */
static bool check_type(struct loader *loader, struct field_work *work,
	const struct node *node, const char *key, enum value_type type)
{
	if (!node || work->failed || work->field->type == type)
		return node && !work->failed;
	loader_error(loader, node->location, NULL,
		"'%s' goes only with the type %s", key, value_type_names[type]);
	work->failed = true;
	return false;
}

static void read_decimal(struct loader *loader, struct field_work *work)
{
	static const char *const marks[] = {".", ",", NULL};
	int mark = 0;

	if (read_name(loader, work, work->decimal, marks, &mark))
		work->field->decimal_comma = mark;
}

static void read_keys(struct loader *loader, struct field_work *work)
{
	struct location location;

	read_type(loader, work, work->type);
	if (check_type(loader, work, work->format, "format", VALUE_TIMESTAMP))
		read_format(loader, work);
	if (check_type(loader, work, work->zone, "zone", VALUE_TIMESTAMP))
		read_zone(loader, work);
	if (check_type(loader, work, work->decimal, "decimal", VALUE_REAL))
		read_decimal(loader, work);
	if (work->null_text)
		work->field->null_text =
			field_text(loader, work, work->null_text, &location);
	work->field->nullable = work->field->null_text;
	if (work->nullable)
		read_nullable(loader, work);
	if (work->fallback && !work->failed)
		read_fallback(loader, work);
}

static void read_field(struct loader *loader, const struct node *key,
	const struct node *node, struct field_work *work)
{
	work->field->name = key->text;
	work->setting->part = key->text;
	work->field->type = VALUE_TEXT;
	if (!key->length)
		loader_error(
			loader, key->location, NULL, "a field has no name");
	if (node->kind != NODE_MAP) {
		read_type(loader, work, node);
		return;
	}
	grammar_read(loader, node, keys, "a field", work);
	if (work->type)
		read_keys(loader, work);
	else if (!node_get(node, "type"))
		loader_error(loader, key->location, NULL,
			"the field '%s' has no 'type'", key->text);
}

static int by_name(const void *a, const void *b)
{
	const struct node *left = *(struct node *const *)a;
	const struct node *right = *(struct node *const *)b;
	int order = strcasecmp(left->text, right->text);

	if (order)
		return order;
	return left->location.line != right->location.line
		? (left->location.line < right->location.line ? -1 : 1)
		: (int)left->location.column - (int)right->location.column;
}

/* SQL doesn't tell names apart that differ only in case. */
static void check_case(struct loader *loader, const struct node *map)
{
	const struct node **sorted =
		memory_alloc(memory_product(map->count + 1, sizeof(*sorted)));

	for (size_t i = 0; i < map->count; i++)
		sorted[i] = map->keys[i];
	qsort(sorted, map->count, sizeof(*sorted), by_name);
	for (size_t i = 1; i < map->count; i++)
		if (strcasecmp(sorted[i - 1]->text, sorted[i]->text) == 0)
			loader_error(loader, sorted[i]->location, NULL,
				"'%s' and '%s' differ only in case",
				sorted[i - 1]->text, sorted[i]->text);
	free(sorted);
}

void setting_read_fields(
	struct loader *loader, struct setting *setting, const struct node *node)
{
	struct setting_fields *into = setting->member;
	const char *what =
		arena_format(loader->arena, "'%s'", setting->spec->name);

	if (!loader_expect(loader, node, NODE_MAP, what))
		return;
	struct field *fields =
		arena_array(loader->arena, node->count, sizeof(*fields));
	struct location *locations =
		arena_array(loader->arena, node->count, sizeof(*locations));
	for (size_t i = 0; i < node->count; i++) {
		struct field_work work = {
			.setting = setting, .field = &fields[i]};

		locations[i] = node->keys[i]->location;
		read_field(loader, node->keys[i], node->items[i], &work);
	}
	check_case(loader, node);
	into->schema = (struct schema){node->count, fields};
	into->locations = locations;
}
