/* SPDX-License-Identifier: MIT */
/* What an operator's relate may ask and say. */
#include "registry/relation.h"

#include <string.h>

#include "loader/relate.h"
#include "registry/registry.h"

const void *relation_settings(const struct relation *relation)
{
	return relation->op->settings;
}

bool relation_given(const struct relation *relation, const char *property)
{
	int index = spec_property(relation->op->spec, property);

	return index >= 0 && relation->op->property_locations[index].source;
}

bool relation_unknown(const struct relation *relation, const char *property)
{
	int index = spec_property(relation->op->spec, property);

	return index >= 0 && index < 64 &&
		(relation->op->unknown & (UINT64_C(1) << index));
}

struct location relation_location(
	const struct relation *relation, const char *property)
{
	int index = spec_property(relation->op->spec, property);

	return relation_given(relation, property)
		? relation->op->property_locations[index]
		: relation->op->location;
}

unsigned relation_links(const struct relation *relation, unsigned pin)
{
	unsigned end = relation->op->pin_count - relation->op->live_count;

	return end > pin ? end - pin : 0;
}

bool relation_linked(const struct relation *relation, unsigned pin)
{
	return pin < relation->op->pin_count &&
		relation->op->pins[pin].link >= 0;
}

const struct shape *relation_input(
	const struct relation *relation, unsigned pin)
{
	static const struct shape unknown = {.known = false};

	return relation_linked(relation, pin) ? &relation->op->pins[pin].shape
					      : &unknown;
}

void relation_output(
	struct relation *relation, unsigned pin, const struct shape *shape)
{
	struct operator_plan *op = relation->op;
	const struct pin_spec *row = op->spec->pins;
	unsigned end = pin + 1, rows = (unsigned)spec_pin_count(op->spec);

	if (pin < rows && (row[pin].flags & PIN_REQUESTED))
		end = op->pin_count - op->live_count;
	for (; pin < end && pin < op->pin_count; pin++) {
		op->pins[pin].shape = *shape;
		if (shape->scope != SCOPE_GRAPH)
			op->pins[pin].shape.units = true;
	}
}

enum scope relation_per(const struct relation *relation)
{
	return relation->op->per;
}

void relation_set_scope(struct relation *relation, enum scope scope)
{
	relation->op->scope = scope;
}

void relation_set_parts(struct relation *relation)
{
	relation->op->by_parts = true;
}

void relation_uses_files(struct relation *relation, unsigned facts)
{
	relation->op->file_facts = facts;
}

struct shape relation_shape(struct relation *relation, const struct shape *base,
	enum payload_type type, const struct schema *schema)
{
	struct shape shape = *base;

	(void)relation;
	shape.known = true;
	shape.type = type;
	shape.schema = schema;
	return shape;
}

void relation_add_attribute(struct relation *relation, struct shape *shape,
	const struct attribute_spec *attribute)
{
	const struct attribute_spec **list =
		arena_array(relation->work->loader->arena,
			shape->attribute_count + 1, sizeof(*list));

	for (size_t i = 0; i < shape->attribute_count; i++) {
		if (shape->attributes[i] == attribute)
			return;
		list[i] = shape->attributes[i];
	}
	list[shape->attribute_count++] = attribute;
	shape->attributes = list;
}

struct shape relation_unnamed(
	enum payload_type type, const struct schema *schema)
{
	return (struct shape){.known = true,
		.type = type,
		.schema = schema,
		.scope = SCOPE_GRAPH};
}

const struct attribute_spec *shape_attribute(
	const struct shape *shape, const char *name)
{
	for (size_t i = 0; i < shape->attribute_count; i++)
		if (strcmp(shape->attributes[i]->name, name) == 0)
			return shape->attributes[i];
	return NULL;
}

int64_t relation_memory_bytes(const struct relation *relation)
{
	return relation->work->loader->session->memory_bytes;
}

void relation_holds_memory(struct relation *relation, size_t bytes)
{
	relation->op->held_bytes = bytes;
}

struct arena *relation_arena(struct relation *relation)
{
	return relation->work->loader->arena;
}

void relation_error(struct relation *relation, struct location location,
	const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	loader_verror(relation->work->loader, location, hint, format, args);
	va_end(args);
}

void relation_warning(struct relation *relation, struct location location,
	const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!location.use)
		location.use = relation->op->location.use;
	diagnostics_vadd(relation->work->loader->diagnostics, SEVERITY_WARNING,
		location, hint, format, args);
	va_end(args);
}
