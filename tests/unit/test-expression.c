/* SPDX-License-Identifier: MIT */
/* SQL over items: results, types, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operators/support/sql/expression.h"

/* ---- Items to work on --------------------------------------------------- */

static const struct field fields[] = {
	{.name = "status", .type = VALUE_INTEGER},
	{.name = "path", .type = VALUE_TEXT},
	{.name = "bytes", .type = VALUE_INTEGER, .nullable = true},
	{.name = "at", .type = VALUE_TIMESTAMP},
	{.name = "ok", .type = VALUE_BOOLEAN},
	{.name = "took", .type = VALUE_DURATION},
	{.name = "raw", .type = VALUE_BYTES},
	{.name = "doc", .type = VALUE_JSON},
	{.name = "ratio", .type = VALUE_REAL},
	{.name = "code", .type = VALUE_TEXT},
};

enum { FIELDS = sizeof(fields) / sizeof(fields[0]), ITEMS = 4 };

static const struct schema schema = {.count = FIELDS, .fields = fields};

static const struct attribute_spec name_key = {.name = "src_name",
	.type = VALUE_TEXT,
	.propagation = ATTRIBUTE_SEGMENT};
static const struct attribute_spec rank_key = {
	.name = "rank", .type = VALUE_INTEGER, .propagation = ATTRIBUTE_ITEM};
static const struct attribute_spec code_key = {
	.name = "code", .type = VALUE_INTEGER};
static const struct attribute_spec *const keys[] = {
	&name_key, &rank_key, &code_key};

static const struct shape records = {.known = true,
	.type = PAYLOAD_RECORD,
	.schema = &schema,
	.scope = SCOPE_UNIT,
	.attributes = keys,
	.attribute_count = 3};
static const struct shape lines = {.known = true,
	.type = PAYLOAD_LINE,
	.scope = SCOPE_UNIT,
	.attributes = keys,
	.attribute_count = 3};
static const struct shape nothing = {
	.known = true, .type = PAYLOAD_NONE, .scope = SCOPE_GRAPH};

static struct value text(const char *data)
{
	return (struct value){.data = data, .length = (uint32_t)strlen(data)};
}

static struct value number(int64_t integer)
{
	return (struct value){.integer = integer};
}

struct world {
	struct item *items[ITEMS];
	struct segment *segment;
};

static struct item *make_record(size_t row)
{
	static const int64_t statuses[ITEMS] = {200, 404, 500, 200};
	static const char *const paths[ITEMS] = {
		"/", "/a?b=1", "/\xc3\xa4/x", "/index.html"};
	static const char *const docs[ITEMS] = {
		"{\"n\":1}", "{\"n\":2,\"s\":\"x\"}", "[1,2]", "null"};
	/* 2000-10-10T20:55:36Z, with .5, a second later, the day after. */
	static const int64_t times[ITEMS] = {971211336000000, 971211336500000,
		971211337000000, 971297736000000};
	struct item *item = calloc(1, item_bytes_record(FIELDS));
	struct value *values = item->record.values;

	item->references = 1;
	item->type = PAYLOAD_RECORD;
	item->record.schema = &schema;
	values[0] = number(statuses[row]);
	values[1] = text(paths[row]);
	values[2] = number((int64_t)row * 1000);
	values[2].null = row == 2;
	values[3] = number(times[row]);
	values[4].boolean = row % 2 == 0;
	values[5] = number((int64_t)row * 1500000);
	values[6] = (struct value){.data = "\x00\xff", .length = (uint32_t)row};
	if (row > 2)
		values[6].length = 2;
	values[7] = text(docs[row]);
	values[8].real = (double)row / 4;
	values[9] = text(row == 1 ? "99" : "404");
	return item;
}

static struct item *make_line(const char *data, size_t length)
{
	struct item *item = calloc(1, item_bytes_plain());

	item->references = 1;
	item->type = PAYLOAD_LINE;
	item->slice.data = data;
	item->slice.length = length;
	return item;
}

static struct world make_world(const struct shape *shape)
{
	struct world world;
	struct attributes *attributes =
		attributes_set_text(NULL, &name_key, "access.log", 10);

	world.segment = segment_create_unit("access.log", 0, attributes);
	for (size_t i = 0; i < ITEMS; i++) {
		world.items[i] = shape->type == PAYLOAD_RECORD ? make_record(i)
			: i == 0 ? make_line("first", 5)
			: i == 1 ? make_line("sec\xffnd", 6)
			: i == 2 ? make_line("th\0rd", 5)
				 : make_line("\xc3\xa4nd last", 9);
		if (shape->type == PAYLOAD_NONE)
			world.items[i]->type = PAYLOAD_NONE;
		if (i == 1)
			world.items[i]->attributes =
				attributes_set_integer(NULL, &rank_key, 7);
	}
	return world;
}

