/* SPDX-License-Identifier: MIT */
/*
 * Maps read by tables: each key that a map may have, the kind of its value,
 * and the function that reads it.
 */
#ifndef LEAT_LOADER_GRAMMAR_H
#define LEAT_LOADER_GRAMMAR_H

#include "loader/loader.h"

enum key_kind {
	KEY_SCALAR,
	KEY_SEQUENCE,
	KEY_MAP,
	KEY_ANY,
	KEY_LATER, /* of the grammar, but not available yet */
	KEY_REFUSED, /* of other maps; READ says of which */
};

struct key_rule {
	const char *name; /* NULL ends a table */
	enum key_kind kind;
	/* Reads the value into what grammar_read was given; or NULL. */
	void (*read)(struct loader *loader, const struct node *key,
		const struct node *value, void *into);
};

/* Reads all keys of MAP that RULES name, in the order of the file; reports the
 * others. WHAT is what the map describes, such as "a param". */
void grammar_read(struct loader *loader, const struct node *map,
	const struct key_rule *rules, const char *what, void *into);

#endif
