/* SPDX-License-Identifier: MIT */
/* Templates: texts with {name}s in them. */
#include "operators/support/write/template.h"

#include <string.h>

#include "base/memory.h"
#include "registry/relation.h"

/* A literal, then perhaps a field or an attribute. */
struct part {
	char *text;
	size_t length;
	char *name; /* of the field or attribute, or NULL */
	const struct field *field; /* or NULL */
	size_t index; /* of the field */
	const struct attribute_spec *key; /* or NULL */
};

struct text_template {
	bool path;
	size_t root_length;
	size_t count;
	struct part *parts;
};

/* ---- Compiling ------------------------------------------------------------- */

struct parser {
	struct text_template *form;
	const struct shape *shape;
	struct text literal;
};

/* Ends a part: what was read of a literal, and NAME, which it takes. */
static struct part *add_part(struct parser *parser, char *name)
{
	struct text_template *form = parser->form;

	form->parts = memory_resize(
		form->parts, form->count + 1, sizeof(*form->parts));
	form->parts[form->count] = (struct part){
		.text = parser->literal.data,
		.length = parser->literal.length,
		.name = name,
	};
	parser->literal = (struct text){0};
	return &form->parts[form->count++];
}

/* Binds the part to what its name says; false: there is no such thing. */
static bool bind(const struct parser *parser, struct part *part)
{
	const struct shape *shape = parser->shape;
	const bool fields = !parser->form->path && shape->schema;
	int index = fields ? schema_find(shape->schema, part->name) : -1;

	if (index < 0) {
		part->key = shape_attribute(shape, part->name);
		return part->key;
	}
	part->field = &shape->schema->fields[index];
	part->index = (size_t)index;
	return true;
}

/* AT is behind a `{`. Returns the bytes up to and with the `}`, or 0. */
static size_t parse_name(struct parser *parser, const char *at)
{
	size_t length = strcspn(at, "{}");

	if (at[length] != '}')
		return 0;
	char *name = strndup(at, length);
	if (!name)
		memory_abort();
	return bind(parser, add_part(parser, name)) ? length + 1 : 0;
}

/* The bytes of the literal directory that the template starts with. */
static size_t directory_length(const struct text_template *form)
{
	size_t length = form->parts[0].length;

	while (length > 0 && form->parts[0].text[length - 1] != '/')
		length--;
	return length;
}

static bool parse(struct parser *parser, const char *at)
{
	while (*at) {
		if ((*at == '{' || *at == '}') && at[1] == *at) {
			text_add(&parser->literal, at, 1);
			at += 2;
		} else if (*at == '{') {
			size_t length = parse_name(parser, at + 1);

			if (length == 0)
				return false;
			at += 1 + length;
		} else if (*at == '}') {
			return false;
		} else {
			text_add(&parser->literal, at++, 1);
		}
	}
	add_part(parser, NULL);
	parser->form->root_length = directory_length(parser->form);
	return true;
}

struct text_template *template_create(
	const char *text, bool path, const struct shape *shape)
{
	struct text_template *form = memory_zeroed(sizeof(*form));
	struct parser parser = {.form = form, .shape = shape};

	form->path = path;
	if (parse(&parser, text))
		return form;
	text_free(&parser.literal);
	template_destroy(form);
	return NULL;
}

void template_destroy(struct text_template *form)
{
	if (!form)
		return;
	for (size_t i = 0; i < form->count; i++) {
		free(form->parts[i].text);
		free(form->parts[i].name);
	}
	free(form->parts);
	free(form);
}

bool template_is_constant(const struct text_template *form)
{
	return form->count == 1;
}

bool template_needs_items(const struct text_template *form)
{
	for (size_t i = 0; i < form->count; i++) {
		const struct attribute_spec *key = form->parts[i].key;

		if (key && key->propagation == ATTRIBUTE_ITEM)
			return true;
	}
	return false;
}

size_t template_root_length(const struct text_template *form)
{
	return form->root_length;
}

/* ---- Filling --------------------------------------------------------------- */

/* The attributes that are paths. */
static bool is_path(const struct part *part)
{
	return strcmp(part->name, "src_path") == 0 ||
		strcmp(part->name, "src_dir") == 0 ||
		strcmp(part->name, "entry_path") == 0;
}

