/* SPDX-License-Identifier: MIT */
/* An outline as tables for people. */
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "session/outline.h"

enum { GAP = 2, LINE_COLUMNS = 79 };

static const char *string(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static size_t widest(size_t width, const char *text)
{
	size_t length = text ? strlen(text) : 0;

	return length > width ? length : width;
}

/* ---- Operators ----------------------------------------------------------- */

static const char *scope_words(const json_t *operator)
{
	const char *scope = string(operator, "scope");

	return strcmp(scope, "graph") == 0 ? "all units" : scope;
}

static void print_operators(const json_t *operators, FILE *file)
{
	size_t names = strlen("operator"), uses = strlen("use"), index;
	json_t *at;

	json_array_foreach(operators, index, at)
	{
		names = widest(names, string(at, "name"));
		uses = widest(uses, string(at, "use"));
	}
	fprintf(file, "%-*s  %-*s  scope\n", (int)names, "operator", (int)uses,
		"use");
	json_array_foreach(operators, index, at)
	{
		const char *inserted = string(at, "inserted");

		fprintf(file, "%-*s  %-*s  %s%s%s\n", (int)names,
			string(at, "name"), (int)uses, string(at, "use"),
			scope_words(at), inserted ? "; put in: " : "",
			inserted ? inserted : "");
	}
}

static void print_sharing(const json_t *graph, FILE *file)
{
	const char *why = string(graph, "unshared");

	fprintf(file, "\nunits can%s be shared out to workers%s%s\n",
		why ? "not" : "", why ? ": " : "", why ? why : "");
}

/* ---- Links --------------------------------------------------------------- */

static void end_text(struct text *text, const json_t *link)
{
	text->length = 0;
	text_add_format(
		text, "%s -> %s", string(link, "from"), string(link, "to"));
}

/* Prints the fields from COLUMN on, in as many lines as they take. */
static void print_fields(const json_t *fields, size_t column, FILE *file)
{
	size_t index, at = column, last = json_array_size(fields);
	struct text text = {0};
	json_t *field;

	json_array_foreach(fields, index, field)
	{
		bool null = json_is_true(json_object_get(field, "nullable"));

		const char *name = string(field, "name");

		text.length = 0;
		text_add_escaped(&text, name, strlen(name), SIZE_MAX);
		text_add_format(&text, " %s%s%s", string(field, "type"),
			null ? " or null" : "", index + 1 < last ? "," : "");
		if (at > column && at + 1 + text.length > LINE_COLUMNS) {
			fprintf(file, "\n%*s", (int)column - 1, "");
			at = column;
		}
		fprintf(file, " %s", text.data);
		at += 1 + text.length;
	}
	text_free(&text);
}

/* Prints what a link carries; BEFORE are the fields shown last. */
static void print_payload(
	const json_t *link, const json_t *before, size_t column, FILE *file)
{
	const json_t *fields = json_object_get(link, "fields");
	const char *type = string(link, "type");
	const char *policy = string(link, "policy");

	fputs(type ? type : "not known", file);
	if (json_is_array(fields) && json_equal(fields, before))
		fputs(" with the same fields", file);
	else if (json_is_array(fields))
		print_fields(fields, column + strlen(type) + 1, file);
	if (strcmp(policy, "blocking") != 0)
		fprintf(file, "; policy: %s", policy);
	putc('\n', file);
}

static void print_links(const json_t *links, FILE *file)
{
	size_t width = strlen("link"), index;
	const json_t *before = NULL;
	struct text text = {0};
	json_t *link;

	json_array_foreach(links, index, link)
	{
		end_text(&text, link);
		width = widest(width, text.data);
	}
	fprintf(file, "%-*s  carries\n", (int)width, "link");
	json_array_foreach(links, index, link)
	{
		end_text(&text, link);
		fprintf(file, "%-*s  ", (int)width, text.data);
		print_payload(link, before, width + GAP, file);
		if (json_is_array(json_object_get(link, "fields")))
			before = json_object_get(link, "fields");
	}
	text_free(&text);
}

void outline_print(const json_t *outline, FILE *file)
{
	size_t index;
	json_t *graph;

	fprintf(file, "%s: session %s\n", string(outline, "file"),
		string(outline, "session"));
	json_array_foreach(json_object_get(outline, "graphs"), index, graph)
	{
		fprintf(file, "\ngraph %s\n\n", string(graph, "name"));
		print_operators(json_object_get(graph, "operators"), file);
		print_sharing(graph, file);
		putc('\n', file);
		print_links(json_object_get(graph, "links"), file);
	}
}
