/* SPDX-License-Identifier: MIT */
/*
 * What an operator is, as data: the tables from which the loader checks a
 * session, `leat explain` and the manual are made, and the engine runs. An
 * operator's file holds its tables, then its code, and ends in its spec.
 */
#ifndef LEAT_REGISTRY_SPEC_H
#define LEAT_REGISTRY_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diagnostic.h"
#include "base/exit.h"
#include "base/text.h"
#include "model/item.h"
#include "model/segment.h"

/* ---- Properties ------------------------------------------------------- */

/* The types of properties and params, with the member that a property's
 * offset names in the operator's state. */
enum setting_type {
	SETTING_TEXT, /* const char * */
	SETTING_INTEGER, /* int64_t */
	SETTING_REAL, /* double */
	SETTING_BOOLEAN, /* bool */
	SETTING_CHOICE, /* int: the index into the choices */
	SETTING_DATE, /* int64_t: days since 1970-01-01 */
	SETTING_TIMESTAMP, /* int64_t: microseconds since 1970, UTC */
	SETTING_DURATION, /* int64_t: microseconds */
	SETTING_SIZE, /* int64_t: bytes */
	SETTING_BITRATE, /* int64_t: bits per second */
	SETTING_REGEX, /* struct setting_text: a PCRE2 pattern */
	SETTING_SQL, /* struct setting_text: an SQL expression */
	SETTING_PATH, /* const char *: relative to the process */
	SETTING_FILE, /* the same, an existing file */
	SETTING_DIRECTORY, /* the same, a directory */
	SETTING_GLOB, /* the same, a pattern for glob(7) */
	SETTING_INPUTS, /* struct setting_list of paths and globs */

	/* Of properties only: */
	SETTING_TEMPLATE, /* struct setting_text with {attribute} */
	SETTING_PATH_TEMPLATE, /* the same, a path */
	SETTING_TEXTS, /* struct setting_list */
	SETTING_FIELDS, /* struct setting_fields: name -> type */
	SETTING_EXPRESSIONS, /* struct setting_expressions: name -> SQL, or a
				list of field names, or an SQL list as text */
	SETTING_ORDER, /* struct setting_expressions without names: a list
				of "expression [asc|desc]" */
	SETTING_TYPES, /* how many there are */
};

extern const char *const setting_type_names[]; /* ends in NULL */

/* A value put in place of ${name} in SQL, where it is bound, not pasted. */
struct setting_binding {
	enum value_type type;
	struct value value;
};

/* A text that an operator compiles. LOCATION is that of its first character.
 * In SQL each ${name} has become ?N, N counting from 1 into BINDINGS; in a
 * pattern it is quoted (unless a regex itself); elsewhere it is pasted, and
 * braces in it are doubled where the text is a template. */
struct setting_text {
	const char *text; /* NULL when the property isn't given */
	struct location location;
	const struct setting_binding *bindings;
	size_t binding_count;
	const int64_t *now_us; /* SQL: the instant that 'now' is where the
				  session says `reproducible: false`, in
				  microseconds since 1970; else NULL */
	size_t root_length; /* path templates: the bytes of the literal
			       directory prefix, "" when there is none */
};

struct setting_list {
	const struct setting_item {
		const char *text;
		struct location location;
		bool literal; /* inputs: a path, not a glob */
	} * items;
	size_t count;
};

struct setting_fields {
	struct schema schema;
	const struct location *locations; /* one for each field's name */
};

struct setting_expressions {
	const struct setting_expression {
		const char *name; /* NULL: not named */
		struct location name_location;
		struct setting_text sql;
	} * items;
	size_t count;
};

enum property_flags {
	PROPERTY_REQUIRED = 1 << 0,
	PROPERTY_LIVE = 1 << 1, /* may be set while the graph runs */
	PROPERTY_DIRECTORY = 1
		<< 2, /* a path of outputs: they are beneath it */
};

struct property_spec {
	const char *name; /* NULL ends a table */
	enum setting_type type;
	size_t offset; /* into the state */
	unsigned flags;
	const char *fallback; /* the default, as a session would write it, or
				 NULL: zero, none */
	int64_t minimum, maximum; /* of numbers; both 0: any */
	const char *const *choices; /* of SETTING_CHOICE; ends in NULL */
	const char *unit; /* of a plain number, or NULL */
	const char *summary; /* up to 72 characters, without a full stop */
	const char *details; /* more sentences for the manual, or NULL */
};

