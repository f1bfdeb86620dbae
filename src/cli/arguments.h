/* SPDX-License-Identifier: MIT */
/*
 * The words of a command line, one after the other, taken apart as
 * getopt_long(3) does, with two differences: options are not abbreviated, so
 * that a new one never breaks a script, and a value that is a word of its own
 * must not look like an option, so that a forgotten value is found.
 */
#ifndef LEAT_CLI_ARGUMENTS_H
#define LEAT_CLI_ARGUMENTS_H

#include <stdbool.h>

struct arguments {
	char *const *next; /* the words not taken yet; ends in NULL */
	const char *cluster; /* what is left of a word like -kq, or NULL */
	bool only_words; /* behind -- */
};

enum argument_kind {
	ARGUMENT_END,
	ARGUMENT_WORD, /* no option; "-" as well */
	ARGUMENT_LONG, /* --NAME or --NAME=VALUE */
	ARGUMENT_LETTER, /* -L */
};

enum { ARGUMENT_NAME_BYTES = 256 };

struct argument {
	enum argument_kind kind;
	const char *word; /* of ARGUMENT_WORD */
	char name[ARGUMENT_NAME_BYTES]; /* "NAME" or "L"; what is longer than
					   any name is cut */
	char shown[ARGUMENT_NAME_BYTES + 2]; /* the same with its dashes */
	const char *value; /* behind = or the letter; NULL: none */
};

struct arguments arguments_start(char *const *words);

/* The next one; returns its kind. Behind a letter that takes no value the rest
 * of its word are letters, too. */
enum argument_kind arguments_next(
	struct arguments *arguments, struct argument *argument);

/* Takes the value of an option: what is attached, else the next word. Returns
 * NULL when there is none or it looks like an option: a dash and more, but not
 * a number. */
const char *arguments_value(
	struct arguments *arguments, const struct argument *option);

#endif
