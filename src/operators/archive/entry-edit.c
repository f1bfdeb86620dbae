/* SPDX-License-Identifier: MIT */
/* entry-edit: other names, times, modes and owners for entries of archives. */
#include <string.h>

#include "engine/operator.h"
#include "operators/support/archive/entry-change.h"
#include "operators/support/archive/entry-set-check.h"
#include "operators/support/archive/entry-value.h"
#include "operators/support/file/names.h"

enum { IN, OUT, REJECTED };

struct state {
	struct setting_text rename;
	const char *with;
	struct setting_expressions set;

	struct entry_change change;
	struct segment *segment; /* the innermost that it has begun; or NULL */
	unsigned refused; /* how many are open from one that was rejected on */
};

enum { TYPES = PAYLOAD_BIT(PAYLOAD_STREAM) | PAYLOAD_BIT(PAYLOAD_NONE) };

static const struct pin_spec pins[] = {
	[IN] = {.name = "in",
		.direction = PIN_INPUT,
		.types = TYPES,
		.summary = "entries, or files that are to become some"},
	[OUT] = {.name = "out",
		.direction = PIN_OUTPUT,
		.types = TYPES,
		.summary = "the same contents in entries that were changed"},
	[REJECTED] = {.name = "rejected",
		.direction = PIN_OUTPUT,
		.flags = PIN_OPTIONAL,
		.types = PAYLOAD_BIT(PAYLOAD_NONE),
		.summary = "entries that can't be changed so, as they were"},
	{0},
};

static const struct property_spec properties[] = {
	{
		.name = "rename",
		.type = SETTING_REGEX,
		.offset = offsetof(struct state, rename),
		.summary = "A PCRE2 pattern that is replaced in entry_path",
		.details = "Wherever it matches, as bytes; with (*UTF) before "
			   "it, as UTF-8.",
	},
	{
		.name = "with",
		.type = SETTING_TEXT,
		.offset = offsetof(struct state, with),
		.summary = "What is put in place of `rename`",
		.details = "$1 is the first group, $name the one of that name, "
			   "$$ a dollar.",
	},
	{
		.name = "set",
		.type = SETTING_EXPRESSIONS,
		.offset = offsetof(struct state, set),
		.summary = "Attributes of entries, with SQL expressions",
		.details =
			"Of entry_path, entry_mtime, entry_mode, entry_uid, "
			"entry_gid, entry_user and entry_group. The "
			"expressions are those of filter, and see what "
			"arrives; null leaves an attribute as it is. A time is "
			"a timestamp, or text such as '2026-01-31' or "
			"'2026-01-31T12:00:00Z'. A mode is a number, or text "
			"in octal such as '0644'. Mind the quotes of YAML "
			"around those of SQL: entry_user: \"'root'\".",
	},
	{0},
};

/* ---- Checking --------------------------------------------------------------- */

/* Other programs write groups so. */
static void warn_of_backslash(
	struct relation *relation, const char *with, struct location location)
{
	const char *at = strchr(with, '\\');

	while (at && !(at[1] >= '1' && at[1] <= '9'))
		at = strchr(at + 1, '\\');
	if (at)
		relation_warning(relation, location,
			arena_format(relation_arena(relation),
				"a group is written $%c", at[1]),
			"\\%c stays as it is", at[1]);
}

static void check_rename(
	struct relation *relation, const struct state *settings)
{
	struct location with = relation_location(relation, "with");
	struct pattern_problem problem;
	struct substitution *rename;

	if (relation_unknown(relation, "rename") ||
		relation_unknown(relation, "with"))
		return;
	if (!settings->rename.text != !settings->with) {
		relation_error(relation,
			relation_location(
				relation, settings->with ? "with" : "rename"),
			"give both; with: \"\" takes out what matches",
			"`rename` and `with` go together");
		return;
	}
	if (!settings->rename.text)
		return;
	rename = substitution_create(
		&settings->rename, settings->with, with, &problem);
	if (!rename)
		relation_error(relation, problem.location, problem.hint, "%s",
			problem.message);
	else
		warn_of_backslash(relation, settings->with, with);
	substitution_destroy(rename);
}

