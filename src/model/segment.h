/* SPDX-License-Identifier: MIT */
/*
 * Segments: runs of items that stem from one source object. They nest; the
 * outermost is the unit, the grain of failure and of publication.
 */
#ifndef LEAT_MODEL_SEGMENT_H
#define LEAT_MODEL_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/file.h"
#include "model/attribute.h"

/* What is known of a unit until it is decided: it has succeeded when all ends
 * of its outermost segment have arrived and none of them failed. */
struct unit {
	char *name; /* as shown to people; not escaped */
	uint64_t number; /* from 0, among those of its source */
	unsigned source; /* the index of the operator that it stems from */
	bool endless; /* standard input: what comes of it can't be held back */
	bool failed, decided;
	bool opened; /* its first segment has begun */
	bool brought; /* it isn't run: its contributions are brought */
	bool cancelled; /* failed, but by no fault of its own: the run stops */
	uint32_t open_ends; /* ends on their way; 0 decides */
	char *reason; /* why it failed, as it was reported; or NULL */
	bool quarantined; /* failed; not to be tried again as it is */
	char *rejected; /* of one in quarantine: the items, a line each, as
			   far as they are kept; or NULL */

	/* Of a unit that is a file: what the source found, and, once it was
	 * read to its end, the digest of its content. */
	bool is_file;
	bool wants_digest; /* somebody will remember it */
	bool has_digest;
	struct file_state file;
	struct digest digest;
};

struct segment {
	uint32_t references;
	struct segment *parent; /* NULL: this is the unit; holds a reference */
	struct segment *original; /* of one that segment_create_bare made, if
				     it is a unit; holds a reference */
	struct unit *unit; /* owned by the outermost; NULL: an unnamed segment
			      that spans units */
	struct attributes *attributes; /* with those of the parent; or NULL */
	bool failed;
	bool bare; /* no content belongs to it, as to a directory in an
		      archive: that nothing comes is not an empty one */
};

/* A segment with one reference. Takes ATTRIBUTES (may be NULL). */
struct segment *segment_create_unit(
	const char *name, uint64_t number, struct attributes *attributes);
struct segment *segment_create_nested(
	struct segment *parent, struct attributes *attributes);
struct segment *segment_create_unnamed(void);

/* A bare one in the place of SEGMENT, for those who get nothing of its content:
 * of the same unit, with the same parent and attributes. */
struct segment *segment_create_bare(struct segment *segment);

struct segment *segment_ref(struct segment *segment);
void segment_unref(struct segment *segment); /* takes NULL */

#endif
