/* SPDX-License-Identifier: MIT */
/* Allocation of small things, which aborts when memory is out. */
#include "base/memory.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { FIRST = 16 }; /* items of what grows */

_Noreturn void memory_abort(void)
{
	fputs("leat: out of memory\n", stderr);
	exit(EX_OSERR);
}

size_t memory_product(size_t count, size_t size)
{
	size_t product;

	if (__builtin_mul_overflow(count, size, &product))
		memory_abort();
	return product;
}

static void *check(void *memory)
{
	if (!memory)
		memory_abort();
	return memory;
}

void *memory_alloc(size_t size)
{
	return check(malloc(size ? size : 1));
}

void *memory_zeroed(size_t size)
{
	return check(calloc(1, size ? size : 1));
}

void *memory_resize(void *old, size_t count, size_t size)
{
	size_t bytes = memory_product(count, size);

	return check(realloc(old, bytes ? bytes : 1));
}

void *memory_grow(void *old, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return old;
	*capacity = *capacity ? memory_product(*capacity, 2) : FIRST;
	return memory_resize(old, *capacity, size);
}

char *memory_string(const char *text)
{
	return check(strdup(text));
}
