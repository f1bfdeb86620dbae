/* SPDX-License-Identifier: MIT */
/* The words of a command line, as getopt_long(3) would take them apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/arguments.h"

/* A command line whose words are separated by bars. */
struct line {
	char text[64];
	char *words[16];
};

static struct arguments start(struct line *line, const char *text)
{
	char *next = strcpy(line->text, text);
	size_t count = 0;

	while (next)
		line->words[count++] = strsep(&next, "|");
	line->words[count] = NULL;
	return arguments_start(line->words);
}

static void next(struct arguments *arguments, struct argument *argument,
	enum argument_kind kind, const char *name, const char *value)
{
	assert_int_equal(arguments_next(arguments, argument), kind);
	assert_int_equal(argument->kind, kind);
	if (kind == ARGUMENT_WORD)
		assert_string_equal(argument->word, name);
	else if (kind != ARGUMENT_END)
		assert_string_equal(argument->name, name);
	if (value)
		assert_string_equal(argument->value, value);
}

static void test_words(void **state)
{
	struct line line;
	struct arguments arguments = start(&line, "-||a|--|--b|-c|--");
	struct argument argument;

	(void)state;
	next(&arguments, &argument, ARGUMENT_WORD, "-", NULL);
	next(&arguments, &argument, ARGUMENT_WORD, "", NULL);
	next(&arguments, &argument, ARGUMENT_WORD, "a", NULL);
	next(&arguments, &argument, ARGUMENT_WORD, "--b", NULL);
	next(&arguments, &argument, ARGUMENT_WORD, "-c", NULL);
	next(&arguments, &argument, ARGUMENT_WORD, "--", NULL);
	next(&arguments, &argument, ARGUMENT_END, NULL, NULL);
	next(&arguments, &argument, ARGUMENT_END, NULL, NULL);
}

static void test_long(void **state)
{
	struct line line;
	struct arguments arguments =
		start(&line, "--name|--name=|--name=a=b|--=");
	struct argument argument;

	(void)state;
	next(&arguments, &argument, ARGUMENT_LONG, "name", NULL);
	assert_null(argument.value);
	assert_string_equal(argument.shown, "--name");
	next(&arguments, &argument, ARGUMENT_LONG, "name", "");
	next(&arguments, &argument, ARGUMENT_LONG, "name", "a=b");
	assert_string_equal(argument.shown, "--name");
	next(&arguments, &argument, ARGUMENT_LONG, "", "");
	next(&arguments, &argument, ARGUMENT_END, NULL, NULL);
}

static void test_letters(void **state)
{
	struct line line;
	struct arguments arguments = start(&line, "-kq|-pvalue|-kp|next|-k");
	struct argument argument;

	(void)state;
	next(&arguments, &argument, ARGUMENT_LETTER, "k", NULL);
	assert_string_equal(argument.shown, "-k");
	next(&arguments, &argument, ARGUMENT_LETTER, "q", NULL);
	next(&arguments, &argument, ARGUMENT_LETTER, "p", "value");
	assert_string_equal(arguments_value(&arguments, &argument), "value");
	next(&arguments, &argument, ARGUMENT_LETTER, "k", NULL);
	next(&arguments, &argument, ARGUMENT_LETTER, "p", NULL);
	assert_string_equal(arguments_value(&arguments, &argument), "next");
	next(&arguments, &argument, ARGUMENT_LETTER, "k", NULL);
	assert_null(arguments_value(&arguments, &argument));
	next(&arguments, &argument, ARGUMENT_END, NULL, NULL);
}

/* What a value of its own may look like. */
static void test_values(void **state)
{
	static const struct {
		const char *text, *value; /* NULL: none */
	} cases[] = {
		{"--name|word", "word"},
		{"--name|", ""},
		{"--name|-", "-"},
		{"--name|-5", "-5"},
		{"--name|-.5", "-.5"},
		{"--name=--x|word", "--x"},
		{"--name|-k", NULL},
		{"--name|--other", NULL},
		{"--name|--", NULL},
		{"--name", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct line line;
		struct arguments arguments = start(&line, cases[i].text);
		struct argument argument;

		next(&arguments, &argument, ARGUMENT_LONG, "name", NULL);
		const char *value = arguments_value(&arguments, &argument);

		assert_int_equal(value != NULL, cases[i].value != NULL);
		if (value)
			assert_string_equal(value, cases[i].value);
	}
}

/* A name that is longer than any is cut, not written past its end. */
static void test_long_name(void **state)
{
	char word[2000] = "--";
	char *const words[] = {word, NULL};
	struct arguments arguments = arguments_start(words);
	struct argument argument;

	(void)state;
	memset(word + 2, 'x', sizeof(word) - 3);
	assert_int_equal(arguments_next(&arguments, &argument), ARGUMENT_LONG);
	assert_int_equal(strlen(argument.name), ARGUMENT_NAME_BYTES - 1);
	assert_int_equal(strlen(argument.shown), ARGUMENT_NAME_BYTES + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_letters),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_long_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
