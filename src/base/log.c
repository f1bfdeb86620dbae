/* SPDX-License-Identifier: MIT */
/* Where messages go, and how they are written there. */
#include "base/log.h"

#include <jansson.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

const char *const log_formats[] = {"text", "logfmt", "json", NULL};

static const char *const level_names[] = {"error", "warning", "info"};

/* ---- For programs ----------------------------------------------------------- */

/* jansson has no other failure that can happen here. */
static void put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		memory_abort();
}

/* Not UTF-8: as people see it. */
static void put_text(json_t *object, const char *key, const char *value)
{
	struct text text = {0};

	if (!value || !*value)
		return;
	json_t *string = json_string(value);
	if (!string) {
		text_add_escaped(&text, value, strlen(value), SIZE_MAX);
		string = json_string(text.data);
		text_free(&text);
	}
	put(object, key, string);
}

static void put_number(json_t *object, const char *key, uint64_t number)
{
	if (number > 0)
		put(object, key, json_integer((json_int_t)number));
}

static json_t *new_object(const struct log *log, const char *level,
	const struct log_subject *subject)
{
	json_t *object = json_object();

	put_text(object, "level", level);
	put_text(object, "session", log->session);
	put_number(object, "run", log->run);
	put_text(object, "graph", log->graph);
	put_text(object, "operator", subject ? subject->operator: NULL);
	put_text(object, "unit", subject ? subject->unit : NULL);
	return object;
}

static const char *without(const char *message, const char *name)
{
	size_t length = strlen(name);

	return strncmp(message, name, length) == 0 &&
			strncmp(message + length, ": ", 2) == 0
		? message + length + 2
		: message;
}

/* MESSAGE behind the names of its subject. */
static const char *bare(const char *message, const struct log_subject *subject)
{
	enum { SHOWN_BYTES = 200 };
	struct text name = {0};

	if (subject && subject->operator)
		message = without(message, subject->operator);
	if (!subject || !subject->unit)
		return message;
	text_add_escaped(
		&name, subject->unit, strlen(subject->unit), SHOWN_BYTES);
	message = without(message, name.data);
	text_free(&name);
	return message;
}

/* A value of logfmt: in quotes, unless it is a plain word. */
static void add_logfmt_value(struct text *line, const char *value)
{
	bool plain = *value;

	for (const char *at = value; *at && plain; at++)
		plain = (unsigned char)*at > ' ' && *at != '"' && *at != '=' &&
			*at != '\\' && *at != 0x7f;
	if (plain) {
		text_add_string(line, value);
		return;
	}
	json_t *string = json_string(value);
	char *quoted = json_dumps(string, JSON_ENCODE_ANY);
	text_add_string(line, quoted);
	free(quoted);
	json_decref(string);
}

static void add_logfmt(struct text *line, json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		text_add_format(line, "%s%s=", line->length ? " " : "", key);
		if (json_is_integer(value))
			text_add_format(line, "%lld",
				(long long)json_integer_value(value));
		else
			add_logfmt_value(line, json_string_value(value));
	}
}

/* Writes the object as one line, at once, and frees it. */
static void write_object(const struct log *log, json_t *object)
{
	struct text line = {0};

	if (log->format == LOG_JSON) {
		char *json = json_dumps(object, 0);

		text_add_string(&line, json);
		free(json);
	} else {
		add_logfmt(&line, object);
	}
	text_add_string(&line, "\n");
	fwrite(line.data, 1, line.length, log->file);
	text_free(&line);
	json_decref(object);
}

/* ---- Single messages -------------------------------------------------------- */

static void write_text(const struct log *log, enum log_level level,
	const char *message, const char *hint)
{
	if (level == LOG_INFO)
		fprintf(log->file, "%s: %s\n", log->session, message);
	else
		fprintf(log->file, "leat: %s: %s\n", level_names[level],
			message);
	if (hint)
		fprintf(log->file, "hint: %s\n", hint);
}

static void __attribute__((format(printf, 5, 0))) say(const struct log *log,
	enum log_level level, const struct log_subject *subject,
	const char *hint, const char *format, va_list args)
{
	struct text text = {0}, shown = {0};

	text_add_vformat(&text, format, args);
	text_add_string(&shown, "");
	text_add_shown(&shown, text.data ? text.data : "");
	if (log->format == LOG_TEXT) {
		write_text(log, level, shown.data, hint);
	} else {
		json_t *object = new_object(log, level_names[level], subject);

		put_text(object, "message", bare(shown.data, subject));
		put_text(object, "hint", hint);
		write_object(log, object);
	}
	text_free(&text);
	text_free(&shown);
}

void log_say(const struct log *log, enum log_level level, const char *hint,
	const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(log, level, NULL, hint, format, args);
	va_end(args);
}

void log_say_about(const struct log *log, enum log_level level,
	const struct log_subject *subject, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(log, level, subject, NULL, format, args);
	va_end(args);
}

/* ---- Diagnostics ------------------------------------------------------------ */

struct showing {
	const struct log *log;
	const struct log_subject *subject;
};

static void put_notes(json_t *object, const struct diagnostic *item)
{
	struct text text = {0};

	for (size_t i = 0; i < item->note_count; i++)
		text_add_format(&text, "%s%s:%u:%u: %s", i ? "; " : "",
			item->notes[i].file, item->notes[i].line,
			item->notes[i].column, item->notes[i].message);
	put_text(object, "note", text.data);
	text_free(&text);
}

static void show(const struct diagnostic *item, void *context)
{
	const struct showing *showing = context;
	json_t *object = new_object(
		showing->log, severity_names[item->severity], showing->subject);

	put_text(object, "file", item->file);
	put_number(object, "line", item->line);
	put_number(object, "column", item->line ? item->column : 0);
	put_text(object, "message", bare(item->message, showing->subject));
	put_text(object, "hint", item->hint);
	put_notes(object, item);
	write_object(showing->log, object);
}

void log_diagnostics(const struct log *log, struct diagnostics *list,
	const struct log_subject *subject)
{
	struct showing showing = {log, subject};

	if (log->format == LOG_TEXT) {
		diagnostics_print(list, log->file);
		return;
	}
	size_t more = diagnostics_take(list, show, &showing);
	if (more > 0)
		log_say(log, LOG_INFO, NULL, "and %zu more", more);
}
