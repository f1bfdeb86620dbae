/* SPDX-License-Identifier: MIT */
/* extract: what it does. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/link-target.h"
#include "base/memory.h"
#include "engine/operator.h"
#include "operators/support/archive/entry.h"
#include "operators/support/archive/extract-name.h"
#include "operators/support/archive/extract-settings.h"
#include "operators/support/archive/tree.h"
#include "operators/support/write/batch.h"
#include "operators/support/write/reason.h"
#include "operators/support/write/template.h"

extern const struct operator_code code_extract
	__attribute__((visibility("default")));

enum { IN = EXTRACT_IN, REJECTED = EXTRACT_REJECTED };

enum {
	BATCH_BYTES = 128 * 1024,
	HOLE_BYTES = 4096, /* a window of zeros that is written as a hole */
	COPY_BYTES = 256 * 1024,
	PATH_BYTES = 4095,
	SHOWN_BYTES = 1000,
};

/* What is done with the entry at work. */
enum work {
	WORK_NONE, /* it is made, or refused: what still comes is let go */
	WORK_FILE, /* it is a file; it is made with its first bytes */
};

/* A symbolic link that waits for the end of the unit. */
struct link {
	struct link *next;
	struct attributes *attributes;
	char *name, *target;
};

struct extracting {
	struct text_template *form;
	const struct attribute_spec *path_key; /* src_path; or NULL */

	/* Of the unit. */
	struct tree tree;
	struct text directory;
	struct link *links, **last_link;
	bool ending; /* only links are left to be made */
	bool warned_time, warned_alike;

	/* Of the entry. */
	enum work work;
	struct output *output; /* that is being written; or NULL */
	struct batch batch; /* of bytes for it */
	int source; /* what is copied into it; -1: nothing */

	struct text name, path, problem; /* scratch */
};

/* ---- Failure ---------------------------------------------------------------- */

static enum step fail(struct operator *op, enum exit_status status,
	const char *verb, const char *path, int error)
{
	struct text what = {0};

	text_add_format(&what, "cannot %s ", verb);
	text_add_escaped(&what, path, strlen(path), SHOWN_BYTES);
	text_add_format(&what, ": %s", write_reason(error));
	operator_fail_unit(op, IN, status, (struct place){0}, "%s", what.data);
	text_free(&what);
	return STEP_MORE;
}

/* Refuses an entry: REASON is the end of a sentence about it. */
static enum step refuse(struct operator *op,
	const struct attributes *attributes, const char *reason)
{
	const struct value *path =
		attributes_get(attributes, &entry_attributes[ENTRY_PATH]);
	struct item *item = operator_item(op, PAYLOAD_NONE);
	struct text shown = {0};

	item->attributes =
		attributes_ref((struct attributes *)(uintptr_t)attributes);
	if (path && !path->null)
		text_add_escaped(&shown, path->data, path->length, SHOWN_BYTES);
	operator_reject(op, IN, item, NULL, "the entry `%s` %s",
		shown.data ? shown.data : "", reason);
	text_free(&shown);
	return STEP_MORE;
}

static void warn(struct operator *op, bool *warned, const char *name,
	const char *what, const char *other)
{
	struct text text = {0};

	if (*warned)
		return;
	*warned = true;
	text_add_string(&text, "the entry `");
	text_add_escaped(&text, name, strlen(name), SHOWN_BYTES);
	text_add_format(&text, "` %s", what);
	if (other)
		text_add_escaped(&text, other, strlen(other), SHOWN_BYTES);
	operator_warn(op, "%s%s; others here may as well", text.data,
		other ? "`" : "");
	text_free(&text);
}

/* ---- Attributes ------------------------------------------------------------- */

/* NULL where there is none. */
static const struct value *get(
	const struct attributes *attributes, enum entry_attribute key)
{
	const struct value *value =
		attributes_get(attributes, &entry_attributes[key]);

	return value && !value->null ? value : NULL;
}

