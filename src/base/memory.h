/* SPDX-License-Identifier: MIT */
/*
 * Allocation of small things, which aborts when memory is out. What is sized
 * by input goes through a budget (base/budget.h) and is checked first.
 */
#ifndef LEAT_BASE_MEMORY_H
#define LEAT_BASE_MEMORY_H

#include <stddef.h>
#include <stdlib.h>

/* Says so on standard error and exits with EX_OSERR. */
_Noreturn void memory_abort(void);

/* COUNT * SIZE; aborts when it overflows. */
size_t memory_product(size_t count, size_t size);

/* Freed with free(). */
void *memory_alloc(size_t size);
void *memory_zeroed(size_t size);
void *memory_resize(void *old, size_t count, size_t size);

/* Makes room for one more than COUNT items of SIZE bytes in OLD, which has room
 * for *CAPACITY; NULL has none. */
void *memory_grow(void *old, size_t count, size_t *capacity, size_t size);

char *memory_string(const char *text);

#endif
