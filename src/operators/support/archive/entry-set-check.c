/* SPDX-License-Identifier: MIT */
#include "operators/support/archive/entry-set-check.h"

#include <ctype.h>
#include <string.h>

#include "operators/support/archive/entry-value.h"
#include "operators/support/archive/entry.h"
#include "operators/support/sql/expression.h"
#include "registry/registry.h"

static bool is_digits(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	text += strspn(text, "0123456789");
	while (isspace((unsigned char)*text))
		text++;
	return *text == '\0';
}

/* SQL knows no octal numbers: 0644 would be 01204. */
static bool check_mode(struct relation *relation,
	const struct setting_expression *item, const struct attribute_spec *key)
{
	if (key != &entry_attributes[ENTRY_MODE] || !is_digits(item->sql.text))
		return true;
	relation_error(relation, item->sql.location,
		"write it in octal and in quotes, as in entry_mode: \"'0644'\"",
		"a mode that is a plain number is easily misread");
	return false;
}

static bool check_name(struct relation *relation,
	const struct setting_expression *item, bool renames)
{
	const struct attribute_spec *key;
	const char *near;
	struct text hint = {0};

	if (!item->name) {
		relation_error(relation, item->sql.location,
			"write a map, as in {entry_user: \"'root'\"}",
			"`set` takes names with expressions");
		return false;
	}
	key = entry_value_key(item->name);
	if (key == &entry_attributes[ENTRY_PATH] && renames) {
		relation_error(relation, item->name_location,
			"leave out one of them",
			"`rename` gives entry_path as well");
		return false;
	}
	if (key)
		return check_mode(relation, item, key);
	near = text_nearest(item->name, entry_value_names());
	if (near && !registry_attribute(item->name))
		text_add_format(&hint, "did you mean %s? There are:", near);
	else
		text_add_string(&hint, "there are:");
	for (size_t i = 0; entry_value_names()[i]; i++)
		text_add_format(&hint, "%s %s", i > 0 ? "," : "",
			entry_value_names()[i]);
	relation_error(relation, item->name_location, hint.data,
		"'%s' can't be set", item->name);
	text_free(&hint);
	return false;
}

static const char *type_hint(const struct attribute_spec *key)
{
	switch (key->type) {
	case VALUE_TEXT:
		return "text stands in quotes, within those of YAML: "
		       "\"'root'\"";
	case VALUE_TIMESTAMP:
		return "write text such as \"'2026-01-31'\"; datetime(x, "
		       "'unixepoch') makes it of seconds";
	default: return NULL;
	}
}

/* What no entry can be given is found before any comes. */
static void check_constant(
	struct relation *relation, const struct setting_expression *item)
{
	struct text problem = {0};

	if (!entry_value_check(item, &problem))
		relation_error(relation, item->sql.location, NULL, "%s: %s",
			item->name, problem.data);
	text_free(&problem);
}

static void check_types(struct relation *relation,
	const struct setting_expressions *set,
	const struct expression *expression)
{
	const struct schema *schema = expression_schema(expression);

	for (size_t i = 0; i < schema->count; i++) {
		const struct field *field = &schema->fields[i];
		const struct attribute_spec *key = entry_value_key(field->name);

		if (!entry_value_takes(key, field->type))
			relation_error(relation, set->items[i].sql.location,
				type_hint(key), "%s takes %s, not %s",
				key->name, value_type_names[key->type],
				value_type_names[field->type]);
		else
			check_constant(relation, &set->items[i]);
	}
}

void entry_set_check(struct relation *relation,
	const struct setting_expressions *set, const struct shape *in,
	bool renames)
{
	struct expression_problem problem;
	bool ok = true;

	if (set->count == 0)
		return;
	for (size_t i = 0; i < set->count; i++)
		ok = check_name(relation, &set->items[i], renames) && ok;
	if (!ok)
		return;
	if (!in->known) {
		if (!expression_check(set->items, set->count, NULL, &problem))
			expression_problem_report(relation, "set", &problem);
		return;
	}
	struct expression *expression =
		expression_create(in, set->items, set->count, NULL, &problem);
	if (expression)
		check_types(relation, set, expression);
	else
		expression_problem_report(relation, "set", &problem);
	expression_destroy(expression);
}