static bool is_type(const struct attributes *attributes, const char *type)
{
	const struct value *value = get(attributes, ENTRY_TYPE);

	return value && value->length == strlen(type) &&
		memcmp(value->data, type, value->length) == 0;
}

static unsigned mode_of(
	const struct attributes *attributes, unsigned none, unsigned least)
{
	const struct value *mode = get(attributes, ENTRY_MODE);

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
	const struct value *mtime = get(attributes, ENTRY_MTIME);

	if (!state->times || !mtime)
		return;
	request->has_mtime = true;
	request->mtime_us = clamp_time(mtime->integer);
	if (request->mtime_us != mtime->integer)
		warn(op, &state->extracting->warned_time, name,
			"has a time that files can't have, and gets the "
			"nearest",
			NULL);
}

/* ---- Outputs ---------------------------------------------------------------- */

/* The whole path of a name, in extracting->path. */
static void make_path(struct extracting *extracting, const char *name)
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

/* Makes an output and notes it in the tree. STEP_MORE: it is in *OUTPUT, or NULL
 * and the unit has failed. */
static enum step make_output(struct operator *op, const struct extract *state,
	const char *name, const struct attributes *attributes,
	struct output_request *request, struct output **output)
{
	struct extracting *extracting = state->extracting;

	make_path(extracting, name);
	request->path = extracting->path.data;
	request->root_length = root_length(extracting);
	request->unit = true;
	set_time(op, state, name, attributes, request);
	*output = operator_output(op, IN, request);
	if (!*output && errno == 0)
		return STEP_FAIL;
	if (!*output)
		return fail(op, STATUS_CANNOT_CREATE, "create", request->path,
			errno);
	if (request->kind != FILE_LINK)
		tree_add(&extracting->tree, name, request->kind, *output);
	return STEP_MORE;
}

static bool write_output(void *target, const void *data, size_t length)
{
	return output_write(
		((struct extracting *)target)->output, data, length);
}

static bool is_hole(const struct slice *window)
{
	return window->length >= HOLE_BYTES && window->data[0] == '\0' &&
		memcmp(window->data, window->data + 1, window->length - 1) == 0;
}

static enum step fail_write(struct operator *op, struct extracting *extracting)
{
	extracting->work = WORK_NONE;
	return fail(op, STATUS_IO_ERROR, "write", extracting->path.data, errno);
}

static enum step write_window(struct operator *op,
	struct extracting *extracting, const struct slice *window)
{
	struct batch *batch = &extracting->batch;
	bool ok = is_hole(window)
		? batch_flush(batch) &&
			output_write_zeros(extracting->output, window->length)
		: batch_add(batch, window->data, window->length);

	return ok ? STEP_MORE : fail_write(op, extracting);
}

/* The content of the entry is there. */
static enum step finish_file(struct operator *op, struct extracting *extracting)
{
	bool ok = batch_flush(&extracting->batch) &&
		output_finish(extracting->output);

	extracting->output = NULL;
	return ok ? STEP_MORE : fail_write(op, extracting);
}

/* Throws away what was begun of the entry. */
static void drop_file(struct extracting *extracting)
{
	if (extracting->output)
		output_discard(extracting->output);
	extracting->output = NULL;
	extracting->batch.used = 0;
	if (extracting->source >= 0)
		close(extracting->source);
	extracting->source = -1;
}

/* ---- Names ------------------------------------------------------------------ */

static const struct value *unit_path(
	struct operator *op, const struct extracting *extracting)
{
	const struct segment *segment = operator_segment(op, IN);

	while (segment->parent)
		segment = segment->parent;
	return extracting->path_key
		? attributes_get(segment->attributes, extracting->path_key)
		: NULL;
}

/* Looks for a name that is free. */
static const char *rename_entry(
	struct extracting *extracting, enum file_kind kind)
{
	struct text *name = &extracting->name;
	size_t length = name->length, where;

