/* SPDX-License-Identifier: MIT */
/* One value of a live property, out of a line or a record. */
#include "engine/live.h"

#include <string.h>

#include "engine/internal.h"
#include "loader/plain.h"

enum { SHOWN_BYTES = 60 };

const struct property_spec *live_property(
	const struct operator *op, const struct live *live)
{
	return &op->spec->properties[live->plan->property];
}

size_t live_size(enum setting_type type)
{
	switch (type) {
	case SETTING_INTEGER:
	case SETTING_DATE:
	case SETTING_TIMESTAMP:
	case SETTING_DURATION:
	case SETTING_SIZE:
	case SETTING_BITRATE: return sizeof(int64_t);
	case SETTING_REAL: return sizeof(double);
	case SETTING_BOOLEAN: return sizeof(bool);
	case SETTING_CHOICE: return sizeof(int);
	case SETTING_TEXT: return sizeof(const char *);
	case SETTING_REGEX:
	case SETTING_SQL: return sizeof(struct setting_text);
	default: return 0;
	}
}

void live_refuse(
	struct operator *op, struct live *live, const char *format, ...)
{
	const struct link_plan *link =
		&op->graph->plan->links[op->plan->pins[live->pin].link];
	va_list args;

	if (live->problem.length)
		return;
	text_add_format(&live->problem,
		"%s, by the link in line %u: ", live_property(op, live)->name,
		link->location.line);
	va_start(args, format);
	text_add_vformat(&live->problem, format, args);
	va_end(args);
}

static void parse_choice(
	struct operator *op, struct live *live, const char *const *choices)
{
	for (int i = 0; choices[i]; i++)
		if (strcmp(choices[i], live->text.data) == 0) {
			live->value.choice = i;
			return;
		}
	struct text shown = {0};
	text_add_escaped(
		&shown, live->text.data, live->text.length, SHOWN_BYTES);
	text_add_string(&shown, "' is not one of: ");
	for (int i = 0; choices[i]; i++)
		text_add_format(&shown, "%s%s", i ? ", " : "", choices[i]);
	live_refuse(op, live, "'%s", shown.data);
	text_free(&shown);
}

static void check_range(
	struct operator *op, struct live *live, const struct plain *plain)
{
	const struct property_spec *spec = live_property(op, live);
	bool real = spec->type == SETTING_REAL;

	if (!plain_is_number(spec->type) || (!spec->minimum && !spec->maximum))
		return;
	if (real ? plain->real < (double)spec->minimum
		 : plain->integer < spec->minimum)
		live_refuse(op, live, "%s is too small: the least is %lld",
			live->text.data, (long long)spec->minimum);
	if (real ? plain->real > (double)spec->maximum
		 : plain->integer > spec->maximum)
		live_refuse(op, live, "%s is too large: the most is %lld",
			live->text.data, (long long)spec->maximum);
}

static void store(
	struct operator *op, struct live *live, const struct plain *plain)
{
	switch (live_property(op, live)->type) {
	case SETTING_REAL: live->value.real = plain->real; break;
	case SETTING_BOOLEAN: live->value.boolean = plain->boolean; break;
	case SETTING_TEXT: live->value.text.text = live->text.data; break;
	case SETTING_REGEX:
	case SETTING_SQL:
		live->value.text = (struct setting_text){
			.text = live->text.data,
			.location =
				op->graph->plan
					->links[op->plan->pins[live->pin].link]
					.location};
		break;
	default: live->value.integer = plain->integer; break;
	}
}

/* Takes the value that stands in live->text as a session would write it. */
static void parse_text(struct operator *op, struct live *live)
{
	const struct property_spec *spec = live_property(op, live);
	struct plain plain = {0};

	if (text_valid(live->text.data, live->text.length) <
		live->text.length) {
		live_refuse(op, live, "the value isn't text");
		return;
	}
	if (spec->type == SETTING_CHOICE) {
		parse_choice(op, live, spec->choices);
		return;
	}
	const char *problem = plain_parse(spec->type, live->text.data, &plain);
	if (problem) {
		struct text shown = {0};

		text_add_escaped(&shown, live->text.data, live->text.length,
			SHOWN_BYTES);
		live_refuse(op, live, "'%s' is not a valid %s: %s", shown.data,
			setting_type_names[spec->type], problem);
		text_free(&shown);
		return;
	}
	check_range(op, live, &plain);
	store(op, live, &plain);
}

/* A value of a type of its own; it stands as a text too, for messages. */
static void take_typed(struct operator *op, struct live *live,
	enum value_type type, const struct value *value)
{
	bool real = live_property(op, live)->type == SETTING_REAL;
	struct plain plain = {0};

	value_format(type, value, &live->text);
	if (type == VALUE_BOOLEAN)
		plain.boolean = value->boolean;
	else if (type == VALUE_REAL)
		plain.real = value->real;
	else if (real)
		plain.real = (double)value->integer;
	else
		plain.integer = value->integer;
	check_range(op, live, &plain);
	store(op, live, &plain);
}

void live_take_item(
	struct operator *op, struct live *live, const struct item *item)
{
	const struct value *value = NULL;
	enum value_type type = VALUE_TEXT;

	if (item->type == PAYLOAD_RECORD) {
		value = &item->record.values[live->plan->field];
		type = item->record.schema->fields[live->plan->field].type;
		if (value->null)
			return;
	}
	if (live->values++ > 0) {
		live_refuse(op, live, "a second value came");
		return;
	}
	live->text.length = 0;
	if (value && type != VALUE_TEXT) {
		take_typed(op, live, type, value);
		return;
	}
	if (value)
		text_add(&live->text, value->data, value->length);
	else
		text_add(&live->text, item->slice.data, item->slice.length);
	text_add_string(&live->text, "");
	parse_text(op, live);
}
