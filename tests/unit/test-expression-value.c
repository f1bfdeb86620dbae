/* SPDX-License-Identifier: MIT */
/* SQL over items: what comes out, which is what the sqlite3 shell says of the
 * same values, and what fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "operators/support/sql/regexp.h"
#include "world.h"

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
	CHECK(&world_records, rows);
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
	CHECK(&world_records, rows);
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
	CHECK(&world_lines, line_rows);
	CHECK(&world_nothing, empty_rows);
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
	CHECK(&world_records, rows);
}

/* The result of TEXT REGEXP PATTERN, -1 where it fails. */
static int regexp(
	sqlite3 *database, const char *pattern, const char *text, size_t length)
{
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_prepare_v2(database, "SELECT ?1 REGEXP ?2", -1,
				 &statement, NULL),
		SQLITE_OK);
	sqlite3_bind_text64(
		statement, 1, text, length, SQLITE_STATIC, SQLITE_UTF8);
	sqlite3_bind_text(statement, 2, pattern, -1, SQLITE_STATIC);
	int result = sqlite3_step(statement) == SQLITE_ROW
		? sqlite3_column_int(statement, 0)
		: -1;
	sqlite3_finalize(statement);
	return result;
}

/* Machine code would take minutes on 1 MiB, without a limit that it counts. */
static void long_texts(void **state)
{
	enum { LENGTH = 40000 };
	static char text[LENGTH];
	sqlite3 *database;

	(void)state;
	memset(text, 'a', LENGTH);
	text[0] = text[LENGTH / 2] = 'x';
	assert_int_equal(sqlite3_open(":memory:", &database), SQLITE_OK);
	struct sql_regexp *patterns = sql_regexp_create(database);
	/* the second use makes machine code */
	assert_int_equal(regexp(database, ".*.*bx|x$", "ax", 2), 1);
	assert_int_equal(regexp(database, ".*.*bx|x$", "a", 1), 0);
	assert_int_equal(regexp(database, ".*.*bx|x$", text, LENGTH), -1);
	/* what was hit there is no matter here */
	assert_int_equal(regexp(database, ".*.*bx|x$", "bx", 2), 1);
	assert_int_equal(regexp(database, "^xa*xa*$", text, LENGTH), 1);
	assert_int_equal(regexp(database, "^xa*xa*b$", text, LENGTH), 0);
	for (size_t i = 0; i < LENGTH; i++)
		text[i] = i % 2 ? '\xa4' : '\xc3';
	assert_int_equal(
		regexp(database, "^\xc3\xa4{20000}$", text, LENGTH), 1);
	sqlite3_close(database);
	sql_regexp_destroy(patterns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results),
		cmocka_unit_test(times),
		cmocka_unit_test(other_payloads),
		cmocka_unit_test(failures),
		cmocka_unit_test(long_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
