/* SPDX-License-Identifier: MIT */
/* Archives found out and opened. */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/system-error.h"
#include "operators/support/archive/layer.h"
#include "operators/support/archive/rewind.h"
#include "operators/support/archive/zip-check.h"
#include "operators/support/codec/decompress.h"
#include "operators/support/content/content.h"

enum { FILTERS_MAX = 8 };

static enum layer_result fail(
	struct layer *layer, enum exit_status status, const char *problem)
{
	if (problem != layer->problem.data) {
		layer->problem.length = 0;
		text_add_string(&layer->problem, problem);
	}
	layer->status = status;
	return LAYER_FAILED;
}

static enum layer_result fail_feed(struct layer *layer)
{
	const struct feed *feed = &layer->feed;

	return fail(layer,
		feed->failed ? feed->stream->status : STATUS_BAD_DATA,
		feed_problem(feed));
}

/* ---- What it is ------------------------------------------------------------- */

/* Reads the first bytes of the stream, a rewind, and goes back. */
static enum layer_result peek(struct layer *layer, struct stream *stream,
	unsigned char *head, size_t *length)
{
	enum read_status status = READ_DATA;
	struct slice window;

	*length = 0;
	feed_finish(&layer->feed);
	feed_init(&layer->feed, layer->context->op, stream);
	while (*length < KIND_HEAD_BYTES &&
		(status = feed_pull(&layer->feed, &window)) == READ_DATA) {
		size_t part = KIND_HEAD_BYTES - *length;

		if (part > window.length)
			part = window.length;
		memcpy(head + *length, window.data, part);
		*length += part;
	}
	rewind_back(stream);
	return status == READ_FAILED ? fail_feed(layer) : LAYER_OK;
}

/* Whether a content that begins so is compressed, also if that turns out to be
 * damaged: gzip's mark is too short to tell. RFC 1952: there is one method, and
 * flags that are reserved. */
static bool is_sure(
	enum compression format, const unsigned char *head, size_t length)
{
	return format != COMPRESSION_GZIP || length < 4 ||
		(head[2] == 8 && !(head[3] & 0xe0));
}

/* Undoes compression, as often as there is some; HEAD is then what is in it. If
 * it fails, SURE says whether it was compressed at all. */
static enum layer_result unpack(
	struct layer *layer, unsigned char *head, size_t *length, bool *sure)
{
	struct stream *from = layer->source;
	enum layer_result result = peek(layer, from, head, length);

	*sure = true;
	for (int i = 0; result == LAYER_OK; i++) {
		enum compression format = compression_detect(head, *length);

		if (format == COMPRESSION_NONE || format == COMPRESSION_ZLIB)
			return LAYER_OK;
		*sure = is_sure(format, head, *length);
		if (i == FILTERS_MAX)
			return fail(layer, STATUS_BAD_DATA,
				"it is compressed more than 8 times");
		struct stream *inner =
			layer->plain ? layer->plain : rewind_borrow(from);
		if (layer->plain)
			rewind_settle(layer->plain);
		layer->plain = rewind_create(decompress_create(inner, format,
			inflate_library(), layer->context->pool));
		result = peek(layer, layer->plain, head, length);
	}
	return result;
}

/* ---- Seeking ---------------------------------------------------------------- */

/* Holds all of what can't seek, and reads that instead. */
static enum layer_result hold(struct layer *layer)
{
	struct content *content =
		content_create(operator_budget(layer->context->op));
	enum read_status status;
	struct slice window;
	bool ok = true;

	while ((status = feed_pull(&layer->feed, &window)) == READ_DATA && ok)
		ok = content_add(content, window.data, window.length);
	ok = ok && content_complete(content);
	if (ok && status == READ_END) {
		if (layer->plain != layer->source)
			stream_destroy(layer->plain);
		layer->plain = content_stream(content);
		feed_init(&layer->feed, layer->context->op, layer->plain);
	}
	content_unref(content);
	if (!ok) {
		layer->problem.length = 0;
		text_add_format(&layer->problem,
			"it can't be held in a temporary file: %s",
			system_error(errno));
		return fail(layer, STATUS_IO_ERROR, layer->problem.data);
	}
	return status == READ_END ? LAYER_OK : fail_feed(layer);
}

/* 7zFormat.txt: the first header says where the last one is, which ends the
 * file. */
static enum layer_result check_7z(
	struct layer *layer, const unsigned char *head, size_t length)
{
	uint64_t offset = 0, header = 0, size;

	if (length < 32)
		return fail(layer, STATUS_BAD_DATA, "it is truncated");
	for (int i = 8; i-- > 0;) {
		offset = offset << 8 | head[12 + i];
		header = header << 8 | head[20 + i];
	}
	if (!layer->plain->methods->size(layer->plain, &size))
		return fail(layer, layer->plain->status,
			layer->plain->problem.data);
	size -= 32;
	if (offset > size || header > size - offset)
		return fail(layer, STATUS_BAD_DATA, "it is truncated");
	layer->followed = offset + header < size;
	layer->end = offset + header + 32;
	return !layer->followed || layer->context->trailing
		? LAYER_OK
		: fail(layer, STATUS_BAD_DATA, "something follows its end");
}

/* What is read from its end needs to seek, and is looked through first. */
static enum layer_result prepare(
	struct layer *layer, const unsigned char *head, size_t length)
{
	enum layer_result result = LAYER_OK;
	uint64_t entries = 1;

