/* SPDX-License-Identifier: MIT */
/* The attributes of entries, from what libarchive says of them. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_DESCRIBE_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_DESCRIBE_H

#include "model/attribute.h"
#include "operators/support/archive/layer.h"

/* Gives the layer the names that those of its entries follow, of an archive
 * with ATTRIBUTES (may be NULL): a file, or an entry of another archive. */
void describe_archive(const struct attributes *attributes, struct layer *layer);

/* The attributes of the layer's entry, whose path is NAME; one reference.
 * CLAMPED is set if its time is out of range. */
struct attributes *describe_entry(
	const struct layer *layer, const char *name, bool *clamped);

#endif
