/* SPDX-License-Identifier: MIT */
/*
 * What leat tells people: what is wrong, where, and what to do. Diagnostics
 * are collected, so that one run shows all errors of a file, and printed as
 *
 *	file:line:column: error: what is wrong
 *	   the line of the file
 *	   ^~~~
 *	hint: what to do
 *	file:line:column: note: used here as 'log'
 */
#ifndef LEAT_BASE_DIAGNOSTIC_H
#define LEAT_BASE_DIAGNOSTIC_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A text that positions refer to; lives longer than the diagnostics. */
struct source {
	const char *name; /* as the user wrote it */
	const char *text; /* UTF-8 */
	size_t length;
};

/* A place in a source. Unknown where SOURCE is NULL; a whole file where LINE
 * is 0. Lines and columns count from 1, columns in code points. */
struct location {
	const struct source *source;
	unsigned line, column;
	unsigned width; /* code points to underline, at least 1 */
	const struct use *use; /* how one comes to be there; or NULL */
};

/* The use of a text that stands elsewhere, such as a subgraph: what is wrong
 * with a place in the text is then told with the place that uses it. */
struct use {
	const char *name; /* what it is used as, "log"; within another use with
			     the name of that: "a/log" */
	struct location location; /* LOCATION.USE: of the use around it */
	struct location text; /* where what is used starts ... */
	unsigned end_line; /* ... and ends */
};

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

extern const char *const severity_names[];

enum { DIAGNOSTIC_NOTES = 4 }; /* uses shown, the innermost first */

/* One as it may be shown: its texts are UTF-8 without control characters. */
struct diagnostic {
	enum severity severity;
	const char *file; /* "" for none */
	unsigned line, column, width; /* as in struct location */
	char *message;
	char *excerpt; /* the line and the caret; or NULL */
	char *hint; /* or NULL */
	struct diagnostic_note {
		const char *file;
		unsigned line, column, width;
		char *message;
	} notes[DIAGNOSTIC_NOTES];
	size_t note_count;
};

struct diagnostics;

struct diagnostics *diagnostics_create(void);
void diagnostics_destroy(struct diagnostics *list); /* takes NULL */

/* Shows *** in place of SECRET, which is copied, in all that is added from now
 * on, and no line of a file that has it. */
void diagnostics_hide(struct diagnostics *list, const char *secret);

/* Adds one. HINT may be NULL; it and the formatted message are copied. The
 * same message at the same place is kept once, also when it comes from several
 * uses and names them. */
void diagnostics_add(struct diagnostics *list, enum severity severity,
	struct location location, const char *hint, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
void diagnostics_vadd(struct diagnostics *list, enum severity severity,
	struct location location, const char *hint, const char *format,
	va_list args) __attribute__((format(printf, 5, 0)));

size_t diagnostics_count(
	const struct diagnostics *list, enum severity severity);

/* How many of the errors are at a line of a file; the others are of the command
 * line. */
size_t diagnostics_count_in_files(const struct diagnostics *list);

/* Makes the warnings errors; returns how many there were. */
size_t diagnostics_make_errors(struct diagnostics *list);

/* Hands all to SHOW in the order of file and position, then forgets them.
 * Returns how many more there were than are kept. */
size_t diagnostics_take(struct diagnostics *list,
	void (*show)(const struct diagnostic *item, void *context),
	void *context);

/* Prints one as people read it. */
void diagnostic_print(const struct diagnostic *item, FILE *file);

/* Prints all for people and forgets them. */
void diagnostics_print(struct diagnostics *list, FILE *file);

/* LOCATION moved by BYTES into the scalar that it names, which stands in its
 * source as it was parsed; used to point into patterns and SQL. Stops at the
 * end of the line. */
struct location location_within(struct location location, size_t bytes);

#endif
