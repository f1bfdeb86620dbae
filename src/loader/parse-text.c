/* SPDX-License-Identifier: MIT */
/* The text behind libyaml's marks: where scalars start, what is broken. */
#include <string.h>

#include "base/memory.h"
#include "loader/parse.h"
#include "loader/yaml-hint.h"

const char *parse_text(const struct parser *parser, size_t line, size_t columns)
{
	const char *end = parser->source->text + parser->source->length;

	if (line > parser->line_count)
		return "";
	const char *at = parser->lines[line - 1];
	for (; columns > 0 && at < end; columns--)
		do
			at++;
		while (at < end && (*at & 0xc0) == 0x80);
	return at;
}

/* The place of the first character of a block scalar: the first that isn't
 * white space in the lines after its header. */
static struct location block_content(
	const struct parser *parser, struct location location)
{
	const char *at = parse_text(parser, location.line + 1, 0);

	location.width = 1;
	location.line++;
	location.column = 1;
	for (; *at && strchr(" \r\n", *at); at++) {
		location.column++;
		if (*at == '\n') {
			location.line++;
			location.column = 1;
		}
	}
	return location;
}

/* libyaml lets a scalar start at its anchor. */
static void skip_anchor(
	struct parser *parser, struct node *node, const yaml_char_t *anchor)
{
	struct location *location = &node->location;
	size_t skipped = strlen((const char *)anchor) + 1;

	skipped += strspn(parse_text(parser, location->line,
				  location->column - 1 + skipped),
		" ");
	location->column += (unsigned)skipped;
	location->width = node->end_line == location->line &&
			node->end_column > location->column
		? node->end_column - location->column
		: 1;
	node->content = *location;
}

void parse_set_content(
	struct parser *parser, struct node *node, const yaml_char_t *anchor)
{
	struct location *content = &node->content;

	if (anchor)
		skip_anchor(parser, node, anchor);
	if (node->style == STYLE_SINGLE || node->style == STYLE_DOUBLE) {
		content->column++;
		content->width -= content->width > 2 ? 2 : 0;
	} else if (node->style != STYLE_PLAIN && node->length)
		*content = block_content(parser, node->location);
	if (node->style != STYLE_LITERAL && node->end_line > content->line)
		node->start =
			parse_text(parser, content->line, content->column - 1);
}

/* Whether a line is a key whose colon has no space behind it, so that YAML
 * takes all of it for a text; PLACE becomes that of the colon. */
static bool lacks_space(
	const struct parser *parser, unsigned line, struct location *place)
{
	const char *start = line ? parse_text(parser, line, 0) : "";
	const char *key = start + strspn(start, " ");
	const char *colon = key +
		strspn(key,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			"0123456789_-");

	if (colon == key || *colon != ':' || strchr(" /\r\n", colon[1]))
		return false;
	*place = (struct location){
		parser->source, line, (unsigned)(colon - start) + 1, 1, NULL};
	return true;
}

/* Reports what libyaml notices only at a later place than where it is. */
static bool report_late(struct parser *parser, struct location location,
	struct location start, const char *context)
{
	const char *problem = parser->yaml.problem;
	bool key = strstr(problem, "could not find expected ':'");

	if (strstr(context, "quoted scalar") &&
		!strstr(problem, "unknown escape")) {
		parse_report(parser, start, NULL,
			"the YAML is broken: nothing closes this quote");
		return true;
	}
	if (!(key && lacks_space(parser, start.line, &location)) &&
		!(strstr(problem, "mapping values are not allowed") &&
			lacks_space(parser, location.line - 1, &location)))
		return false;
	parse_report(parser, location, NULL,
		"the YAML is broken: a space is missing behind this colon");
	return true;
}

void parse_syntax_error(struct parser *parser)
{
	const yaml_parser_t *yaml = &parser->yaml;
	struct location location = parse_mark(parser, &yaml->problem_mark);
	struct location start = parse_mark(parser, &yaml->context_mark);
	const char *context = yaml->context ? yaml->context : "";

	if (yaml->error == YAML_MEMORY_ERROR)
		memory_abort();
	if (yaml->error == YAML_READER_ERROR)
		location = (struct location){parser->source, 0, 0, 1, NULL};
	if (!yaml->context)
		start.line = 0;
	if (report_late(parser, location, start, context))
		return;
	parse_report(parser, location,
		yaml_hint_broken(yaml->problem, location, start),
		"the YAML is broken: %s%s%s", yaml->problem,
		*context ? " " : "", context);
}
