/* SPDX-License-Identifier: MIT */
/* libyaml's events made into a tree, within the limits. */
#include "loader/parse.h"

#include <string.h>

#include "base/memory.h"

void parse_report(struct parser *parser, struct location location,
	const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diagnostics_vadd(parser->diagnostics, SEVERITY_ERROR, location, hint,
		format, args);
	va_end(args);
	parser->failed = true;
}

struct location parse_mark(const struct parser *parser, const yaml_mark_t *mark)
{
	return (struct location){parser->source, (unsigned)mark->line + 1,
		(unsigned)mark->column + 1, 1, NULL};
}

static struct location at_event(
	const struct parser *parser, const yaml_event_t *event)
{
	struct location location = parse_mark(parser, &event->start_mark);

	if (event->end_mark.line == event->start_mark.line &&
		event->end_mark.column > event->start_mark.column)
		location.width = (unsigned)(event->end_mark.column -
			event->start_mark.column);
	return location;
}

static bool count_nodes(
	struct parser *parser, size_t count, struct location location)
{
	parser->nodes += count;
	if (parser->nodes <= DOCUMENT_NODES)
		return true;
	parse_report(parser, location, NULL,
		"the session has more than 100000 nodes%s",
		count > 1 ? "; each use of an alias counts" : "");
	parser->stop = true;
	return false;
}

static struct node *node_create(
	struct parser *parser, enum node_kind kind, const yaml_event_t *event)
{
	struct node *node = arena_alloc(parser->arena, sizeof(*node));

	node->kind = kind;
	node->weight = 1;
	node->location = node->content = at_event(parser, event);
	node->end_line = (unsigned)event->end_mark.line + 1;
	node->end_column = (unsigned)event->end_mark.column + 1;
	if (!count_nodes(parser, 1, node->location))
		node->location.width = 1;
	return node;
}

static void check_tag(struct parser *parser, const yaml_event_t *event,
	const yaml_char_t *tag)
{
	static const char standard[] = "tag:yaml.org,2002:";
	const char *name = (const char *)tag;
	bool core = tag && strncmp(name, standard, strlen(standard)) == 0;

	if (tag)
		parse_report(parser, parse_mark(parser, &event->start_mark),
			"quote a text that starts with !",
			"tags such as %s%s are not part of leat's YAML",
			core ? "!!" : "",
			core ? name + strlen(standard) : name);
}

static void on_scalar(struct parser *parser, const yaml_event_t *event)
{
	static const enum node_style styles[] = {
		[YAML_PLAIN_SCALAR_STYLE] = STYLE_PLAIN,
		[YAML_SINGLE_QUOTED_SCALAR_STYLE] = STYLE_SINGLE,
		[YAML_DOUBLE_QUOTED_SCALAR_STYLE] = STYLE_DOUBLE,
		[YAML_LITERAL_SCALAR_STYLE] = STYLE_LITERAL,
		[YAML_FOLDED_SCALAR_STYLE] = STYLE_FOLDED,
	};
	struct node *node = node_create(parser, NODE_SCALAR, event);
	const char *value = (const char *)event->data.scalar.value;
	size_t length = event->data.scalar.length;

	check_tag(parser, event, event->data.scalar.tag);
	node->style = styles[event->data.scalar.style];
	if (memchr(value, '\0', length)) {
		parse_report(
			parser, node->location, NULL, "a text can't hold NUL");
		length = strlen(value);
	}
	node->text = arena_copy(parser->arena, value, length);
	node->length = length;
	parse_set_content(parser, node, event->data.scalar.anchor);
	parse_add_anchor(parser, event->data.scalar.anchor, node);
	parse_put(parser, node, node->location);
}

static void on_start(struct parser *parser, const yaml_event_t *event,
	enum node_kind kind, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct node *node = node_create(parser, kind, event);

	check_tag(parser, event, tag);
	if (parser->depth == DOCUMENT_DEPTH) {
		parse_report(parser, node->location, NULL,
			"lists and maps are nested more than 64 deep");
		parser->stop = true;
		return;
	}
	struct level *level = &parser->levels[++parser->depth];
	*level = (struct level){.node = node};
	level->anchor = parse_add_anchor(parser, anchor, node);
	if (level->anchor)
		level->anchor->open = true;
}

