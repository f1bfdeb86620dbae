/* SPDX-License-Identifier: MIT */
/* Links that set live properties: which they are, and what they may bring. */
#include "loader/live.h"

#include <string.h>

#include "registry/registry.h"

/* ---- Names -------------------------------------------------------------- */

/* The live properties of SPEC in words. */
static const char *live_words(
	struct loader *loader, const struct operator_spec *spec)
{
	const char *names[32];
	size_t count = 0;

	for (size_t i = 0; i < spec_property_count(spec) && count < 31; i++)
		if (spec->properties[i].flags & PROPERTY_LIVE)
			names[count++] = spec->properties[i].name;
	names[count] = NULL;
	return count
		? arena_format(loader->arena, "its live properties are: %s",
			  loader_join(loader, names))
		: "none of its properties is live";
}

static const char *near_property(struct loader *loader,
	const struct operator_spec *spec, const char *name)
{
	const char *names[96];
	size_t count = 0;

	for (; count < spec_property_count(spec) && count < 95; count++)
		names[count] = spec->properties[count].name;
	names[count] = NULL;
	return loader_nearest(loader, name, names, live_words(loader, spec));
}

int graph_find_live(struct graph_work *work, unsigned op, const char *name,
	struct location location)
{
	const struct operator_plan *plan = &work->plan->operators[op];
	const struct operator_spec *spec = plan->spec;

	if (!spec)
		return -1;
	int row = spec_property(spec, name);
	if (row >= 0 && spec->properties[row].flags & PROPERTY_LIVE)
		return row;
	if (row >= 0)
		loader_error(work->loader, location,
			live_words(work->loader, spec),
			"a link can't set '%s' of '%s' (%s)", name, plan->name,
			spec->name);
	else
		loader_error(work->loader, location,
			near_property(work->loader, spec, name),
			"'%s' (%s) has no property '%s'", plan->name,
			spec->name, name);
	return -1;
}

void graph_check_missing(struct graph_work *work)
{
	if (work->links_broken)
		return; /* one of them may have been meant for it */
	for (size_t i = 0; i < work->link_count; i++)
		if (work->links[i].live)
			work->plan->operators[work->links[i].to].missing &=
				~(UINT64_C(1) << (work->links[i].live - 1));
	for (unsigned i = 0; i < work->plan->operator_count; i++) {
		const struct operator_plan *op = &work->plan->operators[i];

		for (unsigned row = 0; row < 64 && op->missing; row++)
			if (op->missing >> row & 1)
				settings_report_missing(work->loader,
					op->location,
					arena_format(work->loader->arena,
						"'%s'", op->spec->name),
					&op->spec->properties[row]);
	}
}

/* ---- Types -------------------------------------------------------------- */

/* The types of fields that a property of the type takes. What has no type of
 * its own among values is written as in a session, as text. */
static unsigned fitting_types(enum setting_type type)
{
	switch (type) {
	case SETTING_INTEGER: return 1u << VALUE_INTEGER;
	case SETTING_REAL: return 1u << VALUE_REAL | 1u << VALUE_INTEGER;
	case SETTING_BOOLEAN: return 1u << VALUE_BOOLEAN;
	case SETTING_TIMESTAMP: return 1u << VALUE_TIMESTAMP;
	case SETTING_DURATION: return 1u << VALUE_DURATION;
	case SETTING_SIZE:
	case SETTING_BITRATE: return 1u << VALUE_INTEGER | 1u << VALUE_TEXT;
	default: return 1u << VALUE_TEXT;
	}
}

/* The field of SCHEMA that sets the property; -1: reported. */
static int find_field(struct graph_work *work, const struct link_plan *link,
	const struct property_spec *property, const struct schema *schema)
{
	const struct operator_plan *to = &work->plan->operators[link->to];
	int index = schema_find(schema, property->name);

	if (index < 0 && schema->count == 1)
		index = 0;
	if (index < 0) {
		loader_error(work->loader, link->location,
			arena_format(work->loader->arena,
				"put a map between them: select: {%s: ...}",
				property->name),
			"'%s@%s' takes records with one field, or with a field "
			"'%s'",
			to->name, property->name, property->name);
		return -1;
	}
	const struct field *field = &schema->fields[index];
	if (fitting_types(property->type) >> field->type & 1)
		return index;
	loader_error(work->loader, link->location,
		field->type == VALUE_TEXT
			? "declare the field's type where it is made"
			: NULL,
		"'%s@%s' is of the type %s, but the field '%s' of the type %s",
		to->name, property->name, setting_type_names[property->type],
		field->name, value_type_names[field->type]);
	return -1;
}

bool graph_relate_live(struct graph_work *work, struct link_plan *link,
	const struct shape *shape, struct live_plan *live)
{
	const struct operator_plan *to = &work->plan->operators[link->to];
	const struct property_spec *property =
		&to->spec->properties[live->property];

	live->field = -1;
	if (!shape->known)
		return false;
	if (shape->type == PAYLOAD_RECORD && shape->schema) {
		live->field = find_field(work, link, property, shape->schema);
		return live->field >= 0;
	}
	if (shape->type == PAYLOAD_LINE)
		return true;
	loader_error(work->loader, link->location,
		shape->type == PAYLOAD_STREAM
			? "put the operator lines between them"
			: NULL,
		"'%s@%s' takes line or record, but gets %s", to->name,
		property->name, payload_specs[shape->type].name);
	return false;
}
