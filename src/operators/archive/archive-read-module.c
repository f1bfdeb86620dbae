/* SPDX-License-Identifier: MIT */
/* archive-read: what it does. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/system-error.h"
#include "operators/support/archive/describe.h"
#include "operators/support/archive/entry.h"
#include "operators/support/archive/reading.h"
#include "operators/support/archive/rewind.h"

extern const struct operator_code code_archive_read
	__attribute__((visibility("default")));

enum { IN = ARCHIVE_READ_IN, OUT = ARCHIVE_READ_OUT };

/* ---- The stream ------------------------------------------------------------- */

/* The first item of the span becomes the outermost layer. */
static enum step take(struct operator *op, struct archive_read *state,
	const struct span *span)
{
	struct archive_reading *reading = state->reading;
	struct limits *limits = &reading->context.limits;
	struct item *item = span->items[0];

	operator_consume(op, IN, 1);
	*limits = (struct limits){
		.entries = (uint64_t)state->max_entries,
		.bytes = (uint64_t)state->max_bytes,
		.ratio = (uint64_t)state->max_ratio,
		.input = item->stream,
	};
	reading->layer = layer_create(
		&reading->context, NULL, rewind_create(item->stream));
	describe_archive(operator_segment(op, IN)->attributes, reading->layer);
	item->stream = NULL;
	reading->item = item;
	reading->opening = true;
	reading->warned = false;
	return STEP_MORE;
}

/* ---- Entries ---------------------------------------------------------------- */

/* The symbols and long names of an ar file, which libarchive shows as
 * entries. */
static bool is_table(const struct layer *layer, const char *name)
{
	return layer->kind == KIND_AR &&
		(strcmp(name, "/") == 0 || strcmp(name, "//") == 0 ||
			strcmp(name, "/SYM64/") == 0);
}

static void warn(struct operator *op, struct archive_reading *reading,
	const char *name, bool clamped)
{
	struct text shown = {0};

	if (!clamped || reading->warned)
		return;
	reading->warned = true;
	text_add_escaped(&shown, name, strlen(name), 1000);
	operator_warn(op,
		"the time of the entry `%s` is out of range: the nearest that "
		"isn't is taken, for others here as well",
		shown.data);
	text_free(&shown);
}

static enum step take_entry(struct operator *op, struct archive_read *state)
{
	struct archive_reading *reading = state->reading;
	struct archive_entry *entry = reading->layer->entry;
	const char *name = reading_entry_name(entry);
	const char *problem;
	bool clamped = false;

	if (is_table(reading->layer, name))
		return STEP_MORE;
	problem = entry_name_problem(name, strlen(name));
	struct attributes *attributes =
		describe_entry(reading->layer, name, &clamped);
	if (problem)
		return reading_reject(op, reading->layer, attributes,
			"the name of the entry", problem);
	if (state->content && layer_is_continued(reading->layer))
		return reading_reject(op, reading->layer, attributes,
			"the entry",
			"has only the end of its content: it begins in another "
			"volume of the archive");
	warn(op, reading, name, clamped);
	return reading_give_entry(op, state, attributes);
}

static void warn_followed(struct operator *op, const struct layer *layer)
{
	struct text shown = {0};

	if (!layer->followed)
		return;
	text_add_escaped(&shown, layer->trail.data, layer->trail.length, 1000);
	operator_warn(op,
		"something follows the end of %s, which is at byte %llu: it "
		"isn't read",
		shown.data, (unsigned long long)layer->end);
	text_free(&shown);
}

static enum step next_entry(struct operator *op, struct archive_read *state)
{
	struct archive_reading *reading = state->reading;

	if (operator_room(op, OUT) == 0)
		return operator_wait_output(op, OUT);
	if (operator_linked(op, ARCHIVE_READ_REJECTED) &&
		operator_room(op, ARCHIVE_READ_REJECTED) == 0)
		return operator_wait_output(op, ARCHIVE_READ_REJECTED);
	switch (layer_next(reading->layer)) {
	case LAYER_OK: return take_entry(op, state);
	case LAYER_LATER: return STEP_MORE;
	case LAYER_END:
		warn_followed(op, reading->layer);
		if (reading->layer->outer)
			reading_pop(reading);
		else
			reading_drop(op, reading);
		return STEP_MORE;
	case LAYER_PLAIN:
	case LAYER_FAILED: break;
	}
	return reading_fail_layer(op, reading);
}

/* Whether what nobody read has a checksum. */
static bool has_checksum(const struct layer *layer)
{
	return layer->kind != KIND_TAR && layer->kind != KIND_CPIO &&
		layer->kind != KIND_AR;
}

/* Ends the entry; what its reader has left is read for its checksum. */
static enum step end_entry(struct operator *op, struct archive_read *state)
{
	struct archive_reading *reading = state->reading;
	struct layer *layer = reading->layer;

	if (state->content && reading_is_regular(layer->entry) &&
		has_checksum(layer)) {
		enum layer_result result = layer_drain(layer);

		if (result == LAYER_FAILED)
			return reading_fail(op, reading);
		if (result == LAYER_OK)
			return STEP_MORE;
	}
	reading->in_entry = false;
	operator_end(op, OUT);
	return STEP_MORE;
}

/* ---- The start of a stream -------------------------------------------------- */

