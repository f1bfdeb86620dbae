/* SPDX-License-Identifier: MIT */
/*
 * Runs a graph again, all of it, and compares what comes out with what is
 * remembered. Outputs go to a scratch directory: nothing that a run has left is
 * touched.
 */
#ifndef LEAT_SESSION_VERIFY_H
#define LEAT_SESSION_VERIFY_H

#include "session/due.h"

struct verifier;

/* All are borrowed. NULL: there is nothing to compare with, as what was made
 * isn't of this session and these inputs; that was reported to MESSAGES.
 * Otherwise DUE's ways have become those of a run of everything. */
struct verifier *verifier_create(struct run_store *store,
	const struct graph_plan *plan, struct due *due,
	const struct key_base *base, const char *scratch,
	const struct log *log);

/* For struct graph_settings. */
extern const struct graph_host verifier_host;

/* True: all outputs are the same. Each that isn't has been reported; COMPLETE:
 * so are those that the graph hasn't made this time. */
bool verifier_finish(struct verifier *verifier, bool complete);
void verifier_destroy(struct verifier *verifier); /* takes NULL */

/* The scratch directory in that of the store, made if it is missing and
 * emptied of what a killed process has left; false: errno says why. */
bool verify_make_scratch(const char *directory, struct text *scratch);
void verify_remove_scratch(const char *scratch);

#endif