static void free_world(struct world *world)
{
	for (size_t i = 0; i < ITEMS; i++) {
		attributes_unref(world->items[i]->attributes);
		free(world->items[i]);
	}
	segment_unref(world->segment);
}

/* ---- Running -------------------------------------------------------------- */

static void add_row(struct expression *expression, struct text *out)
{
	const struct schema *columns = expression_schema(expression);

	for (size_t i = 0; i < columns->count; i++) {
		struct value value;
		const char *problem = expression_value(expression, i, &value);

		text_add_string(out, i ? "|" : "");
		if (problem)
			text_add_format(out, "<%s>", problem);
		else if (value.null)
			text_add_string(out, "NULL");
		else
			value_format(columns->fields[i].type, &value, out);
	}
}

static void add_schema(struct expression *expression, struct text *out)
{
	const struct schema *columns = expression_schema(expression);

	for (size_t i = 0; i < columns->count; i++)
		text_add_format(out, "%s%s %s%s", i ? ", " : "",
			columns->fields[i].name,
			value_type_names[columns->fields[i].type],
			columns->fields[i].nullable ? "?" : "");
	text_add_string(out, ":");
}

/* Runs over all items, SPAN of them at a time. */
static void run(struct expression *expression, struct world *world, size_t span,
	struct text *out)
{
	for (size_t first = 0; first < ITEMS;) {
		size_t index,
			last = first + span < ITEMS ? first + span : ITEMS;
		enum expression_row row;

		expression_start(expression, world->items + first, last - first,
			world->segment);
		while ((row = expression_next(expression, &index)) ==
			EXPRESSION_ROW) {
			text_add_format(out, " %zu=", first + index);
			add_row(expression, out);
		}
		if (row == EXPRESSION_FAILED)
			text_add_format(out, " %zu!%s", first + index,
				expression_error(expression));
		first = row == EXPRESSION_DONE ? last : first + index + 1;
	}
}

static struct setting_text sql(const char *text)
{
	return (struct setting_text){.text = text};
}

/* "name type, ...: INDEX=value|value ..." or "error: message (hint)". */
static char *evaluate_over(const struct shape *shape, const char *select,
	const char *where, size_t span)
{
	struct setting_expression column = {.sql = sql(select)};
	struct setting_text condition = sql(where);
	struct expression_problem problem;
	struct text out = {0};
	struct expression *expression = expression_create(shape, &column,
		select ? 1 : 0, where ? &condition : NULL, &problem);

	if (!expression) {
		text_add_format(&out, "error: %s", problem.message);
		if (*problem.hint)
			text_add_format(&out, " (%s)", problem.hint);
		return out.data;
	}
	struct world world = make_world(shape);
	add_schema(expression, &out);
	run(expression, &world, span, &out);
	free_world(&world);
	expression_destroy(expression);
	return out.data;
}

struct row {
	const char *select, *where, *expected;
};

static void check_rows(
	const struct shape *shape, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *whole = evaluate_over(
			shape, rows[i].select, rows[i].where, ITEMS);
		char *single =
			evaluate_over(shape, rows[i].select, rows[i].where, 1);

		if (getenv("SHOW"))
			printf("%s WHERE %s\n    %s\n", rows[i].select,
				rows[i].where, whole);
		else
			assert_string_equal(whole, rows[i].expected);
		assert_string_equal(single, whole);
		free(whole);
		free(single);
	}
}

#define CHECK(shape, rows) check_rows(shape, rows, sizeof(rows) / sizeof(*rows))

/* ---- Results: those of the sqlite3 shell over the same values -------------- */

