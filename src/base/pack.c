/* SPDX-License-Identifier: MIT */
/* Rows packed into bytes and back. */
#include "base/pack.h"

#include <endian.h>
#include <string.h>

void pack_number(struct text *text, uint64_t number)
{
	uint64_t packed = htole64(number);

	text_add(text, (const char *)&packed, sizeof(packed));
}

void pack_bytes(struct text *text, const char *data, size_t length)
{
	pack_number(text, length);
	if (length > 0)
		text_add(text, data, length);
}

void pack_string(struct text *text, const char *string)
{
	size_t length = strlen(string);

	pack_number(text, length);
	text_add(text, string, length + 1);
}

void pack_digest(struct text *text, const struct digest *digest)
{
	text_add(text, (const char *)digest->bytes, sizeof(digest->bytes));
}

void pack_state(struct text *text, const struct file_state *state)
{
	pack_number(text, state->device);
	pack_number(text, state->inode);
	pack_number(text, state->size_bytes);
	pack_number(text, (uint64_t)state->mtime_ns);
	pack_number(text, (uint64_t)state->ctime_ns);
}

struct unpacking unpack_start(const void *data, size_t length)
{
	const unsigned char *at = data;

	return (struct unpacking){.at = at, .end = length ? at + length : at};
}

/* The next LENGTH bytes; NULL, and bad, when there are fewer. */
static const unsigned char *take(struct unpacking *from, uint64_t length)
{
	const unsigned char *at = from->at;

	if (from->bad || length > (uint64_t)(from->end - at)) {
		from->bad = true;
		return NULL;
	}
	from->at += length;
	return at;
}

uint64_t unpack_number(struct unpacking *from)
{
	const unsigned char *at = take(from, sizeof(uint64_t));
	uint64_t packed;

	if (!at)
		return 0;
	memcpy(&packed, at, sizeof(packed));
	return le64toh(packed);
}

const char *unpack_bytes(struct unpacking *from, size_t *length)
{
	uint64_t count = unpack_number(from);
	const unsigned char *at = take(from, count);

	*length = at ? (size_t)count : 0;
	return at ? (const char *)at : "";
}

const char *unpack_string(struct unpacking *from)
{
	uint64_t length = unpack_number(from);
	const unsigned char *at = take(from, length);

	if (at && take(from, 1) && at[length] == '\0')
		return (const char *)at;
	from->bad = true;
	return "";
}

void unpack_digest(struct unpacking *from, struct digest *digest)
{
	const unsigned char *at = take(from, sizeof(digest->bytes));

	if (at)
		memcpy(digest->bytes, at, sizeof(digest->bytes));
	else
		memset(digest, 0, sizeof(*digest));
}

void unpack_state(struct unpacking *from, struct file_state *state)
{
	state->device = unpack_number(from);
	state->inode = unpack_number(from);
	state->size_bytes = unpack_number(from);
	state->mtime_ns = (int64_t)unpack_number(from);
	state->ctime_ns = (int64_t)unpack_number(from);
}

bool unpack_done(const struct unpacking *from)
{
	return !from->bad && from->at == from->end;
}
