/* SPDX-License-Identifier: MIT */
/*
 * Patterns: their errors, groups and limits, and above all that a search
 * through a block finds what matching its lines one by one finds. Expectations
 * come from pcre2pattern(3), and from the lines themselves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "operators/support/pattern/limits.h"
#include "operators/support/pattern/pattern.h"
#include "operators/support/pattern/scan.h"
#include "operators/support/pattern/substitution.h"

static struct pattern *create(const char *text)
{
	struct pattern_problem problem;
	struct setting_text setting = {.text = text};
	struct pattern *pattern = pattern_create(&setting, &problem);

	if (pattern)
		pattern_prepare(pattern);
	return pattern;
}

static struct pattern_problem problem_of(const char *text)
{
	static const char file[] = "pattern: '........................'\n";
	static const struct source source = {
		.name = "file", .text = file, .length = sizeof(file) - 1};
	struct pattern_problem problem;
	struct setting_text setting = {.text = text,
		.location = {.source = &source,
			.line = 1,
			.column = 11,
			.width = 1}};

	assert_null(pattern_create(&setting, &problem));
	return problem;
}

/* ---- Errors ------------------------------------------------------------ */

static void test_problems(void **state)
{
	(void)state;
	struct pattern_problem problem = problem_of("ab(c");
	assert_string_equal(problem.message,
		"the pattern is wrong: missing closing parenthesis");
	assert_int_equal(problem.location.column, 11 + 4);

	problem = problem_of("a\\C");
	assert_non_null(problem.hint);
	problem = problem_of("(?<a>x)(?<a>y)");
	assert_string_equal(problem.message,
		"two groups of the pattern have the same name");
	problem = problem_of("(?J)(?<ab>x)(?<ab>y)");
	assert_string_equal(
		problem.message, "two groups of the pattern are named 'ab'");
}

static void test_too_long(void **state)
{
	(void)state;
	struct pattern_problem problem;
	char *text = memory_zeroed(PATTERN_BYTES + 2);
	struct setting_text setting = {.text = text};

	memset(text, 'a', PATTERN_BYTES + 1);
	assert_null(pattern_create(&setting, &problem));
	assert_string_equal(
		problem.message, "the pattern is longer than 64 KiB");
	free(text);
}

/* ---- Groups ------------------------------------------------------------ */

static void check_groups(const char *text, const char *expected)
{
	struct pattern *pattern = create(text);
	struct text names = {0};
	size_t count;
	const struct pattern_group *groups = pattern_groups(pattern, &count);

	for (size_t i = 0; i < count; i++)
		text_add_format(&names, "%s%s=%u%s", i ? " " : "",
			groups[i].name, groups[i].number,
			groups[i].optional ? "?" : "");
	assert_string_equal(names.data ? names.data : "", expected);
	text_free(&names);
	pattern_destroy(pattern);
}

static void test_groups(void **state)
{
	(void)state;
	check_groups("abc(d)", "");
	check_groups("(?<z>a)(b)(?P<a>c)(?'m'd)", "z=1 a=3 m=4");
	check_groups("(?<a>x)?(?<b>y)*(?<c>z)+(?<d>z){0,2}(?<e>z){1,2}",
		"a=1? b=2? c=3 d=4? e=5");
	check_groups("(?:(?<a>x)|(?<b>y))(?<c>z)", "a=1? b=2? c=3");
	check_groups("(?<a>x)|(?<b>y)", "a=1? b=2?");
	check_groups("(?<o>(?<a>x)|(?<b>y))", "o=1 a=2? b=3?");
	check_groups("(?:(?<a>x)(?<b>[|)(?]))?(?<c>\\)\\|)", "a=1? b=2? c=3");
	check_groups("(?!(?<a>x))(?<b>y)", "a=1? b=2?");
	check_groups("(?|(?<a>x)|(?<a>y))", "a=1?"); /* not understood */
	check_groups("(?<a>x)(*ACCEPT)(?<b>x)", "a=1? b=2?");
}

/* ---- Rewriting --------------------------------------------------------- */

