/* SPDX-License-Identifier: MIT */
/* ${name} in scalars, replaced by the values of params. */
#include "loader/substitute.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "loader/variable.h"

struct work {
	struct loader *loader;
	const struct node *scalar;
	enum substitution_mode mode;
	struct substitution *result;
	struct text text;
	struct setting_binding *bindings;
	size_t binding_count;
	char state; /* in SQL: the quote or comment that is open, or 0 */
	bool failed;
};

struct param_reference substitution_whole(
	const struct loader *loader, const struct node *scalar)
{
	const char *text = scalar->text;
	size_t length = scalar->length;

	if (scalar->kind != NODE_SCALAR || length < 4 ||
		strncmp(text, "${", 2) != 0 || strcspn(text, "}") != length - 1)
		return (struct param_reference){NULL, NULL, NULL};
	char *name = arena_copy(loader->arena, text + 2, length - 3);
	return param_refer(loader, name);
}

static void fail(struct work *work, size_t offset, size_t length,
	const char *hint, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

static void fail(struct work *work, size_t offset, size_t length,
	const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *message = arena_vformat(work->loader->arena, format, args);
	va_end(args);
	loader_error(work->loader, node_place(work->scalar, offset, length),
		hint, "%s", message);
	work->failed = true;
}

/* ---- Values put into texts ---------------------------------------------- */

static enum value_type binding_type(enum setting_type type)
{
	switch (type) {
	case SETTING_INTEGER:
	case SETTING_SIZE:
	case SETTING_BITRATE: return VALUE_INTEGER;
	case SETTING_REAL: return VALUE_REAL;
	case SETTING_BOOLEAN: return VALUE_BOOLEAN;
	case SETTING_TIMESTAMP: return VALUE_TIMESTAMP;
	case SETTING_DURATION: return VALUE_DURATION;
	default: return VALUE_TEXT;
	}
}

static void add_binding(
	struct work *work, const struct setting_binding *binding)
{
	work->bindings = memory_resize(work->bindings, work->binding_count + 1,
		sizeof(*work->bindings));
	work->bindings[work->binding_count++] = *binding;
}

/* Adds ?N for TEXT of TYPE; NULL is bound for no text. */
static void bind(struct work *work, enum setting_type type, const char *text)
{
	struct setting_binding binding = {.type = binding_type(type)};
	struct plain plain = {0};

	binding.value.null = !text;
	if (text && binding.type == VALUE_TEXT) {
		binding.value.data = text;
		binding.value.length = (uint32_t)strlen(text);
	} else if (text && !plain_parse(type, text, &plain)) {
		if (type == SETTING_REAL)
			binding.value.real = plain.real;
		else if (type == SETTING_BOOLEAN)
			binding.value.boolean = plain.boolean;
		else
			binding.value.integer = plain.integer;
	}
	add_binding(work, &binding);
	text_add_format(&work->text, "?%zu", work->binding_count);
}

/* Adds SQL that is a value itself, with the values that are bound in it. */
static void add_sql(struct work *work, const struct param_item *item)
{
	size_t base = work->binding_count;
	char state = 0;

	for (const char *at = item->text; *at;) {
		size_t size = 1;

		if (!state && *at == '?' && item->binding_count) {
			char *end;
			size_t number = strtoul(at + 1, &end, 10);

			text_add_format(&work->text, "?%zu", base + number);
			at = end;
			continue;
		}
		size = sql_step(&state, at);
		text_add(&work->text, at, size);
		at += size;
	}
	for (size_t i = 0; i < item->binding_count; i++)
		add_binding(work, &item->bindings[i]);
}

static void paste_sql(struct work *work, const struct param *param,
	const struct param_value *value)
{
	if (!value->count && !(value->many && param->has_value))
		bind(work, param->type, NULL);
	for (size_t i = 0; i < value->count; i++) {
		text_add_string(&work->text, i ? ", " : "");
		if (param->type == SETTING_SQL) {
			text_add_string(&work->text, "(");
			add_sql(work, &value->items[i]);
			text_add_string(&work->text, ")");
		} else
			bind(work, param->type, value->items[i].text);
	}
}

/* The pattern that matches TEXT. */
static void add_quoted(struct text *pattern, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x80 && !isalnum(c) && c != '_')
			text_add_string(pattern, "\\");
		text_add(pattern, text, 1);
	}
}

