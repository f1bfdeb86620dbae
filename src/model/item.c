/* SPDX-License-Identifier: MIT */
/* Items: their payload types, their end, copies to write on. */
#include "model/item.h"

#include <string.h>

const struct payload_spec payload_specs[PAYLOAD_TYPES] = {
	[PAYLOAD_NONE] = {"none", "attributes only"},
	[PAYLOAD_STREAM] = {"stream",
		"a whole content that its one reader pulls"},
	[PAYLOAD_BYTES] = {"bytes", "a chunk of bytes, in a segment"},
	[PAYLOAD_LINE] = {"line", "a line without its end"},
	[PAYLOAD_RECORD] = {"record", "typed fields"},
};

size_t item_bytes_plain(void)
{
	return sizeof(struct item);
}

size_t item_bytes_record(size_t fields)
{
	size_t bytes = offsetof(struct item, record.values) +
		fields * sizeof(struct value);

	return bytes > sizeof(struct item) ? bytes : sizeof(struct item);
}

void item_destroy(struct item *item)
{
	switch ((enum payload_type)item->type) {
	case PAYLOAD_BYTES:
	case PAYLOAD_LINE: buffer_unref(item->slice.buffer); break;
	case PAYLOAD_STREAM: stream_destroy(item->stream); break;
	case PAYLOAD_RECORD: buffer_unref(item->record.buffer); break;
	case PAYLOAD_NONE:
	case PAYLOAD_TYPES: break;
	}
	attributes_unref(item->attributes);
	slab_free(item->slab, item);
}

struct item *item_copy(struct item *item)
{
	if (item->type == PAYLOAD_STREAM)
		abort();
	struct item *copy = slab_alloc(item->slab);

	memcpy(copy, item, item->slab->block_bytes);
	copy->references = 1;
	attributes_ref(copy->attributes);
	if (copy->type == PAYLOAD_RECORD)
		buffer_ref(copy->record.buffer);
	else if (copy->type != PAYLOAD_NONE)
		buffer_ref(copy->slice.buffer);
	item_unref(item);
	return copy;
}

size_t item_size(const struct item *item)
{
	if (item->type == PAYLOAD_BYTES || item->type == PAYLOAD_LINE)
		return item->slice.length;
	if (item->type == PAYLOAD_RECORD)
		return item->record.schema->count * sizeof(struct value);
	return 0;
}
