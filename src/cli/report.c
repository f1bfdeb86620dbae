/* SPDX-License-Identifier: MIT */
/* What `leat check` found, in the formats that it knows. */
#include "cli/report.h"

#include "base/memory.h"
#include "base/text.h"
#include "session/outline.h"

struct finding {
	struct diagnostics *list;
	enum exit_status status;
};

struct output {
	FILE *file;
	json_t *array; /* of the format json */
};

/* ---- Text: for people, and as compilers write --------------------------- */

static void show_text(const struct diagnostic *item, void *context)
{
	const struct output *output = context;

	diagnostic_print(item, output->file);
}

static void show_gcc(const struct diagnostic *item, void *context)
{
	const struct output *output = context;
	struct diagnostic line = *item;
	struct text message = {0};

	text_add_string(&message, item->message);
	if (item->hint)
		text_add_format(&message, " [%s]", item->hint);
	line.message = message.data;
	line.excerpt = line.hint = NULL;
	diagnostic_print(&line, output->file);
	text_free(&message);
}

static void more_text(size_t more, struct output *output)
{
	fprintf(output->file, "leat: and %zu more\n", more);
}

/* ---- JSON --------------------------------------------------------------- */

/* jansson has no other failure that can happen here. */
static void json_check(int failed)
{
	if (failed)
		memory_abort();
}

static json_t *string_or_null(const char *string)
{
	return string && *string ? json_string(string) : json_null();
}

static json_t *number_or_null(unsigned number)
{
	return number ? json_integer(number) : json_null();
}

static void set(json_t *object, const char *key, json_t *value)
{
	json_check(json_object_set_new(object, key, value));
}

static void set_place(json_t *object, const char *file, unsigned line,
	unsigned column, unsigned width)
{
	set(object, "file", string_or_null(file));
	set(object, "line", number_or_null(line));
	set(object, "column", number_or_null(line ? column : 0));
	set(object, "width", number_or_null(line ? width : 0));
}

static json_t *notes_of(const struct diagnostic *item)
{
	json_t *notes = json_array();

	for (size_t i = 0; i < item->note_count; i++) {
		const struct diagnostic_note *note = &item->notes[i];
		json_t *object = json_object();

		set_place(object, note->file, note->line, note->column,
			note->width);
		set(object, "message", json_string(note->message));
		json_check(json_array_append_new(notes, object));
	}
	return notes;
}

static void show_json(const struct diagnostic *item, void *context)
{
	const struct output *output = context;
	json_t *object = json_object();

	set_place(object, item->file, item->line, item->column, item->width);
	set(object, "severity", json_string(severity_names[item->severity]));
	set(object, "message", json_string(item->message));
	set(object, "hint", string_or_null(item->hint));
	set(object, "notes", notes_of(item));
	json_check(json_array_append_new(output->array, object));
}

static void more_json(size_t more, struct output *output)
{
	struct text message = {0};

	text_add_format(&message, "and %zu more", more);
	show_json(&(struct diagnostic){.file = "", .message = message.data},
		output);
	text_free(&message);
}

/* The array alone; with OUTLINES an object of both. */
static void end_json(struct output *output, json_t *outlines)
{
	json_t *value = output->array;

	if (outlines)
		value = json_pack(
			"{so sO}", "findings", value, "sessions", outlines);
	json_check(!value);
	json_dumpf(value, output->file, JSON_INDENT(2));
	putc('\n', output->file);
	json_decref(value);
}

/* ---- The table ---------------------------------------------------------- */

const char *const report_formats[] = {"text", "gcc", "json", NULL};

/* In the order of their names. */
static const struct format {
	bool is_json; /* one value, on standard output */
	void (*show)(const struct diagnostic *item, void *output);
	void (*more)(size_t more, struct output *output);
} formats[] = {
	{false, show_text, more_text},
	{false, show_gcc, more_text},
	{true, show_json, more_json},
};

/* ---- The report --------------------------------------------------------- */

void report_add(struct report *report, struct diagnostics **list,
	enum exit_status status)
{
	if (status == STATUS_OK &&
		!diagnostics_count(*list, SEVERITY_WARNING) &&
		!diagnostics_count(*list, SEVERITY_ERROR))
		return;
	report->findings = memory_resize(
		report->findings, report->count + 1, sizeof(*report->findings));
	report->findings[report->count++] = (struct finding){*list, status};
	*list = diagnostics_create();
}

enum exit_status report_finish(struct report *report, bool strict)
{
	enum exit_status first = STATUS_OK;

	for (size_t i = 0; i < report->count; i++) {
		struct finding *finding = &report->findings[i];

		if (strict && diagnostics_make_errors(finding->list) &&
			finding->status == STATUS_OK)
			finding->status = STATUS_SESSION_WRONG;
		if (first == STATUS_OK)
			first = finding->status;
	}
	return first;
}

static void print_outlines(const json_t *outlines, FILE *file)
{
	json_t *outline;
	size_t index;

	json_array_foreach(outlines, index, outline)
	{
		if (index)
			putc('\n', file);
		outline_print(outline, file);
	}
}

void report_show(struct report *report, int choice)
{
	const struct format *how = &formats[choice ? choice - 1 : 0];
	struct output output = {
		.file = how->is_json ? stdout : stderr,
		.array = how->is_json ? json_array() : NULL,
	};

	for (size_t i = 0; i < report->count; i++) {
		size_t more = diagnostics_take(
			report->findings[i].list, how->show, &output);

		if (more)
			how->more(more, &output);
	}
	if (how->is_json)
		end_json(&output, report->outlines);
	else
		print_outlines(report->outlines, stdout);
}

void report_free(struct report *report)
{
	for (size_t i = 0; i < report->count; i++)
		diagnostics_destroy(report->findings[i].list);
	free(report->findings);
	json_decref(report->outlines);
}