static void check_block(const char *text, const char *expected)
{
	struct text block = {0};
	bool optional[32];
	size_t groups = 0;

	for (const char *p = text; (p = strchr(p, '(')); p++)
		groups += p[1] != '?';
	bool known = pattern_scan(text, strlen(text), groups, &block, optional);
	if (known)
		assert_string_equal(block.data ? block.data : "", expected);
	else
		assert_null(expected);
	text_free(&block);
}

static void test_block(void **state)
{
	(void)state;
	check_block("^a.*b$", "^a.*b$");
	check_block("(?i)(?:a|^)b|((^c)d)", "(?i)(?:a|^)b|((^c)d)");
	check_block("a$|(b|(c|$))|(?:a$)", "a$|(b|(c|$))|(?:a$)");
	check_block("[^\"]*", "[^\\n\"]*");
	check_block("[^]a]", "[^\\n\\]a]");
	check_block("[^-a]", "[^\\n\\-a]");
	check_block("[^--/]", "[^\\n\\--/]");
	check_block("[^\\n]", "[^\\n\\n]");
	check_block("[]a-]", "[]a-]");
	check_block("[\\s,]", "[\\t\\x0b\\f\\r ,]");
	check_block("[[:alpha:]]", "[[:alpha:]]");
	check_block("[^[:alpha:]]", "[^\\n[:alpha:]]");
	check_block("\\s\\S\\D\\d\\W\\w\\H\\v",
		"[^\\S\\n]\\S[^\\d\\n]\\d[^\\w\\n]\\w[^\\h\\n][^\\V\\n]");

	static const char *const unsure[] = {"\\n", "a\nb", "[\n]", "[\\n]",
		"[\\x00-\\x1f]", "[\\t-\\r]", "[[:space:]]", "[[:^alpha:]]",
		"[\\D]", "[\\W]", "[\\v]", "[\\H]", "[[:<:]]a", "\\A", "\\z",
		"\\Z", "\\G", "\\K", "\\R", "\\X", "\\N{U+0a}", "\\012", "\\12",
		"\\x0a", "\\x{a}", "\\o{12}", "\\cJ", "\\Q.\\E", "\\pL", "\\g1",
		"\\k<a>", "(?s).", "(?m)^", "(?x) a", "(?-i)a", "(?|a|b)",
		"(?R)", "(?(?=a)a|b)", "(?C1)a", "(?#a)", "(*ANY)a", "(*FAIL)",
		"(?^:a)", "(?1)", NULL};
	for (const char *const *text = unsure; *text; text++)
		check_block(*text, NULL);
}

/* ---- Matching ---------------------------------------------------------- */

static void test_vector(void **state)
{
	(void)state;
	struct pattern *pattern = create("(?<a>x)(?<b>y)?(?<c>z)?(?<d>\xff)?");
	const size_t *vector = pattern_vector(pattern);

	assert_int_equal(pattern_match(pattern, "..xz", 4), PATTERN_HIT);
	assert_int_equal(vector[0], 2);
	assert_int_equal(vector[1], 4);
	assert_int_equal(vector[4], SIZE_MAX);
	assert_int_equal(vector[6], 3);
	assert_int_equal(vector[8], SIZE_MAX);
	assert_int_equal(pattern_match(pattern, "xy", 2), PATTERN_HIT);
	assert_int_equal(vector[6], SIZE_MAX);
	assert_int_equal(vector[8], SIZE_MAX);
	assert_int_equal(pattern_match(pattern, "y", 1), PATTERN_NONE);
	assert_int_equal(pattern_match(pattern, "xy\xff", 3), PATTERN_HIT);
	pattern_destroy(pattern);
}

/* Lines that aren't UTF-8 are no error, and no way out of the line. */
static void test_utf(void **state)
{
	(void)state;
	struct pattern *pattern = create("(*UTF)^.b$");

	assert_false(pattern_searches(pattern));
	assert_int_equal(pattern_match(pattern,
				 "\xc3\xa4"
				 "b",
				 3),
		PATTERN_HIT);
	assert_int_equal(pattern_match(pattern,
				 "\xa4"
				 "b",
				 2),
		PATTERN_NONE);
	assert_int_equal(pattern_match(pattern, "\xf0", 1), PATTERN_NONE);
	pattern_destroy(pattern);
	pattern = create("^.b$");
	assert_int_equal(pattern_match(pattern,
				 "\xa4"
				 "b",
				 2),
		PATTERN_HIT);
	pattern_destroy(pattern);
}

