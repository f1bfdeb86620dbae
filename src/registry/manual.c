/* SPDX-License-Identifier: MIT */
/* The manual page of an operator, as roff with the macros of man(7). */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "registry/registry.h"
#include "registry/roff.h"

/* When the manual got the shape that it has. */
#define MANUAL_DATE "2026-11-21"

/* ---- Sections ----------------------------------------------------------- */

static void add_setting(struct text *session, const char *name,
	const char *type, const char *const *choices, const char *comment)
{
	size_t start = session->length;

	text_add_format(session, "    %s: ", name);
	if (!choices)
		for (; *type; type++)
			text_add_format(
				session, "%c", toupper((unsigned char)*type));
	for (size_t i = 0; choices && choices[i]; i++)
		text_add_format(session, "%s%s", i ? " | " : "", choices[i]);
	if (*comment)
		text_add_format(session, "%*s# %s",
			session->length - start < 40
				? (int)(40 - (session->length - start))
				: 2,
			"", comment);
	text_add_string(session, "\n");
}

static void add_property(
	struct text *session, const struct property_spec *property)
{
	struct text comment = {0};

	text_add_string(&comment, "");
	if (property->flags & PROPERTY_REQUIRED)
		text_add_string(&comment, "required");
	else if (property->fallback)
		text_add_format(&comment, "default %s",
			*property->fallback ? property->fallback : "\"\"");
	add_setting(session, property->name, setting_type_names[property->type],
		property->choices, comment.data);
	text_free(&comment);
}

static void put_synopsis(FILE *file, const struct operator_spec *spec)
{
	struct text session = {0};
	struct text scope = {0};
	size_t count = spec_property_count(spec);

	text_add_string(&session, "operators:\n");
	if (!count && !(spec->flags & OPERATOR_SCOPED))
		text_add_format(&session, "  NAME: %s\n", spec->name);
	else
		text_add_format(&session, "  NAME:\n    use: %s\n", spec->name);
	for (size_t i = 0; i < count; i++)
		add_property(&session, &spec->properties[i]);
	text_add_format(&scope, "default %s", scope_names[spec->scope]);
	if (spec->flags & OPERATOR_SCOPED)
		add_setting(&session, "per", "", scope_names, scope.data);
	fputs(".SH SYNOPSIS\n", file);
	roff_literal(file, session.data);
	text_free(&session);
	text_free(&scope);
}

static void put_pin(FILE *file, const struct pin_spec *pin)
{
	bool input = pin->direction == PIN_INPUT;
	const char *join =
		input ? ", an input, takes " : ", an output, yields ";

	fputs(".TP\n", file);
	roff_bold(file, pin->name);
	for (unsigned i = 0; i < PAYLOAD_TYPES; i++)
		if (pin->types & PAYLOAD_BIT(i)) {
			fprintf(file, "%s%s", join, payload_specs[i].name);
			join = " or ";
		}
	fputc('\n', file);
	roff_sentence(file, pin->summary);
	if (pin->flags & PIN_REQUESTED)
		fputs("There is one for each link that names it.\n", file);
	if (pin->flags & PIN_OPTIONAL)
		fputs("It may stay without a link.\n", file);
}

static void put_range(FILE *file, const struct property_spec *property)
{
	if (property->maximum == INT64_MAX)
		fprintf(file, ", at least %lld", (long long)property->minimum);
	else if (property->minimum || property->maximum)
		fprintf(file, ", %lld to %lld", (long long)property->minimum,
			(long long)property->maximum);
}

static void put_choices(
	FILE *file, const char *const *choices, const char *fallback)
{
	for (size_t i = 0; choices && choices[i]; i++) {
		fputs(i ? " | " : ": ", file);
		roff_bold(file, choices[i]);
	}
	if (fallback) {
		fputs(", default ", file);
		roff_bold(file, *fallback ? fallback : "\"\"");
	}
}

static void put_property(FILE *file, const struct property_spec *property)
{
	fputs(".TP\n", file);
	roff_bold(file, property->name);
	fputs(" (", file);
	roff_code(file, setting_type_names[property->type]);
	if (property->unit)
		fprintf(file, " of %s", property->unit);
	if (property->flags & PROPERTY_REQUIRED)
		fputs(", required", file);
	put_choices(file, property->choices, property->fallback);
	put_range(file, property);
	if (property->flags & PROPERTY_LIVE)
		fputs(", live", file);
	fputs(")\n", file);
	roff_sentence(file, property->summary);
	if (property->details)
		roff_prose(file, property->details, ".IP");
}