	for (unsigned number = 2; number < 1000000; number++) {
		name->length = length;
		text_add_format(name, ".%u", number);
		if (tree_ask(&extracting->tree, name->data, kind, &where) ==
			TREE_FREE)
			return entry_name_problem(name->data, name->length);
	}
	return "has a name that comes too often";
}

/* Why the name in extracting->name can't be had; NULL: it can, and may have been
 * changed. *SKIP: the entry is left out. */
static const char *take_name(
	const struct extract *state, enum file_kind kind, bool *skip)
{
	struct extracting *extracting = state->extracting;
	struct text *name = &extracting->name;
	size_t length;

	switch (tree_ask(&extracting->tree, name->data, kind, &length)) {
	case TREE_FREE:
	case TREE_SAME: return NULL;
	case TREE_BLOCKED:
		text_add_string(&extracting->problem, "lies beneath `");
		text_add_escaped(
			&extracting->problem, name->data, length, SHOWN_BYTES);
		text_add_string(&extracting->problem,
			"`, which isn't a directory of the archive");
		return extracting->problem.data;
	case TREE_TAKEN: break;
	}
	switch ((enum extract_collisions)state->collisions) {
	case EXTRACT_COLLISIONS_SKIP: *skip = true; return NULL;
	case EXTRACT_COLLISIONS_RENAME: return rename_entry(extracting, kind);
	case EXTRACT_COLLISIONS_FAIL: break;
	}
	return "has a name that came before; see `collisions`";
}

static const char *check_alike(struct operator *op, const struct extract *state)
{
	static const char what[] =
		"has a name that differs only in case or Unicode form from `";
	struct extracting *extracting = state->extracting;
	const char *name = extracting->name.data;
	const char *other = tree_alike(&extracting->tree, name);

	if (!other)
		return NULL;
	if (!state->portable_names) {
		warn(op, &extracting->warned_alike, name, what, other);
		return NULL;
	}
	text_add_string(&extracting->problem, what);
	text_add_escaped(
		&extracting->problem, other, strlen(other), SHOWN_BYTES);
	text_add_string(&extracting->problem, "`");
	return extracting->problem.data;
}

/* Finds the name of an entry, in extracting->name. False: it has none, since it
 * was refused, is left out, or is the directory itself. */
static bool find_name(struct operator *op, const struct extract *state,
	const struct attributes *attributes, enum file_kind kind)
{
	struct extracting *extracting = state->extracting;
	const struct value *path = get(attributes, ENTRY_PATH);
	const char *problem = "is none of an archive";
	bool skip = false;

	extracting->problem.length = 0;
	if (path)
		problem = extract_name(&extracting->name, path, attributes,
			unit_path(op, extracting));
	if (!problem && extracting->name.length == 0) {
		if (kind == FILE_DIRECTORY)
			return false;
		problem = "has the name of the directory itself";
	}
	if (!problem)
		problem = take_name(state, kind, &skip);
	if (!problem && !skip)
		problem = check_alike(op, state);
	if (!problem) {
		make_path(extracting, extracting->name.data);
		if (extracting->path.length > PATH_BYTES)
			problem = "has, with the directory, a path of more "
				  "than 4095 bytes";
	}
	if (problem)
		refuse(op, attributes, problem);
	return !problem && !skip;
}

/* ---- Entries ---------------------------------------------------------------- */

static enum step make_file(struct operator *op, const struct extract *state,
	const struct attributes *attributes)
{
	struct extracting *extracting = state->extracting;
	struct output_request request = {
		.kind = FILE_REGULAR, .mode = mode_of(attributes, 0644, 0400)};

	extracting->work = WORK_NONE;
	if (!find_name(op, state, attributes, FILE_REGULAR))
		return STEP_MORE;
	enum step result = make_output(op, state, extracting->name.data,
		attributes, &request, &extracting->output);
	if (extracting->output)
		extracting->work = WORK_FILE;
	return result;
}

