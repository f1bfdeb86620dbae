/* SPDX-License-Identifier: MIT */
/* The functions that expressions may call: sqlite.org/lang_corefunc.html. */
#include "operators/support/sql/function.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"

/* Short names for the table. */
#define INTEGER SQL_RESULT_FIXED, SQL_TYPE_INTEGER
#define REAL SQL_RESULT_FIXED, SQL_TYPE_REAL
#define TEXT SQL_RESULT_FIXED, SQL_TYPE_TEXT
#define BLOB SQL_RESULT_FIXED, SQL_TYPE_BLOB
#define VALUE SQL_RESULT_FIXED, SQL_TYPE_VALUE

/* Sorted. Functions of libm that aren't exact (exp, log, pow, sin ...) aren't
 * here: their last bit depends on the processor. */
static const struct sql_function functions[] = {
	{"->", TEXT, SQL_NULL_MAYBE, false, false},
	{"->>", VALUE, SQL_NULL_MAYBE, false, false},
	{"abs", SQL_RESULT_NUMBER, 0, SQL_NULL_ARGUMENTS, false, false},
	{"ceil", SQL_RESULT_NUMBER, 0, SQL_NULL_MAYBE, false, false},
	{"ceiling", SQL_RESULT_NUMBER, 0, SQL_NULL_MAYBE, false, false},
	{"char", TEXT, SQL_NULL_NEVER, false, false},
	{"coalesce", SQL_RESULT_UNION, 0, SQL_NULL_ALL, false, false},
	{"concat", TEXT, SQL_NULL_NEVER, false, false},
	{"concat_ws", TEXT, SQL_NULL_MAYBE, false, false},
	{"current_date", TEXT, SQL_NULL_NEVER, false, true},
	{"current_time", TEXT, SQL_NULL_NEVER, false, true},
	{"current_timestamp", TEXT, SQL_NULL_NEVER, false, true},
	{"date", TEXT, SQL_NULL_MAYBE, true, false},
	{"datetime", TEXT, SQL_NULL_MAYBE, true, false},
	{"degrees", REAL, SQL_NULL_MAYBE, false, false},
	{"floor", SQL_RESULT_NUMBER, 0, SQL_NULL_MAYBE, false, false},
	{"format", TEXT, SQL_NULL_MAYBE, false, false},
	{"glob", INTEGER, SQL_NULL_ARGUMENTS, false, false},
	{"hex", TEXT, SQL_NULL_NEVER, false, false},
	{"ifnull", SQL_RESULT_UNION, 0, SQL_NULL_ALL, false, false},
	{"iif", SQL_RESULT_CHOICE, 0, SQL_NULL_MAYBE, false, false},
	{"instr", INTEGER, SQL_NULL_ARGUMENTS, false, false},
	{"json", TEXT, SQL_NULL_ARGUMENTS, false, false},
	{"json_array", TEXT, SQL_NULL_NEVER, false, false},
	{"json_array_length", INTEGER, SQL_NULL_MAYBE, false, false},
	{"json_extract", VALUE, SQL_NULL_MAYBE, false, false},
	{"json_insert", TEXT, SQL_NULL_MAYBE, false, false},
	{"json_object", TEXT, SQL_NULL_NEVER, false, false},
	{"json_patch", TEXT, SQL_NULL_MAYBE, false, false},
	{"json_quote", TEXT, SQL_NULL_NEVER, false, false},
	{"json_remove", TEXT, SQL_NULL_MAYBE, false, false},
	{"json_replace", TEXT, SQL_NULL_MAYBE, false, false},
	{"json_set", TEXT, SQL_NULL_MAYBE, false, false},
	{"json_type", TEXT, SQL_NULL_MAYBE, false, false},
	{"json_valid", INTEGER, SQL_NULL_ARGUMENTS, false, false},
	{"julianday", REAL, SQL_NULL_MAYBE, true, false},
	{"length", INTEGER, SQL_NULL_ARGUMENTS, false, false},
	{"like", INTEGER, SQL_NULL_ARGUMENTS, false, false},
	{"lower", TEXT, SQL_NULL_ARGUMENTS, false, false},
	{"ltrim", TEXT, SQL_NULL_ARGUMENTS, false, false},
	{"max", SQL_RESULT_UNION, 0, SQL_NULL_ARGUMENTS, false, false},
	{"min", SQL_RESULT_UNION, 0, SQL_NULL_ARGUMENTS, false, false},
	{"mod", REAL, SQL_NULL_MAYBE, false, false},
	{"nullif", SQL_RESULT_FIRST, 0, SQL_NULL_MAYBE, false, false},
	{"octet_length", INTEGER, SQL_NULL_ARGUMENTS, false, false},
	{"pi", REAL, SQL_NULL_NEVER, false, false},
	{"printf", TEXT, SQL_NULL_MAYBE, false, false},
	{"quote", TEXT, SQL_NULL_NEVER, false, false},
	{"radians", REAL, SQL_NULL_MAYBE, false, false},
	{"random", INTEGER, SQL_NULL_NEVER, false, true},
	{"randomblob", BLOB, SQL_NULL_NEVER, false, true},
	{"regexp", INTEGER, SQL_NULL_ARGUMENTS, false, false},
	{"regexp_replace", TEXT, SQL_NULL_ARGUMENTS, false, false},
	{"replace", TEXT, SQL_NULL_ARGUMENTS, false, false},
	{"round", REAL, SQL_NULL_MAYBE, false, false},
	{"rtrim", TEXT, SQL_NULL_ARGUMENTS, false, false},
	{"sign", INTEGER, SQL_NULL_MAYBE, false, false},
	{"sqrt", REAL, SQL_NULL_MAYBE, false, false},
	{"strftime", TEXT, SQL_NULL_MAYBE, true, false},
	{"substr", SQL_RESULT_PART, 0, SQL_NULL_MAYBE, false, false},
	{"substring", SQL_RESULT_PART, 0, SQL_NULL_MAYBE, false, false},
	{"time", TEXT, SQL_NULL_MAYBE, true, false},
	{"trim", TEXT, SQL_NULL_ARGUMENTS, false, false},
	{"trunc", SQL_RESULT_NUMBER, 0, SQL_NULL_MAYBE, false, false},
	{"typeof", TEXT, SQL_NULL_NEVER, false, false},
	{"unhex", BLOB, SQL_NULL_MAYBE, false, false},
	{"unicode", INTEGER, SQL_NULL_MAYBE, false, false},
	{"unixepoch", INTEGER, SQL_NULL_MAYBE, true, false},
	{"upper", TEXT, SQL_NULL_ARGUMENTS, false, false},
};

