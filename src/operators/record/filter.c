/* SPDX-License-Identifier: MIT */
/* Keeps the items for which an SQL expression is true. */
#include <string.h>

#include "engine/operator.h"
#include "operators/support/sql/expression.h"

enum { PIN_IN, PIN_OUT, PIN_REJECTED };

struct filter {
	struct setting_text where;
	struct expression *expression;

	bool whole; /* what comes are contents, not parts of one: a segment
		       in which nothing is kept is left out */
	unsigned held; /* segments whose begin wasn't passed on yet */
	bool empty; /* nothing came in the innermost of them */
	bool dropped; /* the content of the unit itself was */
};

enum {
	TYPES = PAYLOAD_BIT(PAYLOAD_NONE) | PAYLOAD_BIT(PAYLOAD_STREAM) |
		PAYLOAD_BIT(PAYLOAD_BYTES) | PAYLOAD_BIT(PAYLOAD_LINE) |
		PAYLOAD_BIT(PAYLOAD_RECORD)
};

static const struct pin_spec pins[] = {
	[PIN_IN] = {.name = "in",
		.direction = PIN_INPUT,
		.types = TYPES,
		.summary = "Items to look at"},
	[PIN_OUT] = {.name = "out",
		.direction = PIN_OUTPUT,
		.types = TYPES,
		.summary = "Those for which the condition is true"},
	[PIN_REJECTED] = {.name = "rejected",
		.direction = PIN_OUTPUT,
		.flags = PIN_OPTIONAL,
		.types = TYPES,
		.summary = "Those for which it can't be evaluated"},
	{0},
};

static const struct property_spec properties[] = {
	{.name = "where",
		.type = SETTING_SQL,
		.offset = offsetof(struct filter, where),
		.flags = PROPERTY_REQUIRED | PROPERTY_LIVE,
		.summary = "The condition, an SQL expression",
		.details =
			"Fields and attributes are columns; a line has the "
			"column line. An item is kept if the condition is "
			"true: neither false nor null. A link can bring the "
			"condition as text, as in: text -> failed@where; see "
			"leat-session(5)."},
	{0},
};

static void relate_outputs(struct relation *relation, const struct shape *in)
{
	relation_output(relation, PIN_OUT, in);
	operator_relate_rejected(relation, PIN_REJECTED, *in);
}

static bool check(const struct shape *in, const struct filter *filter,
	struct expression_problem *problem)
{
	if (!in->known)
		return expression_check(NULL, 0, &filter->where, problem);
	struct expression *expression =
		expression_create(in, NULL, 0, &filter->where, problem);
	expression_destroy(expression);
	return expression;
}

static void relate(struct relation *relation)
{
	const struct filter *filter = relation_settings(relation);
	const struct shape *in = relation_input(relation, PIN_IN);
	struct expression_problem problem;

	if (in->known)
		relate_outputs(relation, in);
	if (filter->where.text && !relation_unknown(relation, "where") &&
		!check(in, filter, &problem))
		expression_problem_report(relation, "where", &problem);
}

static struct expression *compile(struct operator *op,
	const struct filter *filter, struct expression_problem *problem)
{
	return expression_create(
		operator_shape(op, PIN_IN), NULL, 0, &filter->where, problem);
}

static bool open(struct operator *op, void *state)
{
	struct filter *filter = state;
	struct expression_problem problem;
	const enum payload_type type = operator_shape(op, PIN_IN)->type;

	filter->whole = type != PAYLOAD_LINE && type != PAYLOAD_RECORD;
	if (!filter->where.text)
		return true; /* a link will bring it */
	filter->expression = compile(op, filter, &problem);
	if (!filter->expression)
		operator_fail(
			op, STATUS_SESSION_WRONG, "where: %s", problem.message);
	return filter->expression;
}

/* ---- Segments --------------------------------------------------------------- */

/* To an output that gets nothing of its content a segment is bare: for those
 * behind it there is no content, rather than an empty one. */