static void results(void **state)
{
	static const struct row rows[] = {
		{NULL, "status >= 400", ": 1= 2="},
		{NULL, "bytes > 0", ": 1= 3="},
		{NULL, "bytes IS NULL", ": 2="},
		{NULL, "NOT ok", ": 1= 3="},
		{NULL, "ok = true", ": 0= 2="},
		{NULL, "took > 1500000", ": 2= 3="},
		{NULL, "path LIKE '%index%' OR status = 404", ": 1= 3="},
		{NULL, "status IN (404, 500, 301)", ": 1= 2="},
		{NULL, "status BETWEEN 300 AND 499", ": 1="},
		{NULL, "path REGEXP '^/.$'", ":"},
		{NULL, "path REGEXP '/./x'", ": 2="},
		{NULL, "src_name = 'access.log'", ": 0= 1= 2= 3="},
		{NULL, "rank = 7", ": 1="},
		{NULL, "1", ": 0= 1= 2= 3="},
		{NULL, "NULL", ":"},
		{NULL, "code = '404'", ": 0= 2= 3="},
		{NULL, "status = 404 -- a comment", ": 1="},
		{NULL, "\"status\" /* quoted */ = 404", ": 1="},
		{"status", NULL, "status integer: 0=200 1=404 2=500 3=200"},
		{"status AS s, bytes", "status > 200",
			"s integer, bytes integer?: 1=404|1000 2=500|NULL"},
		{"status + 1 AS n", NULL, "n integer: 0=201 1=405 2=501 3=201"},
		{"status * ratio AS n", NULL,
			"n real: 0=0.0 1=101.0 2=250.0 3=150.0"},
		{"bytes + 1 AS n, path", NULL,
			"n integer?, path text: 0=1|/ 1=1001|/a?b=1 "
			"2=NULL|/\xc3\xa4/x 3=3001|/index.html"},
		{"upper(path) AS p", "status = 200",
			"p text: 0=/ 3=/INDEX.HTML"},
		{"src_name, rank", NULL,
			"src_name text?, rank integer?: 0=access.log|NULL "
			"1=access.log|7 2=access.log|NULL 3=access.log|NULL"},
		{"ok, took, raw, doc", "status = 404",
			"ok boolean, took duration, raw bytes, doc json: "
			"1=false|1s500ms|\x00"},
		{"CAST(code AS INTEGER) AS n", NULL,
			"n integer: 0=404 1=99 2=404 3=404"},
		{"status >= 400 AS bad", NULL, "bad integer: 0=0 1=1 2=1 3=0"},
		{"CASE WHEN status >= 500 THEN 'server' WHEN status >= 400 "
		 "THEN 'client' ELSE 'none' END AS kind",
			NULL, "kind text: 0=none 1=client 2=server 3=none"},
		{"coalesce(bytes, 0) AS b", NULL,
			"b integer: 0=0 1=1000 2=0 3=3000"},
		{"length(path) AS n", NULL, "n integer: 0=1 1=6 2=4 3=11"},
		{"regexp_replace(path, '\\?.*', '') AS p", NULL,
			"p text: 0=/ 1=/a 2=/\xc3\xa4/x 3=/index.html"},
		{"regexp_replace(path, '(.)b', '<$1>') AS p", "status = 404",
			"p text: 1=/a<?>=1"},
		{"CAST(doc ->> '$.n' AS INTEGER) AS n", NULL,
			"n integer?: 0=1 1=2 2=NULL 3=NULL"},
		{"json_array_length(doc) AS n", NULL,
			"n integer?: 0=0 1=0 2=2 3=0"},
		{"substr(raw, 1, 1) AS first", "status = 200",
			"first bytes?: 0=NULL 3=\x00"},
		{"round(ratio, 1) AS r, min(status, 300) AS m", NULL,
			"r real?, m integer: 0=0.0|200 1=0.3|300 2=0.5|300 "
			"3=0.8|200"},
		{"span.status AS a, main.span.path", "span.status > 404",
			"a integer, path text: 2=500|/\xc3\xa4/x"},
		{"*", "0",
			"status integer, path text, bytes integer?, "
			"at timestamp, ok boolean, took duration, raw bytes, "
			"doc json, ratio real, code text:"},
		{"span.*, status + 1 AS n, *", "0",
			"status integer, path text, bytes integer?, "
			"at timestamp, ok boolean, took duration, raw bytes, "
			"doc json, ratio real, code text, n integer, "
			"status integer, path text, bytes integer?, "
			"at timestamp, ok boolean, took duration, raw bytes, "
			"doc json, ratio real, code text:"},
	};

	(void)state;
	CHECK(&records, rows);
}

static void times(void **state)
{
	static const struct row rows[] = {
		{"at", "status = 404",
			"at timestamp: 1=2000-10-10T20:55:36.5Z"},
		{"date(at) AS day", NULL,
			"day text?: 0=2000-10-10 1=2000-10-10 2=2000-10-10 "
			"3=2000-10-11"},
		{"unixepoch(at) AS s", NULL,
			"s integer?: 0=971211336 1=971211336 2=971211337 "
			"3=971297736"},
		{"strftime('%H:%M', at) AS t", "status = 500",
			"t text?: 2=20:55"},
		/* By the time, not by the bytes of the text. */
		{NULL, "at > '2000-10-10T20:55:36Z'", ": 1= 2= 3="},
		{NULL, "at = '2000-10-10T22:55:36.50+02:00'", ": 1="},
		{NULL, "at IN ('2000-10-10T20:55:36.500Z', 'x', 'y')", ": 1="},
		{NULL, "at >= '2000-10-11'", ": 3="},
		{NULL, "at < '2000-10-11'", ": 0= 1= 2="},
		{NULL, "date(at) = '2000-10-11'", ": 3="},
		{"max(at, '2000-10-10T20:55:36.1Z') AS m", NULL,
			"m text: 0=2000-10-10T20:55:36.1Z "
			"1=2000-10-10T20:55:36.5Z 2=2000-10-10T20:55:37Z "
			"3=2000-10-11T20:55:36Z"},
	};

	(void)state;
	CHECK(&records, rows);
}

