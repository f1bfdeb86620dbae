/* SPDX-License-Identifier: MIT */
/* archive-read: what it does. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "operators/support/archive/describe.h"
#include "operators/support/archive/entry.h"
#include "operators/support/archive/layer.h"
#include "operators/support/archive/read-settings.h"
#include "operators/support/archive/rewind.h"
#include "operators/support/content/content.h"

extern const struct operator_code code_archive_read
	__attribute__((visibility("default")));

enum { IN = ARCHIVE_READ_IN, OUT = ARCHIVE_READ_OUT };

struct archive_reading {
	struct archive_context context;
	struct nesting nesting;
	struct layer *layer; /* the innermost that is open; or NULL */
	struct item *item; /* that the outermost came as; or NULL */
	bool opening; /* nothing of the outermost has been read yet */
	bool in_entry; /* the entry's segment has begun */
	/* The entry that is held until it is known to be whole; or NULL: */
	struct content *held; /* what was read of it */
	struct stream *checked; /* what it is read from */
	struct attributes *described;
	bool warned; /* of a time, in this stream */
};

static const char *entry_name(struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);

	if (!name)
		name = archive_entry_pathname_utf8(entry);
	return name ? name : "";
}

/* ---- Layers ----------------------------------------------------------------- */

static void pop(struct archive_reading *reading)
{
	struct layer *layer = reading->layer;

	reading->layer = layer->outer;
	layer_destroy(layer);
}

/* Lets go of the entry that is held. */
static void release(struct archive_reading *reading)
{
	stream_destroy(reading->checked);
	content_unref(reading->held);
	attributes_unref(reading->described);
	reading->checked = NULL;
	reading->held = NULL;
	reading->described = NULL;
}

/* Lets go of the stream and all that is open in it. */
static void drop(struct operator *op, struct archive_reading *reading)
{
	release(reading);
	if (reading->in_entry)
		operator_end(op, OUT);
	reading->in_entry = false;
	while (reading->layer)
		pop(reading);
	if (reading->item)
		item_unref(reading->item);
	reading->item = NULL;
}

/* What is wrong with a layer fails the unit; it is said which archive: that
 * whose entry it is, if that is damaged. */
static enum step fail(struct operator *op, struct archive_reading *reading)
{
	const struct layer *layer = reading->layer;
	struct text what = {0};

	while (layer->outer && layer->outer->damaged)
		layer = layer->outer;

	layer_add_problem(layer, &what);
	operator_fail_unit(
		op, IN, layer->status, (struct place){0}, "%s", what.data);
	text_free(&what);
	drop(op, reading);
	return STEP_MORE;
}

static enum step fail_with(
	struct operator *op, struct archive_reading *reading, const char *what)
{
	struct layer *layer = reading->layer;

	layer->problem.length = 0;
	text_add_string(&layer->problem, what);
	layer->status = STATUS_BAD_DATA;
	return fail(op, reading);
}

/* Says that the entry with ATTRIBUTES, which it takes, can't be had. */
static enum step reject_as(struct operator *op, const struct layer *layer,
	struct attributes *attributes, const char *reason)
{
	struct item *item = operator_item(op, PAYLOAD_NONE);

	item->attributes = attributes;
	item->position = (uint64_t)archive_read_header_position(layer->archive);
	operator_reject(op, IN, item, NULL, "%s", reason);
	return STEP_MORE;
}

/* The same in a sentence: WHAT stands before its name, PROBLEM behind it. */
static enum step reject(struct operator *op, const struct layer *layer,
	struct attributes *attributes, const char *what, const char *problem)
{
	const char *name = entry_name(layer->entry);
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
static enum step fail_entry(struct operator *op,
	struct archive_reading *reading, struct attributes *attributes)
{
	struct layer *layer = reading->layer;
	char *reason = memory_string(layer->problem.data);

	if (layer_recover(layer))
		reject_as(op, layer, attributes_ref(attributes), reason);
	else
		fail(op, reading);
	free(reason);
	return STEP_MORE;
}

/* An entry that should be an archive, but can't be opened, is rejected; all
 * else fails the unit. */
static enum step fail_layer(struct operator *op, struct archive_read *state)
{
	struct archive_reading *reading = state->reading;
	struct layer *layer = reading->layer;
	struct attributes *described;
	struct text what = {0};

	if (layer_failed_alone(layer)) {
		text_add_format(
			&what, "can't be opened: %s", layer->problem.data);
		reject(op, layer->outer, attributes_ref(layer->described),
			"the entry", what.data);
		text_free(&what);
		pop(reading);
		return STEP_MORE;
	}
	if (!state->verify || !layer->outer || !layer->outer->damaged ||
		layer->index > 0)
		return fail(op, reading);
	described = attributes_ref(layer->described);
	pop(reading);
	fail_entry(op, reading, described);
	attributes_unref(described);
	return STEP_MORE;
}

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
	describe_archive(operator_segment(op, IN), reading->layer);
	item->stream = NULL;
	reading->item = item;
	reading->opening = true;
	reading->warned = false;
	return STEP_MORE;
}