static void test_limits(void **state)
{
	(void)state;
	struct pattern *pattern = create("^(a+)+$");
	char line[65];

	memset(line, 'a', sizeof(line));
	line[64] = 'b';
	assert_int_equal(
		pattern_match(pattern, line, sizeof(line)), PATTERN_LIMIT);
	assert_string_equal(pattern_limit(pattern),
		"the pattern takes more than 1000000 steps on this line");
	assert_false(pattern_searches(pattern));
	assert_int_equal(pattern_match(pattern, line, 64), PATTERN_HIT);
	pattern_destroy(pattern);
	pattern = create("(a+)+$");
	assert_true(pattern_searches(pattern));
	assert_int_equal(
		pattern_search(pattern, line, sizeof(line)), PATTERN_LIMIT);
	pattern_destroy(pattern);
}

/* Without machine code everything is the same, but slower. */
static void test_interpreted(void **state)
{
	(void)state;
	struct pattern *pattern = create("(*NO_JIT)^(a+)+$");
	char line[65];

	assert_int_equal(pattern_match(pattern, "aa", 2), PATTERN_HIT);
	assert_int_equal(pattern_match(pattern, "ab", 2), PATTERN_NONE);
	memset(line, 'a', sizeof(line));
	line[64] = 'b';
	assert_int_equal(
		pattern_match(pattern, line, sizeof(line)), PATTERN_LIMIT);
	pattern_destroy(pattern);
}

/* Machine code would take two minutes, without a limit that it counts. */
static void test_long_line(void **state)
{
	(void)state;
	size_t length = 1 << 20, at;
	char *line = memory_alloc(length);
	struct pattern *pattern = create(".*.*x");

	memset(line, 'a', length);
	line[0] = 'x';
	line[length / 2] = 'x';
	assert_int_equal(pattern_match(pattern, line, length), PATTERN_LIMIT);
	pattern_destroy(pattern);

	/* what steps in proportion to the line is no matter */
	pattern = create("^xa*(?<last>x)a*$");
	assert_int_equal(pattern_match(pattern, line, length), PATTERN_HIT);
	at = pattern_vector(pattern)[2];
	assert_int_equal(at, length / 2);
	pattern_destroy(pattern);
	free(line);
}

/* Nesting that needs more stack than there is, is a limit and no crash. */
static void test_stack(void **state)
{
	(void)state;
	struct pattern *pattern = create("^(?:(?:a|b)(?:c|d)|(x))*$");
	size_t length = 1 << 20;
	char *line = memory_alloc(length);

	for (size_t i = 0; i < length; i++)
		line[i] = i % 2 ? 'c' : 'a';
	assert_int_equal(pattern_match(pattern, line, length), PATTERN_LIMIT);
	free(line);
	pattern_destroy(pattern);
}

/* ---- A block and its lines --------------------------------------------- */

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13; /* xorshift64, Marsaglia 2003 */
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static const char *pick(uint64_t *seed, const char *const *list, size_t count)
{
	return list[next_random(seed) % count];
}

#define PICK(seed, list) pick(seed, list, sizeof(list) / sizeof(*(list)))

