/* SPDX-License-Identifier: MIT */
/* What an archive puts into a directory. */
#include "operators/support/extract/tree.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/memory.h"

#define uthash_fatal(message) memory_abort()
#include <uthash.h>

struct tree_node {
	UT_hash_handle hh;
	enum file_kind kind;
	struct output *output;
	size_t length;
	char name[];
};

/* The form that names which are alike have in common. */
struct tree_form {
	UT_hash_handle hh;
	const struct tree_node *node;
	char form[];
};

static struct tree_node *find(
	const struct tree *tree, const char *name, size_t length)
{
	struct tree_node *node;

	HASH_FIND(hh, tree->nodes, name, length, node);
	return node;
}

/* The length of the next directory on the way of NAME beyond FROM; 0: there is
 * none. */
static size_t next_directory(const char *name, size_t from)
{
	const char *slash = strchr(name + from + (from > 0), '/');

	return slash ? (size_t)(slash - name) : 0;
}

enum tree_answer tree_ask(const struct tree *tree, const char *name,
	enum file_kind kind, size_t *length)
{
	const struct tree_node *node;

	for (*length = 0; (*length = next_directory(name, *length));) {
		node = find(tree, name, *length);
		if (node && node->kind != FILE_DIRECTORY)
			return TREE_BLOCKED;
	}
	*length = strlen(name);
	node = find(tree, name, *length);
	if (!node)
		return TREE_FREE;
	return node->kind == FILE_DIRECTORY && kind == FILE_DIRECTORY
		? TREE_SAME
		: TREE_TAKEN;
}

/* ---- Names that are alike --------------------------------------------------- */

static bool is_ascii(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)name[i] >= 0x80)
			return false;
	return true;
}

/* The form of a name, to be freed; NULL: it has none. */
static char *make_form(const char *name, size_t length)
{
	utf8proc_uint8_t *form = NULL;

	if (is_ascii(name, length)) {
		char *lower = memory_alloc(length + 1);

		for (size_t i = 0; i < length; i++)
			lower[i] = (char)tolower((unsigned char)name[i]);
		lower[length] = '\0';
		return lower;
	}
	if (utf8proc_map((const utf8proc_uint8_t *)name,
		    (utf8proc_ssize_t)length, &form,
		    UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD) < 0)
		return NULL;
	return (char *)form;
}

static const char *alike(
	const struct tree *tree, const char *name, size_t length)
{
	char *form;
	struct tree_form *found = NULL;

	if (find(tree, name, length) || !(form = make_form(name, length)))
		return NULL;
	HASH_FIND_STR(tree->forms, form, found);
	free(form);
	return found ? found->node->name : NULL;
}

const char *tree_alike(const struct tree *tree, const char *name)
{
	const char *other = NULL;
	size_t length = 0;

	while (!other && (length = next_directory(name, length)))
		other = alike(tree, name, length);
	return other ? other : alike(tree, name, strlen(name));
}

static void add_form(struct tree *tree, const struct tree_node *node)
{
	char *form = make_form(node->name, node->length);
	struct tree_form *found = NULL;

	if (!form)
		return;
	HASH_FIND_STR(tree->forms, form, found);
	if (!found) {
		size_t size = strlen(form) + 1;

		found = memory_zeroed(sizeof(*found) + size);
		found->node = node;
		memcpy(found->form, form, size);
		HASH_ADD_STR(tree->forms, form, found);
	}
	free(form);
}

/* ---- Names ------------------------------------------------------------------ */

static struct tree_node *add(
	struct tree *tree, const char *name, size_t length, enum file_kind kind)
{
	struct tree_node *node = find(tree, name, length);

	if (node)
		return node;
	node = memory_zeroed(sizeof(*node) + length + 1);
	node->kind = kind;
	node->length = length;
	memcpy(node->name, name, length);
	HASH_ADD_KEYPTR(hh, tree->nodes, node->name, length, node);
	add_form(tree, node);
	return node;
}

void tree_add(struct tree *tree, const char *name, enum file_kind kind,
	struct output *output)
{
	for (size_t length = 0; (length = next_directory(name, length));)
		add(tree, name, length, FILE_DIRECTORY);
	add(tree, name, strlen(name), kind)->output = output;
}

bool tree_find(const struct tree *tree, const char *name, enum file_kind *kind,
	struct output **output)
{
	const struct tree_node *node = find(tree, name, strlen(name));

	*kind = node ? node->kind : FILE_DIRECTORY;
	*output = node ? node->output : NULL;
	return node || !*name;
}

void tree_finish(struct tree *tree)
{
	struct tree_form *form = tree->forms, *next_form;
	struct tree_node *node = tree->nodes, *next;

	HASH_CLEAR(hh, tree->forms);
	for (; form; form = next_form) {
		next_form = form->hh.next;
		free(form);
	}
	HASH_CLEAR(hh, tree->nodes);
	for (; node; node = next) {
		next = node->hh.next;
		free(node);
	}
}