static void begin_output(
	struct operator *op, unsigned pin, struct segment *segment, bool bare)
{
	struct segment *given =
		bare ? segment_create_bare(segment) : segment_ref(segment);

	operator_begin(op, pin, given);
	segment_unref(given);
}

/* Passes the begins that were held back, the outermost first. What is in the
 * innermost goes to the output PIN. */
static void begin_held(struct operator *op, struct filter *filter, unsigned pin)
{
	for (; filter->held > 0; filter->held--) {
		struct segment *segment = operator_segment(op, PIN_IN);
		const bool innermost = filter->held == 1;

		for (unsigned i = 1; i < filter->held; i++)
			segment = segment->parent;
		begin_output(op, PIN_OUT, segment, innermost && pin != PIN_OUT);
		begin_output(op, PIN_REJECTED, segment,
			innermost && pin != PIN_REJECTED);
	}
}

/* A unit isn't left out: passes its begin, if that was held back. */
static void begin_unit(
	struct operator *op, struct filter *filter, struct segment *unit)
{
	if (filter->held == 0)
		return;
	begin_output(op, PIN_OUT, unit, filter->dropped);
	begin_output(op, PIN_REJECTED, unit, filter->dropped);
	filter->held--;
}

static enum step begin(struct operator *op, struct filter *filter)
{
	struct segment *segment = operator_segment(op, PIN_IN);

	if (!filter->whole)
		return operator_pass(op, PIN_IN, EVENT_BEGIN);
	if (!segment->parent)
		filter->dropped = false;
	else if (!segment->parent->parent)
		begin_unit(op, filter, segment->parent);
	filter->held++;
	filter->empty = true;
	return STEP_MORE;
}

/* Whether a segment without items, such as a directory of an archive, is
 * kept. */
static bool keeps_empty(struct operator *op, struct filter *filter)
{
	struct item *item = operator_item(op, PAYLOAD_NONE);
	enum expression_row found;
	size_t row;

	expression_start(
		filter->expression, &item, 1, operator_segment(op, PIN_IN));
	found = expression_next(filter->expression, &row);
	if (found == EXPRESSION_FAILED)
		operator_fail_unit(op, PIN_IN, STATUS_BAD_DATA,
			(struct place){0}, "where: %s",
			expression_error(filter->expression));
	item_unref(item);
	return found == EXPRESSION_ROW;
}

static enum step end(struct operator *op, struct filter *filter)
{
	struct segment *segment = operator_segment(op, PIN_IN);

	if (!segment->parent)
		begin_unit(op, filter, segment);
	else if (filter->held > 0 && filter->empty && keeps_empty(op, filter))
		begin_held(op, filter, PIN_OUT);
	filter->empty = false;
	if (filter->held == 0)
		return operator_pass(op, PIN_IN, EVENT_END);
	filter->held--;
	return STEP_MORE;
}

/* ---- Items ------------------------------------------------------------------ */

static void release(struct item **items, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		item_unref(items[i]);
}

/* Moves the items that are kept to the front and lets go of the others;
 * returns how many are kept. */
static size_t keep(struct operator *op, struct filter *filter,
	struct item **items, size_t count)
{
	const struct segment *segment = operator_segment(op, PIN_IN);
	struct expression *expression = filter->expression;
	size_t first = 0, next = 0, kept = 0, row;
	enum expression_row found;

	expression_start(expression, items, count, segment);
	while ((found = expression_next(expression, &row)) != EXPRESSION_DONE) {
		row += first;
		release(items, next, row);
		next = row + 1;
		if (found == EXPRESSION_ROW) {
			items[kept++] = items[row];
			continue;
		}
		begin_held(op, filter, PIN_REJECTED);
		operator_reject(op, PIN_IN, items[row], NULL, "where: %s",
			expression_error(expression));
		first = next;
		expression_start(
			expression, items + first, count - first, segment);
	}
	release(items, next, count);
	return kept;
}

static enum step take(
	struct operator *op, struct filter *filter, const struct span *span)
{
	struct item *items[SPAN_ITEMS];
	size_t kept;

