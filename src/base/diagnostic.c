/* SPDX-License-Identifier: MIT */
/* What leat tells people: what is wrong, where, and what to do. */
#include "base/diagnostic.h"

#include <string.h>

#include "base/excerpt.h"
#include "base/memory.h"
#include "base/text.h"

enum { KEPT = 500 }; /* more are counted only */

const char *const severity_names[] = {"error", "warning"};

struct entry {
	struct diagnostic shown;
	unsigned file; /* index into the names */
};

struct diagnostics {
	struct entry items[KEPT];
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
		free(list->items[i].shown.message);
		free(list->items[i].shown.excerpt);
		free(list->items[i].shown.hint);
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

static bool known(const struct diagnostics *list, const struct entry *entry)
{
	const struct diagnostic *item = &entry->shown;

	for (size_t i = 0; i < list->kept; i++) {
		const struct diagnostic *other = &list->items[i].shown;

		if (other->line == item->line &&
			other->column == item->column &&
			list->items[i].file == entry->file &&
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
	struct entry *entry = &list->items[list->kept];
	struct diagnostic *item = &entry->shown;
	struct text message = {0};

	if (list->kept == KEPT) {
		list->counts[severity]++;
		return;
	}
	text_add_vformat(&message, format, args);
	item->severity = severity;
	entry->file =
		file_index(list, location.source ? location.source->name : "");
	item->line = location.line;
	item->column = location.column;
	item->width = location.width;
	item->message = shown(message.data);
	text_free(&message);
	if (known(list, entry)) {
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
		count += list->items[i].shown.severity == SEVERITY_ERROR &&
			list->items[i].shown.line > 0;
	return count;
}

size_t diagnostics_make_errors(struct diagnostics *list)
{
	size_t warnings = list->counts[SEVERITY_WARNING];

	for (size_t i = 0; i < list->kept; i++)
		list->items[i].shown.severity = SEVERITY_ERROR;
	list->counts[SEVERITY_ERROR] += warnings;
	list->counts[SEVERITY_WARNING] = 0;
	return warnings;
}

static int compare(const void *a, const void *b)
{
	const struct entry *left = *(struct entry *const *)a;
	const struct entry *right = *(struct entry *const *)b;
	const struct diagnostic *one = &left->shown, *other = &right->shown;

	if (left->file != right->file)
		return left->file < right->file ? -1 : 1;
	if (one->line != other->line)
		return one->line < other->line ? -1 : 1;
	if (one->column != other->column)
		return one->column < other->column ? -1 : 1;
	return left < right ? -1 : left > right;
}

size_t diagnostics_take(struct diagnostics *list,
	void (*show)(const struct diagnostic *item, void *context),
	void *context)
{
	struct entry *order[KEPT];
	size_t more = list->counts[0] + list->counts[1] - list->kept;

	for (size_t i = 0; i < list->kept; i++)
		order[i] = &list->items[i];
	qsort(order, list->kept, sizeof(*order), compare);
	for (size_t i = 0; i < list->kept; i++) {
		char *name = shown(list->names[order[i]->file]);

		order[i]->shown.file = name;
		show(&order[i]->shown, context);
		free(name);
	}
	forget(list);
	return more;
}

void diagnostic_print(const struct diagnostic *item, FILE *file)
{
	fputs(*item->file ? item->file : "leat", file);
	if (item->line)
		fprintf(file, ":%u:%u", item->line, item->column);
	fprintf(file, ": %s: %s\n", severity_names[item->severity],
		item->message);
	if (item->excerpt)
		fputs(item->excerpt, file);
	if (item->hint)
		fprintf(file, "hint: %s\n", item->hint);
}

static void print(const struct diagnostic *item, void *file)
{
	diagnostic_print(item, file);
}

void diagnostics_print(struct diagnostics *list, FILE *file)
{
	size_t more = diagnostics_take(list, print, file);

	if (more)
		fprintf(file, "leat: and %zu more\n", more);
}
