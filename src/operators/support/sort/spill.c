/* SPDX-License-Identifier: MIT */
/* Sorted runs in a temporary file. */
#include "operators/support/sort/spill.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

enum { IN = 0, WRITE_BYTES = 128 * 1024 };

struct head {
	uint32_t length;
	uint32_t unused; /* 0 */
	uint64_t prefix, number;
};

static bool append(void *target, const void *data, size_t length)
{
	struct spill *spill = target;

	if (spill->descriptor < 0)
		spill->descriptor = file_create_unnamed();
	if (spill->descriptor < 0 ||
		!file_write(spill->descriptor, data, length))
		return false;
	spill->length_bytes += length;
	return true;
}

void spill_init(
	struct spill *spill, struct operator *op, const struct order *order)
{
	const struct shape *shape = operator_shape(op, IN);

	*spill = (struct spill){
		.op = op,
		.order = order,
		.codec = {.schema = shape->schema,
			.attributes = shape->attributes,
			.attribute_count = shape->attribute_count},
		.descriptor = -1,
	};
}

void spill_finish(struct spill *spill)
{
	if (spill->descriptor >= 0)
		close(spill->descriptor);
	batch_finish(&spill->batch);
	free(spill->scratch);
	free(spill->runs);
	spill_init(spill, spill->op, spill->order);
}

/* ---- Writing ------------------------------------------------------------ */

void spill_begin(struct spill *spill)
{
	if (!spill->batch.data)
		batch_init(&spill->batch, append, spill, WRITE_BYTES);
	spill->runs = memory_grow(spill->runs, spill->count, &spill->capacity,
		sizeof(*spill->runs));
	spill->runs[spill->count].start = spill->length_bytes;
}

static size_t computed_size(
	const struct order *order, const struct value *computed)
{
	size_t size = 0;

	for (size_t i = 0; i < order->count; i++)
		if (order->keys[i].source == KEY_COMPUTED)
			size += codec_value_size(
				order->keys[i].type, computed++);
	return size;
}

static char *put_computed(
	const struct order *order, const struct value *computed, char *at)
{
	for (size_t i = 0; i < order->count; i++)
		if (order->keys[i].source == KEY_COMPUTED)
			at = codec_write_value(
				order->keys[i].type, computed++, at);
	return at;
}

bool spill_put(struct spill *spill, const struct sort_entry *entry,
	const struct value *computed)
{
	struct head head = {.prefix = entry->prefix, .number = entry->number};
	size_t size = sizeof(head) + codec_size(&spill->codec, entry->item) +
		computed_size(spill->order, computed);

	if (size > UINT32_MAX) {
		errno = EFBIG;
		return false;
	}
	if (size > spill->scratch_bytes) {
		spill->scratch = memory_resize(spill->scratch, size, 1);
		spill->scratch_bytes = size;
	}
	char *at = codec_write(
		&spill->codec, entry->item, spill->scratch + sizeof(head));
	at = put_computed(spill->order, computed, at);
	head.length = (uint32_t)(at - spill->scratch);
	memcpy(spill->scratch, &head, sizeof(head));
	return spill_put_bytes(spill, spill->scratch, head.length);
}

bool spill_put_bytes(struct spill *spill, const char *data, size_t length)
{
	return batch_add(&spill->batch, data, length);
}

bool spill_end(struct spill *spill, unsigned tier)
{
	struct spill_run *run = &spill->runs[spill->count];

	if (!batch_flush(&spill->batch))
		return false;
	run->end = spill->length_bytes;
	run->tier = tier;
	spill->count += run->end > run->start;
	return true;
}

/* Cuts the file off where a run starts. */
static bool cut(struct spill *spill, uint64_t length_bytes)
{
	spill->batch.used = 0;
	spill->length_bytes = length_bytes;
	return spill->descriptor < 0 ||
		file_cut(spill->descriptor, length_bytes);
}

bool spill_abandon(struct spill *spill)
{
	return cut(spill, spill->runs[spill->count].start);
}

void spill_remove(struct spill *spill, size_t run)
{
	struct spill_run *runs = spill->runs;

	file_forget(spill->descriptor, runs[run].start,
		runs[run].end - runs[run].start);
	spill->count--;
	memmove(&runs[run], &runs[run + 1],
		(spill->count - run) * sizeof(*runs));
	if (run < spill->kept)
		spill->kept--;
}

void spill_keep(struct spill *spill)
{
	spill->kept = spill->count;
}

