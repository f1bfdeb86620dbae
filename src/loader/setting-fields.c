/* SPDX-License-Identifier: MIT */
/* Properties that declare fields: names with a type, or with a map. */
#include <stdlib.h>
#include <strings.h>

#include "base/memory.h"
#include "loader/settings.h"

/* One field while it is read. */
struct field_work {
	struct setting *setting;
	struct field *field;
	const struct node *type, *format;
	bool failed;
};

static const char *field_text(struct loader *loader, struct field_work *work,
	const struct node *node, struct location *location)
{
	struct substitution value;

	work->failed |= !setting_substitute(
		loader, work->setting, node, SUBSTITUTE_PLAIN, &value);
	*location = value.location;
	return work->failed || value.unknown ? NULL : value.text;
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
	work->failed |= !plain_check(loader, &rule, text, location, &plain);
	if (!work->failed)
		*into = (int)plain.integer;
	return !work->failed;
}

static void read_type(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	struct field_work *work = into;
	int type = VALUE_TEXT;

	(void)key;
	work->type = value;
	read_name(loader, work, value, value_type_names, &type);
	work->field->type = (enum value_type)type;
}

static void read_format(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	struct field_work *work = into;
	int format = 0;

	work->format = key;
	read_name(loader, work, value, timestamp_format_names, &format);
	work->field->format = (enum timestamp_format)format;
}

static void read_null_text(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	struct field_work *work = into;
	struct location location;

	(void)key;
	work->field->null_text = field_text(loader, work, value, &location);
	work->field->nullable = true;
}

static void read_nullable(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	static const char *const booleans[] = {"false", "true", NULL};
	struct field_work *work = into;
	int nullable = 0;

	(void)key;
	if (read_name(loader, work, value, booleans, &nullable) && nullable)
		work->field->nullable = true;
}

static const struct key_rule keys[] = {
	{"type", KEY_SCALAR, read_type},
	{"format", KEY_SCALAR, read_format},
	{"null-text", KEY_SCALAR, read_null_text},
	{"nullable", KEY_SCALAR, read_nullable},
	{"path", KEY_LATER, NULL},
	{"default", KEY_LATER, NULL},
	{"zone", KEY_LATER, NULL},
	{"decimal", KEY_LATER, NULL},
	{"required", KEY_LATER, NULL},
	{NULL, KEY_ANY, NULL},
};

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
		read_type(loader, key, node, work);
		return;
	}
	grammar_read(loader, node, keys, "a field", work);
	if (!node_get(node, "type"))
		loader_error(loader, key->location, NULL,
			"the field '%s' has no 'type'", key->text);
	else if (work->format && !work->failed &&
		work->field->type != VALUE_TIMESTAMP)
		loader_error(loader, work->format->location, NULL,
			"'format' goes only with the type timestamp");
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