static enum step make_directory(struct operator *op,
	const struct extract *state, const struct attributes *attributes)
{
	struct output_request request = {.kind = FILE_DIRECTORY,
		.mode = mode_of(attributes, 0755, 0700)};
	struct output *output;

	if (!find_name(op, state, attributes, FILE_DIRECTORY))
		return STEP_MORE;
	return make_output(op, state, state->extracting->name.data, attributes,
		&request, &output);
}

/* The output that a hard link leads to, or NULL and *PROBLEM. */
static struct output *find_original(struct operator *op,
	struct extracting *extracting, const struct attributes *attributes,
	const char **problem)
{
	const struct value *target = get(attributes, ENTRY_LINK);
	const struct value *size = get(attributes, ENTRY_SIZE);
	struct text name = {0};
	struct output *output = NULL;
	enum file_kind kind;

	*problem = target ? extract_name(&name, target, attributes,
				    unit_path(op, extracting))
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
		find_original(op, extracting, attributes, &problem);

	if (!original)
		return refuse(op, attributes, problem);
	enum step result = make_file(op, state, attributes);
	if (extracting->work != WORK_FILE)
		return result;
	extracting->work = WORK_NONE;
	extracting->source = operator_reread(op, original);
	return extracting->source < 0 ? fail_write(op, extracting) : STEP_MORE;
}

/* A bounded part of a copy. */
static enum step copy_some(struct operator *op, struct extracting *extracting)
{
	char data[COPY_BYTES];
	ssize_t got = file_read(extracting->source, data, sizeof(data));
	const struct slice window = {NULL, data, got > 0 ? (size_t)got : 0};

	operator_progressed(op);
	if (got > 0 && !operator_unit_failed(op, IN)) {
		if (write_window(op, extracting, &window) == STEP_MORE &&
			!operator_unit_failed(op, IN))
			return STEP_MORE;
	}
	close(extracting->source);
	extracting->source = -1;
	if (got == 0 && !operator_unit_failed(op, IN))
		return finish_file(op, extracting);
	if (got < 0)
		fail_write(op, extracting);
	drop_file(extracting);
	return STEP_MORE;
}

/* A link takes its name at once, but is made when all else is there. */
static void put_off_link(struct operator *op, const struct extract *state,
	struct attributes *attributes)
{
	struct extracting *extracting = state->extracting;
	const struct value *target = get(attributes, ENTRY_LINK);

	if (!target || memchr(target->data, '\0', target->length)) {
		refuse(op, attributes, "is a link to nothing");
		return;
	}
	if (!find_name(op, state, attributes, FILE_LINK))
		return;
	tree_add(&extracting->tree, extracting->name.data, FILE_LINK, NULL);
	struct link *link = memory_zeroed(sizeof(*link));
	link->attributes = attributes_ref(attributes);
	link->name = memory_string(extracting->name.data);
	link->target = memory_string(target->data);
	*extracting->last_link = link;
	extracting->last_link = &link->next;
}

static enum step begin_entry(struct operator *op, const struct extract *state,
	struct attributes *attributes)
{
	struct extracting *extracting = state->extracting;
	bool link = is_type(attributes, "symlink");

	extracting->work = WORK_NONE;
	if (operator_unit_failed(op, IN))
		return STEP_MORE;
	if (is_type(attributes, "directory"))
		return make_directory(op, state, attributes);
	if ((link || is_type(attributes, "hardlink")) &&
		state->links == EXTRACT_LINKS_REFUSE)
		return refuse(op, attributes,
			link ? "is a symbolic link; `links: inside` makes "
			       "those that are harmless"
			     : "is a hard link; `links: inside` copies what "
			       "it leads to");
	if (is_type(attributes, "hardlink"))
		return make_copy(op, state, attributes);
	if (link)
		put_off_link(op, state, attributes);
	else if (!get(attributes, ENTRY_TYPE) || is_type(attributes, "file"))
		extracting->work = WORK_FILE;
	else
		refuse(op, attributes, "is a device, a FIFO or a socket");
	return STEP_MORE;
}

