/* SPDX-License-Identifier: MIT */
/* Copies the bytes of items next to each other. */
#include "model/packer.h"

#include <string.h>

static bool is_bytes(const struct field *field)
{
	return field->type == VALUE_TEXT || field->type == VALUE_BYTES ||
		field->type == VALUE_JSON;
}

size_t record_bytes(const struct item *item)
{
	const struct schema *schema = item->record.schema;
	size_t bytes = 0;

	for (size_t i = 0; i < schema->count; i++)
		if (is_bytes(&schema->fields[i]) &&
			!item->record.values[i].null)
			bytes += item->record.values[i].length;
	return bytes;
}

char *record_move(struct item *item, struct buffer *buffer, char *at)
{
	const struct schema *schema = item->record.schema;

	for (size_t i = 0; i < schema->count; i++) {
		struct value *value = &item->record.values[i];

		if (!is_bytes(&schema->fields[i]) || value->null)
			continue;
		if (value->length > 0)
			memcpy(at, value->data, value->length);
		value->data = at;
		at += value->length;
	}
	buffer_unref(item->record.buffer);
	item->record.buffer = buffer_ref(buffer);
	return at;
}

/* Where the item keeps its reference to a block. */
static struct buffer **block_of(struct item *item)
{
	return item->type == PAYLOAD_RECORD ? &item->record.buffer
					    : &item->slice.buffer;
}

static size_t byte_count(const struct item *item)
{
	return item->type == PAYLOAD_RECORD ? record_bytes(item)
					    : item->slice.length;
}

size_t packer_need(const struct item *item)
{
	size_t bytes = byte_count(item);

	return (bytes > BUFFER_BYTES ? bytes : BUFFER_BYTES) +
		sizeof(struct buffer) + BUFFER_PADDING;
}

static bool reserve(struct packer *packer, struct budget *budget, size_t bytes)
{
	struct buffer *buffer = packer->buffer;

	if (buffer && buffer->size - packer->used_bytes >= bytes)
		return true;
	buffer = buffer_create(
		budget, bytes > BUFFER_BYTES ? bytes : BUFFER_BYTES);
	if (!buffer)
		return false;
	packer_finish(packer);
	packer->buffer = buffer;
	return true;
}

struct item *packer_add(
	struct packer *packer, struct budget *budget, struct item *item)
{
	size_t bytes = byte_count(item);

	if (!*block_of(item))
		return item; /* its bytes live long enough anyway */
	if (!reserve(packer, budget, bytes))
		return NULL;
	char *at = packer->buffer->data + packer->used_bytes;
	packer->used_bytes += bytes;
	item = item_writable(item);
	if (item->type == PAYLOAD_RECORD) {
		record_move(item, packer->buffer, at);
		return item;
	}
	memcpy(at, item->slice.data, bytes);
	item->slice.data = at;
	buffer_unref(item->slice.buffer);
	item->slice.buffer = buffer_ref(packer->buffer);
	return item;
}

void packer_finish(struct packer *packer)
{
	buffer_unref(packer->buffer);
	*packer = (struct packer){0};
}
