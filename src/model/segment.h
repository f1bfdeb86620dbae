/* SPDX-License-Identifier: MIT */
/*
 * Segments: runs of items that stem from one source object. They nest; the
 * outermost is the unit, the grain of failure and of publication.
 */
#ifndef LEAT_MODEL_SEGMENT_H
#define LEAT_MODEL_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/attribute.h"

/* What is known of a unit until it is decided: it has succeeded when all ends
 * of its outermost segment have arrived and none of them failed. */
struct unit {
	char *name; /* as shown to people; not escaped */
	uint64_t number; /* from 0, in the order of the sources */
	bool endless; /* standard input: what comes of it can't be held back */
	bool failed, decided;
	bool cancelled; /* failed, but by no fault of its own: the run stops */
	uint32_t open_ends; /* ends on their way; 0 decides */
};

struct segment {
	uint32_t references;
	struct segment *parent; /* NULL: this is the unit; holds a reference */
	struct unit *unit; /* owned by the outermost; NULL: an unnamed segment
			      that spans units */
	struct attributes *attributes; /* with those of the parent; or NULL */
	bool failed;
};

/* A segment with one reference. Takes ATTRIBUTES (may be NULL). */
struct segment *segment_create_unit(
	const char *name, uint64_t number, struct attributes *attributes);
struct segment *segment_create_nested(
	struct segment *parent, struct attributes *attributes);
struct segment *segment_create_unnamed(void);

struct segment *segment_ref(struct segment *segment);
void segment_unref(struct segment *segment); /* takes NULL */

#endif
