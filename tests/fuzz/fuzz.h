/* SPDX-License-Identifier: MIT */
/*
 * What the fuzz targets share. Each is a file with LLVMFuzzerTestOneInput,
 * which libFuzzer calls with bytes that it makes up; it touches no file, leaves
 * nothing allocated, and aborts when a property that must hold doesn't.
 */
#ifndef LEAT_TESTS_FUZZ_H
#define LEAT_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops with WHAT, a sentence, unless HOLDS. */
static inline void fuzz_check(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

/* A copy of exactly LENGTH bytes and a NUL, so that a read too far is seen;
 * freed with free(). */
static inline char *fuzz_copy(const void *data, size_t length)
{
	char *copy = malloc(length + 1);

	if (!copy)
		abort();
	if (length)
		memcpy(copy, data, length);
	copy[length] = '\0';
	return copy;
}

/* The bytes of the first line, without its LF; *REST is what comes behind. */
static inline char *fuzz_first_line(
	const uint8_t *data, size_t size, const uint8_t **rest, size_t *length)
{
	const uint8_t *lf = size ? memchr(data, '\n', size) : NULL;
	size_t first = lf ? (size_t)(lf - data) : size;

	*rest = lf ? lf + 1 : data + size;
	*length = lf ? size - first - 1 : 0;
	return fuzz_copy(data, first);
}

#endif
