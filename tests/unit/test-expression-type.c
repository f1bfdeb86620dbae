/* SPDX-License-Identifier: MIT */
/* SQL over items: types, and what is refused, with what is said of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

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
		{"\"sum total\"(status) AS n", NULL,
			"error: there is no function sum total"},
		{"\" avg\"(status) AS n", NULL,
			"error: there is no function  avg"},
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
	CHECK(&world_records, rows);
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
	CHECK(&world_records, rows);
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
	CHECK(&world_records, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused),
		cmocka_unit_test(compared),
		cmocka_unit_test(types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
