/* SPDX-License-Identifier: MIT */
/*
 * Copies the bytes of items next to each other: who keeps an item for long
 * must not thereby keep the whole block that it was cut from.
 */
#ifndef LEAT_MODEL_PACKER_H
#define LEAT_MODEL_PACKER_H

#include "model/item.h"

/* Zero-initialised it is empty. */
struct packer {
	struct buffer *buffer; /* that is being filled; a reference */
	size_t used_bytes;
};

/* Makes the line or record hold a copy of its bytes. Takes the reference and
 * returns the item, or another one in place of a shared one; NULL, and the
 * item still is the caller's, when BUDGET doesn't hold the bytes. */
struct item *packer_add(
	struct packer *packer, struct budget *budget, struct item *item);

/* The bytes that packer_add wants of BUDGET at most. */
size_t packer_need(const struct item *item);

void packer_finish(struct packer *packer);

/* ---- Its parts ---------------------------------------------------------- */

/* The bytes that the values of a record refer to. */
size_t record_bytes(const struct item *item);

/* Copies them to AT in BUFFER, which the record then holds. Returns what is
 * behind them. */
char *record_move(struct item *item, struct buffer *buffer, char *at);

#endif
