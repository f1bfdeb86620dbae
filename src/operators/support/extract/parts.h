/* SPDX-License-Identifier: MIT */
/* What the parts of extract share. In its functions STATE is the operator's,
 * and STEP_MORE doesn't say that nothing failed: the unit may have. */
#ifndef LEAT_OPERATORS_SUPPORT_EXTRACT_PARTS_H
#define LEAT_OPERATORS_SUPPORT_EXTRACT_PARTS_H

#include "engine/operator.h"
#include "operators/support/archive/entry.h"
#include "operators/support/extract/settings.h"
#include "operators/support/extract/tree.h"
#include "operators/support/write/batch.h"
#include "operators/support/write/template.h"

enum { EXTRACT_SHOWN_BYTES = 1000 }; /* of a name in a message */

/* What is done with the entry at work. */
enum extract_work {
	EXTRACT_NONE, /* it is made, or refused: what still comes is let go */
	EXTRACT_FILE, /* it is a file; it is made with its first bytes */
};

struct extract_link;

struct extracting {
	struct text_template *form;
	const struct attribute_spec *path_key; /* src_path; or NULL */

	/* Of the unit. */
	struct tree tree;
	struct text directory;
	struct extract_link *links, **last_link; /* to be made at its end */
	bool ending; /* only links are left to be made */
	bool warned_time, warned_alike;

	/* Of the entry. */
	enum extract_work work;
	struct output *output; /* that is being written; or NULL */
	struct batch batch; /* of bytes for it */
	int source; /* what is copied into it; -1: nothing */

	struct text name, path, problem; /* scratch */
};

/* ---- Outputs: output.c -------------------------------------------------------- */

/* Rejects an entry: REASON is the end of a sentence about it. */
enum step extract_refuse(struct operator *op,
	const struct attributes *attributes, const char *reason);

/* Warns of an entry, once for *WARNED. OTHER: a name at the end of WHAT, or
 * NULL. */
void extract_warn(struct operator *op, bool *warned, const char *name,
	const char *what, const char *other);

/* NULL where there is none. */
const struct value *extract_get(
	const struct attributes *attributes, enum entry_attribute key);
bool extract_is(const struct attributes *attributes, const char *type);

/* The permissions, or NONE where there are none, with the bits LEAST. */
unsigned extract_mode(
	const struct attributes *attributes, unsigned none, unsigned least);

/* The whole path of a name, in extracting->path. */
void extract_make_path(struct extracting *extracting, const char *name);

/* Makes an output and notes it in the tree: it is in *OUTPUT, or that is NULL
 * and the unit has failed. */
enum step extract_make_output(struct operator *op, const struct extract *state,
	const char *name, const struct attributes *attributes,
	struct output_request *request, struct output **output);

/* What the batch of a file is flushed by; TARGET: struct extracting. */
bool extract_flush(void *target, const void *data, size_t length);

/* Writes to the file at work, holes where there are only zeros. */
enum step extract_write(struct operator *op, struct extracting *extracting,
	const struct slice *window);
enum step extract_fail_write(
	struct operator *op, struct extracting *extracting);

/* The content of the file at work is there. */
enum step extract_finish_file(
	struct operator *op, struct extracting *extracting);

/* Throws away what was begun of the entry. */
void extract_drop_file(struct extracting *extracting);

/* ---- Names: place.c ------------------------------------------------------------ */

/* The src_path of the unit, or NULL. */
const struct value *extract_unit_path(
	struct operator *op, const struct extracting *extracting);

/* Finds the name of an entry, in extracting->name. False: it has none, since it
 * was refused, is left out, or is the directory itself. */
bool extract_find_name(struct operator *op, const struct extract *state,
	const struct attributes *attributes, enum file_kind kind);

/* ---- Entries: making.c ---------------------------------------------------------- */

enum step extract_begin_entry(struct operator *op, const struct extract *state,
	struct attributes *attributes);

/* Makes the file at work, unless it is refused. */
enum step extract_make_file(struct operator *op, const struct extract *state,
	const struct attributes *attributes);

/* A bounded part of what is copied for a hard link. */
enum step extract_copy_some(struct operator *op, struct extracting *extracting);

enum step extract_end_entry(struct operator *op, const struct extract *state);

/* ---- Symbolic links: links.c ----------------------------------------------------- */

/* A link takes its name at once, but is made when all else is there. */
void extract_put_off_link(struct operator *op, const struct extract *state,
	struct attributes *attributes);

/* Makes the next of the links that were put off. */
enum step extract_make_link(struct operator *op, const struct extract *state);

void extract_forget_links(struct extracting *extracting);

#endif