/* The entry has ended. Where whole contents come, a file without one was left
 * out; else it is empty. */
static enum step end_entry(struct operator *op, const struct extract *state)
{
	struct extracting *extracting = state->extracting;
	const struct segment *segment = operator_segment(op, IN);
	enum step result = STEP_MORE;

	if (segment->failed || operator_unit_failed(op, IN))
		extracting->work = WORK_NONE;
	if (extracting->work == WORK_FILE && !extracting->output &&
		operator_shape(op, IN)->type != PAYLOAD_STREAM)
		result = make_file(op, state, segment->attributes);
	if (extracting->work == WORK_FILE && extracting->output)
		result = finish_file(op, extracting);
	drop_file(extracting);
	extracting->work = WORK_NONE;
	return result;
}

/* ---- Contents --------------------------------------------------------------- */

/* Takes one window of the stream that is the first of the span. */
static enum step copy_stream(struct operator *op, struct extracting *extracting,
	const struct item *item)
{
	struct slice window;

	switch (operator_read(op, IN, item->stream, &window)) {
	case READ_DATA: return write_window(op, extracting, &window);
	case READ_BLOCKED:
	case READ_MEMORY: return STEP_WAIT;
	case READ_END:
	case READ_FAILED: operator_release(op, IN, 1); break;
	}
	return STEP_MORE;
}

static enum step take(
	struct operator *op, const struct extract *state, struct span *span)
{
	struct extracting *extracting = state->extracting;
	const struct segment *segment = operator_segment(op, IN);
	size_t done = 0;

	if (extracting->work == WORK_FILE && !extracting->output) {
		enum step result = make_file(op, state, segment->attributes);

		if (result != STEP_MORE)
			return result;
	}
	if (extracting->work != WORK_FILE) {
		operator_release(op, IN, span->count);
		return STEP_MORE;
	}
	if (span->items[0]->type == PAYLOAD_STREAM)
		return copy_stream(op, extracting, span->items[0]);
	while (done < span->count && extracting->work == WORK_FILE)
		if (!batch_add_item(&extracting->batch, span->items[done++]))
			fail_write(op, extracting);
	operator_release(op, IN, done);
	return STEP_MORE;
}

/* ---- Units ------------------------------------------------------------------ */

static struct link *pop_link(struct extracting *extracting)
{
	struct link *link = extracting->links;

	extracting->links = link->next;
	if (!extracting->links)
		extracting->last_link = &extracting->links;
	return link;
}

static void free_link(struct link *link)
{
	attributes_unref(link->attributes);
	free(link->name);
	free(link->target);
	free(link);
}

static void forget_unit(struct extracting *extracting)
{
	drop_file(extracting);
	tree_finish(&extracting->tree);
	while (extracting->links)
		free_link(pop_link(extracting));
	extracting->ending = false;
	extracting->warned_time = extracting->warned_alike = false;
}

static enum step begin_unit(struct operator *op, const struct extract *state)
{
	struct extracting *extracting = state->extracting;

	forget_unit(extracting);
	operator_begin(op, REJECTED, operator_segment(op, IN));
	if (!template_fill(extracting->form, NULL, operator_segment(op, IN),
		    &extracting->directory, &extracting->problem))
		operator_fail_unit(op, IN, STATUS_CANNOT_CREATE,
			(struct place){0}, "%s", extracting->problem.data);
	return STEP_MORE;
}

/* Why a link isn't harmless, or NULL: all that it goes through must be a
 * directory of the archive, which no link of it can be. */
static const char *link_problem(
	struct extracting *extracting, const struct link *link)
{
	struct text *way = &extracting->path;
	const char *problem =
		link_target_resolve(link->name, link->target, way);
	struct output *output;
	enum file_kind kind;

