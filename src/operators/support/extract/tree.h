/* SPDX-License-Identifier: MIT */
/*
 * What an archive puts into a directory: which names are taken, by what, and
 * which are alike to people or to other systems. Names are relative, without
 * `.`, `..` and double slashes; they are bytes. Nothing here looks at a disk.
 */
#ifndef LEAT_OPERATORS_SUPPORT_EXTRACT_TREE_H
#define LEAT_OPERATORS_SUPPORT_EXTRACT_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/file.h"

struct output;
struct tree_node;
struct tree_form;

/* Zero-initialised it is empty. */
struct tree {
	struct tree_node *nodes;
	struct tree_form *forms; /* what names are compared by */
};

enum tree_answer {
	TREE_FREE, /* nothing has the name */
	TREE_SAME, /* it is a directory, and is to be one */
	TREE_TAKEN, /* an entry has the name */
	TREE_BLOCKED, /* what should be a directory on the way isn't */
};

/* Whether NAME may be used for a KIND. BLOCKED: *LENGTH bytes of it name what
 * is in the way. */
enum tree_answer tree_ask(const struct tree *tree, const char *name,
	enum file_kind kind, size_t *length);

/* Another name, of NAME or of a directory on its way, that is the same but for
 * case or Unicode form (full case folding and NFC, by the Unicode that utf8proc
 * knows); NULL: there is none. Borrowed. What isn't UTF-8 is like nothing
 * else. */
const char *tree_alike(const struct tree *tree, const char *name);

/* Takes a name that is free, or the same, and the directories on its way.
 * OUTPUT is borrowed; may be NULL. */
void tree_add(struct tree *tree, const char *name, enum file_kind kind,
	struct output *output);

/* Whether NAME is taken; by what kind, and by which output. "" is the directory
 * that all is in. */
bool tree_find(const struct tree *tree, const char *name, enum file_kind *kind,
	struct output **output);

void tree_finish(struct tree *tree); /* it is empty again */

#endif
