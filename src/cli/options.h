/* SPDX-License-Identifier: MIT */
/*
 * Tables of options, from which they are both read and shown: `leat help VERB`
 * prints them, and a test compares that with the manual.
 */
#ifndef LEAT_CLI_OPTIONS_H
#define LEAT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/arguments.h"

enum option_kind {
	OPTION_FLAG, /* sets a bool */
	OPTION_TEXT, /* sets a const char * */
	OPTION_NUMBER, /* sets an int64_t, from 1 */
	OPTION_DURATION, /* sets an int64_t, microseconds, from 1 */
	OPTION_CHOICE, /* sets an int to the number of the choice, from 1 */
	OPTION_PARAM, /* -p NAME=VALUE: left to the caller */
	OPTION_DIRECTORY, /* -C: was followed before anything was read */
};

struct option_spec {
	char letter; /* 0: none; a row with neither it nor a name is the last */
	const char *name; /* without its dashes, or NULL */
	enum option_kind kind;
	size_t offset; /* into the settings of the verb */
	const char *argument; /* what its value is, in capitals, or NULL */
	const char *const *choices; /* of OPTION_CHOICE; ends in NULL */
	const char *summary; /* a phrase without a full stop */
};

/* The rows that several verbs have; HELP is the offset of a bool,
 * STATE that of a const char *. */
#define OPTION_ROW_DIRECTORY                                 \
	{                                                    \
		'C', NULL, OPTION_DIRECTORY, 0, "DIR", NULL, \
			"Work in DIR, as if started there"   \
	}
#define OPTION_ROW_PARAM                                                \
	{                                                               \
		'p', "param", OPTION_PARAM, 0, "NAME=VALUE", NULL,      \
			"Set a param of the session, whatever its name" \
	}
#define OPTION_ROW_STATE(state)                                        \
	{                                                              \
		0, "state", OPTION_TEXT, state, "DIR", NULL,           \
			"Where runs are remembered, in place of .leat" \
	}
#define OPTION_ROW_HELP(help)                                                \
	{                                                                    \
		'h', "help", OPTION_FLAG, help, NULL, NULL, "Show this help" \
	}

/* Whether this is a row, not the end of a table. */
static inline bool option_exists(const struct option_spec *option)
{
	return option->letter || option->name;
}

/* The row for an option that was read, or NULL. */
const struct option_spec *option_find(
	const struct option_spec *table, const struct argument *argument);

/* The row with the long name, or NULL. */
const struct option_spec *option_named(
	const struct option_spec *table, const char *name);

/* Stores OPTION, which ARGUMENT is, in SETTINGS; *VALUE becomes its value, or
 * NULL. Returns what is wrong, as "needs a value", or NULL. */
const char *option_take(const struct option_spec *option,
	struct arguments *arguments, const struct argument *argument,
	void *settings, const char **value);

/* Prints a table for `leat help`. */
void options_show(FILE *file, const struct option_spec *table);

#endif