	for (size_t i = 1; !problem && i <= way->length; i++) {
		char end = way->data[i];

		if (end != '/' && end != '\0')
			continue;
		way->data[i] = '\0';
		if (!tree_find(&extracting->tree, way->data, &kind, &output))
			problem = "leads to nothing that the archive has";
		else if (kind == FILE_LINK)
			problem = "leads to or through another link";
		else if (kind != FILE_DIRECTORY && end == '/')
			problem = "leads through what isn't a directory";
		way->data[i] = end;
	}
	return problem;
}

static enum step make_link(struct operator *op, const struct extract *state,
	const struct link *link)
{
	struct extracting *extracting = state->extracting;
	struct output_request request = {
		.kind = FILE_LINK, .target = link->target};
	const char *problem = link_problem(extracting, link);
	struct output *output;

	if (!problem)
		return make_output(op, state, link->name, link->attributes,
			&request, &output);
	extracting->problem.length = 0;
	text_add_string(&extracting->problem, "is a symbolic link that ");
	text_add_string(&extracting->problem, problem);
	return refuse(op, link->attributes, extracting->problem.data);
}

/* One more link, or the end of the unit. */
static enum step end_some(struct operator *op, const struct extract *state)
{
	struct extracting *extracting = state->extracting;

	operator_progressed(op);
	if (extracting->links && !operator_unit_failed(op, IN)) {
		struct link *link = pop_link(extracting);
		enum step result = make_link(op, state, link);

		free_link(link);
		return result;
	}
	forget_unit(extracting);
	operator_end(op, REJECTED);
	return STEP_MORE;
}

/* ---- The operator ------------------------------------------------------- */

static bool open(struct operator *op, void *memory)
{
	struct extract *state = memory;
	struct extracting *extracting = memory_zeroed(sizeof(*extracting));
	const struct shape *shape = operator_shape(op, IN);

	state->extracting = extracting;
	extracting->source = -1;
	extracting->last_link = &extracting->links;
	extracting->path_key = shape_attribute(shape, "src_path");
	extracting->form = template_create(state->directory.text, true, shape);
	batch_init(&extracting->batch, write_output, extracting, BATCH_BYTES);
	if (extracting->form)
		return true;
	operator_fail(op, STATUS_BUG, "its template is wrong");
	return false;
}

static enum step step(struct operator *op, void *memory)
{
	struct extract *state = memory;
	struct extracting *extracting = state->extracting;
	struct segment *segment;
	struct span span;

	if (extracting->source >= 0)
		return copy_some(op, extracting);
	if (operator_linked(op, REJECTED) && operator_room(op, REJECTED) == 0)
		return operator_wait_output(op, REJECTED);
	if (extracting->ending)
		return end_some(op, state);
	switch (operator_next(op, IN, &span)) {
	case EVENT_ITEMS: return take(op, state, &span);
	case EVENT_BEGIN:
		segment = operator_segment(op, IN);
		return segment->parent
			? begin_entry(op, state, segment->attributes)
			: begin_unit(op, state);
	case EVENT_END:
		if (operator_segment(op, IN)->parent)
			return end_entry(op, state);
		extracting->ending = true;
		return STEP_MORE;
	case EVENT_CLOSED: return STEP_END;
	case EVENT_GAP: return STEP_MORE;
	case EVENT_KEPT:
	case EVENT_LOST:
	case EVENT_WAIT: break;
	}
	return STEP_WAIT;
}

static void close_state(struct operator *op, void *memory)
{
	struct extract *state = memory;
	struct extracting *extracting = state->extracting;

	(void)op;
	if (!extracting)
		return;
	forget_unit(extracting);
	batch_finish(&extracting->batch);
	template_destroy(extracting->form);
	text_free(&extracting->directory);
	text_free(&extracting->name);
	text_free(&extracting->path);
	text_free(&extracting->problem);
	free(extracting);
}

const struct operator_code code_extract = {
	.open = open,
	.step = step,
	.close = close_state,
};
