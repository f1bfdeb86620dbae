/* SPDX-License-Identifier: MIT */
/* Zip files looked through: APPNOTE.TXT 4.3. */
#include "operators/support/archive/zip-check.h"

#include <string.h>

#include "base/memory.h"

enum {
	LOCAL_BYTES = 30,
	CENTRAL_BYTES = 46,
	END_BYTES = 22,
	END64_BYTES = 56,
	LOCATOR_BYTES = 20,
	TAIL_BYTES = 16384, /* where libarchive looks for the end */
	FLAG_DESCRIPTOR = 1 << 3,
};

/* Central directories are read whole. */
#define DIRECTORY_MAX (UINT64_C(64) << 20)

struct extent {
	uint64_t start, end;
};

struct zip {
	struct stream *stream;
	struct text *problem;
	struct slice window; /* what was read last, and where it stands */
	uint64_t window_at;
	uint64_t size;
	uint64_t count, offset, length; /* of the directory */
	uint64_t end; /* where what follows the directory starts */
	bool trailing; /* something may follow all of it */
	uint64_t followed; /* at this place something does; or 0 */
	char *directory;
	struct extent *extents;
};

struct record {
	uint64_t packed, plain, offset;
	uint32_t crc;
	unsigned flags, method, name_length, extra_length, comment_length;
};

static uint64_t number(const char *at, size_t bytes)
{
	uint64_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | (unsigned char)at[bytes];
	return value;
}

static bool fail(struct zip *zip, const char *problem)
{
	if (zip->problem->length == 0)
		text_add_string(zip->problem, problem);
	return false;
}

/* ---- Reading ---------------------------------------------------------------- */

/* Reads the window that starts at OFFSET. */
static bool pull(struct zip *zip, uint64_t offset)
{
	struct stream *stream = zip->stream;

	if ((zip->window.length == 0 ||
		    offset != zip->window_at + zip->window.length) &&
		!stream->methods->seek(stream, offset))
		return fail(zip, stream->problem.data);
	zip->window_at = offset;
	switch (stream_read(stream, &zip->window)) {
	case READ_DATA: return true;
	case READ_FAILED: fail(zip, stream->problem.data); break;
	case READ_MEMORY:
		fail(zip,
			"the memory budget is used up; raise `resources: "
			"memory`");
		break;
	case READ_BLOCKED:
	case READ_END: fail(zip, "it is truncated"); break;
	}
	zip->window.length = 0;
	return false;
}

static bool read_at(struct zip *zip, uint64_t offset, char *data, size_t length)
{
	if (offset > zip->size || length > zip->size - offset)
		return fail(zip, "it is truncated, or says wrong offsets");
	while (length > 0) {
		uint64_t in = offset - zip->window_at;

		if (offset < zip->window_at || in >= zip->window.length) {
			if (!pull(zip, offset))
				return false;
			continue;
		}
		size_t part = zip->window.length - (size_t)in;
		if (part > length)
			part = length;
		memcpy(data, zip->window.data + in, part);
		data += part;
		offset += part;
		length -= part;
	}
	return true;
}

/* ---- The end ---------------------------------------------------------------- */

/* Whether the record for small files says what that for large ones does, or
 * leaves it to that: some readers take the one, some the other. */
static bool agrees(uint64_t narrow, uint64_t wide, uint64_t most)
{
	return narrow == most || narrow == wide;
}

/* The record at the end of zip files that are large, or whose writer didn't
 * know that they wouldn't be. */
static bool read_end64(struct zip *zip, uint64_t end)
{
	char locator[LOCATOR_BYTES], record[END64_BYTES];
	const struct zip narrow = *zip;

	if (end < LOCATOR_BYTES)
		return true;
	if (!read_at(zip, end - LOCATOR_BYTES, locator, LOCATOR_BYTES))
		return false;
	if (memcmp(locator, "PK\6\7", 4) != 0)
		return true; /* the numbers only look so */
	zip->end = number(locator + 8, 8);
	if (!read_at(zip, zip->end, record, END64_BYTES))
		return false;
	if (memcmp(record, "PK\6\6", 4) != 0)
		return fail(zip, "its end is damaged");
	zip->count = number(record + 32, 8);
	zip->length = number(record + 40, 8);
	zip->offset = number(record + 48, 8);
	return (agrees(narrow.count, zip->count, UINT16_MAX) &&
		       agrees(narrow.length, zip->length, UINT32_MAX) &&
		       agrees(narrow.offset, zip->offset, UINT32_MAX)) ||
		fail(zip, "its end says two directories");
}

