/* SPDX-License-Identifier: MIT */
/* Makes a record with exactly the listed columns of each item. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/operator.h"
#include "operators/support/sql/projection.h"

enum { PIN_IN, PIN_OUT, PIN_REJECTED };

struct map {
	struct setting_expressions select;
	struct projection projection;
};

enum {
	TYPES = PAYLOAD_BIT(PAYLOAD_NONE) | PAYLOAD_BIT(PAYLOAD_LINE) |
		PAYLOAD_BIT(PAYLOAD_RECORD)
};

static const struct pin_spec pins[] = {
	[PIN_IN] = {.name = "in",
		.direction = PIN_INPUT,
		.types = TYPES,
		.summary = "Items to make records of"},
	[PIN_OUT] = {.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_RECORD),
		.summary = "Records with the listed columns"},
	[PIN_REJECTED] = {.name = "rejected",
		.direction = PIN_OUTPUT,
		.flags = PIN_OPTIONAL,
		.types = TYPES,
		.summary = "Items whose columns can't be computed"},
	{0},
};

static const struct property_spec properties[] = {
	{.name = "select",
		.type = SETTING_EXPRESSIONS,
		.offset = offsetof(struct map, select),
		.flags = PROPERTY_REQUIRED,
		.summary =
			"The columns: names with expressions, or an SQL list",
		.details = "A map of names to SQL expressions, a list of names "
			   "of fields, or the list of a SELECT as one text, "
			   "where * stands for all fields. The order is kept."},
	{0},
};

/* ---- Checking ------------------------------------------------------------- */

/* Where column INDEX of the schema is given, if each is given by itself. */
static struct location column_location(
	struct relation *relation, const struct map *map, size_t index)
{
	bool named = index < map->select.count && map->select.items[index].name;

	return named ? map->select.items[index].name_location
		     : relation_location(relation, "select");
}

static bool check_name(struct relation *relation, const struct map *map,
	const struct expression *expression, size_t index)
{
	const struct schema *schema = expression_schema(expression);
	const char *name = schema->fields[index].name;
	struct location location = column_location(relation, map, index);

	if (!expression_named(expression, index)) {
		char hint[128];

		snprintf(hint, sizeof(hint), "write %.60s AS name", name);
		relation_error(relation, location, hint,
			"the computed column %s has no name", name);
		return false;
	}
	for (size_t i = 0; i < index; i++)
		if (strcasecmp(schema->fields[i].name, name) == 0) {
			relation_error(relation, location,
				"give one of them another name with AS",
				"two columns are named %s", name);
			return false;
		}
	return true;
}

/* A field hides the attribute of its name from all that follows, which is fine
 * when it is that attribute. */
static void check_hidden(struct relation *relation, const struct map *map,
	const struct expression *expression, size_t index)
{
	const struct shape *in = relation_input(relation, PIN_IN);
	const char *name = expression_schema(expression)->fields[index].name;
	const char *origin;

	expression_origin(expression, index, &origin);
	if (shape_attribute(in, name) && !(origin && !strcmp(origin, name)))
		relation_warning(relation,
			column_location(relation, map, index), NULL,
			"the field %s hides the attribute of that name", name);
}

static void relate_output(struct relation *relation, const struct map *map,
	const struct expression *expression)
{
	const struct shape *in = relation_input(relation, PIN_IN);
	size_t count = expression_schema(expression)->count;

	for (size_t i = 0; i < count; i++) {
		if (!check_name(relation, map, expression, i))
			return;
		check_hidden(relation, map, expression, i);
	}
	struct shape out = relation_shape(relation, in, PAYLOAD_RECORD,
		expression_schema_copy(expression, relation_arena(relation)));
	relation_output(relation, PIN_OUT, &out);
}

/* Finds what is wrong whatever arrives. */
static void check_blind(struct relation *relation, const struct map *map)
{
	struct expression_problem problem;

	if (map->select.count && !relation_unknown(relation, "select") &&
		!expression_check(
			map->select.items, map->select.count, NULL, &problem))
		expression_problem_report(relation, "select", &problem);
}

