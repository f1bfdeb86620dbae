/* SPDX-License-Identifier: MIT */
/* Entries given, held, or opened as archives. */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "base/system-error.h"
#include "operators/support/archive/describe.h"
#include "operators/support/archive/entry.h"
#include "operators/support/archive/reading.h"
#include "operators/support/archive/rewind.h"

enum { IN = ARCHIVE_READ_IN, OUT = ARCHIVE_READ_OUT };

bool reading_is_regular(struct archive_entry *entry)
{
	return archive_entry_filetype(entry) == AE_IFREG &&
		!archive_entry_hardlink(entry);
}

static bool is_named(const struct nesting *nesting, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!nesting->pattern)
		return true;
	if (slash && !strchr(nesting->pattern, '/'))
		path = slash + 1;
	return fnmatch(nesting->pattern, path, 0) == 0;
}

/* Whether an entry may be opened as an archive, or has to be looked at, since
 * it must not be one. */
static bool may_nest(const struct archive_reading *reading, const char *path)
{
	const struct nesting *nesting = &reading->nesting;

	return nesting->depth > 0 &&
		(reading->layer->depth < nesting->depth || nesting->strict) &&
		is_named(nesting, path);
}

static void give(struct operator *op, struct stream *stream)
{
	struct item *item = stream ? operator_stream_item(op, OUT, stream)
				   : operator_item(op, PAYLOAD_NONE);

	operator_give(op, OUT, &item, 1);
}

void reading_begin_entry(struct operator *op, struct archive_reading *reading,
	struct attributes *attributes, bool bare)
{
	struct segment *segment =
		segment_create_nested(operator_segment(op, IN), attributes);

	segment->bare = bare;
	operator_begin(op, OUT, segment);
	segment_unref(segment);
	reading->in_entry = true;
}

static void give_content(struct operator *op, struct archive_read *state,
	struct attributes *attributes, struct stream *content)
{
	struct archive_reading *reading = state->reading;

	if (!state->verify) {
		reading_begin_entry(op, reading, attributes, false);
		give(op, content);
		return;
	}
	reading->held = content_create(operator_budget(op));
	reading->checked = content;
	reading->described = attributes;
}

/* What is held has failed. */
static enum step refuse(struct operator *op, struct archive_reading *reading)
{
	struct attributes *described = attributes_ref(reading->described);

	reading_release(reading);
	return reading_fail_entry(op, reading, described);
}

static enum step give_held(struct operator *op, struct archive_reading *reading)
{
	struct stream *held = content_stream(reading->held);

	stream_destroy(reading->checked);
	reading->checked = NULL;
	reading_begin_entry(
		op, reading, attributes_ref(reading->described), false);
	give(op, layer_content_held(reading->layer, held));
	reading_release(reading);
	return STEP_MORE;
}

/* Reads on in what is held. */
enum step reading_hold(struct operator *op, struct archive_reading *reading)
{
	struct slice window;

	switch (stream_read(reading->checked, &window)) {
	case READ_DATA:
		if (content_add(reading->held, window.data, window.length))
			return STEP_MORE;
		break;
	case READ_END:
		if (content_complete(reading->held))
			return give_held(op, reading);
		break;
	case READ_FAILED: return refuse(op, reading);
	case READ_MEMORY: return operator_wait_memory(op, BUFFER_BYTES);
	case READ_BLOCKED: return STEP_MORE; /* libarchive waits by itself */
	}
	operator_fail_unit(op, IN, STATUS_IO_ERROR, (struct place){0},
		"it can't be held in a temporary file: %s",
		system_error(errno));
	reading_drop(op, reading);
	return STEP_MORE;
}

/* Looks into an entry. If it is an archive it is now the innermost layer. */
static enum step nest(struct operator *op, struct archive_read *state,
	struct attributes *attributes)
{
	struct archive_reading *reading = state->reading;
	struct layer *outer = reading->layer, *layer;
	struct stream *source = rewind_create(layer_content(outer));

	layer = layer_create(&reading->context, outer, source);
	describe_archive(attributes, layer);
	layer->described = attributes;
	reading->layer = layer;
	switch (layer_open(layer)) {
	case LAYER_OK:
		if (layer->depth <= reading->nesting.depth)
			return STEP_MORE;
		return reading_fail_with(op, reading,
			"archives lie in each other more than 8 deep; a number "
			"for `nested` opens only so many");
	case LAYER_PLAIN:
		layer->source = NULL;
		layer->described = NULL;
		reading_pop(reading);
		if (state->content) {
			give_content(op, state, attributes, source);
			return STEP_MORE;
		}
		stream_destroy(source);
		reading_begin_entry(op, reading, attributes, false);
		give(op, NULL);
		return STEP_MORE;
	case LAYER_LATER:
	case LAYER_END:
	case LAYER_FAILED: break;
	}
	return reading_fail_layer(op, reading);
}

/* Why the current entry can't be decrypted, behind its name; or NULL.
 * libarchive knows how to for zip files only. */
static const char *lock_of(const struct archive_reading *reading)
{
	if (!archive_entry_is_data_encrypted(reading->layer->entry))
		return NULL;
	if (reading->layer->kind != KIND_ZIP)
		return "is encrypted, which is read in zip files only";
	return reading->context.passphrases
		? NULL
		: "is encrypted; name a file with its passphrase in "
		  "`passphrases`";
}

enum step reading_give_entry(struct operator *op, struct archive_read *state,
	struct attributes *attributes)
{
	struct archive_reading *reading = state->reading;
	struct archive_entry *entry = reading->layer->entry;
	const struct value *path =
		attributes_get(attributes, &entry_attributes[ENTRY_PATH]);
	const bool nests =
		reading_is_regular(entry) && may_nest(reading, path->data);

	const char *locked = lock_of(reading);

	if (locked && reading_is_regular(entry) && (state->content || nests))
		return reading_reject(
			op, reading->layer, attributes, "the entry", locked);
	if (nests)
		return nest(op, state, attributes);
	if (state->content && reading_is_regular(entry)) {
		if (layer_look(reading->layer) == LAYER_FAILED)
			return reading_fail_entry(op, reading, attributes);
		give_content(
			op, state, attributes, layer_content(reading->layer));
		return STEP_MORE;
	}
	reading_begin_entry(
		op, reading, attributes, !reading_is_regular(entry));
	if (!state->content)
		give(op, NULL);
	return STEP_MORE;
}
