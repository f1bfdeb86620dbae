/* SPDX-License-Identifier: MIT */
/*
 * Items are what links carry: attributes, a payload type, a payload. They are
 * reference counted, allocated from slabs, and shared until somebody writes.
 */
#ifndef LEAT_MODEL_ITEM_H
#define LEAT_MODEL_ITEM_H

#include <stdbool.h>
#include <stdint.h>

#include "model/attribute.h"
#include "model/buffer.h"
#include "model/slab.h"
#include "model/stream.h"
#include "model/value.h"

enum payload_type {
	PAYLOAD_NONE, /* attributes only */
	PAYLOAD_STREAM, /* a whole content, pulled */
	PAYLOAD_BYTES, /* a chunk in a segment, pushed */
	PAYLOAD_LINE, /* one line without its end; or packed, see below */
	PAYLOAD_RECORD, /* typed fields */
	PAYLOAD_TYPES, /* how many there are */
};

/* A set of payload types, as a pin accepts them. */
#define PAYLOAD_BIT(type) (1u << (type))

struct payload_spec {
	const char *name;
	const char *summary;
};

extern const struct payload_spec payload_specs[PAYLOAD_TYPES];

struct record {
	const struct schema *schema;
	struct buffer *buffer; /* holds the bytes of all values; a reference */
	struct value values[]; /* one for each field */
};

struct item {
	uint32_t references;
	uint8_t type; /* enum payload_type */

	/* LINE only: the slice holds whole lines with their ends (LF, none
	 * after the last), none of them with a CR or too long. Such items go
	 * only to pins that say PIN_TAKES_PACKED. */
	bool packed;

	/* LINE and BYTES: the content is ASCII without NUL. A hint: false
	 * says nothing. */
	bool ascii;

	struct slab *slab;
	struct attributes *attributes; /* or NULL */
	uint64_t position; /* where it stands in its segment: bytes from the
			      start of the content it was cut from */
	union {
		struct slice slice; /* LINE, BYTES; holds a reference */
		struct stream *stream; /* owned */
		struct record record;
	};
};

/* Makers: one reference, no attributes, position 0; they abort when memory is
 * out. SLAB fits the kind of item (see item_slab_*) and outlives the item. */
size_t item_bytes_plain(void); /* for all types but records */
size_t item_bytes_record(size_t fields);

static inline struct item *item_create(struct slab *slab, unsigned type)
{
	struct item *item = slab_alloc(slab);

	item->references = 1;
	item->type = (uint8_t)type;
	item->packed = item->ascii = false;
	item->slab = slab;
	item->attributes = NULL;
	item->position = 0;
	return item;
}

/* Frees payload and attributes; called by item_unref. */
void item_destroy(struct item *item);

static inline struct item *item_ref(struct item *item)
{
	if (++item->references == 0)
		memory_abort();
	return item;
}

static inline void item_unref(struct item *item)
{
	if (--item->references == 0)
		item_destroy(item);
}

/* A copy, for item_writable. */
struct item *item_copy(struct item *item);

/* The item itself when nobody else refers to it, else a copy that may be
 * written; takes the reference. Streams can't be copied: it aborts for a
 * shared one, which tee never makes. */
static inline struct item *item_writable(struct item *item)
{
	return item->references == 1 ? item : item_copy(item);
}

/* The bytes that links count against their capacity: the content of lines and
 * bytes, the slots of records; for a stream, none. */
size_t item_size(const struct item *item);

#endif
