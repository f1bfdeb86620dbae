/* SPDX-License-Identifier: MIT */
/* Writes records as CSV (RFC 4180, but with LF). */
#include <string.h>

#include "engine/operator.h"
#include "operators/support/empty-content.h"
#include "operators/support/levels.h"
#include "operators/support/write/csv-writer.h"

enum { IN, OUT };

enum { CHUNK_BYTES = 256 * 1024 }; /* that one item may have, if it can */

struct document {
	bool written; /* it has begun */
};

struct csv_encode {
	bool header;
	const char *delimiter;

	struct csv_writer writer;
	struct text heading; /* the line, "" without a header */
	bool heading_ascii;

	struct levels levels; /* of struct document, as the sinks make them */
	bool ending; /* the END was taken, and is to be passed on */
};

static const struct pin_spec pins[] = {
	{
		.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_RECORD),
		.summary = "records",
	},
	{
		.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_BYTES),
		.summary = "CSV",
	},
	{0},
};

static const struct property_spec properties[] = {
	{
		.name = "header",
		.type = SETTING_BOOLEAN,
		.offset = offsetof(struct csv_encode, header),
		.fallback = "true",
		.summary = "Whether the first line has the names of the fields",
	},
	{
		.name = "delimiter",
		.type = SETTING_TEXT,
		.offset = offsetof(struct csv_encode, delimiter),
		.fallback = ",",
		.summary = "The character between fields",
		.details = "One ASCII character other than a quote or an end "
			   "of line; a tab is written \"\\t\".",
	},
	{0},
};

/* ---- Records ------------------------------------------------------------ */

/* How many of the items fit in one chunk, at least one; *BYTES is what they
 * take at most. */
static size_t fit(
	const struct csv_encode *state, const struct span *span, size_t *bytes)
{
	size_t count = 0;

	*bytes = 0;
	while (count < span->count) {
		size_t more =
			csv_record_bytes(&state->writer, span->items[count]);

		if (count > 0 && *bytes + more > CHUNK_BYTES)
			break;
		*bytes += more;
		count++;
	}
	return count;
}

/* ---- Documents ---------------------------------------------------------- */

/* What records belong to now. */
static struct document *current(struct operator *op, struct csv_encode *state)
{
	return levels_get(&state->levels, operator_document_scope(op));
}

static void give_bytes(
	struct operator *op, struct buffer *buffer, size_t length, bool ascii)
{
	struct item *item = operator_item(op, PAYLOAD_BYTES);

	item->slice = (struct slice){buffer, buffer->data, length};
	item->ascii = ascii;
	operator_give(op, OUT, &item, 1);
}

static bool heading_is_due(struct operator *op, struct csv_encode *state)
{
	return state->heading.length > 0 && !current(op, state)->written;
}

/* Gives the header alone. */
static enum step give_heading(struct operator *op, struct csv_encode *state)
{
	size_t length = state->heading.length;

	if (operator_room(op, OUT) == 0)
		return operator_wait_output(op, OUT);
	struct buffer *buffer = buffer_create(operator_budget(op), length);
	if (!buffer)
		return operator_wait_memory(
			op, length + sizeof(*buffer) + BUFFER_PADDING);
	memcpy(buffer->data, state->heading.data, length);
	give_bytes(op, buffer, length, state->heading_ascii);
	current(op, state)->written = true;
	return STEP_MORE;
}

static enum step encode(
	struct operator *op, struct csv_encode *state, const struct span *span)
{
	bool due = heading_is_due(op, state);
	size_t bytes, count = fit(state, span, &bytes);
	struct csv_writer *writer = &state->writer;

	bytes += due ? state->heading.length : 0;
	struct buffer *buffer = buffer_create(operator_budget(op), bytes);
	if (!buffer)
		return operator_wait_memory(
			op, bytes + sizeof(*buffer) + BUFFER_PADDING);

	char *at = buffer->data;
	writer->ascii = true;
	if (due) {
		memcpy(at, state->heading.data, state->heading.length);
		at += state->heading.length;
		writer->ascii = state->heading_ascii;
	}
	current(op, state)->written = true;
	for (size_t i = 0; i < count; i++)
		at = csv_put_record(writer, at, span->items[i]->record.values);
	give_bytes(op, buffer, (size_t)(at - buffer->data), writer->ascii);
	operator_release(op, IN, count);
	return STEP_MORE;
}

static enum step begin(struct operator *op, struct csv_encode *state)
{
	levels_begin(&state->levels);
	if (levels_edge(&state->levels, operator_document_scope(op)))
		current(op, state)->written = false;
	return operator_pass(op, IN, EVENT_BEGIN);
}