static void relate(struct relation *relation)
{
	const struct map *map = relation_settings(relation);
	const struct shape *in = relation_input(relation, PIN_IN);
	struct expression_problem problem;

	if (!in->known) {
		check_blind(relation, map);
		return;
	}
	operator_relate_rejected(relation, PIN_REJECTED, *in);
	if (map->select.count == 0 || relation_unknown(relation, "select"))
		return;
	struct expression *expression = expression_create(
		in, map->select.items, map->select.count, NULL, &problem);
	if (expression)
		relate_output(relation, map, expression);
	else
		expression_problem_report(relation, "select", &problem);
	expression_destroy(expression);
}

/* ---- Running -------------------------------------------------------------- */

static bool open(struct operator *op, void *state)
{
	struct map *map = state;
	struct expression_problem problem;
	struct expression *expression =
		expression_create(operator_shape(op, PIN_IN), map->select.items,
			map->select.count, NULL, &problem);

	if (expression)
		projection_open(&map->projection, expression,
			operator_shape(op, PIN_OUT)->schema);
	else
		operator_fail(op, STATUS_SESSION_WRONG, "select: %s",
			problem.message);
	return expression;
}

/* Gives the records that could be made; the item behind them is rejected, if
 * it is why there aren't more. */
static enum step step(struct operator *op, void *state)
{
	struct map *map = state;
	struct projection *made = &map->projection;
	struct span span;
	enum event event = operator_next(op, PIN_IN, &span);
	size_t bytes;

	if (event != EVENT_ITEMS)
		return operator_pass(op, PIN_IN, event);
	if (!projection_make(made, op, span.items, span.count,
		    operator_segment(op, PIN_IN), &bytes))
		return operator_wait_memory(op, bytes);
	struct item *wrong = made->failed ? span.items[made->count] : NULL;

	operator_release(op, PIN_IN, made->count);
	operator_give(op, PIN_OUT, made->records, made->count);
	if (wrong) {
		operator_consume(op, PIN_IN, 1);
		operator_reject(
			op, PIN_IN, wrong, made->field, "%s", made->reason);
	}
	return STEP_MORE;
}

static void close(struct operator *op, void *state)
{
	struct map *map = state;

	(void)op;
	projection_close(&map->projection);
}

const struct operator_spec spec_map = {
	.name = "map",
	.family = "record",
	.summary = "Makes records with exactly the listed columns",
	.description =
		"Each item becomes a record whose fields are the columns of "
		"select, in that order: fields, the line, attributes, or SQL "
		"expressions, as those of filter. * stands for all fields.\n\n"
		"A column that is a field alone keeps its type. The type of "
		"another one is found before anything runs; where it depends "
		"on the values, CAST says which it is: CAST(size AS INTEGER). "
		"Comparisons are integers, 0 or 1.\n\n"
		"An item for which an expression fails, or gives a value that "
		"isn't of the column's type, is rejected. Attributes and the "
		"position in the input stay those of the item.\n\n",
	.example = "leat: 1\n"
		   "session: sizes\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  split: lines\n"
		   "  parse:\n"
		   "    use: match\n"
		   "    pattern: '^(?<path>\\S+) (?<bytes>\\d+)$'\n"
		   "    types: {bytes: integer}\n"
		   "  sizes:\n"
		   "    use: map\n"
		   "    select:\n"
		   "      page: regexp_replace(path, '\\?.*', '')\n"
		   "      kib: (bytes + 1023) / 1024\n"
		   "  table: csv-encode\n"
		   "  out: stdout\n"
		   "links: [in -> split -> parse -> sizes -> table -> out]\n",
	.example_input = "/index.html 2048\n"
			 "/search?q=mill 5000\n",
	.example_output = "page,kib\n"
			  "/index.html,2\n"
			  "/search,5\n",
	.pins = pins,
	.properties = properties,
	.attributes = reject_attributes,
	.state_size = sizeof(struct map),
	.relate = relate,
	.open = open,
	.step = step,
	.close = close,
};
