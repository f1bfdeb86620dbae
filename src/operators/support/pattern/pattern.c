/* SPDX-License-Identifier: MIT */
/* The adapter of PCRE2. */
#include "operators/support/pattern/pattern.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "operators/support/pattern/internal.h"
#include "operators/support/pattern/limits.h"
#include "operators/support/pattern/scan.h"

/* ---- Compiling --------------------------------------------------------- */

static pcre2_code *compile(const char *text, size_t length, uint32_t options,
	int *error, size_t *offset)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);

	if (!context)
		memory_abort();
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	pcre2_set_max_pattern_length(context, PATTERN_BYTES);
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, length,
		options | PCRE2_NEVER_BACKSLASH_C, error, offset, context);
	pcre2_compile_context_free(context);
	return code;
}

/* (*UTF) in the pattern asks for UTF-8; lines needn't be valid. */
static pcre2_code *compile_line(
	const char *text, size_t length, int *error, size_t *offset)
{
	pcre2_code *code = compile(text, length, 0, error, offset);
	uint32_t options = 0;

	if (code)
		pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
	if (!(options & PCRE2_UTF))
		return code;
	pcre2_code_free(code);
	return compile(text, length, PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, error,
		offset);
}

static void explain(struct pattern_problem *problem,
	const struct setting_text *text, int error, size_t offset)
{
	PCRE2_UCHAR message[sizeof(problem->message) - 32];

	problem->location = location_within(text->location, offset);
	problem->hint = NULL;
	if (error == PCRE2_ERROR_DUPLICATE_SUBPATTERN_NAME) {
		snprintf(problem->message, sizeof(problem->message),
			"two groups of the pattern have the same name");
		problem->hint = "give each group a name of its own";
		return;
	}
	if (error == PCRE2_ERROR_PATTERN_STRING_TOO_LONG) {
		snprintf(problem->message, sizeof(problem->message),
			"the pattern is longer than 64 KiB");
		return;
	}
	if (error == PCRE2_ERROR_BACKSLASH_C_CALLER_DISABLED) {
		snprintf(problem->message, sizeof(problem->message),
			"patterns may not use \\C");
		problem->hint = "use . or [^\\n]";
		return;
	}
	pcre2_get_error_message(error, message, sizeof(message));
	snprintf(problem->message, sizeof(problem->message),
		"the pattern is wrong: %s", (const char *)message);
}

/* ---- Groups ------------------------------------------------------------ */

static int compare_groups(const void *left, const void *right)
{
	const struct pattern_group *a = left, *b = right;

	return (a->number > b->number) - (a->number < b->number);
}

/* The table of names has entries of ENTRY bytes: the number, high byte first,
 * then the name; see PCRE2_INFO_NAMETABLE. It is sorted by name. */