/* ---- Pins ------------------------------------------------------------- */

enum pin_direction { PIN_INPUT, PIN_OUTPUT };

enum pin_flags {
	PIN_OPTIONAL = 1 << 0, /* may stay without a link */
	PIN_REQUESTED = 1 << 1, /* each link that names it makes one more; such
				   a pin is the last of its table */
	PIN_DYNAMIC = 1 << 2, /* appears while running */
	PIN_TAKES_PACKED = 1 << 3, /* takes packed lines (model/item.h) */
	PIN_SEEKS = 1 << 4, /* needs streams with size and seek */
};

struct pin_spec {
	const char *name; /* NULL ends a table */
	enum pin_direction direction;
	unsigned flags;
	unsigned types; /* PAYLOAD_BITs that it takes or may yield */
	unsigned maximum; /* of requested pins */
	const char *summary;
};

/* ---- Scope ------------------------------------------------------------ */

/* What an operator's state extends over. */
enum scope { SCOPE_GRAPH, SCOPE_UNIT, SCOPE_SEGMENT, SCOPES };

extern const char *const scope_names[]; /* ends in NULL */

/* ---- Rejected items ------------------------------------------------------ */

/* What one does whose pin `rejected` has no link: see key on-error. */
enum on_error { ON_ERROR_FAIL, ON_ERROR_SKIP, ON_ERROR_QUARANTINE };

extern const char *const on_error_names[]; /* ends in NULL */

/* ---- What an operator yields given what it gets ------------------------ */

/* What is known of the items on a link before anything runs. */
struct shape {
	bool known; /* false where an error upstream leaves it open */
	enum payload_type type;
	const struct schema *schema; /* of records; NULL when not known */
	enum scope scope; /* whose attributes exist: graph means none */
	bool units; /* units pass the link, before what spans them if that
		       does as well; set with a scope other than graph */
	/* The attributes that exist, keys of segments and items alike. */
	const struct attribute_spec *const *attributes;
	size_t attribute_count;
};

/* The call of relate for one operator; see engine/operator.h for what may be
 * done with it. */
struct relation;

/* ---- Operators -------------------------------------------------------- */

struct operator;
struct text;

/* What a step says to the engine. */
enum step {
	STEP_MORE, /* it did something, and there may be more to do */
	STEP_WAIT, /* for the one thing that it named */
	STEP_END, /* it will do nothing more; its outputs end */
	STEP_FAIL, /* the run can't go on; it has been reported */
};

/* A unit that a source will begin. */
struct found_unit {
	const char *name; /* as shown to people; of a file: its path */
	const char *identity; /* what its attributes follow from, such as
				 src_path; part of what its results are made of */
	bool is_file;
};

/* Why a unit can't be run at all; STATUS 0: it can. */
struct refusal {
	enum exit_status status;
	struct text text;
};

enum operator_flags {
	OPERATOR_UNTRUSTED = 1 << 0, /* parses hostile containers: runs in
					sandboxed workers */
	OPERATOR_RESUMABLE = 1 << 1, /* takes streams that may block */
	OPERATOR_SCOPED = 1 << 2, /* has `per:`, by default the scope below */
	OPERATOR_SPANS_ALWAYS = 1 << 3, /* spans units whatever its settings */
	OPERATOR_AWAITS_VERDICT = 1 << 4, /* passes units on one by one, and
					     wants to know what became of each:
					     EVENT_KEPT, EVENT_LOST */
	OPERATOR_BY_DOCUMENT = 1 << 5, /* its state extends over the document
					  that its sink writes: it spans units
					  where that does */
	OPERATOR_PARTIAL = 1 << 6, /* spans units, and takes what it has kept
				      of one (operator_keep) in its place */
	OPERATOR_RANGES = 1 << 10, /* where it spans units, it knows where in
				      its output a unit lies
				      (operator_keep_range), and takes that as
				      a stream */
	OPERATOR_WRITES = 1 << 7, /* makes files that are published */
	OPERATOR_SHOWS = 1 << 8, /* yields what isn't found again later, such
				    as on standard output */
	OPERATOR_CONVERTS = 1 << 9, /* leat puts it between an output and an
				       input of other types by itself */
	OPERATOR_NESTED = 1 << 11, /* where streams come out of a sandbox it
				      takes their bytes, each from position 0
				      on, in the segments within units */
	OPERATOR_ALONE = 1 << 12, /* there is one: of sources in a session, of
				    sinks in a graph */
};

