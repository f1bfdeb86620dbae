/* SPDX-License-Identifier: MIT */
/* What becomes of an entry. */
#include <string.h>
#include <unistd.h>

#include "operators/support/extract/name.h"
#include "operators/support/extract/parts.h"

enum { COPY_BYTES = 256 * 1024 };

enum step extract_make_file(struct operator *op, const struct extract *state,
	const struct attributes *attributes)
{
	struct extracting *extracting = state->extracting;
	struct output_request request = {.kind = FILE_REGULAR,
		.mode = extract_mode(attributes, 0644, 0400)};

	extracting->work = EXTRACT_NONE;
	if (!extract_find_name(op, state, attributes, FILE_REGULAR))
		return STEP_MORE;
	enum step result = extract_make_output(op, state, extracting->name.data,
		attributes, &request, &extracting->output);
	if (extracting->output)
		extracting->work = EXTRACT_FILE;
	return result;
}

static enum step make_directory(struct operator *op,
	const struct extract *state, const struct attributes *attributes)
{
	struct output_request request = {.kind = FILE_DIRECTORY,
		.mode = extract_mode(attributes, 0755, 0700)};
	struct output *output;

	if (!extract_find_name(op, state, attributes, FILE_DIRECTORY))
		return STEP_MORE;
	return extract_make_output(op, state, state->extracting->name.data,
		attributes, &request, &output);
}

/* The output that a hard link leads to, or NULL and *PROBLEM. */
static struct output *find_original(struct operator *op,
	const struct extract *state, const struct attributes *attributes,
	const char **problem)
{
	struct extracting *extracting = state->extracting;
	const struct value *target = extract_get(attributes, ENTRY_LINK);
	const struct value *size = extract_get(attributes, ENTRY_SIZE);
	struct text name = {0};
	struct output *output = NULL;
	enum file_kind kind;

	*problem = target
		? extract_name(&name, target, attributes,
			  extract_unit_path(op, extracting), state->flat)
		: "";
	if (*problem) {
		*problem = "is a hard link to a name that nobody should use";
	} else if (!tree_find(&extracting->tree, name.data, &kind, &output) ||
		kind != FILE_REGULAR || !output) {
		output = NULL;
		*problem = "is a hard link to what isn't a regular entry "
			   "before it";
	} else if (size && size->integer > 0 &&
		(uint64_t)size->integer != output_length(output)) {
		output = NULL;
		*problem = "is a hard link with a content of its own";
	}
	text_free(&name);
	return output;
}

static enum step make_copy(struct operator *op, const struct extract *state,
	const struct attributes *attributes)
{
	struct extracting *extracting = state->extracting;
	const char *problem;
	struct output *original =
		find_original(op, state, attributes, &problem);

	if (!original)
		return extract_refuse(op, attributes, problem);
	enum step result = extract_make_file(op, state, attributes);
	if (extracting->work != EXTRACT_FILE)
		return result;
	extracting->work = EXTRACT_NONE;
	extracting->source = operator_reread(op, original);
	return extracting->source < 0 ? extract_fail_write(op, extracting)
				      : STEP_MORE;
}

enum step extract_copy_some(struct operator *op, struct extracting *extracting)
{
	char data[COPY_BYTES];
	ssize_t got = file_read(extracting->source, data, sizeof(data));
	const struct slice window = {NULL, data, got > 0 ? (size_t)got : 0};

	operator_progressed(op);
	if (got > 0 && !operator_unit_failed(op, EXTRACT_IN)) {
		if (extract_write(op, extracting, &window) == STEP_MORE &&
			!operator_unit_failed(op, EXTRACT_IN))
			return STEP_MORE;
	}
	close(extracting->source);
	extracting->source = -1;
	if (got == 0 && !operator_unit_failed(op, EXTRACT_IN))
		return extract_finish_file(op, extracting);
	if (got < 0)
		extract_fail_write(op, extracting);
	extract_drop_file(extracting);
	return STEP_MORE;
}

enum step extract_begin_entry(struct operator *op, const struct extract *state,
	struct attributes *attributes)
{
	struct extracting *extracting = state->extracting;
	bool link = extract_is(attributes, "symlink");

	extracting->work = EXTRACT_NONE;
	if (operator_unit_failed(op, EXTRACT_IN))
		return STEP_MORE;
	if (extract_is(attributes, "directory"))
		return make_directory(op, state, attributes);
	if ((link || extract_is(attributes, "hardlink")) &&
		state->links == EXTRACT_LINKS_REFUSE)
		return extract_refuse(op, attributes,
			link ? "is a symbolic link; `links: inside` makes "
			       "those that are harmless"
			     : "is a hard link; `links: inside` copies what "
			       "it leads to");
	if (extract_is(attributes, "hardlink"))
		return make_copy(op, state, attributes);
	if (link)
		extract_put_off_link(op, state, attributes);
	else if (!extract_get(attributes, ENTRY_TYPE) ||
		extract_is(attributes, "file"))
		extracting->work = EXTRACT_FILE;
	else
		extract_refuse(
			op, attributes, "is a device, a FIFO or a socket");
	return STEP_MORE;
}

/* The entry has ended. Where whole contents come, a file without one was left
 * out; else it is empty. */
enum step extract_end_entry(struct operator *op, const struct extract *state)
{
	struct extracting *extracting = state->extracting;
	const struct segment *segment = operator_segment(op, EXTRACT_IN);
	enum step result = STEP_MORE;

	if (segment->failed || operator_unit_failed(op, EXTRACT_IN))
		extracting->work = EXTRACT_NONE;
	if (extracting->work == EXTRACT_FILE && !extracting->output &&
		operator_shape(op, EXTRACT_IN)->type != PAYLOAD_STREAM)
		result = extract_make_file(op, state, segment->attributes);
	if (extracting->work == EXTRACT_FILE && extracting->output)
		result = extract_finish_file(op, extracting);
	extract_drop_file(extracting);
	extracting->work = EXTRACT_NONE;
	return result;
}
