/* SPDX-License-Identifier: MIT */
/* Templates checked: their braces, and that what they name exists. */
#include "loader/template.h"

#include <string.h>

#include "loader/param.h"
#include "registry/registry.h"

struct check {
	struct graph_work *work;
	unsigned op;
	const struct setting_text *template;
	bool fields; /* it takes fields of records, too */
	const struct shape *shape; /* of what arrives */
};

/* Where PLACEHOLDER, of LENGTH bytes, stands: looked for in the line, since
 * what was put in before it may have moved it. */
static struct location find_place(
	const struct check *check, const char *placeholder, size_t length)
{
	struct location location = check->template->location;
	const struct source *source = location.source;

	if (!source || !source->text || !location.line)
		return location;
	const char *at = source->text, *end = at + source->length;
	for (unsigned line = 1; at && line < location.line; line++) {
		at = memchr(at, '\n', (size_t)(end - at));
		at = at ? at + 1 : NULL;
	}
	if (!at)
		return location;
	for (unsigned column = 1; column < location.column && at < end;)
		column += (*++at & 0xc0) != 0x80;
	const char *stop = memchr(at, '\n', (size_t)(end - at));
	const char *found = memmem(
		at, (size_t)((stop ? stop : end) - at), placeholder, length);
	if (!found)
		return location;
	for (; at < found; at++)
		location.column += (*at & 0xc0) != 0x80;
	location.width = (unsigned)length;
	return location;
}

/* The linked input that an operator's items come from, or NULL. */
static const struct link_plan *main_input(
	const struct graph_plan *plan, const struct operator_plan *op)
{
	for (unsigned i = 0; i < op->pin_count; i++) {
		int index = op->pins[i].link;

		if (index >= 0 &&
			&plan->operators[plan->links[index].to] == op &&
			plan->links[index].to_pin == i)
			return &plan->links[index];
	}
	return NULL;
}

static bool has_field(const struct shape *shape, const char *name)
{
	return shape->schema && schema_find(shape->schema, name) >= 0;
}

static bool has_attribute(const struct shape *shape, const char *name)
{
	return shape_attribute(shape, name);
}

/* The operator upstream behind which what HAS finds doesn't exist, or NULL. */
static const struct operator_plan *find_end(const struct check *check,
	const char *name, bool (*has)(const struct shape *, const char *))
{
	const struct graph_plan *plan = check->work->plan;
	const struct operator_plan *op = &plan->operators[check->op];
	const struct link_plan *link = main_input(plan, op);

	while (link) {
		op = &plan->operators[link->from];
		link = main_input(plan, op);
		if (link && has(&op->pins[link->to_pin].shape, name))
			return op;
	}
	return NULL;
}

static const char *unknown_hint(const struct check *check, const char *name)
{
	struct loader *loader = check->work->loader;
	const struct shape *shape = check->shape;
	const struct operator_plan *end = find_end(check, name, has_attribute);
	size_t fields =
		check->fields && shape->schema ? shape->schema->count : 0;
	const char **names = arena_array(loader->arena,
		fields + shape->attribute_count + 1, sizeof(*names));

	if (end)
		return arena_format(loader->arena,
			"it belongs to a narrower scope, which ends at '%s'",
			end->name);
	if (!check->fields &&
		(has_field(shape, name) || find_end(check, name, has_field)))
		return arena_format(loader->arena,
			"'%s' is a field; a template takes attributes", name);
	for (size_t i = 0; i < fields; i++)
		names[i] = shape->schema->fields[i].name;
	for (size_t i = 0; i < shape->attribute_count; i++)
		names[fields + i] = shape->attributes[i]->name;
	if (param_find(loader->scope, name) >= 0)
		return arena_format(loader->arena,
			"the value of the param is written ${%s}", name);
	const char *all = (fields + shape->attribute_count)
		? arena_format(loader->arena, "there are: %s",
			  loader_join(loader, names))
		: "no attributes arrive here";
	return loader_nearest(loader, name, names, all);
}

/* Whether the name is one of what arrives; of anything, where that isn't
 * known. */
static bool is_known(const struct check *check, const char *name)
{
	const struct shape *shape = check->shape;

	if (!shape->known)
		return check->fields || registry_attribute(name);
	if (check->fields && shape->schema &&
		schema_find(shape->schema, name) >= 0)
		return true;
	return shape_attribute(shape, name);
}

static void check_placeholder(
	const struct check *check, const char *at, size_t length)
{
	struct loader *loader = check->work->loader;
	char *name = arena_copy(loader->arena, at + 1, length - 2);

	if (is_known(check, name))
		return;
	loader_error(loader, find_place(check, at, length),
		unknown_hint(check, name), "there is no %s '%s' at '%s'",
		check->fields ? "field or attribute" : "attribute", name,
		check->work->plan->operators[check->op].name);
}

static void check_template(const struct check *check)
{
	struct loader *loader = check->work->loader;
	const char *text = check->template->text;

	for (size_t i = 0; text[i];) {
		size_t length = strcspn(text + i, "}") + 1;

		if ((text[i] == '{' || text[i] == '}') &&
			text[i + 1] == text[i])
			i += 2;
		else if (text[i] == '}' ||
			(text[i] == '{' && !text[i + length - 1])) {
			loader_error(loader, find_place(check, text + i, 1),
				"{{ and }} stand for literal braces",
				"'%c' without '%c'", text[i],
				text[i] == '{' ? '}' : '{');
			return;
		} else if (text[i] == '{') {
			check_placeholder(check, text + i, length);
			i += length;
		} else
			i++;
	}
}

void template_check_all(struct graph_work *work, unsigned op)
{
	static const struct shape unknown = {.known = false};
	const struct operator_plan *plan = &work->plan->operators[op];
	const struct property_spec *property = plan->spec->properties;
	int pin = spec_pin(plan->spec, "in");

	for (; property && property->name; property++) {
		struct check check = {work, op, NULL, false, &unknown};

		if (property->type != SETTING_TEMPLATE &&
			property->type != SETTING_PATH_TEMPLATE)
			continue;
		if (pin >= 0 && (unsigned)pin < plan->pin_count)
			check.shape = &plan->pins[pin].shape;
		check.fields = property->type == SETTING_TEMPLATE;
		check.template =
			(const struct setting_text *)((const char *)
							      plan->settings +
				property->offset);
		if (check.template->text)
			check_template(&check);
	}
}