static const struct value *find(const struct part *part,
	const struct item *item, const struct segment *segment)
{
	const struct value *value = NULL;

	if (item)
		value = attributes_get(item->attributes, part->key);
	if (!value && segment)
		value = attributes_get(segment->attributes, part->key);
	return value && !value->null ? value : NULL;
}

/* Whether a component of a path would lead elsewhere, or nowhere. */
static bool is_dots(const char *name, size_t length)
{
	return (length == 1 && name[0] == '.') ||
		(length == 2 && name[0] == '.' && name[1] == '.');
}

/* What makes a value unfit for its place in a path, or NULL. */
static const char *unfit(
	const struct part *part, const char *data, size_t length)
{
	if (length == 0)
		return "is empty";
	if (memchr(data, '\0', length))
		return "has a NUL byte";
	if (is_path(part))
		return *data == '/' ? "is an absolute path" : NULL;
	if (memchr(data, '/', length))
		return "has a slash, which would name a directory";
	return is_dots(data, length) ? "is the name of a directory" : NULL;
}

/* What makes a filled path unfit beneath its root, or NULL. */
static const char *unfit_path(const char *path)
{
	for (;;) {
		size_t length = strcspn(path, "/");

		if (length == 0)
			return "has an empty component";
		if (is_dots(path, length))
			return "has a component `.` or `..`";
		if (path[length] == '\0')
			return NULL;
		path += length + 1;
	}
}

static bool fail_value(const struct part *part, const char *data, size_t length,
	const char *why, struct text *problem)
{
	text_add_format(problem, "{%s} ", part->name);
	if (length > 0) {
		text_add_string(problem, "is `");
		text_add_escaped(problem, data, length, 100);
		text_add_string(problem, "`, which ");
	}
	text_add_format(problem, "%s: it can't be put into a path", why);
	return false;
}

/* Adds the value of the part's attribute. */
static bool add_value(const struct text_template *form, const struct part *part,
	const struct value *value, struct text *result, struct text *problem)
{
	size_t start = result->length;

	if (!value) {
		text_add_format(problem, "{%s} has no value", part->name);
		return false;
	}
	value_format(part->key->type, value, result);
	if (!form->path)
		return true;
	const char *data = result->data ? result->data + start : "";
	size_t length = result->length - start;
	const char *why = unfit(part, data, length);
	return !why || fail_value(part, data, length, why, problem);
}

static bool takes_slash_along(const struct text_template *form, size_t index,
	const struct value *value)
{
	const struct part *part = &form->parts[index];

	return form->path && strcmp(part->name, "src_dir") == 0 && value &&
		value->length == 0 && part[1].length > 0 &&
		part[1].text[0] == '/';
}

static void empty(struct text *text)
{
	text->length = 0;
	if (text->data)
		text->data[0] = '\0';
}

/* A field that is null is nothing. */
static void add_field(
	const struct part *part, const struct item *item, struct text *result)
{
	if (item)
		value_format(part->field->type,
			&item->record.values[part->index], result);
}

static bool add_parts(const struct text_template *form, const struct item *item,
	const struct segment *segment, struct text *result,
	struct text *problem)
{
	size_t skip = 0; /* a slash that goes with an empty {src_dir} */

	for (size_t i = 0; i < form->count; i++) {
		const struct part *part = &form->parts[i];
		const struct value *value;

		text_add(result, part->text ? part->text + skip : "",
			part->length - skip);
		skip = 0;
		if (part->field)
			add_field(part, item, result);
		if (!part->key)
			continue;
		value = find(part, item, segment);
		if (takes_slash_along(form, i, value))
			skip = 1;
		else if (!add_value(form, part, value, result, problem))
			return false;
	}
	return true;
}

bool template_add(const struct text_template *form, const struct item *item,
	const struct segment *segment, struct text *result,
	struct text *problem)
{
	size_t length = result->length;

	empty(problem);
	if (add_parts(form, item, segment, result, problem))
		return true;
	result->length = length;
	return false;
}

bool template_fill(const struct text_template *form, const struct item *item,
	const struct segment *segment, struct text *result,
	struct text *problem)
{
	const char *why;

	empty(result);
	empty(problem);
	if (!add_parts(form, item, segment, result, problem))
		return false;
	why = form->path && form->count > 1
		? unfit_path(result->data + form->root_length)
		: NULL;
	if (!why)
		return true;
	text_add_string(problem, "the path `");
	text_add_escaped(problem, result->data, result->length, 200);
	text_add_format(problem, "` %s", why);
	return false;
}