enum { FUNCTIONS = sizeof(functions) / sizeof(functions[0]) };

/* Functions that people know, and why they can't be called. */
static const struct {
	const char *names, *reason, *hint;
} refusals[] = {
	{" avg count group_concat json_group_array json_group_object max min "
	 "string_agg sum total ",
		"%s is over many items, an expression over one",
		"use the operator aggregate"},
	{" cume_dist dense_rank first_value lag last_value lead nth_value "
	 "ntile percent_rank rank row_number ",
		"%s is over many items, an expression over one", NULL},
	{" random randomblob ", "the result of %s isn't reproducible",
		"say reproducible: false at the top, if that is fine"},
	{" changes last_insert_rowid sqlite_source_id sqlite_version "
	 "total_changes ",
		"%s tells of a database, and items aren't in one", NULL},
	{" current_date current_time current_timestamp ", SQL_NOW_MESSAGE,
		SQL_NOW_HINT},
	{" acos acosh asin asinh atan atan2 atanh cos cosh exp ln log "
	 "log10 log2 pow power sin sinh tan tanh ",
		"the last digits of %s depend on the processor", NULL},
};

static int compare(const void *name, const void *row)
{
	return strcasecmp(name, ((const struct sql_function *)row)->name);
}

const struct sql_function *sql_function(const char *name)
{
	return bsearch(
		name, functions, FUNCTIONS, sizeof(functions[0]), compare);
}

const char *sql_function_nearest(const char *name)
{
	const char *names[FUNCTIONS + 1];

	for (size_t i = 0; i < FUNCTIONS; i++)
		names[i] = functions[i].name;
	names[FUNCTIONS] = NULL;
	return text_nearest(name, names);
}

/* Whether NAME is one of NAMES, which stand between spaces. */
static bool is_among(const char *names, const char *name)
{
	size_t length = strlen(name);

	if (strchr(name, ' ')) /* one in quotes */
		return false;
	for (const char *at = names; (at = strcasestr(at, name)); at++)
		if (at[-1] == ' ' && at[length] == ' ')
			return true;
	return false;
}

bool sql_function_refusal(
	const char *name, char *reason, size_t size, const char **hint)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const char *format = refusals[i].reason;
		const char *place = strstr(format, "%s");

		if (!*name || !is_among(refusals[i].names, name))
			continue;
		if (place)
			snprintf(reason, size, "%.*s%s%s",
				(int)(place - format), format, name, place + 2);
		else
			snprintf(reason, size, "%s", format);
		*hint = refusals[i].hint;
		return true;
	}
	return false;
}

static void refuse_aggregate(
	sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	(void)values;
	sqlite3_result_error(context,
		"min and max of one value are over many items, an expression "
		"over one",
		-1);
}

void sql_functions_add(sqlite3 *database)
{
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;

	if (sqlite3_create_function(database, "min", 1, flags, NULL,
		    refuse_aggregate, NULL, NULL) != SQLITE_OK ||
		sqlite3_create_function(database, "max", 1, flags, NULL,
			refuse_aggregate, NULL, NULL) != SQLITE_OK)
		memory_abort();
}
