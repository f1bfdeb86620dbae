/* SPDX-License-Identifier: MIT */
/* Texts checked against a type, a range and choices. */
#include "loader/plain.h"

#include <ctype.h>
#include <string.h>

#include "base/units.h"

static const int64_t DAY_US = INT64_C(86400) * 1000000;

bool plain_is_number(enum setting_type type)
{
	switch (type) {
	case SETTING_INTEGER:
	case SETTING_REAL:
	case SETTING_DATE:
	case SETTING_TIMESTAMP:
	case SETTING_DURATION:
	case SETTING_SIZE:
	case SETTING_BITRATE: return true;
	default: return false;
	}
}

bool plain_is_path(enum setting_type type)
{
	switch (type) {
	case SETTING_PATH:
	case SETTING_FILE:
	case SETTING_DIRECTORY:
	case SETTING_GLOB:
	case SETTING_INPUTS:
	case SETTING_PATH_TEMPLATE: return true;
	default: return false;
	}
}

const char *plain_parse(
	enum setting_type type, const char *text, struct plain *value)
{
	int64_t *integer = &value->integer;
	const char *problem;

	switch (type) {
	case SETTING_INTEGER: return units_integer(text, integer);
	case SETTING_REAL: return units_real(text, &value->real);
	case SETTING_BOOLEAN: return units_boolean(text, &value->boolean);
	case SETTING_DATE:
		problem = units_date(text, integer);
		return problem && !isdigit((unsigned char)*text)
			? "expected YYYY-MM-DD, today or yesterday"
			: problem;
	case SETTING_TIMESTAMP:
		return units_timestamp(text, strlen(text), integer);
	case SETTING_DURATION: return units_duration(text, integer);
	case SETTING_SIZE: return units_size(text, integer);
	case SETTING_BITRATE: return units_bitrate(text, integer);
	default: break;
	}
	if (plain_is_path(type) && !*text)
		return "it is empty";
	return NULL;
}

static const char *date_text(struct arena *arena, int64_t microseconds)
{
	char buffer[UNITS_TIMESTAMP_BYTES];

	units_format_timestamp(microseconds, buffer);
	return arena_copy(arena, buffer, strlen("YYYY-MM-DD"));
}

static const char *timestamp_text(struct arena *arena, int64_t microseconds)
{
	char buffer[UNITS_TIMESTAMP_BYTES];

	units_format_timestamp(microseconds, buffer);
	return arena_string(arena, buffer);
}

const char *plain_resolve(
	const struct loader *loader, enum setting_type type, const char *text)
{
	int64_t now_us = loader->session->now_us;

	if (type == SETTING_TIMESTAMP && strcmp(text, "source-date") == 0)
		return timestamp_text(
			loader->arena, loader->session->source_date_us);
	if (type != SETTING_DATE)
		return text;
	if (strcmp(text, "today") == 0)
		return date_text(loader->arena, now_us);
	if (strcmp(text, "yesterday") == 0)
		return date_text(loader->arena, now_us - DAY_US);
	return text;
}

static bool check_choice(struct loader *loader, const struct plain_rule *rule,
	const char *text, struct location location, struct plain *value)
{
	for (int i = 0; rule->choices[i]; i++)
		if (strcmp(rule->choices[i], text) == 0) {
			value->integer = i;
			return true;
		}
	loader_error(loader, location,
		loader_nearest(loader, text, rule->choices, NULL),
		"'%s' is not one of: %s", rule->secret ? "***" : text,
		loader_join(loader, rule->choices));
	return false;
}

static int compare(enum setting_type type, const struct plain *left,
	const struct plain *right)
{
	if (type == SETTING_REAL)
		return left->real < right->real ? -1 : left->real > right->real;
	return left->integer < right->integer ? -1
					      : left->integer > right->integer;
}

static const char *size_text(struct arena *arena, int64_t bytes)
{
	static const char *const units[] = {"", "KiB", "MiB", "GiB", "TiB"};
	size_t unit = 0;

	for (; bytes && bytes % 1024 == 0 && unit < 4; unit++)
		bytes /= 1024;
	return arena_format(arena, "%lld%s", (long long)bytes, units[unit]);
}

static const char *limit_text(
	struct arena *arena, enum setting_type type, const struct plain *limit)
{
	char buffer[UNITS_REAL_BYTES + UNITS_TIMESTAMP_BYTES];
	struct text text = {0};
	struct value duration = {.integer = limit->integer};

	if (type == SETTING_SIZE)
		return size_text(arena, limit->integer);
	if (type == SETTING_REAL)
		units_format_real(limit->real, buffer);
	else if (type == SETTING_TIMESTAMP)
		units_format_timestamp(limit->integer, buffer);
	else if (type == SETTING_DATE)
		return date_text(arena, limit->integer * DAY_US);
	else if (type == SETTING_DURATION) {
		value_format(VALUE_DURATION, &duration, &text);
		char *copy = arena_string(arena, text.data);
		text_free(&text);
		return copy;
	} else
		return arena_format(arena, "%lld", (long long)limit->integer);
	return arena_string(arena, buffer);
}

static bool check_range(struct loader *loader, const struct plain_rule *rule,
	const char *text, struct location location, const struct plain *value)
{
	const struct plain *limit = NULL;
	const char *words = NULL;

	if (rule->minimum && compare(rule->type, value, rule->minimum) < 0) {
		limit = rule->minimum;
		words = "small: the least is";
	}
	if (rule->maximum && compare(rule->type, value, rule->maximum) > 0) {
		limit = rule->maximum;
		words = "large: the most is";
	}
	if (!limit)
		return true;
	loader_error(loader, location, NULL, "%s is too %s %s",
		rule->secret ? "it" : text, words,
		limit_text(loader->arena, rule->type, limit));
	return false;
}

bool plain_check(struct loader *loader, const struct plain_rule *rule,
	const char *text, struct location location, struct plain *value)
{
	if (rule->type == SETTING_CHOICE)
		return check_choice(loader, rule, text, location, value);
	const char *problem = plain_parse(
		rule->type, plain_resolve(loader, rule->type, text), value);
	if (problem) {
		loader_error(loader, location, NULL,
			"'%s' is not a valid %s: %s",
			rule->secret ? "***" : text,
			setting_type_names[rule->type], problem);
		return false;
	}
	if (plain_is_number(rule->type))
		return check_range(loader, rule, text, location, value);
	return true;
}