/* The record at END must be followed by just its comment. */
static bool take_end(struct zip *zip, const char *record, uint64_t end)
{
	zip->count = number(record + 10, 2);
	zip->length = number(record + 12, 4);
	zip->offset = number(record + 16, 4);
	zip->end = end;
	if (number(record + 4, 2) != 0 || number(record + 6, 2) != 0)
		return zip->count == 0xffff ||
			fail(zip, "it is one part of several");
	return read_end64(zip, end);
}

/* Whether the mark that is BACK bytes in front of the end of the file begins
 * the record, with its comment. What follows that is noted, if it may. */
static bool is_end(struct zip *zip, const char *at, size_t back)
{
	size_t whole = END_BYTES + (size_t)number(at + 20, 2);

	if (whole > back || (whole < back && !zip->trailing))
		return false;
	if (whole < back)
		zip->followed = zip->size - back + whole;
	return true;
}

/* The last mark of the record must be that of the end: readers that find one
 * in its comment, or behind it, would take that. */
static bool find_end(struct zip *zip)
{
	size_t length =
		(size_t)(zip->size < TAIL_BYTES ? zip->size : TAIL_BYTES);
	size_t back = END_BYTES;
	char *tail = memory_alloc(length + 1);
	bool ok = read_at(zip, zip->size - length, tail, length);

	while (ok && back <= length &&
		memcmp(tail + length - back, "PK\5\6", 4) != 0)
		back++;
	if (ok && (back > length || !is_end(zip, tail + length - back, back)))
		ok = fail(zip,
			"it is truncated, or something follows its end, or a "
			"comment of more than 16 KiB");
	if (ok)
		ok = take_end(zip, tail + length - back, zip->size - back);
	free(tail);
	return ok;
}

/* ---- Entries ---------------------------------------------------------------- */

/* Takes the sizes and the offset from the extra field of large entries. */
static bool widen(struct zip *zip, struct record *record, const char *extra)
{
	size_t left = record->extra_length;
	uint64_t *const wide[] = {
		&record->plain, &record->packed, &record->offset};

	while (left >= 4) {
		size_t length = number(extra + 2, 2), at = 0;

		if (length > left - 4)
			break;
		for (int i = 0; number(extra, 2) == 1 && i < 3; i++) {
			if (*wide[i] != UINT32_MAX)
				continue;
			if (at + 8 > length)
				return fail(zip, "an entry lacks its size");
			*wide[i] = number(extra + 4 + at, 8);
			at += 8;
		}
		left -= length + 4;
		extra += length + 4;
	}
	return true;
}

/* The fields that both headers have, from the flags on. */
static void take_fields(struct record *record, const char *at)
{
	record->flags = (unsigned)number(at, 2);
	record->method = (unsigned)number(at + 2, 2);
	record->crc = (uint32_t)number(at + 8, 4);
	record->packed = number(at + 12, 4);
	record->plain = number(at + 16, 4);
	record->name_length = (unsigned)number(at + 20, 2);
	record->extra_length = (unsigned)number(at + 22, 2);
}

static bool differs(struct zip *zip, const struct record *central,
	const char *name, const char *what)
{
	struct text text = {0};

	text_add_string(&text, "the entry `");
	text_add_escaped(&text, name, central->name_length, 200);
	text_add_format(&text, "` has another %s in the directory", what);
	fail(zip, text.data);
	text_free(&text);
	return false;
}

/* The first extra field from AT on that is Info-ZIP's "Unicode Path", which
 * some readers take in place of the name (APPNOTE.TXT 4.6.9); or NULL. */
static const char *find_unicode(const char *at, const char *end)
{
	enum { UNICODE_PATH = 0x7075 };

	while (end - at >= 4) {
		size_t length = 4 + (size_t)number(at + 2, 2);

		if (length > (size_t)(end - at))
			break;
		if (number(at, 2) == UNICODE_PATH)
			return at;
		at += length;
	}
	return NULL;
}

/* Whether these extra fields, each up to its end, have the same one, or none;
 * of several, readers take the first or the last. */
static bool same_unicode(
	const char *one, const char *end, const char *other, const char *stop)
{
	one = find_unicode(one, end);
	other = find_unicode(other, stop);
	if (!one || !other)
		return !one && !other;
	size_t length = 4 + (size_t)number(one + 2, 2);
	return length == 4 + (size_t)number(other + 2, 2) &&
		memcmp(one, other, length) == 0 &&
		!find_unicode(one + length, end) &&
		!find_unicode(other + length, stop);
}