/* ---- Entries ---------------------------------------------------------------- */

static bool is_regular(struct archive_entry *entry)
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

static void begin_entry(struct operator *op, struct archive_reading *reading,
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
		begin_entry(op, reading, attributes, false);
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

	release(reading);
	fail_entry(op, reading, described);
	attributes_unref(described);
	return STEP_MORE;
}

static enum step give_held(struct operator *op, struct archive_reading *reading)
{
	struct stream *held = content_stream(reading->held);

	stream_destroy(reading->checked);
	reading->checked = NULL;
	begin_entry(op, reading, attributes_ref(reading->described), false);
	give(op, layer_content_held(reading->layer, held));
	release(reading);
	return STEP_MORE;
}

/* Reads on in what is held. */
static enum step hold(struct operator *op, struct archive_reading *reading)
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
		"it can't be held in a temporary file: %s", strerror(errno));
	drop(op, reading);
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
	describe_nested(attributes, layer);
	layer->described = attributes;
	reading->layer = layer;
	switch (layer_open(layer)) {
	case LAYER_OK:
		if (layer->depth <= reading->nesting.depth)
			return STEP_MORE;
		return fail_with(op, reading,
			"archives lie in each other more than 8 deep; a number "
			"for `nested` opens only so many");
	case LAYER_PLAIN:
		layer->source = NULL;
		layer->described = NULL;
		pop(reading);
		if (state->content) {
			give_content(op, state, attributes, source);
			return STEP_MORE;
		}
		stream_destroy(source);
		begin_entry(op, reading, attributes, false);
		give(op, NULL);
		return STEP_MORE;
	case LAYER_END:
	case LAYER_FAILED: break;
	}
	return fail_layer(op, state);
}

static enum step give_entry(struct operator *op, struct archive_read *state,
	struct attributes *attributes)
{
	struct archive_reading *reading = state->reading;
	struct archive_entry *entry = reading->layer->entry;
	const struct value *path =
		attributes_get(attributes, &entry_attributes[ENTRY_PATH]);

	if (is_regular(entry) && archive_entry_is_data_encrypted(entry) &&
		!reading->context.passphrases && state->content)
		return reject(op, reading->layer, attributes, "the entry",
			"is encrypted; name a file with its passphrase in "
			"`passphrases`");
	if (is_regular(entry) && may_nest(reading, path->data))
		return nest(op, state, attributes);
	if (state->content && is_regular(entry)) {
		give_content(
			op, state, attributes, layer_content(reading->layer));
		return STEP_MORE;
	}
	begin_entry(op, reading, attributes, !is_regular(entry));
	if (!state->content)
		give(op, NULL);
	return STEP_MORE;
}

/* The symbols and long names of an ar file, which libarchive shows as entries. */
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
	const char *name = entry_name(entry);
	const char *problem;
	bool clamped = false;

	if (is_table(reading->layer, name))
		return STEP_MORE;
	problem = entry_name_problem(name, strlen(name));
	struct attributes *attributes =
		describe_entry(reading->layer, name, &clamped);
	if (problem)
		return reject(op, reading->layer, attributes,
			"the name of the entry", problem);
	warn(op, reading, name, clamped);
	return give_entry(op, state, attributes);
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
	case LAYER_END:
		warn_followed(op, reading->layer);
		if (reading->layer->outer)
			pop(reading);
		else
			drop(op, reading);
		return STEP_MORE;
	case LAYER_PLAIN:
	case LAYER_FAILED: break;
	}
	return fail_layer(op, state);
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

	if (state->content && is_regular(layer->entry) && has_checksum(layer)) {
		enum layer_result result = layer_drain(layer);

		if (result == LAYER_FAILED)
			return fail(op, reading);
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
		return fail_with(op, reading,
			"it is no archive, or of a format that `formats` "
			"doesn't name; `plain: pass` lets it through");
	if (state->content) {
		struct item *given =
			operator_stream_item(op, OUT, layer->source);

		given->attributes = attributes_ref(reading->item->attributes);
		given->position = reading->item->position;
		layer->source = NULL;
		begin_entry(op, reading, NULL, false);
		operator_give(op, OUT, &given, 1);
	}
	drop(op, reading);
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
	case READ_FAILED: drop(op, reading); return STEP_MORE;
	case READ_DATA:
	case READ_END: break;
	}
	rewind_back(layer->source);
	reading->opening = false;
	switch (layer_open(layer)) {
	case LAYER_OK: return STEP_MORE;
	case LAYER_PLAIN: return pass_plain(op, state);
	case LAYER_END:
	case LAYER_FAILED: break;
	}
	return fail(op, reading);
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
			"the passphrases cannot be read: %s", strerror(errno));
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
		drop(op, reading);
		return STEP_MORE;
	}
	if (reading->held)
		return hold(op, reading);
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
	release(reading);
	if (reading->layer)
		layer_abandon(reading->layer);
	while (reading->layer)
		pop(reading);
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
