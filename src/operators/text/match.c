/* SPDX-License-Identifier: MIT */
/*
 * match: lines that match a pattern, as records of its named groups. Items are
 * made only of lines that match, or are rejected.
 */
#include "engine/operator.h"
#include "operators/support/pattern/group-fields.h"
#include "operators/support/pattern/line-search.h"

enum { IN, OUT, REJECTED };

enum otherwise { OTHERWISE_REJECT, OTHERWISE_DROP };

struct match {
	struct setting_text text;
	struct setting_fields types;
	int otherwise;

	struct pattern *pattern;
	const struct schema *schema; /* NULL: lines come out as they are */
	struct group_fields *fields;
	struct item *packed; /* is being searched, or NULL */
	struct line_search search; /* of the packed lines */
};

/* How many items may be given in this step. */
struct room {
	size_t out, rejected;
};

static const struct pin_spec pins[] = {
	{.name = "in",
		.direction = PIN_INPUT,
		.flags = PIN_TAKES_PACKED,
		.types = PAYLOAD_BIT(PAYLOAD_LINE),
		.summary = "Lines"},
	{.name = "out",
		.direction = PIN_OUTPUT,
		.types =
			PAYLOAD_BIT(PAYLOAD_RECORD) | PAYLOAD_BIT(PAYLOAD_LINE),
		.summary = "A record for each match; without named groups, "
			   "the line"},
	{.name = "rejected",
		.direction = PIN_OUTPUT,
		.flags = PIN_OPTIONAL,
		.types = PAYLOAD_BIT(PAYLOAD_LINE),
		.summary = "Lines that don't match, or have a value that "
			   "isn't of its type"},
	{0},
};

static const char *const otherwise_choices[] = {"reject", "drop", NULL};

static const struct property_spec properties[] = {
	{.name = "pattern",
		.type = SETTING_REGEX,
		.offset = offsetof(struct match, text),
		.flags = PROPERTY_REQUIRED,
		.summary = "A PCRE2 pattern; each named group becomes a field",
		.details = "It is sought anywhere in the line, as bytes; with "
			   "(*UTF) before it, as UTF-8."},
	{.name = "types",
		.type = SETTING_FIELDS,
		.offset = offsetof(struct match, types),
		.summary = "The types of groups that aren't text",
		.details =
			"The type, or a map: type; null-text, the text that "
			"stands for null; default, what stands in for null and "
			"for a group that took no part; nullable, where false "
			"rejects such a line. Of timestamps: format, one of "
			"rfc3339, clf, unix, unix-ms or a pattern such as "
			"\"%d/%b/%Y %T %z\" (%Y %m %d %e %b %a %H %I %p %M %S "
			"%f %z %F %T %%, after strptime); zone, UTC or such as "
			"+02:00, of texts without one. Of reals: decimal: "
			"\",\" "
			"where that stands before the decimals."},
	{.name = "else",
		.type = SETTING_CHOICE,
		.offset = offsetof(struct match, otherwise),
		.fallback = "reject",
		.choices = otherwise_choices,
		.summary = "What becomes of a line that doesn't match",
		.details = "reject: it is rejected. drop: it is dropped, as "
			   "grep does."},
	{0},
};

/* ---- Checking ------------------------------------------------------------ */

static void relate_out(struct relation *relation, const struct pattern *pattern)
{
	const struct match *settings = relation_settings(relation);
	struct shape shape = *relation_input(relation, IN);

	if (!group_fields_check(relation, pattern, &settings->types) ||
		!shape.known)
		return;
	const struct schema *schema =
		group_fields_schema(relation, pattern, &settings->types);
	if (schema)
		shape = relation_shape(
			relation, &shape, PAYLOAD_RECORD, schema);
	relation_output(relation, OUT, &shape);
}

static void relate(struct relation *relation)
{
	const struct match *settings = relation_settings(relation);
	struct pattern_problem problem;

	if (relation_input(relation, IN)->known)
		operator_relate_rejected(
			relation, REJECTED, *relation_input(relation, IN));
	if (!settings->text.text || relation_unknown(relation, "pattern"))
		return;
	struct pattern *pattern = pattern_create(&settings->text, &problem);
	if (!pattern) {
		relation_error(relation, problem.location, problem.hint, "%s",
			problem.message);
		return;
	}
	if (!relation_unknown(relation, "types"))
		relate_out(relation, pattern);
	pattern_destroy(pattern);
}

static bool open(struct operator *op, void *state)
{
	struct match *match = state;
	struct pattern_problem problem;
	size_t count;

	match->pattern = pattern_create(&match->text, &problem);
	if (!match->pattern) {
		operator_fail(op, STATUS_SESSION_WRONG, "%s", problem.message);
		return false;
	}
	pattern_prepare(match->pattern);
	pattern_groups(match->pattern, &count);
	if (count > 0) {
		match->schema = operator_shape(op, OUT)->schema;
		match->fields =
			group_fields_create(match->pattern, match->schema);
	}
	return true;
}

/* ---- What comes of a line ------------------------------------------------ */

