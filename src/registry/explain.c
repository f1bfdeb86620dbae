/* SPDX-License-Identifier: MIT */
/* The registry in words, for people. */
#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "registry/registry.h"

enum { COLUMNS = 79 };

/* Prints TEXT in lines of at most COLUMNS, each indented; what stands in the
 * first line already takes TAKEN columns. Keeps its line breaks. */
static void print_wrapped(FILE *file, const char *text, int indent, int taken)
{
	int column = taken;

	while (*text) {
		int word = (int)strcspn(text, " \n");

		if (column > indent && column + 1 + word > COLUMNS) {
			fputc('\n', file);
			column = 0;
		}
		if (word > 0) {
			int gap = column == 0 ? indent : column > indent;

			if (column < indent && column > 0)
				gap = indent - column;
			fprintf(file, "%*s%.*s", gap, "", word, text);
			column += gap + word;
		}
		text += word;
		if (*text == '\n') {
			fputc('\n', file);
			column = 0;
		}
		text += *text != '\0';
	}
	if (column > 0)
		fputc('\n', file);
}

/* A name in a column of its own, then its text. */
static void print_row(FILE *file, const char *name, const char *text)
{
	int width = fprintf(file, "  %-15s ", name);

	print_wrapped(file, text, 18, width < 18 ? width : 18);
}

static void add_word(struct text *words, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds to a list that is separated by commas. */
static void add_word(struct text *words, const char *format, ...)
{
	va_list args;

	if (words->length)
		text_add_string(words, ", ");
	va_start(args, format);
	text_add_vformat(words, format, args);
	va_end(args);
}

/* ---- The list ----------------------------------------------------------- */

static void list_attributes(FILE *file, const struct attribute_spec *key)
{
	for (; key && key->name; key++)
		print_row(file, key->name, key->summary);
}

/* Whether an operator before this one has the same table of attributes. */
static bool is_listed(size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (registry_operators[i]->attributes ==
			registry_operators[index]->attributes)
			return true;
	return false;
}

void registry_list(FILE *file)
{
	fputs("Operators\n", file);
	for (size_t i = 0; registry_operators[i]; i++)
		print_row(file, registry_operators[i]->name,
			registry_operators[i]->summary);
	fputs("\nPayload types\n", file);
	for (size_t i = 0; i < PAYLOAD_TYPES; i++)
		print_row(
			file, payload_specs[i].name, payload_specs[i].summary);
	fputs("\nAttributes\n", file);
	for (size_t i = 0; registry_operators[i]; i++)
		if (!is_listed(i))
			list_attributes(
				file, registry_operators[i]->attributes);
}

/* ---- One operator ------------------------------------------------------- */

static void explain_pin(FILE *file, const struct pin_spec *pin)
{
	bool input = pin->direction == PIN_INPUT;
	struct text words = {0};
	const char *join = input ? "takes " : "yields ";

	for (unsigned i = 0; i < PAYLOAD_TYPES; i++)
		if (pin->types & PAYLOAD_BIT(i)) {
			text_add_format(
				&words, "%s%s", join, payload_specs[i].name);
			join = " or ";
		}
	if (pin->flags & PIN_REQUESTED)
		add_word(&words, "one for each link");
	if (pin->flags & PIN_OPTIONAL)
		add_word(&words, "may stay without a link");
	text_add_format(&words, ": %s", pin->summary);
	print_row(file, pin->name, words.data);
	text_free(&words);
}

/* The type of a property with its default, range and choices. */
static void add_type(struct text *words, const struct property_spec *property)
{
	add_word(words, "%s", setting_type_names[property->type]);
	if (property->unit)
		text_add_format(words, " of %s", property->unit);
	if (property->flags & PROPERTY_REQUIRED)
		add_word(words, "required");
	if (property->fallback)
		add_word(words, "default %s",
			*property->fallback ? property->fallback : "\"\"");
	if (property->minimum || property->maximum)
		add_word(words, "%lld to %lld", (long long)property->minimum,
			(long long)property->maximum);
	if (property->flags & PROPERTY_LIVE)
		add_word(words, "live");
}

static void add_choices(struct text *words, const char *const *choices)
{
	for (size_t i = 0; choices && choices[i]; i++)
		text_add_format(
			words, "%s%s", i ? " | " : ", one of: ", choices[i]);
}

void registry_explain_property(FILE *file, const struct operator_spec *spec,
	const struct property_spec *property)
{
	struct text words = {0};

	fprintf(file, "%s.%s: %s\n", spec->name, property->name,
		property->summary);
	add_type(&words, property);
	add_choices(&words, property->choices);
	print_wrapped(file, words.data, 0, 0);
	text_free(&words);
	if (property->details) {
		fputc('\n', file);
		print_wrapped(file, property->details, 0, 0);
	}
}

static void explain_property(FILE *file, const struct property_spec *property)
{
	struct text words = {0};

	text_add_format(&words, "%s (", property->summary);
	struct text type = {0};
	add_type(&type, property);
	add_choices(&type, property->choices);
	text_add_format(&words, "%s)", type.data);
	print_row(file, property->name, words.data);
	text_free(&type);
	text_free(&words);
}

static void explain_scope(FILE *file, const struct operator_spec *spec)
{
	struct text words = {0};

	text_add_format(&words, "What its state extends over (default %s",
		scope_names[spec->scope]);
	add_choices(&words, scope_names);
	text_add_string(&words, ")");
	print_row(file, "per", words.data);
	text_free(&words);
}

static void explain_example(FILE *file, const struct operator_spec *spec)
{
	if (!spec->example)
		return;
	fputs("\nExample\n", file);
	for (const char *line = spec->example; *line;) {
		int length = (int)strcspn(line, "\n");

		fprintf(file, "%*s%.*s\n", length ? 2 : 0, "", length, line);
		line += length + (line[length] == '\n');
	}
}

void registry_explain(FILE *file, const struct operator_spec *spec)
{
	fprintf(file, "%s: %s\n", spec->name, spec->summary);
	if (spec->description) {
		fputc('\n', file);
		print_wrapped(file, spec->description, 0, 0);
	}
	fputs("\nPins\n", file);
	for (const struct pin_spec *pin = spec->pins; pin->name; pin++)
		explain_pin(file, pin);
	if (spec_property_count(spec) || (spec->flags & OPERATOR_SCOPED))
		fputs("\nProperties\n", file);
	for (size_t i = 0; i < spec_property_count(spec); i++)
		explain_property(file, &spec->properties[i]);
	if (spec->flags & OPERATOR_SCOPED)
		explain_scope(file, spec);
	if (spec->attributes && spec->attributes->name)
		fputs("\nAttributes\n", file);
	list_attributes(file, spec->attributes);
	explain_example(file, spec);
}
