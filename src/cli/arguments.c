/* SPDX-License-Identifier: MIT */
/* The words of a command line, one after the other. */
#include "cli/arguments.h"

#include <stdio.h>
#include <string.h>

struct arguments arguments_start(char *const *words)
{
	return (struct arguments){.next = words};
}

static enum argument_kind next_letter(
	struct arguments *arguments, struct argument *argument)
{
	argument->name[0] = *arguments->cluster++;
	argument->name[1] = '\0';
	snprintf(argument->shown, sizeof(argument->shown), "-%s",
		argument->name);
	if (*arguments->cluster == '\0')
		arguments->cluster = NULL;
	argument->value = arguments->cluster;
	return argument->kind = ARGUMENT_LETTER;
}

static enum argument_kind next_long(struct argument *argument, const char *word)
{
	size_t length = strcspn(word, "=");

	argument->value = word[length] ? word + length + 1 : NULL;
	if (length >= sizeof(argument->name))
		length = sizeof(argument->name) - 1;
	memcpy(argument->name, word, length);
	argument->name[length] = '\0';
	snprintf(argument->shown, sizeof(argument->shown), "--%s",
		argument->name);
	return argument->kind = ARGUMENT_LONG;
}

enum argument_kind arguments_next(
	struct arguments *arguments, struct argument *argument)
{
	if (arguments->cluster)
		return next_letter(arguments, argument);

	const char *word = *arguments->next;

	if (!word)
		return argument->kind = ARGUMENT_END;
	arguments->next++;
	if (!arguments->only_words && strcmp(word, "--") == 0) {
		arguments->only_words = true;
		return arguments_next(arguments, argument);
	}
	if (arguments->only_words || word[0] != '-' || word[1] == '\0') {
		argument->word = word;
		return argument->kind = ARGUMENT_WORD;
	}
	if (word[1] == '-')
		return next_long(argument, word + 2);
	arguments->cluster = word + 1;
	return next_letter(arguments, argument);
}

static bool looks_like_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0' &&
		!strchr("0123456789.", word[1]);
}

const char *arguments_value(
	struct arguments *arguments, const struct argument *option)
{
	const char *word = *arguments->next;

	if (option->value) {
		if (option->kind == ARGUMENT_LETTER)
			arguments->cluster = NULL;
		return option->value;
	}
	if (!word || looks_like_option(word))
		return NULL;
	arguments->next++;
	return word;
}