	memcpy(items, span->items, span->count * sizeof(*items));
	operator_consume(op, PIN_IN, span->count);
	filter->empty = false;
	kept = keep(op, filter, items, span->count);
	if (kept > 0)
		begin_held(op, filter, PIN_OUT);
	filter->dropped = kept == 0 && filter->held > 0 &&
		operator_shape(op, PIN_IN)->type != PAYLOAD_NONE;
	operator_give(op, PIN_OUT, items, kept);
	return STEP_MORE;
}

static enum step step(struct operator *op, void *state)
{
	struct filter *filter = state;
	struct span span;
	enum event event = operator_next(op, PIN_IN, &span);

	switch (event) {
	case EVENT_ITEMS: return take(op, filter, &span);
	case EVENT_BEGIN: return begin(op, filter);
	case EVENT_END: return end(op, filter);
	case EVENT_GAP: begin_held(op, filter, PIN_OUT); break;
	case EVENT_CLOSED:
	case EVENT_KEPT:
	case EVENT_LOST:
	case EVENT_WAIT: break;
	}
	return operator_pass(op, PIN_IN, event);
}

static bool changed(struct operator *op, void *state,
	const struct property_spec *property, struct text *reason)
{
	struct filter *filter = state;
	struct expression_problem problem;
	struct expression *expression = compile(op, filter, &problem);

	(void)property;
	if (!expression) {
		text_add_string(reason, problem.message);
		return false;
	}
	expression_destroy(filter->expression);
	filter->expression = expression;
	return true;
}

static void close(struct operator *op, void *state)
{
	struct filter *filter = state;

	(void)op;
	expression_destroy(filter->expression);
}

const struct operator_spec spec_filter = {
	.name = "filter",
	.family = "record",
	.summary = "Keeps the items for which an SQL expression is true",
	.description =
		"Items go through unchanged if the condition where is true, "
		"and are dropped if it is false or null.\n\n"
		"The condition is an SQL expression, evaluated by SQLite. The "
		"fields of a record are its columns; a line has the column "
		"line. Attributes are columns, too, unless a field has their "
		"name. Timestamps read as text (RFC 3339, in UTC) and compare "
		"by the time they mean; durations read as microseconds, "
		"booleans as 0 and 1. Text isn't compared with numbers: "
		"declare the field's type where it is made, or write CAST. "
		"REGEXP takes a PCRE2 pattern: line REGEXP '^GET '.\n\n"
		"Only functions whose result depends on nothing but their "
		"arguments can be called; subqueries, aggregates and window "
		"functions can't.\n\n"
		"An item for which the condition fails, as by an integer "
		"overflow or a line that isn't UTF-8, is rejected.\n\n"
		"Where whole contents come, as files or the entries of an "
		"archive, the condition is about their attributes, and what "
		"isn't kept leaves nothing behind: of a file that is dropped "
		"nothing is written, not even an empty one. A directory in an "
		"archive, which has no content, is kept or dropped like a "
		"file. What is dropped isn't read, but for its checksum. "
		"Where lines or records come a content stays, even if none of "
		"them is kept.\n\n",
	.example = "leat: 1\n"
		   "session: failed-requests\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  split: lines\n"
		   "  parse:\n"
		   "    use: match\n"
		   "    pattern: '^(?<path>\\S+) (?<status>\\d+)$'\n"
		   "    types: {status: integer}\n"
		   "  failed: {use: filter, where: status >= 400 AND path "
		   "LIKE '/api/%'}\n"
		   "  table: csv-encode\n"
		   "  out: stdout\n"
		   "links: [in -> split -> parse -> failed -> table -> out]\n",
	.example_input = "/index.html 200\n"
			 "/api/users 404\n"
			 "/favicon.ico 404\n"
			 "/api/login 500\n",
	.example_output = "path,status\n"
			  "/api/users,404\n"
			  "/api/login,500\n",
	.pins = pins,
	.properties = properties,
	.attributes = reject_attributes,
	.state_size = sizeof(struct filter),
	.relate = relate,
	.open = open,
	.step = step,
	.changed = changed,
	.close = close,
};
