/* SPDX-License-Identifier: MIT */
/* write-file: files that appear whole or not at all. */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "engine/operator.h"
#include "operators/support/empty-content.h"
#include "operators/support/write/batch.h"
#include "operators/support/write/reason.h"
#include "operators/support/write/target.h"
#include "operators/support/write/template.h"

enum { IN };

enum { BATCH_BYTES = 128 * 1024 };

/* One file on its way. With the scope `graph` there is one for the run; else
 * one for each open unit or segment. */
struct document {
	struct document *outer;
	struct output *output; /* NULL until something is written */
	struct batch batch;
	uint64_t length; /* bytes so far, those that wait included */
	bool parent; /* segments within it have got files of their own */
	bool lost; /* its unit has failed */
};

struct state {
	struct setting_text path;
	const char *mode;

	unsigned permissions;
	struct text_template *form;
	struct text filled, problem;
	struct document *document; /* the innermost; or NULL */
	unsigned depth; /* of open segments */
	uint64_t unit_start; /* where the unit in progress starts, in a graph's
				document */
};

static const struct pin_spec pins[] = {
	{
		.name = "in",
		.direction = PIN_INPUT,
		.flags = PIN_TAKES_PACKED,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM) |
			PAYLOAD_BIT(PAYLOAD_BYTES) | PAYLOAD_BIT(PAYLOAD_LINE),
		.summary = "what to write; a line gets its line feed",
	},
	{0},
};

static const struct property_spec properties[] = {
	{
		.name = "path",
		.type = SETTING_PATH_TEMPLATE,
		.offset = offsetof(struct state, path),
		.flags = PROPERTY_REQUIRED,
		.summary = "The path of the file, with {attribute} in it",
		.details = "Without an {attribute} there is one file for the "
			   "run. With attributes of units, such as {src_stem}, "
			   "there is one for each unit. The directory in front "
			   "of the first { can't be left by what is filled in. "
			   "Directories that are missing are made.",
	},
	{
		.name = "mode",
		.type = SETTING_TEXT,
		.offset = offsetof(struct state, mode),
		.fallback = "0644",
		.summary = "The permissions in octal, less the umask",
	},
	{0},
};

/* ---- Checking --------------------------------------------------------------- */

static void check_path(struct relation *relation, const char *path)
{
	const struct shape *shape = relation_input(relation, IN);
	const struct state *settings = relation_settings(relation);
	const char *problem =
		write_path_problem(path, settings->path.root_length);

	if (problem) {
		relation_error(relation, relation_location(relation, "path"),
			strstr(problem, "directory") ? "add the name of a file"
						     : NULL,
			"'%s' %s", path, problem);
		return;
	}
	struct text_template *form = template_create(path, true, shape);
	if (!form)
		return; /* reported by the loader, or open yet */
	if (template_needs_items(form))
		relation_error(relation, relation_location(relation, "path"),
			"use attributes of units, such as {src_stem}",
			"an attribute of items can't choose the file");
	relation_set_scope(relation,
		template_is_constant(form) ? SCOPE_GRAPH : shape->scope);
	template_destroy(form);
}

static void relate(struct relation *relation)
{
	const struct state *settings = relation_settings(relation);
	unsigned mode;

	if (settings->path.text && !relation_unknown(relation, "path"))
		check_path(relation, settings->path.text);
	if (!relation_unknown(relation, "mode") &&
		!write_mode_parse(settings->mode, &mode))
		relation_error(relation, relation_location(relation, "mode"),
			"write up to three octal digits, such as 0644",
			"'%s' is not a mode", settings->mode);
}

/* ---- Failure ---------------------------------------------------------------- */

/* What a document can't do fails its unit, or the run when it spans units. */
static enum step fail(struct operator *op, struct state *state,
	enum exit_status status, const char *what)
{
	if (operator_spans(op))
		return operator_fail(op, status, "%s", what);
	state->document->lost = true;
	operator_fail_unit(op, IN, status, (struct place){0}, "%s", what);
	return STEP_MORE;
}

static enum step fail_path(struct operator *op, struct state *state,
	enum exit_status status, const char *verb, int error)
{
	struct text what = {0};

	text_add_format(&what, "cannot %s ", verb);
	text_add_escaped(&what, state->filled.data, state->filled.length, 1000);
	text_add_format(&what, ": %s", write_reason(error));
	enum step result = fail(op, state, status, what.data);
	text_free(&what);
	return result;
}

/* ---- Documents -------------------------------------------------------------- */

static bool write_output(void *target, const void *data, size_t length)
{
	struct document *document = target;

	return output_write(document->output, data, length);
}