static void add_pattern(struct text *text, uint64_t *seed, unsigned depth)
{
	static const char *const atoms[] = {"a", "b", " ", "\"", "[^\"]",
		"[^a]", "[^]\"]", "[^-b]", "[ab]", "[\\s\"]", ".", "\\s", "\\S",
		"\\d", "\\D", "\\w", "\\W", "\\v", "\\h", "\\H", "\\N", "\\V",
		"\\b", "\\B", "\\x61", "[[:punct:]]", "(?i)", "[^[:alpha:]]",
		"[^\\n]", "[^\\D]", "[\\S]", "[a-c]", "[^a-c]"};
	static const char *const opens[] = {"(", "(?:", "(?<g>", "(?i:"};
	static const char *const branches[] = {"|", "|^", "$|", "$|^"};
	static const char *const repeats[] = {"*", "+", "?", "*?", "+?", "??",
		"{2}", "{0,3}", "{1,}", "*+", "++", "", "", "", "", "", "", ""};
	unsigned parts = 1 + (unsigned)(next_random(seed) % 4);

	if (next_random(seed) % 6 == 0)
		text_add_string(text, "^");
	while (parts-- > 0) {
		const char *atom = PICK(seed, atoms);

		if (depth > 0 && next_random(seed) % 4 == 0) {
			text_add_string(text, PICK(seed, opens));
			add_pattern(text, seed, depth - 1);
			text_add_string(text, ")");
			text_add_string(text, PICK(seed, repeats));
		} else {
			text_add_string(text, atom);
			if (!strchr("^$", *atom) && strcmp(atom, "(?i)") != 0)
				text_add_string(text, PICK(seed, repeats));
		}
		if (next_random(seed) % 8 == 0)
			text_add_string(text, PICK(seed, branches));
	}
	if (next_random(seed) % 6 == 0)
		text_add_string(text, "$");
}

static void add_lines(struct text *text, uint64_t *seed)
{
	static const char bytes[] = "aaabbbc  \"\"1\t-_\n\n\n\v\x80]A";
	size_t length = next_random(seed) % 60;

	while (length-- > 0)
		text_add(text, &bytes[next_random(seed) % (sizeof(bytes) - 1)],
			1);
}

/* Compares the hit of a search from START with those of the lines; returns the
 * start of the line behind it. */
static size_t check_hit(struct pattern *pattern, const char *text,
	const struct text *block, size_t start)
{
	const char *from = block->data + start;
	size_t rest = block->length - start, found[2 * 10];
	size_t pairs = 1, groups;
	const struct pattern_group *group = pattern_groups(pattern, &groups);

	if (groups)
		pairs = group[groups - 1].number + 1;
	enum pattern_result result = pattern_search(pattern, from, rest);
	if (result == PATTERN_LIMIT)
		return SIZE_MAX;
	assert_true(pairs <= 10);
	memcpy(found, pattern_vector(pattern), pairs * 2 * sizeof(size_t));
	for (const char *line = from;;) {
		size_t left = rest - (size_t)(line - from);
		const char *lf = memchr(line, '\n', left);
		size_t length = lf ? (size_t)(lf - line) : left;
		enum pattern_result here = pattern_match(pattern, line, length);

		if (here == PATTERN_LIMIT)
			return SIZE_MAX;
		if (here == PATTERN_HIT) {
			const size_t *vector = pattern_vector(pattern);

			if (result != PATTERN_HIT)
				fail_msg("%s: no hit", text);
			size_t before = (size_t)(line - from);

			for (size_t i = 0; i < pairs * 2; i++) {
				bool unset = vector[i] == SIZE_MAX;

				if (found[i] - vector[i] !=
					(unset ? 0 : before))
					fail_msg("%s: offset %zu", text, i);
			}
		}
		if (!lf || here == PATTERN_HIT) {
			if (here == PATTERN_NONE && result == PATTERN_HIT)
				fail_msg("%s: a hit too many", text);
			return lf && here == PATTERN_HIT
				? (size_t)(lf + 1 - block->data)
				: SIZE_MAX;
		}
		line = lf + 1;
	}
}

static void check_same(
	struct pattern *pattern, const char *text, uint64_t *seed)
{
	struct text block = {0};

	text_add(&block, "", 0);
	add_lines(&block, seed);
	/* an exact copy, so that sanitizers see a read too far */
	char *exact = memory_alloc(block.length + 1);
	memcpy(exact, block.data ? block.data : "", block.length);
	struct text copy = {.data = exact, .length = block.length};
	for (size_t at = 0; at <= copy.length;)
		at = check_hit(pattern, text, &copy, at);
	free(exact);
	text_free(&block);
}

