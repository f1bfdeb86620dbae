/* SPDX-License-Identifier: MIT */
/*
 * A YAML document as a tree in which every node knows its place. Nothing here
 * knows what the keys mean, and no value is guessed to be a number or a
 * boolean: scalars are texts.
 */
#ifndef LEAT_LOADER_DOCUMENT_H
#define LEAT_LOADER_DOCUMENT_H

#include "base/arena.h"
#include "base/diagnostic.h"

enum node_kind { NODE_SCALAR, NODE_SEQUENCE, NODE_MAP };

enum node_style {
	STYLE_PLAIN,
	STYLE_SINGLE, /* quotes */
	STYLE_DOUBLE,
	STYLE_LITERAL, /* | */
	STYLE_FOLDED, /* > */
};

struct node {
	enum node_kind kind;
	enum node_style style; /* of scalars */
	struct location location; /* where it starts, with its quotes */
	unsigned end_line, end_column; /* behind its last character */
	struct location content; /* the first character of a scalar's text */
	const char *start; /* CONTENT in the source, if YAML joins its lines */
	const char *text; /* of scalars; without NUL, ends in one */
	size_t length;
	size_t weight; /* the nodes in it, itself too */
	struct node *const *keys; /* of maps, one for each item; scalars */
	struct node *const *items; /* of maps: the values */
	size_t count;
};

enum {
	DOCUMENT_BYTES = 1024 * 1024,
	DOCUMENT_NODES = 100000, /* each use of an alias counts */
	DOCUMENT_DEPTH = 64,
};

/* Reads PATH, which is WHAT ("session"), into SOURCE, whose text ARENA holds.
 * False: reported. */
bool document_read(struct arena *arena, const char *path, const char *what,
	struct source *source, struct diagnostics *diagnostics);

/* The root of the one document in SOURCE; keys that begin with x- are left
 * out. Returns NULL if there is none or the tree can't be trusted. Sets
 * *FAILED when it reported anything. */
struct node *document_parse(struct arena *arena, const struct source *source,
	struct diagnostics *diagnostics, bool *failed);

/* The value of KEY in a map, or NULL; nothing else has any. */
struct node *node_get(const struct node *map, const char *key);

/* The place of WIDTH code points at byte OFFSET of a scalar's text. */
struct location node_place(
	const struct node *scalar, size_t offset, size_t width);

/* What to call a node: "a text", "a list" or "a map". */
const char *node_kind_name(const struct node *node);

/* Whether a scalar was left out, as after `key:`. */
bool node_is_empty(const struct node *node);

#endif