static void read_groups(struct pattern *pattern, const bool *optional)
{
	uint32_t count, entry;
	PCRE2_SPTR table;

	pcre2_pattern_info(pattern->line.code, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(
		pattern->line.code, PCRE2_INFO_NAMEENTRYSIZE, &entry);
	pcre2_pattern_info(pattern->line.code, PCRE2_INFO_NAMETABLE, &table);
	pattern->group_count = count;
	pattern->groups = memory_zeroed(
		memory_product(count + 1, sizeof(*pattern->groups)));
	for (uint32_t i = 0; i < count; i++, table += entry) {
		struct pattern_group *group = &pattern->groups[i];

		group->number = (unsigned)(table[0] << 8 | table[1]);
		group->name = (const char *)table + 2;
		group->optional = optional[group->number];
	}
}

/* The name that two groups have, which (?J) allows, or NULL. */
static const char *twice(const struct pattern *pattern)
{
	const struct pattern_group *group = pattern->groups;

	for (size_t i = 1; i < pattern->group_count; i++)
		if (strcmp(group[i - 1].name, group[i].name) == 0)
			return group[i].name;
	return NULL;
}

/* A pattern that begins with ^ is tried once per line in either way, and in a
 * block PCRE2 10.42 looks for its first characters in a way that misses some:
 * ^(?:"|)(?:"x|x|b*""|)a in the text ""a. */
static void read_pattern(
	struct pattern *pattern, const char *text, size_t length)
{
	uint32_t groups, options;

	pcre2_pattern_info(
		pattern->line.code, PCRE2_INFO_CAPTURECOUNT, &groups);
	pcre2_pattern_info(pattern->line.code, PCRE2_INFO_ALLOPTIONS, &options);
	bool *optional = memory_alloc(groups + 1);

	if (!pattern_scan(text, length, groups, &pattern->block_text, optional))
		memset(optional, true, groups + 1);
	if (options & PCRE2_ANCHORED)
		text_free(&pattern->block_text);
	read_groups(pattern, optional);
	free(optional);
}

struct pattern *pattern_create(
	const struct setting_text *text, struct pattern_problem *problem)
{
	size_t length = strlen(text->text), offset;
	struct pattern *pattern;
	const char *name;
	int error;
	pcre2_code *code = compile_line(text->text, length, &error, &offset);

	if (!code) {
		explain(problem, text, error, offset);
		return NULL;
	}
	pattern = memory_zeroed(sizeof(*pattern));
	pattern->line.code = code;
	read_pattern(pattern, text->text, length);
	name = twice(pattern);
	if (name) {
		problem->location = text->location;
		problem->hint = "give each group a name of its own";
		snprintf(problem->message, sizeof(problem->message),
			"two groups of the pattern are named '%s'", name);
		pattern_destroy(pattern);
		return NULL;
	}
	qsort(pattern->groups, pattern->group_count, sizeof(*pattern->groups),
		compare_groups);
	return pattern;
}

void pattern_destroy(struct pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_code_free(pattern->line.code);
	pcre2_code_free(pattern->block.code);
	pcre2_match_data_free(pattern->match);
	pcre2_match_context_free(pattern->context);
	pcre2_jit_stack_free(pattern->stack);
	text_free(&pattern->block_text);
	free(pattern->groups);
	free(pattern);
}

const struct pattern_group *pattern_groups(
	const struct pattern *pattern, size_t *count)
{
	*count = pattern->group_count;
	return pattern->groups;
}

/* ---- Matching ---------------------------------------------------------- */

/* (*NO_JIT) in the pattern leaves it without machine code, successfully. */
static void prepare_program(struct program *program)
{
	size_t size = 0;

	if (!program->code)
		return;
	pcre2_jit_compile(program->code, PCRE2_JIT_COMPLETE);
	pcre2_pattern_info(program->code, PCRE2_INFO_JITSIZE, &size);
	program->compiled = size > 0;
}

void pattern_prepare(struct pattern *pattern)
{
	const struct pattern_group *groups = pattern->groups;
	size_t count = pattern->group_count, offset;
	int error;

	if (pattern->block_text.length > 0)
		pattern->block.code = compile(pattern->block_text.data,
			pattern->block_text.length,
			PCRE2_MULTILINE | PCRE2_ALT_CIRCUMFLEX, &error,
			&offset);
	prepare_program(&pattern->line);
	prepare_program(&pattern->block);
	pattern->context = pattern_context_create(&pattern->stack);
	/* numbered groups behind the last named one aren't copied */
	pattern->match = pcre2_match_data_create(
		count ? groups[count - 1].number + 1 : 1, NULL);
	if (!pattern->match)
		memory_abort();
}

static enum pattern_result run(struct pattern *pattern,
	const struct program *program, const char *data, size_t length)
{
	PCRE2_SPTR subject = (PCRE2_SPTR)data;

	pattern->status = program->compiled
		? pcre2_jit_match(program->code, subject, length, 0, 0,
			  pattern->match, pattern->context)
		: pcre2_match(program->code, subject, length, 0, PCRE2_NO_JIT,
			  pattern->match, pattern->context);
	if (pattern->status >= 0)
		return PATTERN_HIT;
	return pattern->status == PCRE2_ERROR_NOMATCH ? PATTERN_NONE
						      : PATTERN_LIMIT;
}

/* Without machine code. */
static enum pattern_result match_long(
	struct pattern *pattern, const char *line, size_t length)
{
	const struct program program = {.code = pattern->line.code};

	pattern_set_limits(pattern->context, length);
	enum pattern_result result = run(pattern, &program, line, length);
	pattern_set_limits(pattern->context, 0);
	return result;
}

enum pattern_result pattern_match(
	struct pattern *pattern, const char *line, size_t length)
{
	if (length > PATTERN_LONG_LINE)
		return match_long(pattern, line, length);
	return run(pattern, &pattern->line, line, length);
}

bool pattern_searches(const struct pattern *pattern)
{
	return pattern->block.code != NULL;
}

enum pattern_result pattern_search(
	struct pattern *pattern, const char *block, size_t length)
{
	return run(pattern, &pattern->block, block, length);
}

const size_t *pattern_vector(const struct pattern *pattern)
{
	return pcre2_get_ovector_pointer(pattern->match);
}

const char *pattern_limit(const struct pattern *pattern)
{
	switch (pattern->status) {
	case PCRE2_ERROR_MATCHLIMIT:
		return "the pattern takes more than 1000000 steps on this line";
	case PCRE2_ERROR_DEPTHLIMIT:
		return "the pattern goes back and forth more than 10000 deep "
		       "on this line";
	case PCRE2_ERROR_HEAPLIMIT:
	case PCRE2_ERROR_JIT_STACKLIMIT:
	case PCRE2_ERROR_NOMEMORY:
		return "the pattern takes too much memory on this line";
	}
	return "the pattern can't be matched to this line";
}
