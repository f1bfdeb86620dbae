/* SPDX-License-Identifier: MIT */
/* REGEXP and regexp_replace: pattern cache and matching with PCRE2. */
#include "operators/support/sql/regexp.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "operators/support/pattern/limits.h"

enum {
	PATTERNS = 16, /* kept; nearly always there is one, a literal */
	GROUPS = 64, /* that a replacement may name */
	MESSAGE_BYTES = 256,
};

struct pattern {
	char *text; /* NULL: an empty place */
	size_t length;
	pcre2_code *code;
	uint64_t uses;
	uint64_t last_use;
};

struct sql_regexp {
	struct pattern patterns[PATTERNS];
	uint64_t clock; /* counts uses */
	pcre2_match_context *match_context;
	pcre2_match_data *match;
	pcre2_jit_stack *stack;
	char *result; /* of a replacement */
	size_t result_bytes;
};

struct bytes {
	const char *data;
	size_t length;
};

/* A text as it is, without the copy that a NUL behind it would take. */
static struct bytes get_bytes(sqlite3_value *value)
{
	struct bytes bytes;

	if (sqlite3_value_type(value) == SQLITE_TEXT)
		bytes.data = sqlite3_value_blob(value);
	else
		bytes.data = (const char *)sqlite3_value_text(value);
	bytes.length = (size_t)sqlite3_value_bytes(value);
	if (!bytes.data)
		bytes.data = "";
	return bytes;
}

static void fail(sqlite3_context *context, int code, const char *what)
{
	char reason[128], message[MESSAGE_BYTES];

	pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof(reason));
	snprintf(message, sizeof(message), "%s: %s", what, reason);
	sqlite3_result_error(context, message, -1);
}

/* ---- Patterns ---------------------------------------------------------- */

static void forget(struct pattern *pattern)
{
	pcre2_code_free(pattern->code);
	free(pattern->text);
	memset(pattern, 0, sizeof(*pattern));
}

static struct pattern *find(struct sql_regexp *regexp, struct bytes text)
{
	for (size_t i = 0; i < PATTERNS; i++) {
		struct pattern *pattern = &regexp->patterns[i];

		if (pattern->text && pattern->length == text.length &&
			memcmp(pattern->text, text.data, text.length) == 0)
			return pattern;
	}
	return NULL;
}

static struct pattern *oldest(struct sql_regexp *regexp)
{
	struct pattern *pattern = &regexp->patterns[0];

	for (size_t i = 1; i < PATTERNS; i++)
		if (regexp->patterns[i].last_use < pattern->last_use)
			pattern = &regexp->patterns[i];
	return pattern;
}

static pcre2_code *compile_text(
	const char *text, size_t length, int *error, size_t *offset)
{
	*offset = 0;
	*error = PCRE2_ERROR_PATTERN_STRING_TOO_LONG;
	if (length > PATTERN_BYTES)
		return NULL;
	return pcre2_compile((PCRE2_SPTR)text, length,
		PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C,
		error, offset, NULL);
}

static struct pattern *compile(
	struct sql_regexp *regexp, sqlite3_context *context, struct bytes text)
{
	struct pattern *pattern = oldest(regexp);
	int error;
	size_t offset;

	forget(pattern);
	pattern->code = compile_text(text.data, text.length, &error, &offset);
	if (!pattern->code) {
		fail(context, error, "the pattern is wrong");
		return NULL;
	}
	pattern->text = memory_alloc(text.length);
	memcpy(pattern->text, text.data, text.length);
	pattern->length = text.length;
	return pattern;
}

/* The compiled pattern, or NULL after an error. One that is used again gets
 * machine code; one that comes from a column may never be. */
static struct pattern *get_pattern(struct sql_regexp *regexp,
	sqlite3_context *context, sqlite3_value *value)
{
	struct bytes text = get_bytes(value);
	struct pattern *pattern = find(regexp, text);

	if (!pattern)
		pattern = compile(regexp, context, text);
	if (!pattern)
		return NULL;
	pattern->last_use = ++regexp->clock;
	if (++pattern->uses == 2)
		pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
	return pattern;
}

/* ---- The functions ------------------------------------------------------ */

static bool any_null(int count, sqlite3_value **values)
{
	for (int i = 0; i < count; i++)
		if (sqlite3_value_type(values[i]) == SQLITE_NULL)
			return true;
	return false;
}

