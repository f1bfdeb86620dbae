/* SPDX-License-Identifier: MIT */
/* From the settings of an aggregate to what it evaluates and folds. */
#include "operators/support/aggregate/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "operators/support/aggregate/group-table.h"

static void describe(struct expression_problem *problem,
	struct location location, const char *hint, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void describe(struct expression_problem *problem,
	struct location location, const char *hint, const char *format, ...)
{
	va_list args;

	problem->location = location;
	snprintf(problem->hint, sizeof(problem->hint), "%s", hint);
	va_start(args, format);
	vsnprintf(problem->message, sizeof(problem->message), format, args);
	va_end(args);
}

/* All calls of COMPUTE as a list; false and the problem. */
static bool read_calls(struct arena *arena,
	const struct setting_expressions *compute,
	struct aggregate_text **calls, struct expression_problem *problem)
{
	struct aggregate_text **last = calls;

	*calls = NULL;
	for (size_t i = 0; i < compute->count && last; i++)
		last = aggregate_text_read(
			arena, &compute->items[i], last, problem);
	return last != NULL;
}

bool aggregate_plan_check(const struct setting_expressions *group,
	const struct setting_expressions *compute,
	struct expression_problem *problem)
{
	struct arena *arena = arena_create();
	struct aggregate_text *calls;
	bool right = read_calls(arena, compute, &calls, problem);

	if (right && group->count == 0 && compute->count == 0) {
		describe(problem, (struct location){0},
			"compute: {hits: count(*)} counts the items",
			"it has neither `group` nor `compute`");
		right = false;
	}
	arena_destroy(arena);
	return right;
}

/* ---- Columns ------------------------------------------------------------ */

/* Evaluates the groups, then the arguments of the calls. */
static bool create_expression(struct aggregate_plan *plan,
	const struct shape *shape, const struct setting_expressions *group,
	const struct aggregate_text *calls, struct expression_problem *problem)
{
	size_t count = group->count, arguments = 0;
	struct setting_expression *columns = arena_array(plan->arena,
		group->count + plan->call_count + 1, sizeof(*columns));

	if (count > 0)
		memcpy(columns, group->items, count * sizeof(*columns));
	for (const struct aggregate_text *call = calls; call;
		call = call->next) {
		if (!call->argument.text)
			continue;
		columns[count++] = (struct setting_expression){
			/* not to be taken for a field: no name has blanks */
			.name = arena_format(
				plan->arena, "argument %zu", ++arguments),
			.name_location = call->name_location,
			.sql = call->argument,
		};
	}
	if (count == 0)
		return true;
	plan->expression =
		expression_create(shape, columns, count, NULL, problem);
	if (!plan->expression)
		return false;
	plan->group_count =
		expression_schema(plan->expression)->count - arguments;
	return true;
}

static void name_types(unsigned types, char *text, size_t size)
{
	size_t length = 0;
	const char *join = "";

	for (unsigned type = 0; value_type_names[type]; type++) {
		if (!(types >> type & 1))
			continue;
		length += (size_t)snprintf(text + length, size - length, "%s%s",
			join, value_type_names[type]);
		join = ", ";
	}
}

static bool bind_function(struct aggregate_call *call,
	const struct aggregate_text *text, struct expression_problem *problem)
{
	char types[128], hint[256];
	bool known;

	call->function =
		aggregate_function_find(text->function, call->type, &known);
	call->quantile = text->quantile;
	if (call->function)
		return true;
	name_types(
		aggregate_function_types(text->function), types, sizeof(types));
	snprintf(hint, sizeof(hint), "it takes one of %s; a CAST can make one",
		types);
	describe(problem, text->argument.location, hint, "%s takes no %s",
		text->function, value_type_names[call->type]);
	return false;
}

static bool bind_calls(struct aggregate_plan *plan,
	const struct aggregate_text *calls, struct expression_problem *problem)
{
	size_t column = plan->group_count, i = 0;

	for (; calls; calls = calls->next, i++) {
		struct aggregate_call *call = &plan->calls[i];

		plan->columns[i] = -1;
		if (calls->argument.text) {
			const struct schema *schema =
				expression_schema(plan->expression);

			call->type = schema->fields[column].type;
			plan->columns[i] = (int)column++;
		}
		if (!bind_function(call, calls, problem))
			return false;
		call->offset = plan->state_bytes;
		plan->state_bytes += call->function->state_bytes;
	}
	return true;
}

/* ---- The result --------------------------------------------------------- */

static struct field field_of(
	const struct aggregate_call *call, const char *name)
{
	int type = call->function->result_type;

	return (struct field){
		.name = name,
		.type = type == RESULT_AS_ARGUMENT ? call->type
						   : (enum value_type)type,
		.nullable = strncmp(call->function->name, "count", 5) != 0,
	};
}

/* SQL doesn't tell names by their case. */
static bool is_new(const struct schema *schema,
	const struct aggregate_text *text, struct expression_problem *problem)
{
	for (size_t i = 0; i < schema->count; i++) {
		if (strcasecmp(schema->fields[i].name, text->name) != 0)
			continue;
		describe(problem, text->name_location,
			"names must differ in more than their case",
			"there is a field %s already", schema->fields[i].name);
		return false;
	}
	return true;
}

static bool make_schema(struct aggregate_plan *plan,
	const struct aggregate_text *calls, struct expression_problem *problem)
{
	size_t groups = plan->group_count;
	struct field *fields = arena_array(
		plan->arena, groups + plan->call_count, sizeof(*fields));
	enum value_type *types =
		arena_array(plan->arena, groups + 1, sizeof(*types));

	plan->schema.fields = fields;
	plan->group_types = types;
	for (size_t i = 0; i < groups; i++) {
		fields[i] = expression_schema(plan->expression)->fields[i];
		types[i] = fields[i].type;
	}
	plan->schema.count = groups;
	for (size_t i = 0; calls; calls = calls->next, i++) {
		if (!is_new(&plan->schema, calls, problem))
			return false;
		fields[plan->schema.count++] =
			field_of(&plan->calls[i], calls->name);
	}
	return true;
}

static bool check_groups(const struct aggregate_plan *plan,
	const struct setting_expressions *group,
	struct expression_problem *problem)
{
	if (plan->group_count <= GROUP_KEYS)
		return true;
	describe(problem, group->items[0].sql.location, "",
		"there are more than %d values to group by", GROUP_KEYS);
	return false;
}

static bool fill(struct aggregate_plan *plan, const struct shape *shape,
	const struct setting_expressions *group,
	const struct setting_expressions *compute,
	struct expression_problem *problem)
{
	struct aggregate_text *calls;

	if (!read_calls(plan->arena, compute, &calls, problem))
		return false;
	for (struct aggregate_text *call = calls; call; call = call->next)
		plan->call_count++;
	plan->calls = arena_array(
		plan->arena, plan->call_count + 1, sizeof(*plan->calls));
	plan->columns = arena_array(
		plan->arena, plan->call_count + 1, sizeof(*plan->columns));
	return create_expression(plan, shape, group, calls, problem) &&
		check_groups(plan, group, problem) &&
		bind_calls(plan, calls, problem) &&
		make_schema(plan, calls, problem);
}

struct aggregate_plan *aggregate_plan_create(const struct shape *shape,
	const struct setting_expressions *group,
	const struct setting_expressions *compute,
	struct expression_problem *problem)
{
	struct arena *arena = arena_create();
	struct aggregate_plan *plan = arena_alloc(arena, sizeof(*plan));

	plan->arena = arena;
	if (fill(plan, shape, group, compute, problem))
		return plan;
	aggregate_plan_destroy(plan);
	return NULL;
}

const struct schema *aggregate_plan_schema(
	const struct aggregate_plan *plan, struct arena *arena)
{
	struct schema *schema = arena_alloc(arena, sizeof(*schema));
	size_t count = plan->schema.count;
	struct field *fields = arena_array(arena, count, sizeof(*fields));

	for (size_t i = 0; i < count; i++) {
		fields[i] = plan->schema.fields[i];
		fields[i].name = arena_string(arena, fields[i].name);
		fields[i].null_text = NULL; /* of what was parsed once */
	}
	*schema = (struct schema){count, fields};
	return schema;
}

void aggregate_plan_destroy(struct aggregate_plan *plan)
{
	if (!plan)
		return;
	expression_destroy(plan->expression);
	arena_destroy(plan->arena);
}