static void other_payloads(void **state)
{
	static const struct row line_rows[] = {
		{NULL, "line LIKE '%st'",
			": 0= 1!line is not UTF-8 2!line holds a NUL byte 3="},
		{NULL, "src_name LIKE 'a%'", ": 0= 1= 2= 3="},
		{"*", NULL,
			"line text: 0=first 1=<is not UTF-8> "
			"2=<holds a NUL byte> 3=\xc3\xa4nd last"},
		{"length(line) AS n", NULL,
			"n integer: 0=5 1!line is not UTF-8 "
			"2!line holds a NUL byte 3=8"},
	};
	static const struct row empty_rows[] = {
		{NULL, "1", ": 0= 1= 2= 3="},
		{NULL, "x",
			"error: no field or attribute x arrives here "
			"(there are: none)"},
		{"1 AS n", NULL, "n integer: 0=1 1=1 2=1 3=1"},
		{"*", NULL,
			"error: SQL: there are no fields that * could stand "
			"for"},
	};

	(void)state;
	CHECK(&lines, line_rows);
	CHECK(&nothing, empty_rows);
}

/* ---- Run-time errors -------------------------------------------------------- */

static void failures(void **state)
{
	static const struct row rows[] = {
		{"abs(-9223372036854775807 - (status = 404)) AS n", NULL,
			"n integer: 0=9223372036854775807 1!integer overflow "
			"2=9223372036854775807 3=9223372036854775807"},
		/* 404 to the eighth power is more than 2^63. */
		{"status * status * status * status * status * status * "
		 "status * status AS n",
			"status = 404",
			"n integer: 1=<is beyond the integers of 64 bits: "
			"status * status * status * status * status * status * "
			"status...>"},
		{"coalesce(doc ->> '$.s', 0) AS n", NULL,
			"n integer: 0=0 1=<is text, not integer> 2=0 3=0"},
		{"CAST(raw AS TEXT) AS t", NULL,
			"t text: 0= 1=<holds a NUL byte> 2=<holds a NUL byte> "
			"3=<holds a NUL byte>"},
		{"char(status - 200) AS t", NULL,
			"t text: 0=<holds a NUL byte> 1=\xc3\x8c 2=\xc4\xac "
			"3=<holds a NUL byte>"},
		{"printf('%*d', bytes * 100000, 1) AS t", NULL,
			"t text?: 0=1 1=NULL 2=1 3=NULL"},
		{"date(CASE status WHEN 404 THEN 'now' ELSE at END) AS d", NULL,
			"d text?: 0=2000-10-10 1!the current time isn't "
			"reproducible 2=2000-10-10 3=2000-10-11"},
		{"date(substr('xnow', 2)) AS d", NULL,
			"error: the current time isn't reproducible (take the "
			"time as a param, such as {type: date, default: "
			"today}, or say reproducible: false at the top)"},
		{NULL,
			"date(CASE status WHEN 404 THEN 'n' || 'ow' ELSE at "
			"END)"
			" > '2000'",
			": 0= 1!the current time isn't reproducible 2= 3="},
	};

	(void)state;
	CHECK(&records, rows);
}

/* ---- What is refused --------------------------------------------------------- */