/* Compares what stands in front of the data; says where that ends. */
static bool check_local(struct zip *zip, const struct record *central,
	const char *name, struct extent *extent)
{
	enum { BOTH_MAX = 2 * 65535 };
	char header[LOCAL_BYTES], *rest = memory_alloc(BOTH_MAX);
	struct record local = {.flags = 0};
	const char *what = NULL, *extra = name + central->name_length;
	bool ok = read_at(zip, central->offset, header, LOCAL_BYTES);

	if (ok && memcmp(header, "PK\3\4", 4) != 0)
		ok = fail(zip, "its directory says wrong offsets");
	if (ok) {
		take_fields(&local, header + 6);
		ok = read_at(zip, central->offset + LOCAL_BYTES, rest,
			local.name_length + local.extra_length);
	}
	ok = ok && widen(zip, &local, rest + local.name_length);
	if (ok &&
		(local.name_length != central->name_length ||
			memcmp(rest, name, local.name_length) != 0))
		what = "name";
	else if (ok &&
		!same_unicode(rest + local.name_length,
			rest + local.name_length + local.extra_length, extra,
			extra + central->extra_length))
		what = "Unicode name";
	else if (local.method != central->method)
		what = "method";
	else if (!(local.flags & FLAG_DESCRIPTOR) &&
		(local.packed != central->packed ||
			local.plain != central->plain))
		what = "size";
	else if (!(local.flags & FLAG_DESCRIPTOR) && local.crc != central->crc)
		what = "CRC";
	free(rest);
	if (ok && what)
		return differs(zip, central, name, what);
	extent->start = central->offset;
	extent->end = central->offset + LOCAL_BYTES + local.name_length +
		local.extra_length + central->packed;
	return ok &&
		((central->packed <= zip->offset &&
			 extent->end <= zip->offset) ||
			fail(zip, "an entry doesn't fit into it"));
}

static int compare(const void *left, const void *right)
{
	const struct extent *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

static bool check_entries(struct zip *zip)
{
	const char *at = zip->directory, *end = at + zip->length;

	for (uint64_t i = 0; i < zip->count; i++) {
		struct record central = {.flags = 0};

		if (end - at < CENTRAL_BYTES || memcmp(at, "PK\1\2", 4) != 0)
			return fail(zip, "its directory is damaged");
		take_fields(&central, at + 8);
		central.comment_length = (unsigned)number(at + 32, 2);
		central.offset = number(at + 42, 4);
		const char *name = at + CENTRAL_BYTES;
		if ((uint64_t)(end - name) < (uint64_t)central.name_length +
				central.extra_length + central.comment_length)
			return fail(zip, "its directory is damaged");
		at = name + central.name_length + central.extra_length +
			central.comment_length;
		if (!widen(zip, &central, name + central.name_length) ||
			!check_local(zip, &central, name, &zip->extents[i]))
			return false;
	}
	return at == end || fail(zip, "its directory has another length");
}

static bool check_overlaps(struct zip *zip)
{
	qsort(zip->extents, zip->count, sizeof(*zip->extents), compare);
	for (uint64_t i = 1; i < zip->count; i++)
		if (zip->extents[i].start < zip->extents[i - 1].end)
			return fail(zip, "two of its entries overlap");
	return true;
}

static bool check(struct zip *zip)
{
	if (!find_end(zip))
		return false;
	if (zip->offset > zip->end || zip->length != zip->end - zip->offset ||
		zip->count > zip->length / CENTRAL_BYTES)
		return fail(zip, "its end says a wrong offset, size or count");
	if (zip->length > DIRECTORY_MAX)
		return fail(zip, "its directory has more than 64 MiB");
	zip->directory = memory_alloc(zip->length + 1);
	zip->extents = memory_zeroed((zip->count + 1) * sizeof(*zip->extents));
	return read_at(zip, zip->offset, zip->directory, zip->length) &&
		check_entries(zip) && check_overlaps(zip);
}

bool zip_check(struct stream *stream, uint64_t *end, uint64_t *entries,
	struct text *problem)
{
	struct zip zip = {
		.stream = stream, .problem = problem, .trailing = end};
	bool ok = (stream->methods->size(stream, &zip.size) ||
			  fail(&zip, stream->problem.data)) &&
		check(&zip);

	*entries = zip.count;
	if (end)
		*end = zip.followed;
	free(zip.directory);
	free(zip.extents);
	if (ok && !stream->methods->seek(stream, 0))
		return fail(&zip, stream->problem.data);
	return ok;
}
