/* SPDX-License-Identifier: MIT */
/* What the parts of the loader share while they work on one session. */
#ifndef LEAT_LOADER_LOADER_H
#define LEAT_LOADER_LOADER_H

#include "loader/document.h"
#include "loader/names.h"
#include "loader/param-scope.h"
#include "loader/session.h"

/* The loader's own part of a session. */
struct session_parts {
	struct arena *arena; /* holds the session itself */
	struct source source;
	struct node *root;
	struct param_scope scope;
	struct param_scope variables; /* those of the environment */
	const char **secrets; /* as in struct session */
	size_t secret_count, secret_capacity;
	struct library *library; /* the session itself, the others behind it */
	unsigned library_count;
	struct names *included; /* all subgraphs of included files ... */
	struct subgraph **included_subgraphs; /* ... in that order */
	struct names *shipped; /* with leat; NULL: not looked yet */
	bool incomplete; /* a file to include could not be read, so that names
			    are missing */
};

/* A scalar that a comment may have cut short unseen. */
struct plain_text {
	const struct plain_text *next;
	const struct node *node;
};

struct loader {
	struct session *session;
	struct arena *arena;
	struct diagnostics *diagnostics;
	struct param_scope *scope; /* of what is being read */
	const struct use *use; /* that is being expanded, or NULL */
	struct library *library; /* the file whose graphs are being read */
	struct subgraph *reading; /* the innermost of those, or NULL */
	unsigned expanded; /* operators that came from subgraphs */
	size_t errors; /* reported, also those that were known */
	bool failed; /* an error was reported */
	enum on_error on_error; /* what the session says */
	const struct plain_text *plain_texts; /* patterns, SQL, templates */
};

void loader_error(struct loader *loader, struct location location,
	const char *hint, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void loader_verror(struct loader *loader, struct location location,
	const char *hint, const char *format, va_list args)
	__attribute__((format(printf, 4, 0)));

/* Whether hints are still worth their time: few errors were found so far. */
bool loader_is_verbose(const struct loader *loader);

/* The hint "did you mean 'x'?", or FALLBACK, which may be NULL, when nothing
 * is near. CANDIDATES ends in NULL. */
const char *loader_nearest(struct loader *loader, const char *word,
	const char *const *candidates, const char *fallback);

/* The names joined with commas. */
const char *loader_join(struct loader *loader, const char *const *names);

/* ITEMS with room for one more; *CAPACITY follows. The old array stays in the
 * arena. */
void *loader_grow(struct loader *loader, void *items, size_t count,
	size_t *capacity, size_t size);

/* Whether NODE is of KIND; else an error that says what WHAT, such as
 * "'links'", takes. */
bool loader_expect(struct loader *loader, const struct node *node,
	enum node_kind kind, const char *what);

/* Whether a key may name an operator, a graph or a param. */
bool loader_check_name(
	struct loader *loader, const struct node *key, const char *what);

#endif