static void refused(void **state)
{
	static const struct row rows[] = {
		{NULL, "stauts >= 400",
			"error: no field or attribute stauts arrives here (did "
			"you mean status? There are: status, path, bytes, at, "
			"ok, took, raw, doc, ratio, code, src_name, rank)"},
		{NULL, "path = \"x\"",
			"error: no field or attribute x arrives here (a text "
			"is written 'x'; there are: status, path, bytes, at, "
			"ok, took, raw, doc, ratio, code, src_name, rank)"},
		{NULL, "status >= ",
			"error: SQL: the expression ends too early"},
		{NULL, "status >= 400)",
			"error: nothing opens this parenthesis"},
		{NULL, "(status >= 400",
			"error: nothing closes this parenthesis"},
		{NULL, "status >= 400; DELETE FROM span",
			"error: one expression is expected, without `;`"},
		{NULL, "1) UNION SELECT (1",
			"error: nothing opens this parenthesis"},
		{NULL, "status = (SELECT max(status) FROM span)",
			"error: subqueries aren't possible over items in "
			"flight (use operators such as join, sort and "
			"aggregate, or a transform over a model)"},
		{NULL, "EXISTS (VALUES (1))",
			"error: VALUES is no part of an expression (write a "
			"list in parentheses: x IN (1, 2))"},
		{NULL, "status IN span",
			"error: SQL: subqueries aren't possible over items in "
			"flight"},
		{NULL, "status, path",
			"error: one expression is expected, not a list"},
		{NULL, "'abc", "error: nothing closes this quote"},
		{NULL, "status /* x", "error: the comment isn't closed"},
		{NULL, "", "error: an expression is missing"},
		{NULL, " -- nothing", "error: an expression is missing"},
		{NULL, "status = ?1",
			"error: ?1 stands for no value (the value of a param "
			"is written ${name})"},
		{NULL, "status = :x",
			"error: :x stands for no value (the value of a param "
			"is written ${name})"},
		{NULL, "status = $x",
			"error: $x stands for no value (the value of a param "
			"is written ${name})"},
		{NULL, "rowid = 1",
			"error: no field or attribute rowid arrives here "
			"(there are: status, path, bytes, at, ok, took, raw, "
			"doc, ratio, code, src_name, rank)"},
		{NULL, "oid = 1",
			"error: no field or attribute rowid arrives here "
			"(there are: status, path, bytes, at, ok, took, raw, "
			"doc, ratio, code, src_name, rank)"},
		{NULL, "path",
			"error: the condition is text, which is neither true "
			"nor false (compare it with something, as in x = 'y')"},
		{NULL, "status status",
			"error: SQL: near \"status\": syntax error"},
		{"status AS a FROM span", NULL,
			"error: FROM is no part of an expression"},
		{"DISTINCT status", NULL,
			"error: DISTINCT is no part of an expression (use the "
			"operator distinct)"},
		{"status FROM span ORDER BY 1 --", NULL,
			"error: FROM is no part of an expression"},
		{"status LIMIT 1", NULL,
			"error: LIMIT is no part of an expression (use the "
			"operator head)"},
		{"status IS DISTINCT FROM 1 AS x", "status = 404",
			"x integer: 1=1"},
		{"name FROM sqlite_master", NULL,
			"error: FROM is no part of an expression"},
		{NULL, "sqlite_master.name = 'x'",
			"error: no field or attribute name arrives here (there "
			"are: status, path, bytes, at, ok, took, raw, doc, "
			"ratio, code, src_name, rank)"},
		{"count(*) AS n", NULL,
			"error: count is over many items, an expression over "
			"one (use the operator aggregate)"},
		{"sum(status) AS n", NULL,
			"error: sum is over many items, an expression over one "
			"(use the operator aggregate)"},
		{"min(status) AS n", NULL,
			"error: min is over many items, an expression over one "
			"(use the operator aggregate)"},
		{"row_number() OVER () AS n", NULL,
			"error: window functions are over many items, an "
			"expression over one"},
		{"max(status) OVER () AS n", NULL,
			"error: window functions are over many items, an "
			"expression over one"},
		{"random() AS r", NULL,
			"error: the result of random isn't reproducible (say "
			"reproducible: false at the top, if that is fine)"},
		{"changes() AS r", NULL,
			"error: changes tells of a database, and items aren't "
			"in one"},
		{"CURRENT_TIMESTAMP AS r", NULL,
			"error: the current time isn't reproducible (take the "
			"time as a param, such as {type: date, default: "
			"today}, or say reproducible: false at the top)"},
		{"date('now') AS r", NULL,
			"error: the current time isn't reproducible (take the "
			"time as a param, such as {type: date, default: "
			"today}, or say reproducible: false at the top)"},
		{"date() AS r", NULL,
			"error: the current time isn't reproducible (take the "
			"time as a param, such as {type: date, default: "
			"today}, or say reproducible: false at the top)"},
		{"strftime('%s') AS r", NULL,
			"error: the current time isn't reproducible (take the "
			"time as a param, such as {type: date, default: "
			"today}, or say reproducible: false at the top)"},
		{"datetime(at, 'localtime') AS r", NULL,
			"error: there is no local time (all times are in UTC; "
			"add a modifier such as '+1 hour')"},
		{"'now' AS r", "status = 404", "r text: 1=now"},
		{"date('n' || 'ow') AS r", NULL,
			"error: the current time isn't reproducible (take the "
			"time as a param, such as {type: date, default: "
			"today}, or say reproducible: false at the top)"},
		{"log(status) AS r", NULL,
			"error: the last digits of log depend on the "
			"processor"},
		{"load_extension('x') AS r", NULL,
			"error: there is no function load_extension"},
		{"lenght(path) AS r", NULL,
			"error: there is no function lenght (did you mean "
			"length?)"},
		{"length(path, path) AS r", NULL,
			"error: SQL: wrong number of arguments to function "
			"length()"},
		{"raise(abort, 'x') AS r", NULL,
			"error: SQL: RAISE() may only be used within a "
			"trigger-program"},
		{"path REGEXP 'a(b' AS r", NULL,
			"error: the pattern is wrong: missing closing "
			"parenthesis"},
		{"regexp_replace(path, '[', 'x') AS r", NULL,
			"error: the pattern is wrong: missing terminating ] "
			"for character class"},
		{"path REGEXP '\\C' AS r", NULL,
			"error: the pattern is wrong: using \\C is disabled by "
			"the application"},
		{"path MATCH 'x' AS r", NULL,
			"error: there is no function match"},
		{"(1, 2) AS r", NULL, "error: SQL: row value misused"},
	};

	(void)state;
	CHECK(&records, rows);
}

