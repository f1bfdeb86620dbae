/* SPDX-License-Identifier: MIT */
/*
 * Sorted runs of items in a temporary file without a name, which is gone with
 * the process whatever happens. Runs are written one after the other, and read
 * side by side. All of one file are of one sort.
 *
 * An entry is a head with its length, the prefix and the number; the item; the
 * values of the keys that are computed (model/codec.h).
 */
#ifndef LEAT_OPERATORS_SUPPORT_SORT_SPILL_H
#define LEAT_OPERATORS_SUPPORT_SORT_SPILL_H

#include "engine/operator.h"
#include "model/codec.h"
#include "operators/support/sort/order.h"
#include "operators/support/write/batch.h"

struct sort_entry {
	uint64_t prefix; /* of the first key, in the order of the numbers */
	uint64_t number; /* of the item, in the order of arrival */
	struct item *item;
};

struct spill_run {
	uint64_t start, end; /* in the file */
	unsigned tier; /* how often its entries were merged */
};

struct spill {
	struct operator *op; /* that sorts; its input is pin 0 */
	const struct order *order;
	struct codec codec;

	int descriptor; /* -1: nothing was written yet */
	uint64_t length_bytes; /* of the file */
	struct batch batch;
	char *scratch;
	size_t scratch_bytes;

	struct spill_run *runs; /* in the order of the file */
	size_t count, capacity;
	size_t kept; /* of these; what is behind may yet be dropped */
};

enum spill_status { SPILL_DONE, SPILL_END, SPILL_MEMORY, SPILL_FAILED };

/* Borrows OP and ORDER. */
void spill_init(
	struct spill *spill, struct operator *op, const struct order *order);
void spill_finish(struct spill *spill);

/* Writing a run: begin, put its entries in order, end. COMPUTED are the values
 * of the keys that are computed. False, with errno set, when that fails. */
void spill_begin(struct spill *spill);
bool spill_put(struct spill *spill, const struct sort_entry *entry,
	const struct value *computed);
bool spill_put_bytes(
	struct spill *spill, const char *data, size_t length); /* an entry */
bool spill_end(struct spill *spill, unsigned tier);

/* Takes back what was put since the run was begun. */
bool spill_abandon(struct spill *spill);

/* Removes a run, whose space is given back. */
void spill_remove(struct spill *spill, size_t run);

/* All runs count; or those since the last time are dropped. */
void spill_keep(struct spill *spill);
bool spill_drop(struct spill *spill);

/* ---- Reading a run ------------------------------------------------------ */

/* What a reader takes of the budget, if no entry is longer. */
enum { SPILL_BLOCK_BYTES = 32 * 1024 };

struct spill_reader {
	const struct spill *spill;
	uint64_t at, end; /* in the file: what hasn't been read */
	struct slice block; /* what of it is in memory; holds a reference */
	struct slice bytes; /* the entry */
	struct sort_entry entry; /* holds a reference to its item, or NULL */
	struct value *computed;
};

void spill_reader_init(struct spill_reader *reader, const struct spill *spill,
	const struct spill_run *run);
void spill_reader_finish(struct spill_reader *reader);

/* Reads the next entry: SPILL_END when there is none. The item of the last one
 * must have been taken or released. With SPILL_MEMORY, *NEED bytes are wanted
 * of the budget; with SPILL_FAILED, errno says why. */
enum spill_status spill_reader_next(struct spill_reader *reader, size_t *need);

#endif
