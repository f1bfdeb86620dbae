/* SPDX-License-Identifier: MIT */
/* leat explain: tells all about an operator or one property of it. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/command.h"
#include "cli/show.h"
#include "registry/registry.h"

enum format { FORMAT_NONE, FORMAT_TEXT, FORMAT_MAN };

struct explain_options {
	bool help;
	int format;
};

static const char *const formats[] = {"text", "man", NULL};

static const struct option_spec options[] = {
	{0, "format", OPTION_CHOICE, offsetof(struct explain_options, format),
		"FORMAT", formats,
		"Explain in words, or print the manual page, as roff"},
	OPTION_ROW_HELP(offsetof(struct explain_options, help)),
	{0},
};

/* The names of all properties, end in NULL; freed with free(). */
static const char **property_names(const struct operator_spec *spec)
{
	size_t count = spec_property_count(spec);
	const char **names = memory_zeroed((count + 1) * sizeof(*names));

	for (size_t i = 0; i < count; i++)
		names[i] = spec->properties[i].name;
	return names;
}

static void explain_property(struct command *command,
	const struct operator_spec *spec, const char *name)
{
	int index = spec_property(spec, name);

	if (index >= 0) {
		registry_explain_property(
			stdout, spec, &spec->properties[index]);
		return;
	}
	const char **names = property_names(spec);
	char *hint =
		show_near(name, names, "`leat explain OPERATOR` lists them");

	command_wrong(command, hint, "%s has no property %s", spec->name, name);
	free(hint);
	free(names);
}

/* Payload types and attributes are told in a line. */
static bool explain_other(const char *name)
{
	const struct attribute_spec *attribute = registry_attribute(name);

	for (int i = 0; i < PAYLOAD_TYPES; i++)
		if (strcmp(payload_specs[i].name, name) == 0) {
			printf("payload type %s: %s\n", name,
				payload_specs[i].summary);
			return true;
		}
	if (attribute)
		printf("attribute %s (%s): %s\n", name,
			value_type_names[attribute->type], attribute->summary);
	return attribute != NULL;
}

static void explain(
	struct command *command, const char *word, enum format format)
{
	char *name = memory_string(word);
	char *dot = strchr(name, '.');

	if (dot)
		*dot = '\0';
	const struct operator_spec *spec = registry_operator(name);

	if (!spec && (dot || !explain_other(name))) {
		char *hint = show_near(name, registry_operator_names(),
			"`leat list` lists them");

		command_wrong(command, hint, "there is no operator %s", name);
		free(hint);
	} else if (spec && format == FORMAT_MAN) {
		registry_manual(stdout, spec);
	} else if (spec && dot) {
		explain_property(command, spec, dot + 1);
	} else if (spec) {
		registry_explain(stdout, spec);
	}
	free(name);
}

static int run(char *const *words)
{
	struct explain_options settings = {0};
	struct command command = command_start(&verb_explain, words, &settings);
	const char *word;
	bool any = false;

	for (; (word = command_word(&command)); any = true) {
		if (any && settings.format != FORMAT_MAN)
			putchar('\n');
		explain(&command, word, (enum format)settings.format);
	}
	if (settings.help)
		help_show_verb(stdout, &verb_explain);
	else if (!any && command.status == STATUS_OK)
		command_wrong(&command, "`leat list` lists the operators",
			"no name is given");
	return command_finish(&command);
}

const struct verb verb_explain = {
	.name = "explain",
	.usage = "[OPTION]... OPERATOR[.PROPERTY]...",
	.summary = "Explain an operator or a property of it",
	.details =
		"Tells what an operator does, its pins and properties, with "
		"an example; or all about one property: type, default, range."
		"\n",
	.options = options,
	.run = run,
};
