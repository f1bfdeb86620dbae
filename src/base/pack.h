/* SPDX-License-Identifier: MIT */
/*
 * Rows packed into bytes and back. Numbers are little-endian, strings have
 * their length before them and a NUL behind, so that they are used where they
 * are. What is unpacked was checked by its digest before; yet nothing here
 * reads beyond the end.
 */
#ifndef LEAT_BASE_PACK_H
#define LEAT_BASE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"

void pack_number(struct text *text, uint64_t number);
void pack_string(struct text *text, const char *string);
void pack_bytes(struct text *text, const char *data, size_t length);
void pack_digest(struct text *text, const struct digest *digest);
void pack_state(struct text *text, const struct file_state *state);

/* What is left to be unpacked. BAD is set once something doesn't fit; from
 * then on all is zero and "". */
struct unpacking {
	const unsigned char *at, *end;
	bool bad;
};

struct unpacking unpack_start(const void *data, size_t length);
uint64_t unpack_number(struct unpacking *from);
const char *unpack_string(struct unpacking *from); /* stays where it is */
const char *unpack_bytes(struct unpacking *from, size_t *length); /* too */
void unpack_digest(struct unpacking *from, struct digest *digest);
void unpack_state(struct unpacking *from, struct file_state *state);

/* Whether all fitted and nothing is left. */
bool unpack_done(const struct unpacking *from);

#endif
