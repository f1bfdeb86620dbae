/* SPDX-License-Identifier: MIT */
/* Matches replaced. */
#include "operators/support/pattern/substitution.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "operators/support/pattern/internal.h"

struct substitution {
	struct pattern *pattern;
	char *with;
	pcre2_match_data *groups; /* all of them; NULL until it is used */
};

/* ---- Checking --------------------------------------------------------------- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Whether the pattern has the group, a number or a name of LENGTH bytes. */
static bool has_group(
	const struct pattern *pattern, const char *group, size_t length)
{
	uint32_t count;

	pcre2_pattern_info(pattern->line.code, PCRE2_INFO_CAPTURECOUNT, &count);
	if (isdigit((unsigned char)*group))
		return length <= 5 && strtoul(group, NULL, 10) <= count;
	for (size_t i = 0; i < pattern->group_count; i++)
		if (strncmp(pattern->groups[i].name, group, length) == 0 &&
			pattern->groups[i].name[length] == '\0')
			return true;
	return false;
}

/* Takes what stands behind a dollar; returns what follows. NULL: it filled in
 * the message. PCRE2 would find that only when something matches. */
static const char *check_group(const struct pattern *pattern, const char *at,
	struct pattern_problem *problem)
{
	const bool braced = *at == '{';
	const char *group = at + braced;
	size_t length = 0;

	if (*at == '$')
		return at + 1;
	if (isdigit((unsigned char)*group))
		length = strspn(group, "0123456789");
	else
		while (is_word(group[length]))
			length++;
	problem->hint = "write $1 or $name for a group, $$ for a dollar";
	if (length == 0 || (braced && group[length] != '}')) {
		snprintf(problem->message, sizeof(problem->message),
			"'$%.40s' names no group", at);
		return NULL;
	}
	if (has_group(pattern, group, length))
		return group + length + braced;
	snprintf(problem->message, sizeof(problem->message),
		"the pattern has no group '%.*s'",
		(int)(length < 60 ? length : 60), group);
	return NULL;
}

static bool check_with(const struct pattern *pattern, const char *with,
	struct location location, struct pattern_problem *problem)
{
	const char *at = with;

	problem->location = location;
	while (at && (at = strchr(at, '$')))
		if (!(at = check_group(pattern, at + 1, problem)))
			return false;
	return true;
}

struct substitution *substitution_create(const struct setting_text *pattern,
	const char *with, struct location location,
	struct pattern_problem *problem)
{
	struct pattern *compiled = pattern_create(pattern, problem);
	struct substitution *substitution;

	if (!compiled || !check_with(compiled, with, location, problem)) {
		pattern_destroy(compiled);
		return NULL;
	}
	substitution = memory_zeroed(sizeof(*substitution));
	substitution->pattern = compiled;
	substitution->with = memory_string(with);
	return substitution;
}

void substitution_destroy(struct substitution *substitution)
{
	if (!substitution)
		return;
	pattern_destroy(substitution->pattern);
	pcre2_match_data_free(substitution->groups);
	free(substitution->with);
	free(substitution);
}

/* ---- Replacing -------------------------------------------------------------- */

static void prepare(struct substitution *substitution)
{
	if (substitution->groups)
		return;
	pattern_prepare(substitution->pattern);
	substitution->groups = pcre2_match_data_create_from_pattern(
		substitution->pattern->line.code, NULL);
	if (!substitution->groups)
		memory_abort();
}

/* Replaces into ROOM bytes at SPACE, which becomes the length of the result, or
 * what is needed for it. */
static int replace(struct substitution *substitution, const char *text,
	size_t length, char *space, size_t *room)
{
	return pcre2_substitute(substitution->pattern->line.code,
		(PCRE2_SPTR)text, length, 0,
		PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_UNSET_EMPTY |
			PCRE2_SUBSTITUTE_OVERFLOW_LENGTH,
		substitution->groups, substitution->pattern->context,
		(PCRE2_SPTR)substitution->with, PCRE2_ZERO_TERMINATED,
		(PCRE2_UCHAR *)space, room);
}

enum pattern_result substitution_apply(struct substitution *substitution,
	const char *text, size_t length, struct text *result)
{
	size_t room = length + length / 2 + 256;
	int status;

	prepare(substitution);
	status = replace(
		substitution, text, length, text_space(result, room), &room);
	if (status == PCRE2_ERROR_NOMEMORY && room != PCRE2_UNSET)
		status = replace(substitution, text, length,
			text_space(result, room), &room);
	if (status > 0)
		result->length += room;
	result->data[result->length] = '\0';
	substitution->pattern->status = status;
	if (status == 0)
		return PATTERN_NONE;
	return status > 0 ? PATTERN_HIT : PATTERN_LIMIT;
}

const char *substitution_limit(const struct substitution *substitution)
{
	return pattern_limit(substitution->pattern);
}
