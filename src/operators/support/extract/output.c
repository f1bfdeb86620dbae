/* SPDX-License-Identifier: MIT */
/* What is done with one output of extract, and how an entry is refused. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "operators/support/extract/parts.h"
#include "operators/support/write/reason.h"

enum {
	HOLE_BYTES = 4096, /* a window of zeros that is written as a hole */
};

/* ---- Failure ---------------------------------------------------------------- */

static enum step fail(struct operator *op, enum exit_status status,
	const char *verb, const char *path, int error)
{
	struct text what = {0};

	text_add_format(&what, "cannot %s ", verb);
	text_add_escaped(&what, path, strlen(path), EXTRACT_SHOWN_BYTES);
	text_add_format(&what, ": %s", write_reason(error));
	operator_fail_unit(
		op, EXTRACT_IN, status, (struct place){0}, "%s", what.data);
	text_free(&what);
	return STEP_MORE;
}

enum step extract_refuse(struct operator *op,
	const struct attributes *attributes, const char *reason)
{
	const struct value *path =
		attributes_get(attributes, &entry_attributes[ENTRY_PATH]);
	struct item *item = operator_item(op, PAYLOAD_NONE);
	struct text shown = {0};

	item->attributes =
		attributes_ref((struct attributes *)(uintptr_t)attributes);
	if (path && !path->null)
		text_add_escaped(
			&shown, path->data, path->length, EXTRACT_SHOWN_BYTES);
	operator_reject(op, EXTRACT_IN, item, NULL, "the entry `%s` %s",
		shown.data ? shown.data : "", reason);
	text_free(&shown);
	return STEP_MORE;
}

void extract_warn(struct operator *op, bool *warned, const char *name,
	const char *what, const char *other)
{
	struct text text = {0};

	if (*warned)
		return;
	*warned = true;
	text_add_string(&text, "the entry `");
	text_add_escaped(&text, name, strlen(name), EXTRACT_SHOWN_BYTES);
	text_add_format(&text, "` %s", what);
	if (other)
		text_add_escaped(
			&text, other, strlen(other), EXTRACT_SHOWN_BYTES);
	operator_warn(op, "%s%s; others here may as well", text.data,
		other ? "`" : "");
	text_free(&text);
}

/* ---- Attributes ------------------------------------------------------------- */

const struct value *extract_get(
	const struct attributes *attributes, enum entry_attribute key)
{
	const struct value *value =
		attributes_get(attributes, &entry_attributes[key]);

	return value && !value->null ? value : NULL;
}

bool extract_is(const struct attributes *attributes, const char *type)
{
	const struct value *value = extract_get(attributes, ENTRY_TYPE);

	return value && value->length == strlen(type) &&
		memcmp(value->data, type, value->length) == 0;
}

unsigned extract_mode(
	const struct attributes *attributes, unsigned none, unsigned least)
{
	const struct value *mode = extract_get(attributes, ENTRY_MODE);

	return (mode ? (unsigned)mode->integer & 0777 : none) | least;
}

/* What every file system can hold: seconds of 32 bits, from 1970 to 2106. */
static int64_t clamp_time(int64_t time_us)
{
	const int64_t most_us = (int64_t)UINT32_MAX * 1000000;

	return time_us < 0 ? 0 : time_us > most_us ? most_us : time_us;
}

static void set_time(struct operator *op, const struct extract *state,
	const char *name, const struct attributes *attributes,
	struct output_request *request)
{
	const struct value *mtime = extract_get(attributes, ENTRY_MTIME);

	if (!state->times || !mtime)
		return;
	request->has_mtime = true;
	request->mtime_us = clamp_time(mtime->integer);
	if (request->mtime_us != mtime->integer)
		extract_warn(op, &state->extracting->warned_time, name,
			"has a time that files can't have, and gets the "
			"nearest",
			NULL);
}

/* ---- Outputs ---------------------------------------------------------------- */

void extract_make_path(struct extracting *extracting, const char *name)
{
	struct text *path = &extracting->path;

	path->length = 0;
	text_add(
		path, extracting->directory.data, extracting->directory.length);
	if (path->data[path->length - 1] != '/')
		text_add(path, "/", 1);
	text_add_string(path, name);
}

static size_t root_length(const struct extracting *extracting)
{
	if (!template_is_constant(extracting->form))
		return template_root_length(extracting->form);
	return extracting->directory.length +
		(extracting->directory.data[extracting->directory.length - 1] !=
			'/');
}

enum step extract_make_output(struct operator *op, const struct extract *state,
	const char *name, const struct attributes *attributes,
	struct output_request *request, struct output **output)
{
	struct extracting *extracting = state->extracting;

	extract_make_path(extracting, name);
	request->path = extracting->path.data;
	request->root_length = root_length(extracting);
	request->unit = true;
	request->over_links = true;
	set_time(op, state, name, attributes, request);
	*output = operator_output(op, EXTRACT_IN, request);
	if (!*output && errno == 0)
		return STEP_FAIL;
	if (!*output)
		return fail(op, STATUS_CANNOT_CREATE, "create", request->path,
			errno);
	if (request->kind != FILE_LINK)
		tree_add(&extracting->tree, name, request->kind, *output);
	return STEP_MORE;
}

bool extract_flush(void *target, const void *data, size_t length)
{
	return output_write(
		((struct extracting *)target)->output, data, length);
}

static bool is_hole(const struct slice *window)
{
	return window->length >= HOLE_BYTES && window->data[0] == '\0' &&
		memcmp(window->data, window->data + 1, window->length - 1) == 0;
}

enum step extract_fail_write(struct operator *op, struct extracting *extracting)
{
	extracting->work = EXTRACT_NONE;
	return fail(op, STATUS_IO_ERROR, "write", extracting->path.data, errno);
}

enum step extract_write(struct operator *op, struct extracting *extracting,
	const struct slice *window)
{
	struct batch *batch = &extracting->batch;
	bool ok = is_hole(window)
		? batch_flush(batch) &&
			output_write_zeros(extracting->output, window->length)
		: batch_add(batch, window->data, window->length);

	return ok ? STEP_MORE : extract_fail_write(op, extracting);
}

enum step extract_finish_file(
	struct operator *op, struct extracting *extracting)
{
	bool ok = batch_flush(&extracting->batch) &&
		output_finish(extracting->output);

	extracting->output = NULL;
	return ok ? STEP_MORE : extract_fail_write(op, extracting);
}

void extract_drop_file(struct extracting *extracting)
{
	if (extracting->output)
		output_discard(extracting->output);
	extracting->output = NULL;
	extracting->batch.used = 0;
	if (extracting->source >= 0)
		close(extracting->source);
	extracting->source = -1;
}
