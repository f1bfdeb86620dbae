/* SPDX-License-Identifier: MIT */
/* Comparisons of values that can't be equal, such as text and numbers. */
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "operators/support/sql/type.h"

enum { SHOWN = 40 }; /* bytes of an operand in a message */

/* The classes between which SQLite never finds equality. */
static unsigned classes(unsigned types)
{
	unsigned values = types & SQL_TYPE_VALUE;

	return values & SQL_TYPE_NUMBER ? values | SQL_TYPE_NUMBER : values;
}

static const char *class_name(unsigned types)
{
	if (types & SQL_TYPE_NUMBER)
		return "a number";
	return types & SQL_TYPE_TEXT ? "text" : "bytes";
}

static void show(const struct sql_operand *operand, char *shown, size_t size)
{
	size_t length = (size_t)(operand->end - operand->start);

	if (length > SHOWN)
		snprintf(shown, size, "what is on the left");
	else
		snprintf(shown, size, "%.*s", (int)length, operand->start);
}

static const struct span_column *column_of(
	const struct sql_scope *scope, const struct sql_operand *operand)
{
	return operand->column < 0 ? NULL
				   : &scope->table->columns[operand->column];
}

/* The literal without its quotes. */
static void unquote(const struct sql_operand *operand, char *plain, size_t size)
{
	struct sql_token token = {.kind = operand->literal,
		.text = operand->start,
		.length = (size_t)(operand->end - operand->start)};

	sql_unquote(&token, plain, size);
}

/* A column of text beside a number. */
static void hint_text(const struct span_column *column,
	const struct sql_operand *number, char *hint, size_t size)
{
	const char *type = number->types & SQL_TYPE_REAL ? "real" : "integer";

	if (column->type == VALUE_TIMESTAMP)
		snprintf(hint, size,
			"timestamps read as text, '2000-10-10T20:55:36Z'; "
			"unixepoch(%s) is a number of seconds",
			column->name);
	else if (column->source == SPAN_FIELD)
		snprintf(hint, size,
			"declare %s as %s under types, or write "
			"CAST(%s AS %s)",
			column->name, type, column->name,
			*type == 'r' ? "REAL" : "INTEGER");
	else
		snprintf(hint, size, "write CAST(%s AS %s)", column->name,
			*type == 'r' ? "REAL" : "INTEGER");
}

/* A column of numbers beside a text in quotes. */
static void hint_number(const struct span_column *column,
	const struct sql_operand *text, char *hint, size_t size)
{
	char plain[64];
	int64_t integer;
	double real;

	unquote(text, plain, sizeof(plain));
	if (column->type == VALUE_BOOLEAN)
		snprintf(hint, size, "write true or false without quotes");
	else if (column->type == VALUE_DURATION &&
		!units_duration(plain, &integer))
		snprintf(hint, size,
			"durations read as microseconds: write %lld",
			(long long)integer);
	else if (!units_real(plain, &real))
		snprintf(hint, size, "write %s without quotes", plain);
}

static void set_hint(const struct sql_scope *scope,
	const struct sql_operand *left, const struct sql_operand *right,
	struct sql_mistake *mistake)
{
	const struct sql_operand *pairs[2][2] = {{left, right}, {right, left}};

	snprintf(mistake->hint, sizeof(mistake->hint),
		"convert one of them, as in CAST(... AS INTEGER)");
	for (unsigned i = 0; i < 2; i++) {
		const struct sql_operand *other = pairs[i][1];
		const struct span_column *column =
			column_of(scope, pairs[i][0]);

		if (!column)
			continue;
		if (pairs[i][0]->types & SQL_TYPE_TEXT &&
			other->types & SQL_TYPE_NUMBER)
			hint_text(column, other, mistake->hint,
				sizeof(mistake->hint));
		else if (other->literal == SQL_STRING)
			hint_number(column, other, mistake->hint,
				sizeof(mistake->hint));
	}
}

bool sql_compare(const struct sql_scope *scope, const char *text,
	const struct sql_operand *left, const struct sql_operand *right,
	struct sql_mistake *mistake)
{
	unsigned left_classes = classes(left->types);
	unsigned right_classes = classes(right->types);
	char shown[SHOWN + 1];

	if (!left_classes || !right_classes || (left_classes & right_classes))
		return true;
	show(left, shown, sizeof(shown));
	const char *end = right->end > left->end ? right->end : left->end;
	struct sql_token place = {
		.text = left->start, .length = (size_t)(end - left->start)};

	sql_mistake_set(mistake, text, &place,
		"%s is %s and is compared with %s", shown,
		class_name(left_classes), class_name(right_classes));
	set_hint(scope, left, right, mistake);
	return false;
}