static void paste(struct work *work, const struct param *param,
	const struct param_item *item, bool whole)
{
	bool regex = param->type == SETTING_REGEX;
	const char *text = item->text;

	if (work->mode == SUBSTITUTE_SQL)
		add_sql(work, item);
	else if (work->mode == SUBSTITUTE_PATTERN && regex)
		text_add_format(&work->text, whole ? "%s" : "(?:%s)", text);
	else if (work->mode == SUBSTITUTE_PATTERN)
		add_quoted(&work->text, text);
	else if (work->mode == SUBSTITUTE_TEMPLATE)
		for (; *text; text++)
			text_add_format(&work->text,
				*text == '{' || *text == '}' ? "%c%c" : "%c",
				*text, *text);
	else
		text_add_string(&work->text, text);
}

/* Keeps what follows at its offset, so that places in SQL stay right. */
static void pad(struct work *work, size_t length)
{
	while (work->text.length < length)
		text_add_string(&work->text, " ");
}

static void insert(struct work *work, const struct param_reference *reference,
	size_t offset, size_t length)
{
	const struct param *param = reference->param;
	const struct param_value *value = reference->value;
	enum param_state state = param_state(reference);
	bool whole = length == work->scalar->length;

	if (state == PARAM_UNKNOWN)
		work->result->unknown = true;
	else if (state == PARAM_ABSENT)
		work->result->absent = whole;
	if (offset == 0) {
		work->result->anchored = plain_is_path(param->type);
		work->result->hollow = state != PARAM_UNKNOWN &&
			(!value->count || !*value->items[0].text);
	}
	work->result->optional = whole && state == PARAM_UNKNOWN &&
		!param->required && !value->broken;
	if (work->mode == SUBSTITUTE_SQL &&
		!(whole && param->type == SETTING_SQL && value->count == 1)) {
		size_t end = work->text.length + length;

		paste_sql(work, param, value);
		pad(work, whole ? 0 : end);
	} else if (value->many)
		fail(work, offset, length,
			"a list can stand alone where a list is taken, or in "
			"SQL",
			"'%s' is a list, but one value is taken here",
			param->name);
	else if (value->count && value->items[0].binding_count &&
		work->mode != SUBSTITUTE_SQL)
		fail(work, offset, length, NULL,
			"'%s' is SQL with values bound in it, and stands in "
			"SQL only",
			param->name);
	else if (value->count)
		paste(work, param, &value->items[0], whole);
	if (whole && value->count)
		work->result->location = value->items[0].location;
}

/* ---- The scan ----------------------------------------------------------- */

size_t sql_step(char *state, const char *at)
{
	bool pair = at[1] &&
		((at[0] == '-' && at[1] == '-') ||
			(at[0] == '/' && at[1] == '*'));

	if (*state == 0 && pair) {
		*state = *at;
		return 2;
	}
	if (*state == 0 && strchr("'\"`[", *at))
		*state = *at == '[' ? ']' : *at;
	else if (*state == '-' && *at == '\n')
		*state = 0;
	else if (*state == '/' && at[0] == '*' && at[1] == '/') {
		*state = 0;
		return 2;
	} else if (*state && *state == *at && *state != '-' && *state != '/')
		*state = 0;
	return 1;
}

static void fail_unknown(
	struct work *work, const char *name, size_t offset, size_t length)
{
	const struct param_scope *scope = work->loader->scope;
	struct arena *arena = work->loader->arena;
	size_t prefix = strlen(VARIABLE_PREFIX);
	bool variable = strncmp(name, VARIABLE_PREFIX, prefix) == 0;
	const struct names *names = variable
		? work->loader->session->parts->variables.names
		: scope->names;
	const char *bare = variable ? name + prefix : name;
	const char *hint =
		"declare it under params, or write $${ for a literal ${";

	if (variable)
		hint = arena_format(
			arena, "declare it at the top: env: {%s: {}}", bare);
	if (!variable && scope->session &&
		param_find(scope->session, name) >= 0)
		hint = arena_format(arena,
			"it is one of the session: declare it under the "
			"params of the subgraph, and pass it as %s: \"${%s}\"",
			name, name);
	else if (names)
		hint = loader_nearest(work->loader, bare, names->list, hint);
	fail(work, offset, length, hint,
		variable ? "the variable '%s' is not declared"
			 : "there is no param '%s'",
		bare);
}