static void compared(void **state)
{
	static const struct row rows[] = {
		{NULL, "code >= 400",
			"error: code is text and is compared with a number "
			"(declare code as integer under types, or write "
			"CAST(code AS INTEGER))"},
		{NULL, "400 <= code",
			"error: 400 is a number and is compared with text "
			"(declare code as integer under types, or write "
			"CAST(code AS INTEGER))"},
		{NULL, "code >= 4.5",
			"error: code is text and is compared with a number "
			"(declare code as real under types, or write CAST(code "
			"AS REAL))"},
		{NULL, "status = '404'",
			"error: status is a number and is compared with text "
			"(write 404 without quotes)"},
		{NULL, "ok = 'true'",
			"error: ok is a number and is compared with text "
			"(write true or false without quotes)"},
		{NULL, "took > '1h'",
			"error: took is a number and is compared with text "
			"(durations read as microseconds: write 3600000000)"},
		{NULL, "at > 2000",
			"error: at is text and is compared with a number "
			"(timestamps read as text, '2000-10-10T20:55:36Z'; "
			"unixepoch(at) is a number of seconds)"},
		{NULL, "status IN (1, '404')",
			"error: status is a number and is compared with text "
			"(write 404 without quotes)"},
		{NULL, "path BETWEEN 'a' AND 3",
			"error: path is text and is compared with a number "
			"(declare path as integer under types, or write "
			"CAST(path AS INTEGER))"},
		{NULL, "substr(at, 1, 4) = 2000",
			"error: substr(at, 1, 4) is text and is compared with "
			"a number (convert one of them, as in CAST(... AS "
			"INTEGER))"},
		{NULL, "code IS NOT 404",
			"error: code is text and is compared with a number "
			"(declare code as integer under types, or write "
			"CAST(code AS INTEGER))"},
		{NULL, "length(path) > '3'",
			"error: length(path) is a number and is compared with "
			"text (convert one of them, as in CAST(... AS "
			"INTEGER))"},
		{NULL, "raw = 'abc'",
			"error: raw is bytes and is compared with text "
			"(convert one of them, as in CAST(... AS INTEGER))"},
		{NULL, "src_name = 1",
			"error: src_name is text and is compared with a number "
			"(write CAST(src_name AS INTEGER))"},
		{NULL, "path = status",
			"error: path is text and is compared with a number "
			"(declare path as integer under types, or write "
			"CAST(path AS INTEGER))"},
		{NULL, "NOT (1 = 1 AND code < 10)",
			"error: code is text and is compared with a number "
			"(declare code as integer under types, or write "
			"CAST(code AS INTEGER))"},
		{"CASE code WHEN 404 THEN 1 ELSE 0 END AS x", NULL,
			"error: code is text and is compared with a number "
			"(declare code as integer under types, or write "
			"CAST(code AS INTEGER))"},
		{NULL, "nullif(code, 404) IS NULL",
			"error: code is text and is compared with a number "
			"(declare code as integer under types, or write "
			"CAST(code AS INTEGER))"},
		{NULL, "coalesce(code, path) > 1",
			"error: coalesce(code, path) is text and is compared "
			"with a number (convert one of them, as in CAST(... AS "
			"INTEGER))"},
		{NULL, "(code) || 'x' > 1",
			"error: (code) || 'x' is text and is compared with a "
			"number (convert one of them, as in CAST(... AS "
			"INTEGER))"},
		{NULL, "-status > 'a'",
			"error: -status is a number and is compared with text "
			"(convert one of them, as in CAST(... AS INTEGER))"},
		{NULL, "code COLLATE NOCASE > 1",
			"error: code is text and is compared with a number "
			"(declare code as integer under types, or write "
			"CAST(code AS INTEGER))"},
		/* No false alarms. */
		{NULL, "CAST(code AS INTEGER) > 400", ": 0= 2= 3="},
		{NULL, "code + 0 > 400", ": 0= 2= 3="},
		{NULL, "code LIKE 404", ": 0= 2= 3="},
		{NULL, "doc ->> '$.n' = 2", ": 1="},
		{NULL, "doc ->> '$.s' = 'x'", ": 1="},
		{NULL, "json_extract(doc, '$.n') > 1", ": 1="},
		{NULL, "CASE WHEN ok THEN status ELSE path END = 200", ": 0="},
		{NULL, "path IS TRUE", ":"},
		{NULL, "status > 1 AND path > 'a'", ":"},
		{NULL, "status = status IS NOT NULL", ": 0= 1= 2= 3="},
		{NULL, "status & 4 = 4", ": 1= 2="},
		{NULL, "bytes NOT NULL AND code NOT IN ('99', '1')", ": 0= 3="},
		{NULL, "path NOT LIKE '/%' ESCAPE '\\' OR ok ISNULL", ":"},
		{NULL, "status NOT BETWEEN 100 AND 300", ": 1= 2="},
	};

	(void)state;
	CHECK(&records, rows);
}

