/* SPDX-License-Identifier: MIT */
/*
 * Where messages go while leat is at work, and how they are written there: as
 * lines for people, or as one object a message, for programs.
 */
#ifndef LEAT_BASE_LOG_H
#define LEAT_BASE_LOG_H

#include <stdint.h>

#include "base/diagnostic.h"

enum log_format {
	LOG_TEXT, /* "leat: error: MESSAGE"; diagnostics as they are printed */
	LOG_LOGFMT, /* level=error message="..." */
	LOG_JSON, /* {"level": "error", "message": "..."} */
};

/* The choices of an option, in that order; ends in NULL. */
extern const char *const log_formats[];

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO };

/* Borrows all; only FILE must be there. */
struct log {
	FILE *file;
	enum log_format format;
	const char *session, *graph; /* what messages are about; or NULL */
	uint64_t run; /* its number in the store; 0: it has none */
};

/* What a single message is about; either may be NULL. */
struct log_subject {
	const char *operator, * unit;
};

/* Says one thing. HINT may be NULL. Text begins with "leat: error: ", or, for
 * LOG_INFO, with the name of the session. */
void log_say(const struct log *log, enum log_level level, const char *hint,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same of SUBJECT, which text doesn't name unless FORMAT does: the name of
 * the operator first, then that of the unit as text_add_escaped writes it, each
 * with ": " behind it. Programs get the message without those. */
void log_say_about(const struct log *log, enum log_level level,
	const struct log_subject *subject, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Says all diagnostics, and forgets them. SUBJECT is as above; or NULL. */
void log_diagnostics(const struct log *log, struct diagnostics *list,
	const struct log_subject *subject);

#endif
