/* SPDX-License-Identifier: MIT */
/*
 * Attributes: registered keys with typed values, on an item or a segment.
 * Sets of them are shared by reference and never changed once shared.
 */
#ifndef LEAT_MODEL_ATTRIBUTE_H
#define LEAT_MODEL_ATTRIBUTE_H

#include "model/value.h"

enum attribute_access {
	ATTRIBUTE_READ, /* only the operator that introduces it sets it */
	ATTRIBUTE_WRITE, /* sessions may set it, too */
};

enum attribute_propagation {
	ATTRIBUTE_SEGMENT, /* of a segment: seen on all of its items */
	ATTRIBUTE_ITEM, /* of an item: follows it through operators that pass
			   or change it, ends where new items are made */
};

/* One row of an operator's table of attributes. The address of the row is the
 * interned key. */
struct attribute_spec {
	const char *name; /* NULL ends a table */
	enum value_type type;
	enum attribute_access access;
	enum attribute_propagation propagation;
	const char *summary;
};

struct attributes;

/* An empty set, one reference. */
struct attributes *attributes_create(void);
struct attributes *attributes_ref(struct attributes *set); /* takes NULL */
void attributes_unref(struct attributes *set); /* takes NULL */

/* Returns the set with KEY set to VALUE, whose bytes are copied: SET itself
 * when nobody else refers to it, else a changed copy. Takes the reference to
 * SET, which may be NULL, and gives one to the result. */
struct attributes *attributes_set(struct attributes *set,
	const struct attribute_spec *key, const struct value *value);

struct attributes *attributes_set_text(struct attributes *set,
	const struct attribute_spec *key, const char *text, size_t length);
struct attributes *attributes_set_integer(struct attributes *set,
	const struct attribute_spec *key, int64_t integer);

/* The same, with every key of FROM (may be NULL) that SET doesn't have. */
struct attributes *attributes_inherit(
	struct attributes *set, const struct attributes *from);

/* The value of KEY, or NULL. Borrowed from the set, which may be NULL. */
const struct value *attributes_get(
	const struct attributes *set, const struct attribute_spec *key);

#endif
