/* SPDX-License-Identifier: MIT */
/* Sets of attributes: small arrays, shared until somebody writes. */
#include "model/attribute.h"

#include <string.h>

#include "base/memory.h"

enum { FIRST_ENTRIES = 12 }; /* a file has ten */

struct attributes {
	uint32_t references;
	uint32_t count, capacity;
	struct entry {
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

static size_t set_bytes(size_t count)
{
	return sizeof(struct attributes) + count * sizeof(struct entry);
}

static struct attributes *create(uint32_t capacity)
{
	struct attributes *set = memory_alloc(set_bytes(capacity));

	set->references = 1;
	set->count = 0;
	set->capacity = capacity;
	return set;
}

struct attributes *attributes_create(void)
{
	return create(FIRST_ENTRIES);
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

static struct entry *find(
	struct attributes *set, const struct attribute_spec *key)
{
	for (uint32_t i = 0; i < set->count; i++)
		if (set->entries[i].key == key)
			return &set->entries[i];
	return NULL;
}

/* A set that only the caller refers to, with the entries of SET. */
static struct attributes *make_own(struct attributes *set)
{
	if (!set)
		return attributes_create();
	if (set->references == 1)
		return set;
	struct attributes *copy = create(set->count + 1);

	copy->count = set->count;
	for (uint32_t i = 0; i < set->count; i++) {
		copy->entries[i].key = set->entries[i].key;
		copy->entries[i].value =
			copy_value(set->entries[i].key, &set->entries[i].value);
	}
	attributes_unref(set);
	return copy;
}

static struct attributes *add(struct attributes *set,
	const struct attribute_spec *key, const struct value *value)
{
	if (set->count == set->capacity) {
		set->capacity *= 2;
		set = memory_resize(set, 1, set_bytes(set->capacity));
	}
	set->entries[set->count++] = (struct entry){key, *value};
	return set;
}

struct attributes *attributes_set(struct attributes *set,
	const struct attribute_spec *key, const struct value *value)
{
	struct value copy = copy_value(key, value);

	set = make_own(set);
	struct entry *entry = find(set, key);
	if (!entry)
		return add(set, key, &copy);
	free_value(key, &entry->value);
	entry->value = copy;
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
	struct entry *entry =
		set && set->references == 1 ? find(set, key) : NULL;

	if (!entry)
		return attributes_set(
			set, key, &(struct value){.integer = integer});
	/* Member by member: to copy the whole of a value that was just put
	 * together would wait for its parts to reach the cache. */
	entry->value.integer = integer;
	entry->value.null = false;
	return set;
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
