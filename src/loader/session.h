/* SPDX-License-Identifier: MIT */
/*
 * A session as the loader leaves it: checked, with its values in place, ready
 * to run. Loading takes two steps, since the params of the file are the
 * options of the command line:
 *
 *	session = session_parse(path, diagnostics);
 *	session_set_param(session, "top", "5", ...);	any number of times
 *	session_build(session, true, diagnostics);
 *
 * All mistakes are reported in one go; a step that added errors to the
 * diagnostics returns NULL or false. Nothing but the session file is read.
 */
#ifndef LEAT_LOADER_SESSION_H
#define LEAT_LOADER_SESSION_H

#include "base/arena.h"
#include "base/text.h"
#include "registry/relation.h"
#include "registry/spec.h"

/* What becomes of an item for which a link has no room. */
enum link_policy {
	LINK_BLOCKING, /* the producer waits */
	LINK_BACK_PRESSURE, /* there is no queue: the producer waits until the
			       consumer waits for an item */
	LINK_LEAKY_PRODUCER, /* the item is dropped; the leaky ones are last */
	LINK_LEAKY_CONSUMER, /* the oldest that is queued is dropped */
};

extern const char *const link_policy_names[]; /* ends in NULL */

/* What a session may say of a link. */
struct link_options {
	enum link_policy policy;
	size_t capacity_items, capacity_bytes; /* 0: the default */
	struct location capacity_location; /* source NULL: none is said */
	bool unconverted; /* no converter may be put in */
};

/* A link. Pins are numbered as in the operators' tables, links of a requested
 * pin counting on from its number. */
struct link_plan {
	unsigned from, from_pin; /* an operator, an output pin of it */
	unsigned to, to_pin;
	unsigned type; /* enum payload_type, when the shape is known */
	struct link_options options;
	struct location location;
};

/* How a link sets a live property; see loader/live.h. */
struct live_plan {
	unsigned property; /* row of the operator's table */
	int field; /* of the records that it brings, or -1 for lines */
	bool per_unit; /* each unit has its value; else there is one for all */
};

/* One end of a link at an operator. */
struct pin_plan {
	int link; /* index into the graph's links, or -1 */
	struct shape shape; /* what passes it */
};

struct operator_plan {
	const char *name; /* as in the session; inside a use of a subgraph with
			     that before it, "log/parse"; of what was put in,
			     such as a tee: its maker's name and a suffix */
	struct location location; /* of the name */
	const struct operator_spec *spec;
	const char *inserted; /* why it was put in; NULL if the session names
				 it */
	void *settings; /* state_size bytes, with the settings */
	uint64_t unknown; /* bit N: property N depends on a missing param */
	struct location *property_locations; /* source NULL: not given */
	struct pin_plan *pins; /* static ones as in the table, then requested,
				  then those of LIVES */
	unsigned pin_count;
	struct live_plan *lives; /* live properties that links set */
	unsigned live_count;
	uint64_t missing; /* bit N: the required live property N is not given,
			     so that a link has to set it */
	enum on_error on_error; /* the innermost that is said */
	enum scope per; /* as said, or the spec's default */
	enum scope scope; /* GRAPH: it spans units; else within one */
	unsigned file_facts; /* enum file_facts: what of files is in results,
				besides what properties name */
	size_t held_bytes; /* what it needs of the memory all the time */
	bool by_parts; /* with OPERATOR_BY_DOCUMENT: each unit makes a part of
			  the document */
};

struct graph_plan {
	const char *name;
	struct location location;
	struct operator_plan *operators; /* in the order of the file */
	unsigned operator_count;
	struct link_plan *links;
	unsigned link_count;
	unsigned *ranks; /* the operators in topological order, ties in the
			    order of the file */
	const char *const *secrets; /* as in struct session */
};

struct param {
	const char *name;
	struct location location; /* of its name */
	enum setting_type type;
	const char *doc; /* or NULL */
	bool required, list, args, secret;
	bool variable; /* it is one of the environment */
	const char *const *choices; /* ends in NULL; or NULL */
	const char *fallback; /* the default as text, or NULL; of a list, the
				 items joined by spaces, for help only */
	const char *minimum, *maximum; /* as texts, or NULL */
	const char *unit; /* or NULL */
	bool has_value;
};

struct session {
	const char *path; /* as given */
	const char *directory; /* of the file, with a slash; "" if it is the
				  working directory */
	const char *name;
	const char *doc; /* or NULL */
	bool stateless; /* `state: none`: nothing is remembered */
	struct param *params; /* in the order of the file */
	unsigned param_count;
	struct param *variables; /* of the environment, in that order */
	unsigned variable_count;
	const char *const *secrets; /* values not to be shown; ends in NULL;
				       or NULL */
	struct graph_plan *graphs; /* in the order they run */
	unsigned graph_count;
	int64_t memory_bytes; /* resources.memory, or the default */
	bool memory_said; /* it isn't the default */
	unsigned jobs; /* resources.jobs; 0: any number */
	int64_t unit_seconds; /* resources.unit-time, or the default */
	bool reproducible; /* the same inputs give the same bytes */
	int64_t now_us; /* when it was parsed, microseconds since 1970; or what
			   SOURCE_DATE_EPOCH says */
	int64_t source_date_us; /* what that says; 0 if it isn't set */
	struct session_parts *parts; /* the loader's own */
};

struct session *session_parse(
	const char *path, struct diagnostics *diagnostics);

/* NULL when the session has no such param. */
const struct param *session_param(
	const struct session *session, const char *name);

/* Sets a param from the command line; for a list or inputs each call adds one
 * value. OPTION is how the user wrote it, for the message. Relative paths are
 * relative to the working directory; an input that exists is taken literally.
 * False: the value isn't usable, reported. */
bool session_set_param(struct session *session, const char *name,
	const char *value, const char *option, struct diagnostics *diagnostics);

/* Resolves params, fills in properties, connects pins and relates operators.
 * With REQUIRE_ALL, params that are required and have no value are an error;
 * else what depends on them is unknown. */
bool session_build(struct session *session, bool require_all,
	struct diagnostics *diagnostics);

/* Adds the params that were given on the command line as one would write them
 * there, quoted for a shell, each behind a space but the first; secrets are
 * ***. A long one is cut. */
void session_show_params(const struct session *session, struct text *text);

/* The files that it was read from: itself, then those that it includes and the
 * subgraphs of leat that it uses. NAMES, ending in NULL, is to be freed, what
 * is in it isn't. */
const char **session_files(const struct session *session);

void session_destroy(struct session *session); /* takes NULL */

#endif
