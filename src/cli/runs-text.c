/* SPDX-License-Identifier: MIT */
/* Runs, as people read them. */
#include "cli/runs-text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "session/statistics.h"

/* ---- Values ----------------------------------------------------------------- */

static void add_value(struct text *text, const json_t *value)
{
	if (json_is_string(value))
		text_add_escaped(text, json_string_value(value),
			json_string_length(value), SIZE_MAX);
	else if (json_is_integer(value))
		text_add_format(
			text, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		text_add_format(text, "%.3f", json_real_value(value));
	else
		text_add_string(text, "-");
}

static void print_value(const json_t *value, int width)
{
	struct text text = {0};

	text_add_string(&text, "");
	add_value(&text, value);
	printf("%-*s", width, text.data);
	text_free(&text);
}

/* ---- The list --------------------------------------------------------------- */

void runs_show_list(const json_t *runs)
{
	static const struct {
		const char *key, *title;
		int width;
	} columns[] = {
		{"run", "RUN", 6},
		{"state", "STATE", 13},
		{"started", "STARTED", 29},
		{"seconds", "SECONDS", 10},
		{"units", "UNITS", 9},
		{"units_run", "RUN", 9},
		{"units_failed", "FAILED", 9},
		{"params", "PARAMS", 0},
	};
	const size_t count = sizeof(columns) / sizeof(*columns);
	size_t index;
	json_t *run;

	for (size_t i = 0; i < count; i++)
		printf("%-*s", columns[i].width, columns[i].title);
	putchar('\n');
	json_array_foreach(runs, index, run)
	{
		for (size_t i = 0; i < count; i++)
			print_value(json_object_get(run, columns[i].key),
				columns[i].width);
		putchar('\n');
	}
}

/* ---- One run ---------------------------------------------------------------- */

static void show_fields(json_t *run)
{
	const char *key;
	json_t *value;

	json_object_foreach(run, key, value)
	{
		if (json_is_array(value) || json_is_object(value))
			continue;
		printf("%s: ", key);
		print_value(value, 0);
		putchar('\n');
	}
}

/* They are escaped already. */
static void show_rejected(const json_t *lines)
{
	size_t index;
	json_t *line;

	json_array_foreach(lines, index, line)
		printf("            %s\n", json_string_value(line));
}

/* Names in it were escaped when it was said. That of the unit mostly stands in
 * front, and needn't be there twice. */
static void print_reason(const char *reason, const char *name)
{
	struct text text = {0}, shown = {0};
	size_t length;

	text_add_escaped(&shown, name, strlen(name), SIZE_MAX);
	length = shown.length;
	if (length > 0 && strncmp(reason, shown.data, length) == 0 &&
		strncmp(reason + length, ": ", 2) == 0)
		reason += length + 2;
	text_add_shown(&text, reason);
	printf(": %s", text.data);
	text_free(&shown);
	text_free(&text);
}

static void show_unit(const json_t *unit)
{
	const json_t *key = json_object_get(unit, "key");
	const json_t *reason = json_object_get(unit, "reason");

	print_value(json_object_get(unit, "state"), 12);
	print_value(json_object_get(unit, "graph"), 0);
	if (json_string_length(key) > 0)
		putchar('/');
	print_value(key, 0);
	if (json_string_length(reason) > 0)
		print_reason(json_string_value(reason), json_string_value(key));
	putchar('\n');
	show_rejected(json_object_get(unit, "rejected"));
}

void runs_show_one(json_t *run)
{
	const json_t *telemetry = json_object_get(run, "telemetry");
	size_t index;
	json_t *unit;

	show_fields(run);
	statistics_print_text(json_object_get(telemetry, "graphs"), stdout);
	json_array_foreach(json_object_get(run, "made"), index, unit)
		show_unit(unit);
}

/* ---- Two runs --------------------------------------------------------------- */

void runs_show_differences(json_t *differences)
{
	const char *key;
	json_t *value;

	json_object_foreach(differences, key, value)
	{
		printf("%s: ", key);
		print_value(json_array_get(value, 0), 0);
		printf(" -> ");
		print_value(json_array_get(value, 1), 0);
		putchar('\n');
	}
}
