/* SPDX-License-Identifier: MIT */
/* Copies of bytes that stay where they are and are freed together. */
#ifndef LEAT_OPERATORS_SUPPORT_POOL_H
#define LEAT_OPERATORS_SUPPORT_POOL_H

#include "operators/support/meter.h"

struct pool_chunk;

/* Zero-initialised it is empty. */
struct pool {
	struct pool_chunk *chunks; /* the newest first */
};

/* A place in the order of copying. */
struct pool_mark {
	struct pool_chunk *chunk;
	size_t used_bytes;
};

char *pool_copy(struct pool *pool, struct meter *meter, const char *data,
	size_t length);

struct pool_mark pool_mark(const struct pool *pool);

/* Frees what was copied since MARK. */
void pool_rewind(struct pool *pool, struct meter *meter, struct pool_mark mark);

/* Forgets all copies; the newest chunk stays for reuse. */
void pool_clear(struct pool *pool, struct meter *meter);

void pool_finish(struct pool *pool, struct meter *meter);

#endif
