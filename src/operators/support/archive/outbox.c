/* SPDX-License-Identifier: MIT */
/* What was written on its way out. */
#include "operators/support/archive/outbox.h"

#include <errno.h>
#include <string.h>

enum { FULL_BYTES = 64 * 1024 };

void outbox_init(struct outbox *outbox, struct operator *op, unsigned pin,
	const struct archive_write *settings)
{
	*outbox = (struct outbox){.op = op, .pin = pin};
	outbox->written.budget = operator_budget(op);
	outbox->compresses = settings->compression >= ARCHIVE_AROUND;
	if (outbox->compresses)
		outbox->settings = (struct compressor_settings){
			.format = (enum compression)(
				settings->compression - ARCHIVE_AROUND),
			.level = archive_level(settings),
			.threads = (unsigned)settings->threads,
		};
	outbox->pool = buffer_pool_create(operator_budget(op), BUFFER_BYTES);
	buffer_filler_init(&outbox->filler, outbox->pool);
}

static void forget_written(struct outbox *outbox)
{
	stream_destroy(outbox->more);
	content_unref(outbox->written.more);
	outbox->more = NULL;
	outbox->written.more = NULL;
	outbox->written.error = 0;
	outbox->written.bytes.length = outbox->taken = 0;
	outbox->window = (struct slice){0};
}

void outbox_finish(struct outbox *outbox)
{
	forget_written(outbox);
	text_free(&outbox->written.bytes);
	compressor_destroy(outbox->compressor);
	buffer_filler_finish(&outbox->filler);
	buffer_pool_unref(outbox->pool);
}

bool outbox_busy(const struct outbox *outbox)
{
	return outbox->written.bytes.length > 0 || outbox->written.more ||
		(outbox->compressor && compressor_busy(outbox->compressor));
}

bool outbox_full(const struct outbox *outbox)
{
	return outbox->written.bytes.length >= FULL_BYTES ||
		outbox->written.more ||
		(outbox->compressor && compressor_busy(outbox->compressor));
}

void outbox_end_member(struct outbox *outbox)
{
	if (outbox->begun)
		compressor_finish(outbox->compressor);
	outbox->begun = false;
}

void outbox_reset(struct outbox *outbox)
{
	forget_written(outbox);
	if (outbox->begun ||
		(outbox->compressor && compressor_busy(outbox->compressor)))
		compressor_reset(outbox->compressor);
	outbox->begun = false;
}

/* ---- Out -------------------------------------------------------------------- */

static void give(struct outbox *outbox, size_t length)
{
	struct item *item = operator_item(outbox->op, PAYLOAD_BYTES);

	buffer_filler_lend(&outbox->filler, length, &item->slice);
	buffer_ref(item->slice.buffer);
	operator_give(outbox->op, outbox->pin, &item, 1);
}

/* Space for an item; NULL: the wait is named. */
static char *want_space(struct outbox *outbox, size_t *size)
{
	char *space = NULL;

	if (operator_room(outbox->op, outbox->pin) == 0)
		operator_wait_output(outbox->op, outbox->pin);
	else if (!(space = buffer_filler_space(&outbox->filler, size)))
		operator_wait_memory(outbox->op,
			BUFFER_BYTES + sizeof(struct buffer) + BUFFER_PADDING);
	return space;
}

static enum step compress(struct outbox *outbox)
{
	size_t size;
	char *space = want_space(outbox, &size);

	if (!space)
		return STEP_WAIT;
	size_t length = compressor_run(outbox->compressor, space, size);
	if (length > 0)
		give(outbox, length);
	return STEP_MORE;
}

/* ---- What waits ------------------------------------------------------------- */

static enum step read_more(struct outbox *outbox)
{
	if (!outbox->more) {
		if (!content_complete(outbox->written.more))
			return STEP_FAIL;
		outbox->more = content_stream(outbox->written.more);
	}
	switch (stream_read(outbox->more, &outbox->window)) {
	case READ_DATA: return STEP_MORE;
	case READ_END: forget_written(outbox); return STEP_MORE;
	case READ_MEMORY: return operator_wait_memory(outbox->op, BUFFER_BYTES);
	case READ_BLOCKED:
	case READ_FAILED: break;
	}
	return STEP_FAIL;
}

/* What comes next, and that LENGTH bytes of it have been taken. */
static struct slice next(const struct outbox *outbox)
{
	const struct text *bytes = &outbox->written.bytes;

	if (outbox->taken < bytes->length)
		return (struct slice){NULL, bytes->data + outbox->taken,
			bytes->length - outbox->taken};
	return outbox->window;
}

static void take(struct outbox *outbox, size_t length)
{
	struct text *bytes = &outbox->written.bytes;

	if (outbox->taken < bytes->length) {
		outbox->taken += length;
		/* Until all is out the rest is held, in its order. */
		if (outbox->taken == bytes->length && !outbox->written.more)
			outbox->taken = bytes->length = 0;
	} else {
		outbox->window.data += length;
		outbox->window.length -= length;
	}
}

static enum step copy(struct outbox *outbox, const struct slice *from)
{
	size_t size;
	char *space = want_space(outbox, &size);

	if (!space)
		return STEP_WAIT;
	if (size > from->length)
		size = from->length;
	memcpy(space, from->data, size);
	take(outbox, size);
	give(outbox, size);
	return STEP_MORE;
}

static enum step add(struct outbox *outbox, const struct slice *from)
{
	if (!outbox->compressor)
		outbox->compressor = compressor_create(
			&outbox->settings, operator_budget(outbox->op));
	if (!outbox->compressor)
		return operator_wait_memory(
			outbox->op, compressor_bytes(&outbox->settings));
	outbox->begun = true;
	take(outbox,
		compressor_add(outbox->compressor, from->data, from->length));
	return STEP_MORE;
}

enum step outbox_run(struct outbox *outbox)
{
	if (outbox->compressor && compressor_busy(outbox->compressor))
		return compress(outbox);
	struct slice from = next(outbox);
	if (from.length == 0)
		return read_more(outbox);
	return outbox->compresses ? add(outbox, &from) : copy(outbox, &from);
}