static void reject_value(
	struct operator *op, struct item *line, const struct wrong_value *wrong)
{
	enum { EXCERPT_BYTES = 40 };
	struct text shown = {0};

	text_add_escaped(&shown, wrong->data, wrong->length, EXCERPT_BYTES);
	operator_reject(op, IN, line, wrong->field, "'%s' %s",
		shown.data ? shown.data : "", wrong->why);
	text_free(&shown);
}

/* The record of the last hit in LINE, whose groups count from BASE; NULL: it
 * filled in WRONG. */
static struct item *make_record(struct operator *op, const struct match *match,
	const struct item *line, const char *base, struct wrong_value *wrong)
{
	struct item *item =
		operator_record(op, match->schema, line->slice.buffer);

	if (!group_fields_read(match->fields, base, line->ascii,
		    item->record.values, wrong)) {
		item_unref(item);
		return NULL;
	}
	item->attributes = attributes_ref(line->attributes);
	item->position = line->position;
	return item;
}

/* What a single line that matches becomes; takes it. NULL: it was rejected. */
static struct item *take_hit(
	struct operator *op, const struct match *match, struct item *line)
{
	struct wrong_value wrong;
	struct item *record;

	if (!match->schema)
		return line;
	record = make_record(op, match, line, line->slice.data, &wrong);
	if (record)
		item_unref(line);
	else
		reject_value(op, line, &wrong);
	return record;
}

static void miss(
	struct operator *op, const struct match *match, struct item *line)
{
	if (match->otherwise == OTHERWISE_REJECT)
		operator_reject(op, IN, line, NULL,
			"the line doesn't match the pattern");
	else
		item_unref(line);
}

static void fail_line(
	struct operator *op, const struct match *match, uint64_t position)
{
	operator_fail_unit(op, IN, STATUS_BAD_DATA,
		(struct place){.offset = position, .has_offset = true},
		"%s; repeats within repeats, as in (a+)+, are the usual cause",
		pattern_limit(match->pattern));
}

/* ---- Single lines -------------------------------------------------------- */

/* Matches COUNT lines and takes them. */
static void match_lines(struct operator *op, struct match *match,
	struct item *const *lines, size_t count)
{
	struct item *hits[SPAN_ITEMS];
	size_t hit_count = 0, i = 0;
	bool failed = false;

	for (; i < count && !failed; i++) {
		struct item *line = lines[i], *hit;

		switch (pattern_match(
			match->pattern, line->slice.data, line->slice.length)) {
		case PATTERN_HIT:
			hit = take_hit(op, match, line);
			if (hit)
				hits[hit_count++] = hit;
			break;
		case PATTERN_NONE: miss(op, match, line); break;
		case PATTERN_LIMIT:
			fail_line(op, match, line->position);
			item_unref(line);
			failed = true;
		}
	}
	operator_give(op, OUT, hits, hit_count);
	for (; i < count; i++)
		item_unref(lines[i]);
}

/* ---- Packed lines -------------------------------------------------------- */

static void drop_packed(struct match *match)
{
	if (match->packed)
		item_unref(match->packed);
	match->packed = NULL;
}

/* The line from START to END of the packed ones, by itself. */
static struct item *cut_line(struct operator *op, const struct match *match,
	size_t start, size_t end)
{
	const struct item *packed = match->packed;
	struct item *line = operator_item(op, PAYLOAD_LINE);

	line->slice = (struct slice){buffer_ref(packed->slice.buffer),
		packed->slice.data + start, end - start};
	line->attributes = attributes_ref(packed->attributes);
	line->ascii = packed->ascii;
	line->position = packed->position + start;
	return line;
}

/* What the line that was found becomes, or NULL: it was rejected. */
static struct item *make_hit(struct operator *op, const struct match *match)
{
	const struct line_search *search = &match->search;
	struct wrong_value wrong;
	struct item *record;

	if (!match->schema)
		return cut_line(op, match, search->start, search->end);
	record = make_record(
		op, match, match->packed, search->data + search->base, &wrong);
	if (record)
		record->position += search->start;
	else
		reject_value(op,
			cut_line(op, match, search->start, search->end),
			&wrong);
	return record;
}

/* Rejects the lines before the one that was found, or all if none was, as far
 * as there is room. */
static void pass_misses(struct operator *op, struct match *match,
	enum line_found found, struct room *room)
{
	struct line_search *search = &match->search;

	while (!search->done && room->rejected > 0 &&
		(found == LINE_NONE || search->cursor < search->start)) {
		size_t end = line_search_end(search, search->cursor);

		miss(op, match, cut_line(op, match, search->cursor, end));
		line_search_skip(search, end);
		room->rejected--;
	}
}

/* Does the packed lines up to the next that matches. What that becomes goes to
 * HITS; COUNT counts. */
static void do_next(struct operator *op, struct match *match, struct room *room,
	struct item **hits, size_t *count)
{
	struct line_search *search = &match->search;
	enum line_found found = line_search_find(search);