static void types(void **state)
{
	static const struct row rows[] = {
		{"CASE WHEN status = 77 THEN 'x' ELSE 1 END AS x", NULL,
			"error: the type isn't unique: it may be text or "
			"integer (say which, as in CAST(... AS TEXT))"},
		{"code + 1 AS x", NULL,
			"error: the type isn't unique: it may be real or "
			"integer (say which, as in CAST(... AS REAL))"},
		{"doc ->> '$.zz' AS x", NULL,
			"error: the type can't be found: the value was null "
			"whatever the items held (say which, as in CAST(... AS "
			"INTEGER))"},
		{"NULL AS x", NULL,
			"error: the type can't be found: the value was null "
			"whatever the items held (say which, as in CAST(... AS "
			"INTEGER))"},
		{"CASE WHEN path = 'zz' THEN 'a' END AS x", "status = 404",
			"x text?: 1=NULL"},
		{"bytes / status AS x", "status = 404", "x integer?: 1=2"},
		{"x'00ff' AS x, 1.5 AS y, 'a' AS z, 0x10 AS h", "status = 404",
			"x bytes, y real, z text, h integer: 1="},
		{"typeof(raw) AS x", "status = 404", "x text: 1=blob"},
	};

	(void)state;
	CHECK(&records, rows);
}

/* ---- Places, variables, names ------------------------------------------------ */

/* A session file with an expression at line 2, column 8. */
static struct setting_text placed(struct source *source, const char *file,
	const char *text, const struct setting_binding *bindings, size_t count)
{
	*source = (struct source){
		.name = "s.yaml", .text = file, .length = strlen(file)};
	return (struct setting_text){.text = text,
		.location = {.source = source,
			.line = 2,
			.column = 8,
			.width = 1},
		.bindings = bindings,
		.binding_count = count};
}

