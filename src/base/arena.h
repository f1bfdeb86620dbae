/* SPDX-License-Identifier: MIT */
/*
 * Memory that is freed all at once: for trees that live as long as a session.
 * It aborts when memory is out, so nothing here returns NULL.
 */
#ifndef LEAT_BASE_ARENA_H
#define LEAT_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_create(void);
void arena_destroy(struct arena *arena); /* takes NULL */

/* Zeroed memory, aligned for any type; freed with the arena. */
void *arena_alloc(struct arena *arena, size_t size);

/* The same for COUNT elements; aborts when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

char *arena_copy(struct arena *arena, const char *text, size_t length);
char *arena_string(struct arena *arena, const char *text);
char *arena_format(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vformat(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

#endif
