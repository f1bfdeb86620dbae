/* SPDX-License-Identifier: MIT */
/* Tables of options: reading and showing them. */
#include "cli/options.h"

#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "cli/show.h"

const struct option_spec *option_named(
	const struct option_spec *table, const char *name)
{
	for (; option_exists(table); table++)
		if (table->name && strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

const struct option_spec *option_find(
	const struct option_spec *table, const struct argument *argument)
{
	if (argument->kind == ARGUMENT_LONG)
		return option_named(table, argument->name);
	for (; option_exists(table); table++)
		if (table->letter == argument->name[0])
			return table;
	return NULL;
}

static const char *take_choice(
	const struct option_spec *option, const char *value, int *number)
{
	for (int i = 0; option->choices[i]; i++)
		if (strcmp(option->choices[i], value) == 0) {
			*number = i + 1;
			return NULL;
		}
	return "has no such value";
}

const char *option_take(const struct option_spec *option,
	struct arguments *arguments, const struct argument *argument,
	void *settings, const char **value)
{
	void *member = (char *)settings + option->offset;

	*value = NULL;
	if (option->kind != OPTION_FLAG) {
		*value = arguments_value(arguments, argument);
		if (!*value)
			return "needs a value";
	} else if (argument->kind == ARGUMENT_LONG && argument->value) {
		return "takes no value";
	}
	switch (option->kind) {
	case OPTION_FLAG: *(bool *)member = true; break;
	case OPTION_TEXT: *(const char **)member = *value; break;
	case OPTION_NUMBER:
		if (units_integer(*value, member) || *(int64_t *)member < 1)
			return "takes a number from 1";
		break;
	case OPTION_DURATION:
		if (units_duration(*value, member) || *(int64_t *)member < 1)
			return "takes a duration such as 30s";
		break;
	case OPTION_CHOICE: return take_choice(option, *value, member);
	case OPTION_PARAM:
	case OPTION_DIRECTORY: break;
	}
	return NULL;
}

static void add_choices(struct text *term, const struct option_spec *option)
{
	for (int i = 0; option->choices[i]; i++)
		text_add_format(
			term, "%s%s", i ? "|" : " ", option->choices[i]);
}

void options_show(FILE *file, const struct option_spec *table)
{
	for (; option_exists(table); table++) {
		struct text term = {0};

		if (table->letter)
			text_add_format(&term, "-%c", table->letter);
		if (table->name)
			text_add_format(&term, "%s--%s",
				table->letter ? ", " : "", table->name);
		if (table->choices)
			add_choices(&term, table);
		else if (table->argument)
			text_add_format(&term, " %s", table->argument);
		show_row(file, term.data, table->summary);
		text_free(&term);
	}
}