static void places(void **state)
{
	static const struct setting_binding bindings[] = {
		{.type = VALUE_INTEGER, .value = {.integer = 400}},
		{.type = VALUE_TEXT, .value = {.data = "/", .length = 1}}};
	static const struct {
		const char *file, *text;
		unsigned line, column, width;
	} rows[] = {
		{"x:\nwhere: stauts >= 400\n", "stauts >= 400", 2, 8, 6},
		{"x:\nwhere: 1 = 1 AND stauts\n", "1 = 1 AND stauts", 2, 18, 6},
		{"x:\nwhere: status > ${least} AND pth = ${p}\n",
			"status > ?1 AND pth = ?2", 2, 30, 3},
		{"x:\nwhere: status > ${least} AND code > 1\n",
			"status > ?1 AND code > 1", 2, 30, 8},
		{"x:\nwhere: path = ${least}\n", "path = ?1", 2, 8, 15},
		{"x:\nwhere: path = '\xc3\xa4' AND len(path) > 1\n",
			"path = '\xc3\xa4' AND len(path) > 1", 2, 23, 3},
		{"x:\nwhere: path REGEXP 'ab(' AND 1\n",
			"path REGEXP 'ab(' AND 1", 2, 24, 1},
		{"x:\nwhere: status >=\n", "status >=", 2, 17, 1},
		{"x:\nwhere: status 1\n", "status 1", 2, 15, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct source source;
		struct setting_text where = placed(
			&source, rows[i].file, rows[i].text, bindings, 2);
		struct expression_problem problem;

		assert_null(
			expression_create(&records, NULL, 0, &where, &problem));
		assert_int_equal(problem.location.line, rows[i].line);
		assert_int_equal(problem.location.column, rows[i].column);
		assert_int_equal(problem.location.width, rows[i].width);
	}
}

static void variables(void **state)
{
	static const struct setting_binding first[] = {
		{.type = VALUE_INTEGER, .value = {.integer = 1000}},
		{.type = VALUE_TEXT, .value = {.data = "'--", .length = 3}}};
	static const struct setting_binding second[] = {
		{.type = VALUE_TIMESTAMP,
			.value = {.integer = 971211336500000}}};
	struct setting_expression columns[2] = {
		{.name = "a",
			.sql = {.text = "status + ?1 + ?1",
				.bindings = first,
				.binding_count = 2}},
		{.name = "b",
			.sql = {.text = "path || ?2 || '?1'",
				.bindings = first,
				.binding_count = 2}}};
	struct setting_text where = {
		.text = "at >= ?1", .bindings = second, .binding_count = 1};
	struct expression_problem problem;
	struct expression *expression =
		expression_create(&records, columns, 2, &where, &problem);
	struct world world = make_world(&records);
	struct text out = {0};

	(void)state;
	assert_non_null(expression);
	run(expression, &world, ITEMS, &out);
	assert_string_equal(out.data,
		" 1=2404|/a?b=1'--?1 2=2500|/\xc3\xa4/x'--?1 "
		"3=2200|/index.html'--?1");
	text_free(&out);
	free_world(&world);
	expression_destroy(expression);
}

static void columns(void **state)
{
	const struct setting_expression columns[2] = {
		{.sql = sql("path, status AS s, status + 1, src_name, "
			    "(code) AS c, status + 2 AS n, +status")},
		{.name = "last", .sql = sql("at")}};
	static const int expected[] = {1, 0, -1, -1, 9, -1, -1, 3};
	static const bool named[] = {
		true, true, false, true, true, true, false, true};
	struct expression_problem problem;
	struct expression *expression =
		expression_create(&records, columns, 2, NULL, &problem);
	struct arena *arena = arena_create();

	(void)state;
	assert_non_null(expression);
	const struct schema *copy = expression_schema_copy(expression, arena);
	assert_int_equal(copy->count, 8);
	assert_string_equal(copy->fields[2].name, "status + 1");
	assert_string_equal(copy->fields[7].name, "last");
	assert_int_equal(copy->fields[7].type, VALUE_TIMESTAMP);
	for (size_t i = 0; i < copy->count; i++) {
		assert_int_equal(expression_field(expression, i), expected[i]);
		assert_int_equal(expression_named(expression, i), named[i]);
	}
	expression_destroy(expression);
	arena_destroy(arena);
}

static void names(void **state)
{
	static const struct field alike[] = {
		{.name = "path"}, {.name = "Path"}};
	static const struct field odd[] = {{.name = "a \"b\""},
		{.name = "rowid"}, {.name = "select"}, {.name = "span"}};
	static const struct schema schemas[] = {
		{.count = 2, .fields = alike}, {.count = 4, .fields = odd}};
	struct shape shape = {
		.known = true, .type = PAYLOAD_RECORD, .schema = &schemas[0]};
	struct expression_problem problem;
	struct setting_text where = sql("\"a \"\"b\"\"\" + rowid + "
					"\"select\" + span + span.span > 0");

	(void)state;
	assert_null(expression_create(&shape, NULL, 0, &where, &problem));
	assert_string_equal(problem.message,
		"the names path and Path differ only in case, which SQL "
		"ignores");
	shape.schema = &schemas[1];
	struct expression *expression =
		expression_create(&shape, NULL, 0, &where, &problem);
	assert_string_equal(problem.message, "");
	assert_non_null(expression);
	expression_destroy(expression);
	where = sql("oid = 1");
	assert_null(expression_create(&shape, NULL, 0, &where, &problem));
}

static void limits(void **state)
{
	enum { BYTES = 17 * 1024 * 1024, MANY = 3000 };
	char *big = memset(malloc(BYTES), 'x', BYTES);
	struct item *item = make_line(big, BYTES);
	struct field *many = calloc(MANY, sizeof(*many));
	char(*many_names)[8] = calloc(MANY, sizeof(*many_names));
	struct schema wide = {.count = MANY, .fields = many};
	struct shape shape = {
		.known = true, .type = PAYLOAD_RECORD, .schema = &wide};
	struct setting_text where = sql("length(line) > 3");
	struct expression_problem problem;
	struct expression *expression =
		expression_create(&lines, NULL, 0, &where, &problem);
	size_t index;

	(void)state;
	expression_start(expression, &item, 1, NULL);
	assert_int_equal(
		expression_next(expression, &index), EXPRESSION_FAILED);
	assert_string_equal(
		expression_error(expression), "a text is longer than 16 MiB");
	expression_destroy(expression);
	free(item);
	free(big);

	for (size_t i = 0; i < MANY; i++) {
		sprintf(many_names[i], "f%zu", i);
		many[i].name = many_names[i];
	}
	where = sql("f1 = 1");
	assert_null(expression_create(&shape, NULL, 0, &where, &problem));
	assert_string_equal(problem.message,
		"3000 fields and attributes arrive here; SQL takes at most "
		"2000");
	wide.count = 2000;
	expression = expression_create(&shape, NULL, 0, &where, &problem);
	assert_non_null(expression);
	expression_destroy(expression);
	free(many_names);
	free(many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results),
		cmocka_unit_test(times),
		cmocka_unit_test(other_payloads),
		cmocka_unit_test(failures),
		cmocka_unit_test(refused),
		cmocka_unit_test(compared),
		cmocka_unit_test(types),
		cmocka_unit_test(places),
		cmocka_unit_test(variables),
		cmocka_unit_test(columns),
		cmocka_unit_test(names),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