/* X REGEXP Y is regexp(Y, X). */
static void regexp_match(
	sqlite3_context *context, int count, sqlite3_value **values)
{
	struct sql_regexp *regexp = sqlite3_user_data(context);

	if (any_null(count, values))
		return;
	struct pattern *pattern = get_pattern(regexp, context, values[0]);
	if (!pattern)
		return;
	struct bytes text = get_bytes(values[1]);
	uint32_t options =
		pattern_set_limits(regexp->match_context, text.length);
	int found = pcre2_match(pattern->code, (PCRE2_SPTR)text.data,
		text.length, 0, options, regexp->match, regexp->match_context);

	if (found < 0 && found != PCRE2_ERROR_NOMATCH)
		fail(context, found, "REGEXP");
	else
		sqlite3_result_int(context, found >= 0);
}

static bool make_room(
	struct sql_regexp *regexp, sqlite3_context *context, size_t bytes)
{
	sqlite3 *database = sqlite3_context_db_handle(context);
	size_t most = (size_t)sqlite3_limit(database, SQLITE_LIMIT_LENGTH, -1);

	if (bytes > most) {
		sqlite3_result_error_toobig(context);
		return false;
	}
	if (bytes <= regexp->result_bytes)
		return true;
	free(regexp->result);
	regexp->result = malloc(bytes);
	regexp->result_bytes = regexp->result ? bytes : 0;
	if (!regexp->result)
		sqlite3_result_error_nomem(context);
	return regexp->result;
}

/* Replaces all matches; $1 in the replacement is the first group. */
static void regexp_replace(
	sqlite3_context *context, int count, sqlite3_value **values)
{
	struct sql_regexp *regexp = sqlite3_user_data(context);
	size_t length, room;
	int replaced;

	if (any_null(count, values))
		return;
	struct pattern *pattern = get_pattern(regexp, context, values[1]);
	if (!pattern)
		return;
	struct bytes text = get_bytes(values[0]), with = get_bytes(values[2]);
	room = text.length + text.length / 2 + 256;
	/* Without machine code, PCRE2 would look for each match whether all
	 * that is left of the text is UTF-8. */
	pattern_set_limits(regexp->match_context, 0);
	do {
		if (!make_room(regexp, context, room))
			return;
		length = regexp->result_bytes;
		replaced = pcre2_substitute(pattern->code,
			(PCRE2_SPTR)text.data, text.length, 0,
			PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_UNSET_EMPTY |
				PCRE2_SUBSTITUTE_OVERFLOW_LENGTH,
			regexp->match, regexp->match_context,
			(PCRE2_SPTR)with.data, with.length,
			(PCRE2_UCHAR *)regexp->result, &length);
		room = length;
	} while (replaced == PCRE2_ERROR_NOMEMORY &&
		length > regexp->result_bytes);
	if (replaced < 0)
		fail(context, replaced, "regexp_replace");
	else
		sqlite3_result_text64(context, regexp->result, length,
			SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* ---- Set-up -------------------------------------------------------------- */

struct sql_regexp *sql_regexp_create(sqlite3 *database)
{
	struct sql_regexp *regexp = memory_zeroed(sizeof(*regexp));
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;

	regexp->match_context = pattern_context_create(&regexp->stack);
	regexp->match = pcre2_match_data_create(GROUPS, NULL);
	if (!regexp->match)
		memory_abort();
	if (sqlite3_create_function(database, "regexp", 2, flags, regexp,
		    regexp_match, NULL, NULL) != SQLITE_OK ||
		sqlite3_create_function(database, "regexp_replace", 3, flags,
			regexp, regexp_replace, NULL, NULL) != SQLITE_OK)
		memory_abort();
	return regexp;
}

void sql_regexp_destroy(struct sql_regexp *regexp)
{
	if (!regexp)
		return;
	for (size_t i = 0; i < PATTERNS; i++)
		forget(&regexp->patterns[i]);
	pcre2_match_context_free(regexp->match_context);
	pcre2_match_data_free(regexp->match);
	pcre2_jit_stack_free(regexp->stack);
	free(regexp->result);
	free(regexp);
}

bool sql_regexp_check(const char *pattern, size_t length, size_t *offset,
	char *message, size_t size)
{
	int error;
	pcre2_code *code = compile_text(pattern, length, &error, offset);

	if (!code)
		pcre2_get_error_message(error, (PCRE2_UCHAR *)message, size);
	pcre2_code_free(code);
	return code;
}
