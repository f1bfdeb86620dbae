/* SPDX-License-Identifier: MIT */
/* Sets of attributes: small arrays, shared until somebody writes. */
#include "model/attribute.h"

#include <string.h>

#include "base/memory.h"

struct attributes {
	uint32_t references;
	uint32_t count;
	struct {
		const struct attribute_spec *key;
		struct value value; /* its bytes are owned */
	} entries[];
};

static bool owns_bytes(const struct attribute_spec *key)
{
	return key->type == VALUE_TEXT || key->type == VALUE_BYTES ||
		key->type == VALUE_JSON;
}

static struct value copy_value(
	const struct attribute_spec *key, const struct value *value)
{
	struct value copy = *value;

	if (!owns_bytes(key) || value->null)
		return copy;
	char *data = memory_alloc((size_t)value->length + 1);
	memcpy(data, value->data, value->length);
	data[value->length] = '\0';
	copy.data = data;
	return copy;
}

static void free_value(
	const struct attribute_spec *key, const struct value *value)
{
	if (owns_bytes(key) && !value->null)
		free((char *)(uintptr_t)value->data);
}

struct attributes *attributes_create(void)
{
	struct attributes *set = memory_zeroed(sizeof(*set));

	set->references = 1;
	return set;
}

struct attributes *attributes_ref(struct attributes *set)
{
	if (set && ++set->references == 0)
		memory_abort();
	return set;
}

void attributes_unref(struct attributes *set)
{
	if (!set || --set->references > 0)
		return;
	for (uint32_t i = 0; i < set->count; i++)
		free_value(set->entries[i].key, &set->entries[i].value);
	free(set);
}

static size_t set_bytes(size_t count)
{
	return sizeof(struct attributes) +
		count * sizeof(((struct attributes *)0)->entries[0]);
}

/* A set that only the caller refers to, with the entries of SET. */
static struct attributes *make_own(struct attributes *set)
{
	if (!set)
		return attributes_create();
	if (set->references == 1)
		return set;
	struct attributes *copy = memory_alloc(set_bytes(set->count));

	copy->references = 1;
	copy->count = set->count;
	for (uint32_t i = 0; i < set->count; i++) {
		copy->entries[i].key = set->entries[i].key;
		copy->entries[i].value =
			copy_value(set->entries[i].key, &set->entries[i].value);
	}
	attributes_unref(set);
	return copy;
}

struct attributes *attributes_set(struct attributes *set,
	const struct attribute_spec *key, const struct value *value)
{
	struct value copy = copy_value(key, value);

	set = make_own(set);
	for (uint32_t i = 0; i < set->count; i++)
		if (set->entries[i].key == key) {
			free_value(key, &set->entries[i].value);
			set->entries[i].value = copy;
			return set;
		}
	set = memory_resize(set, 1, set_bytes((size_t)set->count + 1));
	set->entries[set->count].key = key;
	set->entries[set->count].value = copy;
	set->count++;
	return set;
}

struct attributes *attributes_set_text(struct attributes *set,
	const struct attribute_spec *key, const char *text, size_t length)
{
	struct value value = {.data = text, .length = (uint32_t)length};

	return attributes_set(set, key, &value);
}

struct attributes *attributes_set_integer(struct attributes *set,
	const struct attribute_spec *key, int64_t integer)
{
	struct value value = {.integer = integer};

	return attributes_set(set, key, &value);
}

struct attributes *attributes_inherit(
	struct attributes *set, const struct attributes *from)
{
	if (!from)
		return set;
	for (uint32_t i = 0; i < from->count; i++)
		if (!attributes_get(set, from->entries[i].key))
			set = attributes_set(set, from->entries[i].key,
				&from->entries[i].value);
	return set;
}

const struct value *attributes_get(
	const struct attributes *set, const struct attribute_spec *key)
{
	if (!set)
		return NULL;
	for (uint32_t i = 0; i < set->count; i++)
		if (set->entries[i].key == key)
			return &set->entries[i].value;
	return NULL;
}