/* Whether the innermost segment is a document, perhaps one without records. */
static bool is_document(struct operator *op, struct csv_encode *state)
{
	const enum scope scope = operator_document_scope(op);

	return levels_edge(&state->levels, scope) && state->levels.leaf &&
		(scope == SCOPE_SEGMENT ? is_empty_content(op, IN)
					: !operator_segment(op, IN)->bare);
}

/* A document without records has its header, too. */
static enum step end(struct operator *op, struct csv_encode *state)
{
	if (is_document(op, state) && heading_is_due(op, state) &&
		!operator_unit_failed(op, IN)) {
		enum step step = give_heading(op, state);

		state->ending = step == STEP_WAIT;
		if (state->ending)
			return STEP_WAIT;
	}
	state->ending = false;
	levels_end(&state->levels);
	return operator_pass(op, IN, EVENT_END);
}

/* ---- The operator ------------------------------------------------------- */

static const char *delimiter_problem(const char *delimiter)
{
	unsigned char c = (unsigned char)delimiter[0];

	if (c == 0 || delimiter[1] || c >= 127 || (c < 32 && c != '\t'))
		return "the delimiter is not one ASCII character";
	return c == '"' ? "a quote can't be the delimiter" : NULL;
}

static void relate(struct relation *relation)
{
	const struct csv_encode *settings = relation_settings(relation);
	const struct shape *input = relation_input(relation, IN);
	const char *problem = relation_unknown(relation, "delimiter")
		? NULL
		: delimiter_problem(settings->delimiter);

	if (problem)
		relation_error(relation,
			relation_location(relation, "delimiter"), NULL, "%s",
			problem);
	if (!input->known)
		return;
	if (!input->schema)
		relation_error(relation, relation_location(relation, "header"),
			"a `map` in front can name them",
			"which fields the records have is not known here");
	struct shape shape =
		relation_shape(relation, input, PAYLOAD_BYTES, NULL);
	relation_output(relation, OUT, &shape);
}

static bool open(struct operator *op, void *memory)
{
	struct csv_encode *state = memory;

	csv_writer_init(&state->writer, operator_shape(op, IN)->schema,
		state->delimiter[0]);
	if (state->header)
		csv_add_names(&state->writer, &state->heading);
	state->heading_ascii = state->writer.ascii;
	levels_init(&state->levels, sizeof(struct document));
	return true;
}

static enum step step(struct operator *op, void *memory)
{
	struct csv_encode *state = memory;
	struct span span;
	enum event event;

	/* The header of one document for all stands outside of any segment: it
	 * must not go with a unit that fails. */
	if (operator_document_scope(op) == SCOPE_GRAPH &&
		heading_is_due(op, state))
		return give_heading(op, state);
	if (state->ending)
		return end(op, state);
	event = operator_next(op, IN, &span);
	switch (event) {
	case EVENT_ITEMS: return encode(op, state, &span);
	case EVENT_BEGIN: return begin(op, state);
	case EVENT_END: return end(op, state);
	case EVENT_CLOSED:
	case EVENT_KEPT:
	case EVENT_LOST:
	case EVENT_GAP:
	case EVENT_WAIT: break;
	}
	return operator_pass(op, IN, event);
}

static void close(struct operator *op, void *memory)
{
	struct csv_encode *state = memory;

	(void)op;
	text_free(&state->heading);
	csv_writer_finish(&state->writer);
	levels_finish(&state->levels);
}

const struct operator_spec spec_csv_encode = {
	.name = "csv-encode",
	.family = "record",
	.summary = "Writes records as CSV",
	.description =
		"Writes a line for each record, ended by LF, and in front of "
		"them, unless `header` is off, a line with the names of the "
		"fields. There is one such line in each file that is written "
		"behind, also when no record comes.\n\n"
		"A field is put in quotes only where it has the delimiter, a "
		"quote or an end of line in it, and where it is an empty text: "
		"null is nothing between two delimiters. Reals have the fewest "
		"digits that read back as the same number, timestamps are RFC "
		"3339 in UTC.\n\n",
	.example =
		"leat: 1\n"
		"session: words\n"
		"operators:\n"
		"  in: stdin\n"
		"  split: lines\n"
		"  parse: {use: match, pattern: '(?<word>[^ ]+) (?<rest>.*)'}\n"
		"  table: csv-encode\n"
		"  out: stdout\n"
		"links:\n"
		"  - in -> split -> parse -> table -> out\n",
	.example_input = "leat a channel, leading water\n"
			 "mill \"what it drives\"\n",
	.example_output = "word,rest\n"
			  "leat,\"a channel, leading water\"\n"
			  "mill,\"\"\"what it drives\"\"\"\n",
	.pins = pins,
	.properties = properties,
	.state_size = sizeof(struct csv_encode),
	.relate = relate,
	.open = open,
	.step = step,
	.close = close,
};