	if (match->otherwise == OTHERWISE_REJECT)
		pass_misses(op, match, found, room);
	else if (found == LINE_NONE)
		search->done = true;
	if (search->done || room->rejected == 0)
		return;
	if (found == LINE_LIMIT) {
		fail_line(op, match, match->packed->position + search->start);
		search->done = true;
		return;
	}
	hits[*count] = make_hit(op, match);
	if (hits[*count])
		++*count;
	else
		room->rejected--;
	line_search_skip(search, search->end);
}

/* Does packed lines until there is no room or no more of them; PROGRESS: it
 * gave something. */
static enum step match_packed(
	struct operator *op, struct match *match, bool *progress)
{
	struct item *hits[SPAN_ITEMS];
	size_t rejected = operator_room(op, REJECTED), count = 0;
	struct room room = {operator_room(op, OUT), rejected};

	if (room.out == 0 || room.rejected == 0)
		return operator_wait_output(op, room.out ? REJECTED : OUT);
	if (room.out > SPAN_ITEMS)
		room.out = SPAN_ITEMS;
	while (!match->search.done && count < room.out && room.rejected > 0)
		do_next(op, match, &room, hits, &count);
	if (match->search.done)
		drop_packed(match);
	operator_give(op, OUT, hits, count);
	*progress = count > 0 || room.rejected < rejected;
	return STEP_MORE;
}

/* ---- Work ---------------------------------------------------------------- */

/* Takes single lines, or the next packed ones. */
static enum step take(struct operator *op, struct match *match)
{
	struct item *lines[SPAN_ITEMS];
	struct span span;
	size_t count = 0;
	enum event event = operator_next(op, IN, &span);

	if (event != EVENT_ITEMS)
		return operator_pass(op, IN, event);
	for (; count < span.count && !span.items[count]->packed; count++)
		lines[count] = span.items[count];
	if (count > 0) {
		operator_consume(op, IN, count);
		match_lines(op, match, lines, count);
		return STEP_MORE;
	}
	match->packed = span.items[0];
	operator_consume(op, IN, 1);
	line_search_begin(&match->search, match->pattern,
		match->packed->slice.data, match->packed->slice.length);
	return STEP_MORE;
}

static enum step step(struct operator *op, void *state)
{
	struct match *match = state;
	bool progress = false;

	if (match->packed && operator_unit_failed(op, IN))
		drop_packed(match);
	if (match->packed) {
		enum step step = match_packed(op, match, &progress);

		if (match->packed || progress)
			return step;
	}
	return take(op, match);
}

static void close(struct operator *op, void *state)
{
	struct match *match = state;

	(void)op;
	drop_packed(match);
	group_fields_destroy(match->fields);
	pattern_destroy(match->pattern);
}

const struct operator_spec spec_match = {
	.name = "match",
	.family = "text",
	.summary = "Lines that match a pattern, as records of its groups",
	.description =
		"Seeks a PCRE2 pattern in each line. Each named group, "
		"(?<name>...), becomes a field, in the order of the pattern: "
		"text, or what types says. A pattern without named groups "
		"passes the lines that match as they are, so with else: drop "
		"it works as grep does.\n\n"
		"A group that takes no part in a match, as one behind ? or in "
		"another branch of |, is null; such a field is nullable, all "
		"others aren't. A group that matched nothing is empty text, "
		"not null; null-text: \"\" makes it null.\n\n"
		"A line that doesn't match, a value that isn't of its type, "
		"and text that isn't UTF-8 or holds a NUL are rejected.\n\n"
		"Lines are bytes: . is any byte but LF, and letters beyond "
		"ASCII are no \\w. A pattern that begins with (*UTF) is "
		"matched to characters; bytes that aren't UTF-8 match nothing "
		"then. (?i) before the pattern ignores case.\n\n"
		"A pattern that takes more than 1000000 steps, or 1 MiB of "
		"stack, on a line fails the unit: it can't be known whether "
		"the line matches. A line longer than 32 KiB may take 8 steps "
		"more for each byte, and is matched more slowly.\n\n"
		"Patterns that don't begin with ^ and use no lookarounds, "
		"references, possessive repeats or options but a leading (?i) "
		"are searched for in whole blocks, which is faster.\n\n",
	.example =
		"leat: 1\n"
		"session: match\n"
		"operators:\n"
		"  input: stdin\n"
		"  split: lines\n"
		"  parse:\n"
		"    use: match\n"
		"    pattern: '^(?<name>\\w+)=(?<size>\\d+)(?<unit>[kM])?$'\n"
		"    types: {size: integer}\n"
		"    else: drop\n"
		"  table: csv-encode\n"
		"  output: stdout\n"
		"links: [input -> split -> parse -> table -> output]\n",
	.example_input = "one=007\n# no match\ntwo=2k\n",
	.example_output = "name,size,unit\none,7,\ntwo,2,k\n",
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.properties = properties,
	.attributes = reject_attributes,
	.state_size = sizeof(struct match),
	.relate = relate,
	.open = open,
	.step = step,
	.close = close,
};
