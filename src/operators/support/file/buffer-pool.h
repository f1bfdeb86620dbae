/* SPDX-License-Identifier: MIT */
/*
 * Buffers that sources fill again and again: one that nobody else refers to
 * any more is filled next, so that its bytes are still in the cache and no
 * memory is taken and given back for each window.
 */
#ifndef LEAT_OPERATORS_SUPPORT_FILE_BUFFER_POOL_H
#define LEAT_OPERATORS_SUPPORT_FILE_BUFFER_POOL_H

#include "model/buffer.h"

struct buffer_pool;

/* Buffers of SIZE bytes, charged to BUDGET; one reference. */
struct buffer_pool *buffer_pool_create(struct budget *budget, size_t size);
struct buffer_pool *buffer_pool_ref(struct buffer_pool *pool);
void buffer_pool_unref(struct buffer_pool *pool); /* takes NULL */

struct budget *buffer_pool_budget(const struct buffer_pool *pool);

/* What a buffer takes of it. */
size_t buffer_pool_bytes(const struct buffer_pool *pool);

/* A buffer to write to, with a reference for the caller; NULL when the budget
 * allows no more. Once the caller has dropped that reference, and everybody
 * else theirs, it may be given out again. */
struct buffer *buffer_pool_take(struct buffer_pool *pool);

/* The place where one source puts its windows, one after the other. Small
 * ones share a buffer: a reader that keeps a line of each window must not
 * thereby keep a whole buffer of each. */
struct buffer_filler {
	struct buffer_pool *pool; /* holds a reference */
	struct buffer *buffer; /* holds a reference; or NULL */
	size_t used;
};

void buffer_filler_init(struct buffer_filler *filler, struct buffer_pool *pool);
void buffer_filler_finish(struct buffer_filler *filler);

/* Where the next window may be written, and how long it may be; NULL when the
 * budget allows no more. What was lent stays as it is. */
char *buffer_filler_space(struct buffer_filler *filler, size_t *size);

/* Lends the first LENGTH bytes of that space, now written. */
void buffer_filler_lend(
	struct buffer_filler *filler, size_t length, struct slice *window);

#endif