static void relate_outputs(struct relation *relation,
	const struct state *settings, const struct shape *in)
{
	struct shape rejected =
		relation_shape(relation, in, PAYLOAD_NONE, NULL);
	struct shape out = relation_shape(relation, in, in->type, NULL);

	rejected.scope = SCOPE_UNIT;
	operator_relate_rejected(relation, REJECTED, rejected);
	out.scope = SCOPE_SEGMENT;
	relation_add_attribute(relation, &out, &entry_attributes[ENTRY_PATH]);
	for (size_t i = 0; i < settings->set.count; i++) {
		const char *name = settings->set.items[i].name;
		const struct attribute_spec *key =
			name ? entry_value_key(name) : NULL;

		if (key)
			relation_add_attribute(relation, &out, key);
	}
	relation_output(relation, OUT, &out);
}

static void relate(struct relation *relation)
{
	const struct state *settings = relation_settings(relation);
	const struct shape *in = relation_input(relation, IN);

	check_rename(relation, settings);
	if (!relation_given(relation, "rename") &&
		!relation_given(relation, "with") &&
		!relation_given(relation, "set"))
		relation_error(relation, relation_location(relation, "set"),
			"give `rename` and `with`, or `set`",
			"it would change nothing");
	if (in->known && !shape_attribute(in, "src_path")) {
		relation_error(relation, relation_location(relation, "in"),
			"put it behind archive-read or files",
			"what arrives here has no name to change");
		return;
	}
	if (!relation_unknown(relation, "set"))
		entry_set_check(
			relation, &settings->set, in, settings->rename.text);
	if (in->known)
		relate_outputs(relation, settings, in);
}

/* ---- Running ---------------------------------------------------------------- */

static bool open(struct operator *op, void *memory)
{
	struct state *state = memory;
	struct entry_change *change = &state->change;
	const struct shape *shape = operator_shape(op, IN);
	struct pattern_problem wrong;
	struct expression_problem problem;

	if (state->rename.text)
		change->rename = substitution_create(&state->rename,
			state->with, state->rename.location, &wrong);
	if (state->rename.text && !change->rename) {
		operator_fail(
			op, STATUS_SESSION_WRONG, "rename: %s", wrong.message);
		return false;
	}
	if (state->set.count > 0)
		change->set = expression_create(shape, state->set.items,
			state->set.count, NULL, &problem);
	if (state->set.count > 0 && !change->set) {
		operator_fail(
			op, STATUS_SESSION_WRONG, "set: %s", problem.message);
		return false;
	}
	return true;
}

static void reject(struct operator *op, const struct entry_change *change)
{
	const struct segment *segment = operator_segment(op, IN);
	const struct value *path = attributes_get(
		segment->attributes, &entry_attributes[ENTRY_PATH]);
	struct item *item = operator_item(op, PAYLOAD_NONE);
	struct text shown = {0};

	if (!path)
		path = attributes_get(
			segment->attributes, &source_attributes[SOURCE_PATH]);
	text_add_escaped(&shown, path->data, path->length, 1000);
	item->attributes = attributes_ref(segment->attributes);
	operator_reject(op, IN, item, change->field, "of the entry `%s`: %s",
		shown.data, change->problem.data);
	text_free(&shown);
}

/* Begins the segment that takes the place of the input's, or lies within it if
 * that is a unit; false: the entry was rejected. */
static bool begin_entry(
	struct operator *op, struct state *state, struct item *item)
{
	struct segment *in = operator_segment(op, IN);
	struct segment *outer = state->segment;
	struct attributes *attributes =
		entry_change_apply(&state->change, in, item);

	if (!attributes) {
		reject(op, &state->change);
		return false;
	}
	if (!outer)
		outer = in->parent ? in->parent : in;
	segment_unref(state->segment);
	state->segment = segment_create_nested(outer, attributes);
	state->segment->bare = in->bare;
	operator_begin(op, OUT, state->segment);
	return true;
}

static void end_entry(struct operator *op, struct state *state)
{
	struct segment *ended = state->segment;

	operator_end(op, OUT);
	state->segment =
		ended->parent->parent ? segment_ref(ended->parent) : NULL;
	segment_unref(ended);
}

static enum step begin(struct operator *op, struct state *state)
{
	struct item *item;