/* A content that is no archive passes, in a segment of its own as those of
 * entries do. */
static enum step pass_plain(struct operator *op, struct archive_read *state)
{
	struct archive_reading *reading = state->reading;
	struct layer *layer = reading->layer;

	if (state->plain == ARCHIVE_PLAIN_ERROR)
		return reading_fail_with(op, reading,
			"it is no archive, or of a format that `formats` "
			"doesn't name; `plain: pass` lets it through");
	if (state->content) {
		struct item *given =
			operator_stream_item(op, OUT, layer->source);

		given->attributes = attributes_ref(reading->item->attributes);
		given->position = reading->item->position;
		layer->source = NULL;
		reading_begin_entry(op, reading, NULL, false);
		operator_give(op, OUT, &given, 1);
	}
	reading_drop(op, reading);
	return STEP_MORE;
}

/* Waits for the first bytes, then opens the archive. */
static enum step open_first(struct operator *op, struct archive_read *state)
{
	struct archive_reading *reading = state->reading;
	struct layer *layer = reading->layer;
	struct slice window;

	if (operator_room(op, OUT) == 0)
		return operator_wait_output(op, OUT);
	switch (operator_read(op, IN, layer->source, &window)) {
	case READ_BLOCKED:
	case READ_MEMORY: return STEP_WAIT;
	case READ_FAILED: reading_drop(op, reading); return STEP_MORE;
	case READ_DATA:
	case READ_END: break;
	}
	rewind_back(layer->source);
	reading->opening = false;
	switch (layer_open(layer)) {
	case LAYER_OK: return STEP_MORE;
	case LAYER_PLAIN: return pass_plain(op, state);
	case LAYER_LATER:
	case LAYER_END:
	case LAYER_FAILED: break;
	}
	return reading_fail(op, reading);
}

/* ---- The operator ------------------------------------------------------- */

static void add_passphrase(struct archive_context *context, size_t count,
	char *line, size_t length)
{
	if (length > 0 && line[length - 1] == '\n')
		line[length - 1] = '\0';
	context->passphrases = memory_resize(
		context->passphrases, count + 2, sizeof(*context->passphrases));
	context->passphrases[count] = memory_string(line);
	context->passphrases[count + 1] = NULL;
}

static bool read_passphrases(
	struct operator *op, struct archive_context *context, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0, count = 0;
	ssize_t length;

	while (file && (length = getline(&line, &size, file)) >= 0)
		add_passphrase(context, count++, line, (size_t)length);
	bool ok = file && !ferror(file);
	if (!ok)
		operator_fail(op, STATUS_NO_INPUT,
			"the passphrases cannot be read: %s",
			system_error(errno));
	if (line)
		explicit_bzero(line, size);
	free(line);
	if (file)
		fclose(file);
	return ok;
}

static unsigned find_kinds(const struct setting_list *formats)
{
	unsigned kinds = 0;

	for (size_t i = 0; i < formats->count; i++)
		for (unsigned kind = 0; kind < KINDS; kind++)
			if (strcmp(formats->items[i].text, kind_names[kind]) ==
				0)
				kinds |= 1u << kind;
	return formats->count > 0 ? kinds : (1u << KINDS_USUAL) - 1;
}

static bool open(struct operator *op, void *memory)
{
	struct archive_read *state = memory;
	struct archive_reading *reading = memory_zeroed(sizeof(*reading));

	state->reading = reading;
	reading->context.op = op;
	reading->context.pool =
		buffer_pool_create(operator_budget(op), BUFFER_BYTES);
	reading->context.trailing = state->trailing == ARCHIVE_TRAILING_ALLOW;
	reading->context.kinds = find_kinds(&state->formats);
	nesting_parse(state->nested, &reading->nesting);
	return !state->passphrases ||
		read_passphrases(op, &reading->context, state->passphrases);
}

static enum step step(struct operator *op, void *memory)
{
	struct archive_read *state = memory;
	struct archive_reading *reading = state->reading;
	struct span span;

	if (!reading->layer) {
		enum event event = operator_next(op, IN, &span);

		return event == EVENT_ITEMS ? take(op, state, &span)
					    : operator_pass(op, IN, event);
	}
	if (reading->layer->lent && !reading->held)
		return operator_wait_released(op, OUT);
	operator_progressed(op);
	if (operator_unit_failed(op, IN)) {
		reading_drop(op, reading);
		return STEP_MORE;
	}
	if (reading->held)
		return reading_hold(op, reading);
	if (reading->opening)
		return open_first(op, state);
	if (reading->in_entry)
		return end_entry(op, state);
	return next_entry(op, state);
}

static void close_state(struct operator *op, void *memory)
{
	struct archive_read *state = memory;
	struct archive_reading *reading = state->reading;

	(void)op;
	if (!reading)
		return;
	reading_release(reading);
	if (reading->layer)
		layer_abandon(reading->layer);
	while (reading->layer)
		reading_pop(reading);
	if (reading->item)
		item_unref(reading->item);
	for (char **at = reading->context.passphrases; at && *at; at++) {
		explicit_bzero(*at, strlen(*at));
		free(*at);
	}
	free(reading->context.passphrases);
	buffer_pool_unref(reading->context.pool);
	free(reading);
}

const struct operator_code code_archive_read = {
	.open = open,
	.step = step,
	.close = close_state,
};