static void push(struct state *state)
{
	struct document *document = memory_zeroed(sizeof(*document));

	document->outer = state->document;
	if (document->outer)
		document->outer->parent = true;
	state->document = document;
}

static void pop(struct state *state)
{
	struct document *document = state->document;

	state->document = document->outer;
	batch_finish(&document->batch);
	free(document);
}

/* Opens the document's output. STEP_MORE: it is open, or the unit failed. */
static enum step open_document(struct operator *op, struct state *state)
{
	struct document *document = state->document;

	if (document->output || document->lost)
		return STEP_MORE;
	if (!template_fill(state->form, NULL, operator_segment(op, IN),
		    &state->filled, &state->problem))
		return fail(
			op, state, STATUS_CANNOT_CREATE, state->problem.data);
	document->output = operator_output(op, IN,
		&(struct output_request){
			.path = state->filled.data,
			.root_length = template_root_length(state->form),
			.unit = !operator_spans(op),
			.mode = state->permissions,
		});
	if (!document->output && errno == 0)
		return STEP_FAIL;
	if (!document->output)
		return fail_path(
			op, state, STATUS_CANNOT_CREATE, "create", errno);
	batch_init(&document->batch, write_output, document, BATCH_BYTES);
	return STEP_MORE;
}

/* Makes the document ready to be published. */
static enum step finish(struct operator *op, struct state *state)
{
	struct document *document = state->document;
	enum step result = open_document(op, state);

	if (result == STEP_FAIL || document->lost)
		return result;
	if (!batch_flush(&document->batch) || !output_finish(document->output))
		return fail_path(op, state, STATUS_IO_ERROR, "write", errno);
	return STEP_MORE;
}

/* ---- Items ------------------------------------------------------------------ */

/* Takes one window of the stream that is the first of the span. */
static enum step copy_stream(
	struct operator *op, struct state *state, struct item *item)
{
	struct document *document = state->document;
	struct slice window;

	switch (operator_read(op, IN, item->stream, &window)) {
	case READ_DATA:
		document->length += window.length;
		if (!batch_add(&document->batch, window.data, window.length))
			return fail_path(
				op, state, STATUS_IO_ERROR, "write", errno);
		break;
	case READ_BLOCKED:
	case READ_MEMORY: return STEP_WAIT;
	case READ_END:
	case READ_FAILED: operator_release(op, IN, 1); break;
	}
	return STEP_MORE;
}

static enum step take(
	struct operator *op, struct state *state, struct span *span)
{
	enum step result = open_document(op, state);
	struct document *document = state->document;
	size_t done = 0;

	if (result == STEP_FAIL)
		return result;
	if (document->lost) {
		operator_release(op, IN, span->count);
		return STEP_MORE;
	}
	if (span->items[0]->type == PAYLOAD_STREAM)
		return copy_stream(op, state, span->items[0]);
	while (result == STEP_MORE && !document->lost && done < span->count &&
		span->items[done]->type != PAYLOAD_STREAM) {
		const struct item *item = span->items[done++];

		document->length +=
			item->slice.length + (item->type == PAYLOAD_LINE);
		if (!batch_add_item(&document->batch, item))
			result = fail_path(
				op, state, STATUS_IO_ERROR, "write", errno);
	}
	operator_release(op, IN, done);
	return result;
}

/* ---- Segments --------------------------------------------------------------- */

static enum step begin(struct operator *op, struct state *state)
{
	const bool outermost = state->depth++ == 0;

	if (operator_spans(op)) {
		if (outermost)
			state->unit_start = state->document->length;
	} else if (outermost ||
		operator_shape(op, IN)->scope == SCOPE_SEGMENT) {
		push(state);
	}
	return STEP_MORE;
}

/* Takes out what came since the unit in progress began: it failed. */
static enum step cut_unit(struct operator *op, struct state *state)
{
	struct document *document = state->document;
	struct batch *batch = &document->batch;
	uint64_t written = output_length(document->output);

	document->length = state->unit_start;
	if (state->unit_start >= written) {
		batch->used = (size_t)(state->unit_start - written);
		return STEP_MORE;
	}
	batch->used = 0;
	if (!output_truncate(document->output, state->unit_start))
		return fail_path(op, state, STATUS_IO_ERROR, "write", errno);
	return STEP_MORE;
}

/* The end of a unit in a file that spans them. */
static enum step end_unit(struct operator *op, struct state *state, bool failed)
{
	if (failed)
		return cut_unit(op, state);
	operator_keep_range(op, IN, state->unit_start,
		state->document->length - state->unit_start);
	return STEP_MORE;
}

