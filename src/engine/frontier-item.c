/* SPDX-License-Identifier: MIT */
/* Frontiers: making items of bytes that were kept or came from elsewhere. */
#include <string.h>

#include "engine/frontier.h"

static struct item *new_item(const struct frontier_link *frontier)
{
	struct link *link = frontier->link;
	enum payload_type type = operator_shape(link->to, link->to_pin)->type;

	return type == PAYLOAD_RECORD
		? operator_record(link->to, frontier->codec.schema, NULL)
		: operator_item(link->to, type);
}

struct item *frontier_partial(struct link *link, const struct slice *data)
{
	struct item *item = operator_item(link->to, PAYLOAD_BYTES);

	item->slice = *data;
	buffer_ref(data->buffer);
	return item;
}

bool frontier_copy(struct graph *graph, struct slice *data)
{
	struct buffer *buffer = buffer_create(&graph->budget, data->length);

	if (!buffer)
		buffer = buffer_create(&graph->frontiers->budget, data->length);
	if (!buffer)
		return false;
	memcpy(buffer->data, data->data, data->length);
	*data = (struct slice){buffer, buffer->data, data->length};
	return true;
}

const char *frontier_cut(struct slice *bytes, struct slice *one)
{
	size_t length = bytes->length < CODEC_LENGTH_BYTES
		? 0
		: codec_length(bytes->data);

	if (length == 0 || length > bytes->length)
		return "it is truncated";
	*one = (struct slice){bytes->buffer, bytes->data, length};
	bytes->data += length;
	bytes->length -= length;
	return NULL;
}

struct item *frontier_read(const struct frontier_link *frontier,
	struct slice *bytes, const char **problem)
{
	struct slice one;

	*problem = frontier_cut(bytes, &one);
	if (*problem)
		return NULL;
	struct item *item = new_item(frontier);
	*problem = codec_read(&frontier->codec, &one, item);
	if (!*problem)
		return item;
	item_unref(item);
	return NULL;
}

void frontier_push(struct link *link, struct item *item)
{
	while (link->policy == LINK_BLOCKING ? link_room(link) == 0
					     : link_length(link) > link->mask)
		link_grow(link);
	link_push(link, &item, 1);
}