static void on_end(struct parser *parser, const yaml_event_t *event)
{
	struct node *node = parser->levels[parser->depth].node;

	node->end_line = (unsigned)event->end_mark.line + 1;
	node->end_column = (unsigned)event->end_mark.column + 1;
	if (event->end_mark.column > event->start_mark.column &&
		node->end_line == node->location.line)
		node->location.width = node->end_column - node->location.column;
	parse_end_level(parser);
}

static void on_alias(struct parser *parser, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	struct anchor *anchor = parse_find_anchor(parser, name);
	struct location location = at_event(parser, event);

	if (anchor && !anchor->open) {
		if (count_nodes(parser, anchor->node->weight, location))
			parse_put(parser, anchor->node, location);
		return;
	}
	if (anchor)
		parse_report(parser, location, NULL,
			"the alias *%s stands inside of what it names", name);
	else
		parse_report(parser, location,
			"quote a text that starts with *",
			"there is no anchor &%s before this alias", name);
	parser->stop = true;
}

static void on_document(struct parser *parser, const yaml_event_t *event)
{
	if (!parser->root)
		return;
	parse_report(parser, parse_mark(parser, &event->start_mark), NULL,
		"a session is one document; here a second one starts");
	parser->stop = true;
}

static void on_event(struct parser *parser, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT: on_document(parser, event); break;
	case YAML_ALIAS_EVENT: on_alias(parser, event); break;
	case YAML_SCALAR_EVENT: on_scalar(parser, event); break;
	case YAML_SEQUENCE_START_EVENT:
		on_start(parser, event, NODE_SEQUENCE,
			event->data.sequence_start.anchor,
			event->data.sequence_start.tag);
		break;
	case YAML_MAPPING_START_EVENT:
		on_start(parser, event, NODE_MAP,
			event->data.mapping_start.anchor,
			event->data.mapping_start.tag);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT: on_end(parser, event); break;
	case YAML_STREAM_END_EVENT: parser->stop = true; break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT: break;
	}
}

static void find_lines(struct parser *parser)
{
	const char *at = parser->source->text;
	const char *end = at + parser->source->length;
	size_t count = 1;

	for (const char *i = at; (i = memchr(i, '\n', (size_t)(end - i))); i++)
		count++;
	parser->lines = memory_alloc(memory_product(count, sizeof(at)));
	do {
		parser->lines[parser->line_count++] = at;
		at = memchr(at, '\n', (size_t)(end - at));
	} while (at && at++);
}

static void parse_events(struct parser *parser)
{
	yaml_event_t event;

	while (!parser->stop) {
		if (!yaml_parser_parse(&parser->yaml, &event)) {
			parse_syntax_error(parser);
			parser->stop = true;
			parser->root = NULL;
			return;
		}
		on_event(parser, &event);
		yaml_event_delete(&event);
	}
}

struct node *document_parse(struct arena *arena, const struct source *source,
	struct diagnostics *diagnostics, bool *failed)
{
	struct parser *parser = memory_zeroed(sizeof(*parser));

	parser->arena = arena;
	parser->source = source;
	parser->diagnostics = diagnostics;
	if (!yaml_parser_initialize(&parser->yaml))
		memory_abort();
	yaml_parser_set_encoding(&parser->yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser->yaml,
		(const unsigned char *)source->text, source->length);
	find_lines(parser);
	parse_events(parser);
	while (parser->depth > 0) {
		struct level *level = &parser->levels[parser->depth--];

		free(level->keys);
		free(level->items);
		parser->root = NULL;
	}
	if (!parser->root && !parser->failed)
		parse_report(parser, (struct location){source, 0, 0, 1, NULL},
			NULL, "empty session");
	struct node *root = parser->root;
	*failed |= parser->failed;
	yaml_parser_delete(&parser->yaml);
	free(parser->lines);
	free(parser);
	return root;
}
