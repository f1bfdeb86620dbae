/* SPDX-License-Identifier: MIT */
/* Archives and entries let go of, failed, and rejected. */
#include "operators/support/archive/reading.h"

#include <string.h>

#include "base/memory.h"

enum { IN = ARCHIVE_READ_IN, OUT = ARCHIVE_READ_OUT };

const char *reading_entry_name(struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);

	if (!name)
		name = archive_entry_pathname_utf8(entry);
	return name ? name : "";
}

/* ---- Layers ----------------------------------------------------------------- */

void reading_pop(struct archive_reading *reading)
{
	struct layer *layer = reading->layer;

	reading->layer = layer->outer;
	layer_destroy(layer);
}

/* Lets go of the entry that is held. */
void reading_release(struct archive_reading *reading)
{
	stream_destroy(reading->checked);
	content_unref(reading->held);
	attributes_unref(reading->described);
	reading->checked = NULL;
	reading->held = NULL;
	reading->described = NULL;
}

/* Lets go of the stream and all that is open in it. */
void reading_drop(struct operator *op, struct archive_reading *reading)
{
	reading_release(reading);
	if (reading->in_entry)
		operator_end(op, OUT);
	reading->in_entry = false;
	while (reading->layer)
		reading_pop(reading);
	if (reading->item)
		item_unref(reading->item);
	reading->item = NULL;
}

/* What is wrong with a layer fails the unit; it is said which archive: that
 * whose entry it is, if that is damaged. */
enum step reading_fail(struct operator *op, struct archive_reading *reading)
{
	const struct layer *layer = reading->layer;
	struct text what = {0};

	while (layer->outer && layer->outer->damaged)
		layer = layer->outer;

	layer_add_problem(layer, &what);
	operator_fail_unit(
		op, IN, layer->status, (struct place){0}, "%s", what.data);
	text_free(&what);
	reading_drop(op, reading);
	return STEP_MORE;
}

enum step reading_fail_with(
	struct operator *op, struct archive_reading *reading, const char *what)
{
	struct layer *layer = reading->layer;

	layer->problem.length = 0;
	text_add_string(&layer->problem, what);
	layer->status = STATUS_BAD_DATA;
	return reading_fail(op, reading);
}

/* Says that the entry with ATTRIBUTES, which it takes, can't be had. */
static enum step reject_as(struct operator *op, const struct layer *layer,
	struct attributes *attributes, const char *reason)
{
	struct item *item = operator_item(op, PAYLOAD_NONE);

	item->attributes = attributes;
	item->position = layer->place.position;
	operator_reject(op, IN, item, NULL, "%s", reason);
	return STEP_MORE;
}

/* The same in a sentence: WHAT stands before its name, PROBLEM behind it. */
enum step reading_reject(struct operator *op, const struct layer *layer,
	struct attributes *attributes, const char *what, const char *problem)
{
	const char *name = reading_entry_name(layer->entry);
	struct text reason = {0};

	text_add_format(&reason, "%s `", what);
	text_add_escaped(&reason, name, strlen(name), 1000);
	text_add_format(&reason, "` %s", problem);
	reject_as(op, layer, attributes, reason.data);
	text_free(&reason);
	return STEP_MORE;
}

/* The content of the layer's entry has failed before anything of it came out:
 * if those behind it can be read, it is just rejected. */
enum step reading_fail_entry(struct operator *op,
	struct archive_reading *reading, struct attributes *attributes)
{
	struct layer *layer = reading->layer;
	char *reason = memory_string(layer->problem.data);

	if (layer_recover(layer)) {
		reject_as(op, layer, attributes, reason);
	} else {
		attributes_unref(attributes);
		reading_fail(op, reading);
	}
	free(reason);
	return STEP_MORE;
}

/* An entry that should be an archive, but can't be opened, is rejected; all
 * else fails the unit. */
enum step reading_fail_layer(
	struct operator *op, struct archive_reading *reading)
{
	struct layer *layer = reading->layer;
	struct text what = {0};

	if (layer_failed_alone(layer)) {
		text_add_format(
			&what, "can't be opened: %s", layer->problem.data);
		reading_reject(op, layer->outer,
			attributes_ref(layer->described), "the entry",
			what.data);
		text_free(&what);
		reading_pop(reading);
		return STEP_MORE;
	}
	if (!layer->outer || !layer->outer->damaged || layer->index > 0)
		return reading_fail(op, reading);
	struct attributes *described = attributes_ref(layer->described);
	reading_pop(reading);
	return reading_fail_entry(op, reading, described);
}
