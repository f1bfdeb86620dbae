/* SPDX-License-Identifier: MIT */
/* What leat tells people: what is wrong, where, and what to do. */
#include "base/diagnostic.h"

#include <string.h>

#include "base/excerpt.h"
#include "base/memory.h"
#include "base/secrets.h"
#include "base/text.h"

enum { KEPT = 500 }; /* more are counted only */

const char *const severity_names[] = {"error", "warning"};

struct entry {
	struct diagnostic shown;
	unsigned file; /* index into the names */
	unsigned note_files[DIAGNOSTIC_NOTES];
	char *said; /* the message without the names of uses */
};

struct diagnostics {
	struct entry items[KEPT];
	size_t kept;
	size_t counts[2]; /* by severity, with those not kept */
	char **names; /* of the files, in the order of their first
			 diagnostics; "" is none */
	unsigned name_count;
	struct secrets secrets; /* they stay when all is forgotten */
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
		free(list->items[i].said);
		for (size_t j = 0; j < list->items[i].shown.note_count; j++)
			free(list->items[i].shown.notes[j].message);
	}
	for (unsigned i = 0; i < list->name_count; i++)
		free(list->names[i]);
	free(list->names);
	list->kept = 0;
	list->counts[0] = list->counts[1] = 0;
	list->names = NULL;
	list->name_count = 0;
}

void diagnostics_destroy(struct diagnostics *list)
{
	if (!list)
		return;
	forget(list);
	secrets_free(&list->secrets);
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
			strcmp(list->items[i].said, entry->said) == 0)
			return true;
	}
	return false;
}

void diagnostics_hide(struct diagnostics *list, const char *secret)
{
	secrets_add(&list->secrets, secret);
}

/* A copy of ORIGINAL without secrets, and with control characters and broken
 * UTF-8 made visible. */
static char *shown(const struct diagnostics *list, const char *original)
{
	struct text result = {0}, open = {0};

	text_add_string(&result, "");
	text_add_string(&open, original);
	secrets_hide(&list->secrets, &open);
	text_add_shown(&result, open.data);
	text_free(&open);
	return result.data;
}

/* ---- Uses --------------------------------------------------------------- */

static bool is_within(const struct use *use, const struct location *location)
{
	return use->text.source == location->source &&
		location->line >= use->text.line &&
		location->line <= use->end_line;
}

/* The innermost use of the text that LOCATION is in. What a use gives to the
 * text may be wrong, too: that stands around the text. */
static const struct use *use_of(const struct location *location)
{
	const struct use *use = location->use;

	while (use && !is_within(use, location))
		use = use->location.use;
	return use;
}

/* MESSAGE with 'x' for each 'a/b/x', where it is used as a/b. */
static char *without_use(const char *message, const struct use *use)
{
	size_t length = use ? strlen(use->name) : 0;
	struct text text = {0};

	text_add_string(&text, "");
	while (*message) {
		bool named = use && *message == '\'' &&
			strncmp(message + 1, use->name, length) == 0 &&
			message[length + 1] == '/';

		text_add(&text, message, 1);
		message += named ? length + 2 : 1;
	}
	return text.data;
}

static void add_notes(
	struct diagnostics *list, struct entry *entry, const struct use *use)
{
	struct diagnostic *item = &entry->shown;

	for (; use && item->note_count < DIAGNOSTIC_NOTES;
		use = use->location.use) {
		struct diagnostic_note *note = &item->notes[item->note_count];
		const char *slash = strrchr(use->name, '/');
		struct text message = {0};

		text_add_format(&message, "used here as '%s'",
			slash ? slash + 1 : use->name);
		note->line = use->location.line;
		note->column = use->location.column;
		note->width = use->location.width;
		note->message = shown(list, message.data);
		entry->note_files[item->note_count++] =
			file_index(list, use->location.source->name);
		text_free(&message);
	}
}

/* ---- The list ----------------------------------------------------------- */

static char *create_excerpt(
	const struct diagnostics *list, const struct location *location)
{
	const char *line, *end;

	line = excerpt_line(location, &end);
	if (line && secrets_found(&list->secrets, line, (size_t)(end - line)))
		return NULL;
	return excerpt_create(location);
}

void diagnostics_vadd(struct diagnostics *list, enum severity severity,
	struct location location, const char *hint, const char *format,
	va_list args)
{
	struct entry *entry = &list->items[list->kept];
	struct diagnostic *item = &entry->shown;
	const struct use *use = use_of(&location);
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
	item->message = shown(list, message.data);
	text_free(&message);
	entry->said = without_use(item->message, use);
	if (known(list, entry)) {
		free(item->message);
		free(entry->said);
		return;
	}
	item->note_count = 0;
	add_notes(list, entry, use);
	item->excerpt = create_excerpt(list, &location);
	item->hint = hint ? shown(list, hint) : NULL;
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
	for (unsigned i = 0; i < list->name_count; i++) {
		char *name = list->names[i];

		list->names[i] = shown(list, name);
		free(name);
	}
	for (size_t i = 0; i < list->kept; i++) {
		struct diagnostic *item = &order[i]->shown;

		item->file = list->names[order[i]->file];
		for (size_t j = 0; j < item->note_count; j++)
			item->notes[j].file =
				list->names[order[i]->note_files[j]];
		show(item, context);
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
	for (size_t i = 0; i < item->note_count; i++)
		fprintf(file, "%s:%u:%u: note: %s\n", item->notes[i].file,
			item->notes[i].line, item->notes[i].column,
			item->notes[i].message);
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