	if (!operator_segment(op, IN)->parent)
		return operator_pass(op, IN, EVENT_BEGIN);
	if (state->refused > 0) {
		state->refused++;
		return STEP_MORE;
	}
	item = operator_item(op, PAYLOAD_NONE);
	if (!begin_entry(op, state, item))
		state->refused = 1;
	item_unref(item);
	return STEP_MORE;
}

static enum step end(struct operator *op, struct state *state)
{
	if (!operator_segment(op, IN)->parent)
		return operator_pass(op, IN, EVENT_END);
	if (state->refused > 0)
		state->refused--;
	else
		end_entry(op, state);
	return STEP_MORE;
}

/* Passes what is in an entry; a file of a unit becomes one. */
static enum step take(
	struct operator *op, struct state *state, const struct span *span)
{
	struct item *item = span->items[0];
	const bool file = !operator_segment(op, IN)->parent;

	if (state->refused > 0 || (file && !begin_entry(op, state, item))) {
		operator_release(op, IN, 1);
		return STEP_MORE;
	}
	operator_consume(op, IN, 1);
	operator_give(op, OUT, &item, 1);
	if (file)
		end_entry(op, state);
	return STEP_MORE;
}

static enum step step(struct operator *op, void *memory)
{
	struct span span;
	enum event event;

	if (operator_linked(op, REJECTED) && operator_room(op, REJECTED) == 0)
		return operator_wait_output(op, REJECTED);
	event = operator_next(op, IN, &span);
	switch (event) {
	case EVENT_ITEMS: return take(op, memory, &span);
	case EVENT_BEGIN: return begin(op, memory);
	case EVENT_END: return end(op, memory);
	default: return operator_pass(op, IN, event);
	}
}

static void close(struct operator *op, void *memory)
{
	struct state *state = memory;

	(void)op;
	segment_unref(state->segment);
	entry_change_finish(&state->change);
}

const struct operator_spec spec_entry_edit = {
	.name = "entry-edit",
	.family = "archive",
	.summary = "Other names, times, modes and owners for entries",
	.description =
		"Passes the contents of entries as they are, and changes what "
		"is known of the entries, for archive-write, extract or a path "
		"template behind it. It works on what comes out of "
		"archive-read, and on files: each of those becomes an entry "
		"that is named as src_path says, in its unit.\n\n"
		"When entry_path changes, src_path, src_dir, src_name, "
		"src_stem "
		"and src_ext follow. What a hard link leads to gets the name "
		"that an entry with its path would get. The archive in "
		"src_path, entry_trail and what symbolic links hold "
		"stay.\n\n"
		"A new name is checked as archive-read checks its own: an "
		"entry "
		"whose name would be empty, absolute, lead out by `..` or be "
		"too long is rejected, without its content; so is one for "
		"which an expression fails, or gives what the attribute can't "
		"be. Where that doesn't depend on the entry it is an error of "
		"the session.\n\n"
		"To drop entries, put a filter in front of it. What "
		"archive-write makes of modes, owners and times is up to its "
		"`preserve` and `max-mtime`: without them a mode only says "
		"whether a file can be executed, owners are 0, and times "
		"aren't later than 1970.\n\n",
	.example = "leat: 1\n"
		   "session: rename\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  entries: {use: archive-read, plain: pass}\n"
		   "  edit:\n"
		   "    use: entry-edit\n"
		   "    rename: '^(\\w+)\\.txt$'\n"
		   "    with: 'text/$1'\n"
		   "    set: {entry_mode: \"'0600'\", entry_user: "
		   "\"'root'\"}\n"
		   "  sum: hash\n"
		   "  show: {use: map, select: [entry_path, entry_mode, "
		   "entry_user]}\n"
		   "  table: csv-encode\n"
		   "  out: stdout\n"
		   "links:\n"
		   "  - in -> entries -> edit -> sum\n"
		   "  - sum.digest -> show -> table -> out\n",
	.example_input =
		"!<arch>\n"
		"hello.txt/      0           0     0     100644  6         `\n"
		"hello\n"
		"world/          0           0     0     100644  6         `\n"
		"world\n",
	.example_output = "entry_path,entry_mode,entry_user\n"
			  "text/hello,384,root\n"
			  "world,384,root\n",
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.properties = properties,
	.attributes = reject_attributes,
	.state_size = sizeof(struct state),
	.relate = relate,
	.open = open,
	.step = step,
	.close = close,
};