bool spill_drop(struct spill *spill)
{
	if (spill->kept == spill->count)
		return true;
	spill->count = spill->kept;
	return cut(spill, spill->runs[spill->kept].start);
}

/* ---- Reading ------------------------------------------------------------ */

void spill_reader_init(struct spill_reader *reader, const struct spill *spill,
	const struct spill_run *run)
{
	size_t computed = spill->order->computed_count;

	*reader = (struct spill_reader){
		.spill = spill,
		.at = run->start,
		.end = run->end,
		.computed = memory_zeroed(
			(computed + 1) * sizeof(*reader->computed)),
	};
}

void spill_reader_finish(struct spill_reader *reader)
{
	if (reader->entry.item)
		item_unref(reader->entry.item);
	buffer_unref(reader->block.buffer);
	free(reader->computed);
	*reader = (struct spill_reader){0};
}

/* Reads on, so that the block has LENGTH bytes at least. */
static enum spill_status fill(
	struct spill_reader *reader, size_t length, size_t *need)
{
	struct slice *block = &reader->block;
	size_t size = length < SPILL_BLOCK_BYTES ? SPILL_BLOCK_BYTES : length;
	struct buffer *buffer =
		buffer_create(operator_budget(reader->spill->op), size);

	if (!buffer) {
		*need = size + sizeof(*buffer) + BUFFER_PADDING;
		return SPILL_MEMORY;
	}
	memcpy(buffer->data, block->length ? block->data : "", block->length);
	size -= block->length;
	if (size > reader->end - reader->at)
		size = (size_t)(reader->end - reader->at);
	ssize_t got = file_read_at(reader->spill->descriptor,
		buffer->data + block->length, size, reader->at);
	if (got >= 0 && block->length + (size_t)got < length)
		errno = EIO; /* it was cut off */
	if (got < 0 || block->length + (size_t)got < length) {
		buffer_unref(buffer);
		return SPILL_FAILED;
	}
	buffer_unref(block->buffer);
	*block = (struct slice){
		buffer, buffer->data, block->length + (size_t)got};
	reader->at += (uint64_t)got;
	return SPILL_DONE;
}

/* Makes the item of BYTES, which have its length. */
static const char *make_item(
	struct spill_reader *reader, const struct slice *bytes)
{
	const struct spill *spill = reader->spill;
	struct item *item =
		operator_shape(spill->op, IN)->type == PAYLOAD_RECORD
		? operator_record(spill->op, spill->codec.schema, NULL)
		: operator_item(spill->op, PAYLOAD_LINE);
	const char *problem = codec_read(&spill->codec, bytes, item);

	reader->entry.item = item;
	return problem;
}

static const char *parse(struct spill_reader *reader, const struct head *head)
{
	const struct order *order = reader->spill->order;
	struct slice rest = reader->bytes, item = rest;
	const char *problem;
	size_t computed = 0;

	reader->entry.prefix = head->prefix;
	reader->entry.number = head->number;
	item.data += sizeof(*head);
	item.length = codec_length(item.data);
	if (item.length > rest.length - sizeof(*head))
		return "";
	problem = make_item(reader, &item);
	rest.length -= sizeof(*head) + item.length;
	rest.data += sizeof(*head) + item.length;
	for (size_t i = 0; i < order->count && !problem; i++)
		if (order->keys[i].source == KEY_COMPUTED)
			problem = codec_read_value(order->keys[i].type, &rest,
				&reader->computed[computed++]);
	return problem;
}

enum spill_status spill_reader_next(struct spill_reader *reader, size_t *need)
{
	enum { LEAST = sizeof(struct head) + CODEC_LENGTH_BYTES };
	struct slice *block = &reader->block;
	enum spill_status status = SPILL_DONE;
	struct head head;

	reader->entry.item = NULL;
	if (block->length == 0 && reader->at == reader->end)
		return SPILL_END;
	if (block->length < LEAST)
		status = fill(reader, LEAST, need);
	if (status != SPILL_DONE)
		return status;
	memcpy(&head, block->data, sizeof(head));
	if (block->length < head.length)
		status = fill(reader, head.length, need);
	if (status != SPILL_DONE)
		return status;
	reader->bytes = (struct slice){block->buffer, block->data, head.length};
	block->data += head.length;
	block->length -= head.length;
	if (head.length >= LEAST && !parse(reader, &head))
		return SPILL_DONE;
	errno = EIO; /* that isn't what was written */
	return SPILL_FAILED;
}
