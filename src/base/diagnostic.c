/* SPDX-License-Identifier: MIT */
/* What leat tells people: what is wrong, where, and what to do. */
#include "base/diagnostic.h"

#include <string.h>

#include "base/excerpt.h"
#include "base/memory.h"
#include "base/text.h"

enum { KEPT = 500 }; /* more are counted only */

struct diagnostic {
	enum severity severity;
	unsigned file; /* index into the names */
	unsigned line, column;
	char *message;
	char *excerpt; /* the line and the caret; or NULL */
	char *hint; /* or NULL */
};

struct diagnostics {
	struct diagnostic items[KEPT];
	size_t kept;
	size_t counts[2]; /* by severity, with those not kept */
	char **names; /* of the files, in the order of their first
			 diagnostics; "" is none */
	unsigned name_count;
};

struct diagnostics *diagnostics_create(void)
{
	return memory_zeroed(sizeof(struct diagnostics));
}

static void forget(struct diagnostics *list)
{
	for (size_t i = 0; i < list->kept; i++) {
		free(list->items[i].message);
		free(list->items[i].excerpt);
		free(list->items[i].hint);
	}
	for (unsigned i = 0; i < list->name_count; i++)
		free(list->names[i]);
	free(list->names);
	memset(list, 0, sizeof(*list));
}

void diagnostics_destroy(struct diagnostics *list)
{
	if (!list)
		return;
	forget(list);
	free(list);
}

static unsigned file_index(struct diagnostics *list, const char *name)
{
	for (unsigned i = 0; i < list->name_count; i++)
		if (strcmp(list->names[i], name) == 0)
			return i;
	list->names = memory_resize(
		list->names, list->name_count + 1, sizeof(*list->names));
	list->names[list->name_count] = memory_string(name);
	return list->name_count++;
}

static bool known(const struct diagnostics *list, const struct diagnostic *item)
{
	for (size_t i = 0; i < list->kept; i++) {
		const struct diagnostic *other = &list->items[i];

		if (other->line == item->line &&
			other->column == item->column &&
			other->file == item->file &&
			strcmp(other->message, item->message) == 0)
			return true;
	}
	return false;
}

/* A copy of TEXT with control characters and broken UTF-8 made visible. */
static char *shown(const char *text)
{
	struct text result = {0};

	text_add_string(&result, "");
	while (*text) {
		size_t run = strcspn(text, "\\");

		text_add_escaped(&result, text, run, run);
		text += run;
		if (*text) {
			text_add_string(&result, "\\");
			text++;
		}
	}
	return result.data;
}

void diagnostics_vadd(struct diagnostics *list, enum severity severity,
	struct location location, const char *hint, const char *format,
	va_list args)
{
	struct diagnostic *item = &list->items[list->kept];
	struct text message = {0};

	if (list->kept == KEPT) {
		list->counts[severity]++;
		return;
	}
	text_add_vformat(&message, format, args);
	item->severity = severity;
	item->file =
		file_index(list, location.source ? location.source->name : "");
	item->line = location.line;
	item->column = location.column;
	item->message = shown(message.data);
	text_free(&message);
	if (known(list, item)) {
		free(item->message);
		return;
	}
	item->excerpt = excerpt_create(&location);
	item->hint = hint ? shown(hint) : NULL;
	list->kept++;
	list->counts[severity]++;
}

void diagnostics_add(struct diagnostics *list, enum severity severity,
	struct location location, const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diagnostics_vadd(list, severity, location, hint, format, args);
	va_end(args);
}

size_t diagnostics_count(const struct diagnostics *list, enum severity severity)
{
	return list->counts[severity];
}

size_t diagnostics_count_in_files(const struct diagnostics *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->kept; i++)
		count += list->items[i].severity == SEVERITY_ERROR &&
			list->items[i].line > 0;
	return count;
}

static int compare(const void *a, const void *b)
{
	const struct diagnostic *left = *(struct diagnostic *const *)a;
	const struct diagnostic *right = *(struct diagnostic *const *)b;

	if (left->file != right->file)
		return left->file < right->file ? -1 : 1;
	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	if (left->column != right->column)
		return left->column < right->column ? -1 : 1;
	return left < right ? -1 : left > right;
}

static void print(const struct diagnostics *list, const struct diagnostic *item,
	FILE *file)
{
	static const char *const words[] = {"error", "warning"};
	char *name = shown(list->names[item->file]);

	fputs(*name ? name : "leat", file);
	free(name);
	if (item->line)
		fprintf(file, ":%u:%u", item->line, item->column);
	fprintf(file, ": %s: %s\n", words[item->severity], item->message);
	if (item->excerpt)
		fputs(item->excerpt, file);
	if (item->hint)
		fprintf(file, "hint: %s\n", item->hint);
}

void diagnostics_print(struct diagnostics *list, FILE *file)
{
	const struct diagnostic *order[KEPT];
	size_t total = list->counts[0] + list->counts[1];

	for (size_t i = 0; i < list->kept; i++)
		order[i] = &list->items[i];
	qsort(order, list->kept, sizeof(*order), compare);
	for (size_t i = 0; i < list->kept; i++)
		print(list, order[i], file);
	if (total > list->kept)
		fprintf(file, "leat: and %zu more\n", total - list->kept);
	forget(list);
}
