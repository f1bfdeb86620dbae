/* SPDX-License-Identifier: MIT */
/* libyaml's events made into a tree: what the files that do it share. */
#ifndef LEAT_LOADER_PARSE_H
#define LEAT_LOADER_PARSE_H

#include <yaml.h>

#include "loader/document.h"

struct anchor {
	struct anchor *next;
	const char *name;
	struct node *node;
	bool open; /* its node isn't complete */
};

/* A collection that is being read. */
struct level {
	struct node *node;
	struct node *key; /* of the entry being read in a map, or NULL */
	bool skip; /* ... it is x-, or wrong */
	struct anchor *anchor;
	struct node **keys, **items;
	size_t count, capacity;
};

struct parser {
	yaml_parser_t yaml;
	struct arena *arena;
	const struct source *source;
	const char **lines; /* where each line of the source starts */
	size_t line_count;
	struct diagnostics *diagnostics;
	struct level levels[DOCUMENT_DEPTH + 1];
	unsigned depth;
	struct anchor *anchors[256]; /* by a hash of their names */
	size_t nodes;
	struct node *root;
	bool failed, stop;
};

void parse_report(struct parser *parser, struct location location,
	const char *hint, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

struct location parse_mark(
	const struct parser *parser, const yaml_mark_t *mark);

/* The rest of line LINE, which counts from 1, behind COLUMNS code points; ""
 * behind the end of the source. */
const char *parse_text(
	const struct parser *parser, size_t line, size_t columns);

/* Reports what libyaml found wrong (loader/parse-text.c). */
void parse_syntax_error(struct parser *parser);

/* Sets where a scalar's text starts (loader/parse-text.c). */
void parse_set_content(
	struct parser *parser, struct node *node, const yaml_char_t *anchor);

/* The anchor NAME that was seen last, or NULL (loader/parse-level.c). */
struct anchor *parse_find_anchor(struct parser *parser, const char *name);

/* NAME may be NULL; a later anchor of the same name hides the earlier one. */
struct anchor *parse_add_anchor(
	struct parser *parser, const yaml_char_t *name, struct node *node);

/* Puts a node, used at LOCATION, into the collection that is being read. */
void parse_put(
	struct parser *parser, struct node *node, struct location location);

/* Ends the collection that is being read, and puts its node. */
void parse_end_level(struct parser *parser);

#endif
