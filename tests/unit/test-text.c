/* SPDX-License-Identifier: MIT */
/* Strings that grow, UTF-8, escapes and near words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void test_grow(void **state)
{
	struct text text = {0};

	(void)state;
	for (int i = 0; i < 1000; i++)
		text_add_format(&text, "%d,", i);
	assert_int_equal(text.length, 10 * 2 + 90 * 3 + 900 * 4);
	assert_int_equal(text.data[text.length], '\0');
	assert_memory_equal(text.data, "0,1,2,", 6);
	text_free(&text);
	assert_null(text.data);
	text_add(&text, "a\0b", 3);
	assert_int_equal(text.length, 3);
	assert_memory_equal(text.data, "a\0b", 4);
	text_free(&text);
}

/* RFC 3629, section 4, and its examples of what isn't. */
static void test_valid(void **state)
{
	static const char *const good[] = {"", "abc", "\x7f", "\xc2\x80",
		"\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
		"\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", NULL};
	static const char *const bad[] = {"\x80", "\xbf", "\xc0\x80",
		"\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xe2\x82",
		"\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5",
		"\xff", "\xf0\x9d\x84", NULL};
	char text[128];

	(void)state;
	for (size_t i = 0; good[i]; i++)
		assert_int_equal(
			text_valid(good[i], strlen(good[i])), strlen(good[i]));
	for (size_t i = 0; bad[i]; i++)
		for (size_t at = 0; at < 100; at++) {
			size_t length = strlen(bad[i]);

			memset(text, 'a', sizeof(text));
			memcpy(text + at, bad[i], length);
			assert_int_equal(text_valid(text, at + length), at);
		}
	for (size_t at = 0; at < 100; at++) {
		memset(text, 'a', sizeof(text));
		text[at] = '\0';
		assert_int_equal(text_valid(text, 100), at);
	}
}

static void check_escaped(
	const char *data, size_t length, size_t limit, const char *wanted)
{
	struct text text = {0};

	text_add_escaped(&text, data, length, limit);
	assert_string_equal(text.data, wanted);
	text_free(&text);
}

static void test_escaped(void **state)
{
	(void)state;
	check_escaped("", 0, 9, "");
	check_escaped("plain \xc3\xa9", 8, 9, "plain \xc3\xa9");
	check_escaped("a\nb\tc\rd\\", 8, 9, "a\\nb\\tc\\rd\\\\");
	check_escaped("\x1b[31m\0\x7f", 7, 9, "\\x1b[31m\\x00\\x7f");
	check_escaped("\xff\xc3", 2, 9, "\\xff\\xc3");
	check_escaped("\xc2\x9b", 2, 9, "\\xc2\\x9b"); /* CSI as C1 */
	check_escaped("%n$(id)", 7, 9, "%n$(id)");
	check_escaped("123456789", 9, 4, "1234...");
	check_escaped("123\xc3\xa9", 5, 4, "123...");
	check_escaped("1234", 4, 4, "1234");
}

static void test_nearest(void **state)
{
	static const char *const words[] = {
		"lines", "match", "decompress", "on-error", "max", NULL};

	(void)state;
	assert_string_equal(text_nearest("line", words), "lines");
	assert_string_equal(text_nearest("linse", words), "lines");
	assert_string_equal(text_nearest("LINES", words), "lines");
	assert_string_equal(text_nearest("mach", words), "match");
	assert_string_equal(text_nearest("mx", words), "max");
	assert_string_equal(text_nearest("decopmres", words), "decompress");
	assert_string_equal(text_nearest("on_error", words), "on-error");
	assert_null(text_nearest("l", words));
	assert_null(text_nearest("", words));
	assert_null(text_nearest("limit", words));
	assert_null(text_nearest("compute", words));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grow),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_escaped),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
