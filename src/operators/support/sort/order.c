/* SPDX-License-Identifier: MIT */
/* Reads the order that `by` asks for. */
#include "operators/support/sort/order.h"

#include <stdio.h>
#include <string.h>

#include "operators/support/sql/token.h"

enum { MOST_KEYS = 64 };

struct reader {
	struct arena *arena;
	struct setting_expression columns[MOST_KEYS];
	struct order_key keys[MOST_KEYS];
	size_t count;
	bool lines; /* they are sorted */
	struct expression_problem *problem;
};

static bool wrong(struct reader *reader, struct location location,
	const char *message, const char *hint)
{
	struct expression_problem *problem = reader->problem;

	problem->location = location;
	snprintf(problem->message, sizeof(problem->message), "%s", message);
	snprintf(problem->hint, sizeof(problem->hint), "%s", hint);
	return false;
}

static struct location place(
	const struct setting_text *sql, const struct sql_token *token)
{
	struct location location = location_within(
		sql->location, (size_t)(token->text - sql->text));

	location.width = token->length ? (unsigned)token->length : 1;
	return location;
}

/* Whether the one word is the whole line. */
static bool is_line(const struct reader *reader, const struct sql_token *word)
{
	char name[8];

	if (!reader->lines)
		return false;
	sql_unquote(word, name, sizeof(name));
	return (word->kind == SQL_NAME || word->kind == SQL_QUOTED) &&
		strcasecmp(name, "line") == 0;
}

/* Adds what stands from FIRST to before END, without its last word LAST if
 * that is a direction. */
static bool add_key(struct reader *reader, const struct setting_text *sql,
	const struct sql_token *first, const struct sql_token *last,
	const struct sql_token *end)
{
	bool descending = sql_is(last, "DESC");
	bool direction = descending || sql_is(last, "ASC");
	const char *stop = direction ? last->text : end->text;

	if (first->text == stop)
		return wrong(reader, place(sql, first),
			"an expression is expected",
			"as in: by: [status desc, path]");
	if (reader->count == MOST_KEYS)
		return wrong(reader, place(sql, first),
			"there are too many values to sort by", "");
	struct setting_text text = *sql;
	text.text = arena_copy(
		reader->arena, first->text, (size_t)(stop - first->text));
	text.location = place(sql, first);
	/* With a name it is one expression: nothing may stand behind it. */
	reader->columns[reader->count] = (struct setting_expression){
		.name = sql_is(first, "*")
			? NULL
			: arena_format(reader->arena, "%zu", reader->count),
		.sql = text};
	const char *behind = first->text;
	struct sql_token word = sql_next(&behind), second = sql_next(&behind);
	bool alone = second.text == stop || second.text == end->text ||
		second.kind == SQL_END;
	struct order_key *key = &reader->keys[reader->count++];
	key->descending = descending;
	key->source = alone && is_line(reader, &word) ? KEY_LINE : KEY_COMPUTED;
	return true;
}

/* The keys of one text. */
static bool read_text(struct reader *reader, const struct setting_text *sql)
{
	const char *at = sql->text;
	struct sql_token token = sql_next(&at), first, last;
	unsigned depth = 0;

	for (;; token = sql_next(&at)) {
		first = last = token;
		for (;; last = token, token = sql_next(&at)) {
			if (sql_is(&token, "("))
				depth++;
			else if (sql_is(&token, ")") && depth > 0)
				depth--;
			else if (token.kind == SQL_END ||
				token.kind == SQL_OPEN_END ||
				(depth == 0 && sql_is(&token, ",")))
				break;
		}
		if (!add_key(reader, sql, &first, &last, &token))
			return false;
		if (!sql_is(&token, ","))
			return true;
	}
}

static bool read_all(
	struct reader *reader, const struct setting_expressions *by)
{
	for (size_t i = 0; i < by->count; i++)
		if (!read_text(reader, &by->items[i].sql))
			return false;
	return true;
}

/* The order of what isn't told one. */
static void read_default(struct reader *reader)
{
	reader->columns[0] = (struct setting_expression){
		.sql = {.text = reader->lines ? "line" : "*"},
	};
	reader->keys[0].source = reader->lines ? KEY_LINE : KEY_COMPUTED;
	reader->count = 1;
}

/* Keys are the line, or fields, or computed. */
static void find_source(
	struct order_key *key, const struct order *order, size_t column)
{
	int field = expression_field(order->expression, column);

	if (key->source == KEY_LINE)
		return;
	key->source = field < 0 ? KEY_COMPUTED : KEY_FIELD;
	key->field = field < 0 ? 0 : (size_t)field;
}

static bool set_keys(
	struct order *order, struct reader *reader, bool is_default)
{
	const struct schema *schema = expression_schema(order->expression);
	bool fits =
		is_default ? schema->count > 0 : schema->count == reader->count;

	if (!fits)
		return wrong(reader, reader->columns[0].sql.location,
			"one value is expected for each expression",
			"without `by`, records sort by all of their fields");
	order->count = schema->count;
	order->keys =
		arena_array(order->arena, schema->count, sizeof(*order->keys));
	for (size_t i = 0; i < order->count; i++) {
		struct order_key *key = &order->keys[i];

		if (i < reader->count)
			*key = reader->keys[i];
		key->type = schema->fields[i].type;
		find_source(key, order, i);
		order->computed_count += key->source == KEY_COMPUTED;
	}
	return true;
}

static bool fill(struct order *order, struct reader *reader,
	const struct shape *shape, const struct setting_expressions *by)
{
	if (!read_all(reader, by))
		return false;
	if (by->count == 0)
		read_default(reader);
	order->expression = expression_create(
		shape, reader->columns, reader->count, NULL, reader->problem);
	return order->expression && set_keys(order, reader, by->count == 0);
}

struct order *order_create(const struct shape *shape,
	const struct setting_expressions *by,
	struct expression_problem *problem)
{
	struct arena *arena = arena_create();
	struct order *order = arena_alloc(arena, sizeof(*order));
	struct reader *reader = arena_alloc(arena, sizeof(*reader));

	order->arena = arena;
	reader->arena = arena;
	reader->lines = shape->type == PAYLOAD_LINE;
	reader->problem = problem;
	if (fill(order, reader, shape, by))
		return order;
	order_destroy(order);
	return NULL;
}

bool order_check(const struct setting_expressions *by,
	struct expression_problem *problem)
{
	struct arena *arena = arena_create();
	struct reader *reader = arena_alloc(arena, sizeof(*reader));

	reader->arena = arena;
	reader->problem = problem;
	bool right = read_all(reader, by) &&
		(by->count == 0 ||
			expression_check(
				reader->columns, reader->count, NULL, problem));
	arena_destroy(arena);
	return right;
}

void order_destroy(struct order *order)
{
	if (!order)
		return;
	expression_destroy(order->expression);
	arena_destroy(order->arena);
}
