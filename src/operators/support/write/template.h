/* SPDX-License-Identifier: MIT */
/*
 * Templates: texts with {attribute} in them, which is filled from an item or
 * its segment, or with the {field} of a record, which hides an attribute. `{{`
 * and `}}` stand for braces. In the template of a path what is filled in can't
 * lead anywhere else: an attribute fills one component, or part of one; those
 * that are paths themselves may have several.
 */
#ifndef LEAT_OPERATORS_SUPPORT_WRITE_TEMPLATE_H
#define LEAT_OPERATORS_SUPPORT_WRITE_TEMPLATE_H

#include "base/text.h"
#include "model/segment.h"
#include "registry/spec.h"

struct text_template;

/* Compiles TEXT for items of SHAPE; PATH: it is filled as a path, from
 * attributes alone. NULL where its braces are wrong or a name isn't in SHAPE,
 * which the loader reports. Everything is copied but for the schema and the
 * keys of the attributes. */
struct text_template *template_create(
	const char *text, bool path, const struct shape *shape);

void template_destroy(struct text_template *form); /* takes NULL */

/* Whether something is to be filled in, and whether that is an attribute of
 * items, which differs within a segment. */
bool template_is_constant(const struct text_template *form);
bool template_needs_items(const struct text_template *form);

/* Adds the text to RESULT, which is emptied first. ITEM and SEGMENT may be
 * NULL. False: PROBLEM, emptied first, says why, in a sentence. */
bool template_fill(const struct text_template *form, const struct item *item,
	const struct segment *segment, struct text *result,
	struct text *problem);

/* The same for what isn't a path, with the text added behind RESULT, which
 * stays as it was where it fails. */
bool template_add(const struct text_template *form, const struct item *item,
	const struct segment *segment, struct text *result,
	struct text *problem);

/* How many bytes of what is filled in are its root, the directory that comes
 * before anything that isn't constant. */
size_t template_root_length(const struct text_template *form);

#endif
