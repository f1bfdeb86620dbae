/* SPDX-License-Identifier: MIT */
/* Hints for the slips that YAML invites: one table. */
#include "loader/yaml-hint.h"

#include <string.h>

/* The text around a place. */
struct view {
	const char *line, *end; /* without its line break */
	const char *at; /* the place */
	const char *before, *next; /* what isn't a blank next to it: the last
				      character before AT, or the line's start,
				      and the first from AT on, or END */
};

enum when {
	BROKEN = 1 << 0, /* libyaml's problem */
	CONTEXT = 1 << 1, /* ... the start of what it was reading */
	EMPTY = 1 << 2, /* a value that is empty */
	CUT = 1 << 3, /* the end of a value that is wrong */
};

/* ---- What the text looks like ------------------------------------------- */

static bool is_reference(const struct view *view)
{
	return view->at > view->line && view->at[-1] == '$' && *view->at == '{';
}

static bool is_bracket(const struct view *view)
{
	return (view->at < view->end && strchr("{[]", *view->at)) ||
		(view->at > view->line && strchr("]}", view->at[-1]));
}

static bool is_behind_quote(const struct view *view)
{
	return view->before > view->line && strchr("'\"", *view->before);
}

/* A second colon of an entry that stands in one line. */
static bool is_second_colon(const struct view *view)
{
	const char *at = view->at;

	if (at == view->end || *at != ':')
		return false;
	while (at > view->line && !strchr("{[,", at[-1])) {
		at--;
		if (at[0] == ':' && at[1] == ' ')
			return true;
	}
	return false;
}

/* The colon of a key that the line before runs into. */
static bool is_first_colon(const struct view *view)
{
	return view->at < view->end && *view->at == ':';
}

/* A comment in the middle of an entry. */
static bool is_cut(const struct view *view)
{
	const char *at =
		memmem(view->at, (size_t)(view->end - view->at), " #", 2);

	while (at && at > view->at && *at == ' ')
		at--;
	return at && !strchr("{[,", *at);
}

static bool is_line_start(const struct view *view)
{
	return view->line + strspn(view->line, " ") == view->at;
}

static bool is_before_comment(const struct view *view)
{
	return view->next < view->end && *view->next == '#';
}

/* An anchor, which takes the place of the text. */
static bool is_behind_anchor(const struct view *view)
{
	const char *at = view->before;

	while (at > view->line && at[-1] != ' ')
		at--;
	return *at == '&';
}

/* A key without a colon: what stands behind a comma in flow. */
static bool is_bare_key(const struct view *view)
{
	return view->before > view->line && !strchr(":-?", *view->before);
}

/* ---- The table ---------------------------------------------------------- */

/* All of what is set must hold; the first row that does has the hint. */
static const struct trap {
	unsigned when;
	const char *problem; /* a part of libyaml's words */
	char start; /* the text at the place starts with it */
	bool (*looks)(const struct view *view);
	const char *hint;
} traps[] = {
	{BROKEN, "unknown escape character", 0, NULL,
		"a backslash begins an escape in double quotes: use single "
		"quotes, as in '\\d'"},
	{BROKEN, NULL, '\t', NULL, "indent with spaces, not tabs"},
	{BROKEN, NULL, 0, is_reference,
		"quote a text with ${...}: \"${name}\""},
	{BROKEN | CONTEXT, NULL, '*', NULL, "quote a text that starts with *"},
	{BROKEN | CONTEXT, NULL, '&', NULL, "quote a text that starts with &"},
	{BROKEN | CONTEXT, NULL, '!', NULL, "quote a text that starts with !"},
	{BROKEN | CONTEXT, NULL, '|', NULL, "quote a text that starts with |"},
	{BROKEN | CONTEXT, NULL, '>', NULL, "quote a text that starts with >"},
	{BROKEN, "cannot start any token", '%', NULL,
		"quote a text that starts with %"},
	{BROKEN, "cannot start any token", '@', NULL,
		"quote a text that starts with @"},
	{BROKEN, "cannot start any token", '`', NULL,
		"quote a text that starts with `"},
	{BROKEN, "entries are not allowed", '-', NULL,
		"quote a text that starts with - and a space"},
	{BROKEN, "keys are not allowed", '?', NULL,
		"quote a text that starts with ? and a space"},
	{BROKEN, NULL, 0, is_second_colon,
		"quote a text that holds a colon and a space"},
	{BROKEN, "did not find expected", 0, is_bracket,
		"quote a text that holds braces or brackets"},
	{BROKEN, "did not find expected", 0, is_behind_quote,
		"quote the text as a whole; within '...' write '' for a '"},
	{CONTEXT, "expected ',' or '", 0, is_cut,
		"a # behind a space begins a comment: quote a text that holds "
		"it"},
	{BROKEN, "expected ',' or '", 0, is_first_colon,
		"the entry before lacks a comma or its closing bracket"},
	{BROKEN, "mapping values are not allowed", 0, is_first_colon,
		"the keys of a map stand in one column, each with a colon and "
		"a space behind it"},
	{BROKEN, "did not find expected key", 0, is_line_start,
		"the keys of a map stand in one column, each with a colon and "
		"a space behind it"},
	{EMPTY, NULL, 0, is_before_comment,
		"a # behind a space begins a comment: quote a text that starts "
		"with #"},
	{EMPTY, NULL, 0, is_behind_anchor, "quote a text that starts with &"},
	{EMPTY, NULL, 0, is_bare_key,
		"a comma ends a text in braces: quote a text that holds one"},
	{CUT, NULL, 0, is_before_comment,
		"a # behind a space begins a comment: quote the text if it "
		"goes on there"},
};