/* Replaces the ${...} at OFFSET; returns its length. */
static size_t take_reference(struct work *work, size_t offset)
{
	const char *at = work->scalar->text + offset;
	size_t length = strcspn(at, "}");

	if (!at[length]) {
		fail(work, offset, 2, "write $${ for a literal ${",
			"'%s' without '}'", "${");
		return length;
	}
	char *name = arena_copy(work->loader->arena, at + 2, length++ - 2);
	struct param_reference reference = param_refer(work->loader, name);
	if (!reference.param)
		fail_unknown(work, name, offset, length);
	else if (work->state == '\'' || work->state == '"')
		fail(work, offset, length,
			"close the quotes and join with ||: '...' || ${x}",
			"'${%s}' stands inside of quotes; values are bound "
			"as a whole",
			name);
	else
		insert(work, &reference, offset, length);
	return length;
}

static void scan(struct work *work)
{
	const char *text = work->scalar->text;
	bool sql = work->mode == SUBSTITUTE_SQL;

	for (size_t i = 0; text[i];) {
		bool comment = work->state == '-' || work->state == '/';

		if (strncmp(text + i, "$${", 3) == 0) {
			text_add_string(&work->text, "${");
			i += 3;
		} else if (strncmp(text + i, "${", 2) == 0 && !comment)
			i += take_reference(work, i);
		else {
			size_t size =
				sql ? sql_step(&work->state, text + i) : 1;

			text_add(&work->text, text + i, size);
			i += size;
		}
	}
}

/* Warns of the LENGTH bytes at OFFSET if what begins SKIP bytes behind is the
 * name of a param. */
static void check_alike(
	const struct work *work, size_t offset, size_t length, size_t skip)
{
	struct loader *loader = work->loader;
	const char *at = work->scalar->text + offset;
	const char *name = arena_copy(loader->arena, at + skip,
		length - skip - (skip == 2 || *at == '{' ? 1 : 0));

	if (param_find(loader->scope, name) >= 0)
		diagnostics_add(loader->diagnostics, SEVERITY_WARNING,
			node_place(work->scalar, offset, length),
			arena_format(loader->arena,
				"the value of the param is written ${%s}",
				name),
			"'%.*s' is taken as it stands", (int)length, at);
}

/* Finds what was meant for ${name}: $name, $(name) and, where it isn't an
 * attribute, {name}. */
static void find_alike(const struct work *work)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	const char *text = work->scalar->text;

	for (size_t i = 0; text[i]; i++) {
		size_t skip = text[i] == '$'
			? 1 + (text[i + 1] == '(')
			: text[i] == '{' && work->mode != SUBSTITUTE_TEMPLATE &&
				(i == 0 || text[i - 1] != '$');
		size_t name = skip ? strspn(text + i + skip, letters) : 0;
		char end = name ? text[i + skip + name] : '\0';

		if (!name)
			continue;
		if (text[i] == '$' && skip == 1)
			check_alike(work, i, skip + name, skip);
		else if (end == (text[i] == '{' ? '}' : ')'))
			check_alike(work, i, skip + name + 1, skip);
	}
}

bool substitute(struct loader *loader, const struct node *scalar,
	enum substitution_mode mode, struct substitution *result)
{
	struct work work = {.loader = loader,
		.scalar = scalar,
		.mode = mode,
		.result = result};

	*result = (struct substitution){
		.text = scalar->text, .location = scalar->content};
	if (mode == SUBSTITUTE_SQL && !loader->session->reproducible)
		result->now_us = &loader->session->now_us;
	if (mode != SUBSTITUTE_SQL && loader->scope->count)
		find_alike(&work);
	if (!strstr(scalar->text, "${"))
		return true;
	text_add_string(&work.text, "");
	scan(&work);
	result->text =
		arena_copy(loader->arena, work.text.data, work.text.length);
	if (work.binding_count) {
		struct setting_binding *bindings = arena_array(
			loader->arena, work.binding_count, sizeof(*bindings));

		memcpy(bindings, work.bindings,
			work.binding_count * sizeof(*bindings));
		result->bindings = bindings;
		result->binding_count = work.binding_count;
	}
	text_free(&work.text);
	free(work.bindings);
	return !work.failed;
}