static void test_same(void **state)
{
	(void)state;
	const char *rounds = getenv("LEAT_TEST_ROUNDS");
	unsigned long todo = rounds ? strtoul(rounds, NULL, 10) : 4000;
	uint64_t seed = 20240229;
	unsigned long searched = 0;

	for (unsigned long i = 0; i < todo; i++) {
		struct text text = {0};

		add_pattern(&text, &seed, 2);
		struct pattern *pattern = create(text.data);
		if (pattern && pattern_searches(pattern)) {
			searched++;
			for (unsigned n = 0; n < 20; n++)
				check_same(pattern, text.data, &seed);
		}
		pattern_destroy(pattern);
		text_free(&text);
	}
	/* many don't compile; enough do */
	assert_true(searched > todo / 5);
}

/* ---- Substitution --------------------------------------------------------- */

static struct substitution *replacing(
	const char *text, const char *with, struct pattern_problem *problem)
{
	const struct setting_text setting = {.text = text};

	return substitution_create(
		&setting, with, (struct location){0}, problem);
}

/* What becomes of SUBJECT; NULL: nothing matches. */
static void check_replaced(const char *text, const char *with,
	const char *subject, const char *expected)
{
	struct pattern_problem problem;
	struct substitution *substitution = replacing(text, with, &problem);
	struct text result = {0};

	assert_non_null(substitution);
	text_add_string(&result, "=");
	assert_int_equal(substitution_apply(substitution, subject,
				 strlen(subject), &result),
		expected ? PATTERN_HIT : PATTERN_NONE);
	assert_string_equal(result.data, expected ? expected : "=");
	text_free(&result);
	substitution_destroy(substitution);
}

/* From the section "CREATING A NEW STRING WITH SUBSTITUTIONS" of pcre2api(3),
 * but for the last, whose length is 200 times 100. */
static void test_substitution(void **state)
{
	char with[101], expected[20002];

	(void)state;
	check_replaced("x", "y", "abc", NULL);
	check_replaced("b", "", "abcb", "=ac");
	check_replaced("(\\w)(\\d)", "$2${1}", "a1 b2", "=1a 2b");
	check_replaced("(?<l>\\w)(?<n>\\d)", "$n$$${l}", "a1", "=1$a");
	check_replaced("(a)|(b)", "<$1$2>", "ab", "=<a><b>");
	check_replaced("^", "usr/", "bin\\sh", "=usr/bin\\sh");
	check_replaced("\\xff", "y", "\xff\xfe\xff", "=y\xfey");
	check_replaced("(*UTF)^.", "u", "\303\274ber", "=uber");
	memset(with, 'w', 100);
	with[100] = '\0';
	memset(expected, 'w', sizeof(expected));
	expected[0] = '=';
	expected[20001] = '\0';
	char subject[201] = {0};
	memset(subject, 'x', 200);
	check_replaced("x", with, subject, expected);
}

static void check_wrong(const char *text, const char *with, const char *message)
{
	struct pattern_problem problem;

	assert_null(replacing(text, with, &problem));
	assert_string_equal(problem.message, message);
}

static void test_substitution_problems(void **state)
{
	struct pattern_problem problem;
	struct substitution *substitution;
	struct text result = {0};
	const char zeros[] = "0000000000000000000000000000000000000000";

	(void)state;
	check_wrong("(a)", "$2", "the pattern has no group '2'");
	check_wrong("(a)", "${2", "'${2' names no group");
	check_wrong("(?<a>.)", "$ab", "the pattern has no group 'ab'");
	check_wrong("(?<ab>.)", "${a}", "the pattern has no group 'a'");
	check_wrong("a", "5 $", "'$' names no group");
	check_wrong("a", "$123456", "the pattern has no group '123456'");
	substitution = replacing("^(0+)*[1-9]", "", &problem);
	assert_int_equal(
		substitution_apply(substitution, zeros, strlen(zeros), &result),
		PATTERN_LIMIT);
	assert_non_null(strstr(substitution_limit(substitution), "1000000"));
	text_free(&result);
	substitution_destroy(substitution);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_vector),
		cmocka_unit_test(test_utf),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_interpreted),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_stack),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_substitution),
		cmocka_unit_test(test_substitution_problems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
