/* SPDX-License-Identifier: MIT */
/* What leat can be told to do: one row for each verb, in its own file. */
#ifndef LEAT_CLI_VERB_H
#define LEAT_CLI_VERB_H

#include <stdio.h>

#include "cli/options.h"

struct verb {
	const char *name;
	const char *usage; /* what stands behind the name */
	const char *summary; /* a phrase without a full stop */
	const char *details; /* paragraphs for its help */
	const struct option_spec *options;

	/* What else its help shows; or NULL. */
	void (*more)(FILE *file);

	/* Does it, given the words behind the verb, which end in NULL;
	 * returns the exit status. */
	int (*run)(char *const *words);
};

extern const struct verb verb_accept, verb_check, verb_explain, verb_gc,
	verb_get, verb_help, verb_list, verb_plan, verb_run, verb_runs,
	verb_schema, verb_why;

/* All of them, as help lists them; ends in NULL. */
extern const struct verb *const verbs[];

const struct verb *verb_find(const char *name); /* or NULL */

/* Their names, for text_nearest; ends in NULL. */
enum { VERBS_MAX = 16 };
void verb_names(const char *names[VERBS_MAX + 1]);

/* leat's own options, before the verb. */
extern const struct option_spec main_options[];

/* What `leat help` and `leat help VERB` print. */
void help_show_overview(FILE *file);
void help_show_verb(FILE *file, const struct verb *verb);

#endif
