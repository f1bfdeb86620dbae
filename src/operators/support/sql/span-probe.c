/* SPDX-License-Identifier: MIT */
/* Items made up to try expressions on. */
#include "operators/support/sql/span-probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { KINDS = 7 }; /* of values for each type */

/* Numbers are small enough that three of them can be multiplied. */
static const int64_t integers[KINDS] = {1, 0, -7, 1000000, 42, 200, 2};
static const double reals[KINDS] = {0.5, 0, -7.25, 1e6, 1, 2e-3, -0.0};
static const int64_t timestamps[KINDS] = {971211336000000, 0, -1500000,
	4102444800000000, 971211336500000, 1, 86400000000};
static const int64_t durations[KINDS] = {1, 0, -1500000, 60000000, 42, 200, 2};
static const char *const texts[KINDS] = {
	"abc", "", "12", "-1.5", "2000-10-10", "a/\xc3\xa4 \"b\"", "$.a"};
static const char *const jsons[KINDS] = {"{\"a\":[1,\"x\"],\"b\":{}}", "[]",
	"\"x\"", "-1.5", "null", "true", "{}"};

static struct value text_value(const char *text)
{
	return (struct value){.data = text, .length = (uint32_t)strlen(text)};
}

static struct value probe_value(enum value_type type, size_t kind)
{
	switch (type) {
	case VALUE_INTEGER: return (struct value){.integer = integers[kind]};
	case VALUE_REAL: return (struct value){.real = reals[kind]};
	case VALUE_BOOLEAN: return (struct value){.boolean = kind % 2};
	case VALUE_TIMESTAMP:
		return (struct value){.integer = timestamps[kind]};
	case VALUE_DURATION: return (struct value){.integer = durations[kind]};
	case VALUE_JSON: return text_value(jsons[kind]);
	case VALUE_TEXT:
	case VALUE_BYTES: break;
	}
	return text_value(texts[kind]);
}

/* First the columns go through the kinds side by side, then mixed. */
static size_t pick(size_t row, size_t column)
{
	if (row < KINDS)
		return row;
	return (row * (column * 2 + 1) + column * column) % KINDS;
}

static struct value pick_value(
	enum value_type type, bool nullable, size_t row, size_t column)
{
	if (nullable && (row + column) % 4 == 3)
		return (struct value){.null = true};
	return probe_value(type, pick(row, column));
}

static struct item *create(const struct shape *shape, size_t row)
{
	bool record = shape->type == PAYLOAD_RECORD;
	struct item *item =
		memory_zeroed(record ? item_bytes_record(shape->schema->count)
				     : item_bytes_plain());

	item->references = 1;
	item->type = (uint8_t)shape->type;
	for (size_t i = 0; record && i < shape->schema->count; i++)
		item->record.values[i] =
			pick_value(shape->schema->fields[i].type,
				shape->schema->fields[i].nullable, row, i);
	if (shape->type == PAYLOAD_LINE) {
		item->slice.data = texts[row % KINDS];
		item->slice.length = strlen(item->slice.data);
	}
	for (size_t i = 0; i < shape->attribute_count; i++) {
		const struct attribute_spec *key = shape->attributes[i];
		struct value value = pick_value(key->type, true, row, i + 7);

		item->attributes =
			attributes_set(item->attributes, key, &value);
	}
	return item;
}

void span_probe_create(
	const struct shape *shape, struct item *items[SPAN_PROBES])
{
	for (size_t row = 0; row < SPAN_PROBES; row++)
		items[row] = create(shape, row);
}

void span_probe_destroy(struct item *items[SPAN_PROBES])
{
	for (size_t row = 0; row < SPAN_PROBES; row++) {
		attributes_unref(items[row]->attributes);
		free(items[row]);
	}
}