/* What a module holds of an operator: see the members of struct
 * operator_spec. */
struct operator_code {
	bool (*open)(struct operator *op, void *state);
	enum step (*step)(struct operator *op, void *state);
	void (*close)(struct operator *op, void *state);
	void (*libraries)(const void *state, struct text *text); /* or NULL */
};

struct operator_spec {
	const char *name;
	const char *module; /* the shared object that holds its open, step and
			       close, which are then not in the spec; NULL:
			       leat itself */
	const char *family;
	const char *summary; /* up to 72 characters, without a full stop */
	const char *description; /* for the manual: what it does, with its
				    corner cases; paragraphs end in "\n\n" */
	const char *example; /* a session for the manual; it runs */
	const char *example_input; /* what the example gets on standard input;
				      NULL: none */
	const char *example_output; /* what it prints */
	unsigned flags;
	enum scope scope; /* the default of `per` */
	const struct pin_spec *pins;
	const struct property_spec *properties; /* or NULL */
	const struct attribute_spec
		*attributes; /* that it introduces, or NULL */
	size_t state_size; /* bytes; the settings stand in it */

	/* Checks the settings and says the shapes of the outputs, and which
	 * scope the operator has; see engine/operator.h. NULL: every output
	 * has the shape of the input named "in". */
	void (*relate)(struct relation *relation);

	/* Adds which versions of which libraries the results depend on, with
	 * the settings in STATE: with others they are made again. NULL: on
	 * none. */
	void (*libraries)(const void *state, struct text *text);

	/* Called before the first step. False: it has reported a failure. */
	bool (*open)(struct operator *op, void *state);

	/* Of sources whose units are known before they run, and that begin
	 * each as operator_turn says: the unit NUMBER, once open was called;
	 * false: there are no more. NULL: they aren't known. */
	bool (*unit)(struct operator *op, void *state, uint64_t number,
		struct found_unit *unit);

	/* Of such sources: the attributes of that unit as far as they follow
	 * from its name, without a look at what it names; one reference. NULL:
	 * there are none. */
	struct attributes *(*named)(
		struct operator *op, void *state, uint64_t number);

	/* Of sources that are not told each of their files by name: whether
	 * this would be one of them, if it were there. Once open was called,
	 * be it in vain. NULL: none would. */
	bool (*finds)(struct operator *op, void *state, const char *path);

	/* Of operators that write files, once open was called: the one for the
	 * unit of SEGMENT, which has no more attributes than `named` gives, or
	 * where they span units, with SEGMENT NULL, the one for all. PATH gets
	 * it in place of what it held. False: it can't be told before. NULL:
	 * it never can. */
	bool (*target)(struct operator *op, void *state,
		const struct segment *segment, struct text *path);

	/* Of such sources whose units other processes can run. Here: the
	 * unit's segment, with one reference; REFUSAL is set when the unit
	 * fails whatever is done. There: gives the content, between begin and
	 * end. DESCRIPTOR, which becomes the operator's, is what the unit's
	 * file was opened as, or for a source without `unit` standard input;
	 * -1: it can't be, ERROR says why. */
	struct segment *(*segment)(struct operator *op, void *state,
		uint64_t number, struct refusal *refusal);
	void (*content)(struct operator *op, void *state,
		struct segment *segment, int descriptor, int error);

	/* One bounded piece of work. */
	enum step (*step)(struct operator *op, void *state);

	/* A live property has got a new value in the state; the old one is
	 * gone. Called between steps, or in operator_next before it says that
	 * a unit begins. Required when there is a live property; the operator
	 * then has one input. False: the value isn't usable; PROBLEM gets the
	 * reason. A required live property has no value at open if a link is
	 * to bring it. */
	bool (*changed)(struct operator *op, void *state,
		const struct property_spec *property, struct text *problem);

	/* Called exactly once if open was called, also when that failed. */
	void (*close)(struct operator *op, void *state);
};

#endif