static bool holds(const struct trap *trap, enum when when, const char *problem,
	const struct view *view)
{
	if (!view->line || !(trap->when & when))
		return false;
	if (trap->problem && !strstr(problem, trap->problem))
		return false;
	if (trap->start && (view->at == view->end || *view->at != trap->start))
		return false;
	return !trap->looks || trap->looks(view);
}

/* CONTEXT may be NULL; a view without a line is of nothing. */
static const char *find_hint(enum when when, const char *problem,
	const struct view *view, const struct view *context)
{
	for (size_t i = 0; i < sizeof(traps) / sizeof(*traps); i++)
		if (holds(&traps[i], when, problem, view) ||
			(context &&
				holds(&traps[i], CONTEXT, problem, context)))
			return traps[i].hint;
	return NULL;
}

/* ---- Places ------------------------------------------------------------- */

static const char *line_end(const char *line, const char *end)
{
	const char *found = memchr(line, '\n', (size_t)(end - line));

	return found ? found : end;
}

/* The text around a place; nothing when there is no such line. */
static struct view look(
	const struct source *source, unsigned line, unsigned column)
{
	const char *at = source->text, *end = at + source->length;
	struct view view = {0};

	for (; line > 1 && at < end; line--) {
		at = line_end(at, end);
		at += at < end;
	}
	if (line != 1)
		return view;
	view.line = at;
	view.end = line_end(at, end);
	for (; column > 1 && at < view.end; column--)
		do
			at++;
		while (at < view.end && (*at & 0xc0) == 0x80);
	view.at = view.next = view.before = at;
	while (view.next < view.end && strchr(" \r", *view.next))
		view.next++;
	while (view.before > view.line && *--view.before == ' ')
		;
	return view;
}

const char *yaml_hint_broken(
	const char *problem, struct location place, struct location context)
{
	struct view view = look(place.source, place.line, place.column);
	struct view start = look(context.source, context.line, context.column);

	return find_hint(BROKEN, problem, &view, &start);
}

const char *yaml_hint_empty(const struct node *scalar)
{
	const struct location *place = &scalar->location;
	struct view view = look(place->source, place->line, place->column);

	return find_hint(EMPTY, "", &view, NULL);
}

const char *yaml_hint_collection(const struct node *node)
{
	if (node->kind == NODE_SEQUENCE)
		return node->count == 1 && node->items[0]->kind == NODE_SCALAR
			? "a text that starts with [ must be quoted"
			: NULL;
	for (size_t i = 0; i < node->count; i++)
		if (!node_is_empty(node->items[i]))
			return NULL;
	return node->count ? "a text that starts with { must be quoted" : NULL;
}

const char *yaml_hint_cut(const struct node *scalar, struct location place)
{
	const struct location *start = &scalar->location;
	struct view view;

	if (place.source != start->source || place.line < start->line ||
		place.line > scalar->end_line ||
		(place.line == start->line && place.column < start->column) ||
		(place.line == scalar->end_line &&
			place.column > scalar->end_column))
		return NULL;
	view = look(start->source, scalar->end_line, scalar->end_column);
	return find_hint(CUT, "", &view, NULL);
}