	if (layer->kind != KIND_ZIP && layer->kind != KIND_7Z)
		return LAYER_OK;
	if (!layer->plain->methods->seek)
		result = hold(layer);
	if (result == LAYER_OK && layer->kind == KIND_7Z)
		result = check_7z(layer, head, length);
	layer->problem.length = 0;
	if (result == LAYER_OK && layer->kind == KIND_ZIP &&
		!zip_check(layer->plain,
			layer->context->trailing ? &layer->end : NULL, &entries,
			&layer->problem))
		result = fail(layer, STATUS_BAD_DATA, layer->problem.data);
	layer->followed |= layer->kind == KIND_ZIP && layer->end > 0;
	layer->empty = entries == 0;
	return result;
}

/* ---- Opening ---------------------------------------------------------------- */

static void enable_kind(struct archive *archive, enum archive_kind kind)
{
	switch (kind) {
	case KIND_TAR: archive_read_support_format_tar(archive); break;
	case KIND_ZIP: archive_read_support_format_zip_seekable(archive); break;
	case KIND_7Z: archive_read_support_format_7zip(archive); break;
	case KIND_CPIO: archive_read_support_format_cpio(archive); break;
	case KIND_AR: archive_read_support_format_ar(archive); break;
	case KIND_ISO: archive_read_support_format_iso9660(archive); break;
	case KIND_RAR:
		archive_read_support_format_rar(archive);
		archive_read_support_format_rar5(archive);
		break;
	case KIND_XAR: archive_read_support_format_xar(archive); break;
	case KIND_LHA: archive_read_support_format_lha(archive); break;
	case KIND_CAB: archive_read_support_format_cab(archive); break;
	case KIND_MTREE: archive_read_support_format_mtree(archive); break;
	case KIND_WARC: archive_read_support_format_warc(archive); break;
	case KIND_NONE: break;
	}
}

/* One format alone if it is known; else those that are named and can't be told
 * by their first bytes. */
static void enable(struct layer *layer)
{
	if (layer->kind != KIND_NONE)
		enable_kind(layer->archive, layer->kind);
	for (unsigned kind = KINDS_USUAL;
		layer->kind == KIND_NONE && kind < KINDS; kind++)
		if (layer->context->kinds & 1u << kind)
			enable_kind(layer->archive, (enum archive_kind)kind);
	for (char **at = layer->context->passphrases; at && *at; at++)
		archive_read_add_passphrase(layer->archive, *at);
}

static enum layer_result open_archive(struct layer *layer)
{
	layer->archive = archive_read_new();
	if (!layer->archive)
		memory_abort();
	enable(layer);
	layer->feed.limits = &layer->context->limits;
	layer->feed.counter = &layer->context->limits.plain_bytes[layer->depth];
	if (feed_open(&layer->feed, layer->archive) == ARCHIVE_OK)
		return LAYER_OK;
	if (feed_problem(&layer->feed))
		return fail_feed(layer);
	const char *problem = archive_error_string(layer->archive);
	return fail(
		layer, STATUS_BAD_DATA, problem ? problem : "it is damaged");
}

/* In a zip file the next entry is found by the directory, whatever has become
 * of the last; so libarchive goes on there also after what it calls fatal. */
bool layer_recover(struct layer *layer)
{
	if (layer->beyond || feed_problem(&layer->feed) ||
		(!layer->alive && layer->kind != KIND_ZIP))
		return false;
	layer->damaged = false;
	return true;
}

/* Which kind to open; false: none. Images of discs start with zeros; other
 * files that do are no archives if they lie in one. */
static bool choose_kind(
	struct layer *layer, const unsigned char *head, size_t length)
{
	unsigned kinds = layer->context->kinds;

	enum archive_kind kind = kind_detect(head, length);
	bool zero = kind == KIND_TAR && kind_is_zero(head, length) &&
		(layer->depth > 0 || kinds & 1u << KIND_ISO);

	layer->kind = KIND_NONE;
	if (zero || kind == KIND_NONE || !(kinds & 1u << kind))
		return kinds >> KINDS_USUAL;
	layer->kind = kind;
	return true;
}

/* What is no archive is read from its start by somebody else. */
static enum layer_result leave(struct layer *layer)
{
	if (layer->plain != layer->source)
		stream_destroy(layer->plain);
	layer->plain = NULL;
	rewind_back(layer->source);
	rewind_settle(layer->source);
	return LAYER_PLAIN;
}

enum layer_result layer_open(struct layer *layer)
{
	unsigned char head[KIND_HEAD_BYTES];
	size_t length;
	bool sure;
	enum layer_result result = unpack(layer, head, &length, &sure);

	if (result != LAYER_OK && !sure && layer->feed.problem.length == 0 &&
		layer->source->problem.length == 0)
		return leave(layer);
	if (result != LAYER_OK)
		return result;
	if (!layer->plain)
		layer->plain = layer->source;
	if (!choose_kind(layer, head, length))
		return leave(layer);
	layer->continued =
		layer->kind == KIND_TAR && kind_is_continued(head, length);
	rewind_settle(layer->source);
	rewind_settle(layer->plain);
	feed_finish(&layer->feed);
	feed_init(&layer->feed, layer->context->op, layer->plain);
	result = prepare(layer, head, length);
	return result == LAYER_OK && !layer->empty ? open_archive(layer)
						   : result;
}