static void put_properties(FILE *file, const struct operator_spec *spec)
{
	bool scoped = spec->flags & OPERATOR_SCOPED;
	size_t count = spec_property_count(spec);

	if (count || scoped)
		fputs(".SH PROPERTIES\n", file);
	for (size_t i = 0; i < count; i++)
		put_property(file, &spec->properties[i]);
	if (!scoped)
		return;
	fputs(".TP\n\\fBper\\fR (choice", file);
	put_choices(file, scope_names, scope_names[spec->scope]);
	fputs(")\nWhat its state extends over.\n", file);
}

static void put_attributes(FILE *file, const struct attribute_spec *key)
{
	if (key && key->name)
		fputs(".SH ATTRIBUTES\n", file);
	for (; key && key->name; key++) {
		fputs(".TP\n", file);
		roff_bold(file, key->name);
		fprintf(file, " (%s)\n", value_type_names[key->type]);
		roff_sentence(file, key->summary);
	}
}

static void put_example(FILE *file, const struct operator_spec *spec)
{
	const char *output = spec->example_output;

	if (!spec->example)
		return;
	fputs(".SH EXAMPLE\n", file);
	roff_literal(file, spec->example);
	if (spec->example_input) {
		fputs(".PP\nWith this on standard input:\n.PP\n", file);
		roff_literal(file, spec->example_input);
	}
	if (output && *output) {
		fputs(spec->example_input ? ".PP\nit prints:\n.PP\n"
					  : ".PP\nIt prints:\n.PP\n",
			file);
		roff_literal(file, output);
	} else {
		fputs(".PP\nIt prints nothing.\n", file);
	}
}

/* ---- Other pages --------------------------------------------------------- */

/* Whether a property of SPEC has one of the types from FIRST to LAST. */
static bool has_type(const struct operator_spec *spec, enum setting_type first,
	enum setting_type last)
{
	for (size_t i = 0; i < spec_property_count(spec); i++)
		if (spec->properties[i].type >= first &&
			spec->properties[i].type <= last)
			return true;
	return false;
}

static void put_see_also(FILE *file, const struct operator_spec *spec)
{
	fputs(".SH SEE ALSO\n.BR leat (1),\n.BR leat\\-session (5)", file);
	for (size_t i = 0; registry_operators[i]; i++) {
		const struct operator_spec *other = registry_operators[i];

		if (other == spec || strcmp(other->family, spec->family) != 0)
			continue;
		fputs(",\n.BR ", file);
		roff_code(file, "leat-");
		roff_code(file, other->name);
		fputs(" (7)", file);
	}
	if (has_type(spec, SETTING_GLOB, SETTING_INPUTS))
		fputs(",\n.BR glob (7)", file);
	if (has_type(spec, SETTING_REGEX, SETTING_REGEX))
		fputs(",\n.BR pcre2pattern (3)", file);
	fputc('\n', file);
}

void registry_manual(FILE *file, const struct operator_spec *spec)
{
	fputs(".\\\" SPDX-License-Identifier: MIT\n"
	      ".\\\" Made by `make generated` from the tables of the "
	      "operator.\n"
	      ".TH LEAT\\-",
		file);
	roff_capitals(file, spec->name);
	fputs(" 7 " MANUAL_DATE
	      " leat \"Operators of leat\"\n.SH NAME\nleat\\-",
		file);
	roff_code(file, spec->name);
	fputs(" \\- ", file);
	roff_prose(file, spec->summary, "");
	put_synopsis(file, spec);
	fputs(".SH DESCRIPTION\n", file);
	roff_prose(file, spec->description, ".PP");
	fputs(".SH PINS\n", file);
	for (const struct pin_spec *pin = spec->pins; pin->name; pin++)
		put_pin(file, pin);
	put_properties(file, spec);
	put_attributes(file, spec->attributes);
	put_example(file, spec);
	put_see_also(file, spec);
}