static enum step end(struct operator *op, struct state *state)
{
	const bool failed = operator_segment(op, IN)->failed;
	const bool outermost = --state->depth == 0;
	enum step result = STEP_MORE;

	if (operator_spans(op))
		return outermost ? end_unit(op, state, failed) : STEP_MORE;
	if (!outermost && operator_shape(op, IN)->scope != SCOPE_SEGMENT)
		return STEP_MORE;
	if (failed && state->document->output)
		output_discard(state->document->output);
	else if (!failed &&
		(state->document->output ||
			(!state->document->parent && is_empty_content(op, IN))))
		result = finish(op, state);
	pop(state);
	return result;
}

static enum step close_input(struct operator *op, struct state *state)
{
	enum step result = STEP_END;

	if (operator_spans(op) && finish(op, state) == STEP_FAIL)
		result = STEP_FAIL;
	return result;
}

/* ---- The operator ------------------------------------------------------- */

static bool open(struct operator *op, void *memory)
{
	struct state *state = memory;

	write_mode_parse(state->mode, &state->permissions);
	state->form =
		template_create(state->path.text, true, operator_shape(op, IN));
	if (!state->form) {
		operator_fail(op, STATUS_BUG, "its template is wrong");
		return false;
	}
	if (operator_spans(op))
		push(state);
	return true;
}

/* What entries of archives are called isn't known before. */
static bool target(struct operator *op, void *memory,
	const struct segment *segment, struct text *path)
{
	struct state *state = memory;

	return operator_shape(op, IN)->scope != SCOPE_SEGMENT &&
		template_fill(
			state->form, NULL, segment, path, &state->problem);
}

static enum step step(struct operator *op, void *memory)
{
	struct state *state = memory;
	struct span span;

	/* That it can't be made is found before anything is read. */
	if (operator_spans(op) && open_document(op, state) == STEP_FAIL)
		return STEP_FAIL;
	enum event event = operator_next(op, IN, &span);
	switch (event) {
	case EVENT_ITEMS: return take(op, state, &span);
	case EVENT_BEGIN: return begin(op, state);
	case EVENT_END: return end(op, state);
	case EVENT_CLOSED: return close_input(op, state);
	case EVENT_GAP: return STEP_MORE;
	case EVENT_KEPT:
	case EVENT_LOST:
	case EVENT_WAIT: break;
	}
	return STEP_WAIT;
}

static void close_state(struct operator *op, void *memory)
{
	struct state *state = memory;

	(void)op;
	while (state->document)
		pop(state);
	template_destroy(state->form);
	text_free(&state->filled);
	text_free(&state->problem);
}

const struct operator_spec spec_write_file = {
	.name = "write-file",
	.family = "io",
	.summary = "Writes files that appear whole or not at all",
	.description =
		"Writes chunks of bytes and whole streams as they are, and "
		"lines with a line feed. A file is written beside its place "
		"under a temporary name, synced to the disk, and takes its "
		"place when all is well; until then what was there before "
		"stays as it was.\n\n"
		"A `path` without an {attribute} makes one file for the run, "
		"in which nothing is left of units that failed. Attributes of "
		"units, such as {src_dir} and {src_stem} of files, make one "
		"file for each, which takes its place as soon as its unit has "
		"succeeded. Two units that would write the same file are an "
		"error.\n\n"
		"An attribute fills one component of the path or part of it, "
		"{src_path}, {src_dir} and {entry_path} several; an empty "
		"{src_dir} takes the slash behind it along. {{ and }} stand "
		"for braces. "
		"Symbolic links below the directory in front of the first { "
		"are not followed. Directories and devices are not "
		"replaced, nor is /dev/stdout: `stdout` writes there.\n\n",
	.example = "leat: 1\n"
		   "session: copy\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  copy: tee\n"
		   "  file: {use: write-file, path: copy.txt}\n"
		   "  split: lines\n"
		   "  out: stdout\n"
		   "links:\n"
		   "  - in -> split -> copy -> out\n"
		   "  - copy -> file\n",
	.example_input = "one\ntwo\n",
	.example_output = "one\ntwo\n",
	.flags = OPERATOR_RESUMABLE | OPERATOR_WRITES | OPERATOR_RANGES,
	.scope = SCOPE_GRAPH,
	.pins = pins,
	.properties = properties,
	.state_size = sizeof(struct state),
	.relate = relate,
	.open = open,
	.target = target,
	.step = step,
	.close = close_state,
};
