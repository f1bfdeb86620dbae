/* SPDX-License-Identifier: MIT */
/* Entries of an open archive, and their contents. */
#include "operators/support/archive/layer.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"

/* A tar file ends in two blocks of zeros. */
enum { TAR_END_BYTES = 1024 };

struct entry_stream {
	struct stream base;
	struct layer *layer; /* NULL: abandoned */
	struct stream *held; /* what was read already; or NULL */
	struct buffer_filler filler;
};

struct layer *layer_create(struct archive_context *context, struct layer *outer,
	struct stream *source)
{
	struct layer *layer = memory_zeroed(sizeof(*layer));

	layer->context = context;
	layer->outer = outer;
	layer->depth = outer ? outer->depth + 1 : 0;
	layer->source = source;
	return layer;
}

void layer_destroy(struct layer *layer)
{
	if (!layer)
		return;
	archive_read_free(layer->archive);
	feed_finish(&layer->feed);
	if (layer->plain != layer->source)
		stream_destroy(layer->plain);
	stream_destroy(layer->source);
	attributes_unref(layer->described);
	cpio_links_finish(&layer->links, &layer->context->links_bytes);
	archive_entry_free(layer->late);
	text_free(&layer->path);
	text_free(&layer->trail);
	text_free(&layer->problem);
	free(layer);
}

/* ---- Failure ---------------------------------------------------------------- */

static enum layer_result fail(struct layer *layer, const char *problem)
{
	layer->problem.length = 0;
	if (!problem)
		problem = "it is damaged";
	/* Some of what libarchive says ends in a line feed. */
	text_add(&layer->problem, problem, strcspn(problem, "\n"));
	layer->status = STATUS_BAD_DATA;
	return LAYER_FAILED;
}

void layer_add_problem(const struct layer *layer, struct text *text)
{
	if (layer->outer) {
		text_add_escaped(
			text, layer->trail.data, layer->trail.length, 1000);
		text_add_string(text, ": ");
	}
	text_add_string(text, layer->problem.data);
}

/* What libarchive says, or the stream that it reads. */
static const char *problem_of(const struct layer *layer)
{
	const char *problem = feed_problem(&layer->feed);

	if (!problem && archive_errno(layer->archive) == ENOMEM)
		return "it needs more memory than there is; raise `resources: "
		       "memory`";
	return problem ? problem : archive_error_string(layer->archive);
}

static enum layer_result fail_archive(struct layer *layer)
{
	fail(layer, problem_of(layer));
	if (layer->feed.failed)
		layer->status = layer->feed.stream->status;
	return LAYER_FAILED;
}

/* The same for the content of the current entry. */
static enum layer_result fail_content(struct layer *layer, const char *problem)
{
	const char *name = archive_entry_pathname(layer->entry);
	struct text text = {0};

	layer->over = layer->damaged = true;
	layer->left = 0; /* libarchive says a size even then */
	layer->hole = 0;
	layer->alive = false;
	text_add_string(&text, "the entry `");
	text_add_escaped(&text, name ? name : "", name ? strlen(name) : 0, 200);
	text_add_format(
		&text, "`: %s", problem ? problem : "its content is damaged");
	fail(layer, text.data);
	if (layer->feed.failed)
		layer->status = layer->feed.stream->status;
	text_free(&text);
	return LAYER_FAILED;
}

bool layer_failed_alone(const struct layer *layer)
{
	const struct limits *limits = &layer->context->limits;

	return layer->outer && !layer->outer->damaged && layer->index == 0 &&
		layer->status == STATUS_BAD_DATA &&
		layer->feed.problem.length == 0 &&
		limits->entries_so_far <= limits->entries;
}

/* ---- The end ---------------------------------------------------------------- */

/* What follows the end, at byte LAST. */
static enum layer_result take_trailing(struct layer *layer, uint64_t last)
{
	char problem[80];

	if (layer->context->trailing) {
		layer->followed = true;
		layer->end = last;
		return LAYER_END;
	}
	if (last == 0)
		return fail(layer,
			"it begins with zeros, as an empty tar file does, but "
			"something follows; if it is the image of a disc, "
			"`formats: [iso]` opens it");
	snprintf(problem, sizeof(problem),
		"something follows its end, which is at byte %llu",
		(unsigned long long)last);
	return fail(layer, problem);
}

/* Reads what follows the last entry. libarchive stops at the first block of
 * zeros, which may be followed by a second one, or takes the end of the input
 * for that of the archive: so a tar file that was cut between two entries would
 * look whole. */
static enum layer_result check_rest(struct layer *layer)
{
	struct feed *feed = &layer->feed;
	uint64_t used = (uint64_t)archive_filter_bytes(layer->archive, 0);
	uint64_t last = layer->kind == KIND_TAR
		? (uint64_t)archive_read_header_position(layer->archive)
		: used;
	enum read_status status;
	struct slice window;

	while ((status = feed_pull(feed, &window)) == READ_DATA)
		;
	if (status == READ_FAILED)
		return fail_archive(layer);
	if (layer->kind == KIND_TAR && used - last < TAR_END_BYTES)
		return fail(layer,
			"it is truncated: the two blocks of zeros at its end "
			"are missing");
	return feed->zeros >= feed->offset - last ? LAYER_END
						  : take_trailing(layer, last);
}

static enum layer_result end(struct layer *layer)
{
	switch (layer->kind) {
	case KIND_TAR:
	case KIND_CPIO:
	case KIND_AR: return check_rest(layer);
	default: return LAYER_END;
	}
}

/* ---- Entries ---------------------------------------------------------------- */

/* What nobody has read. */
static enum layer_result skip_content(struct layer *layer)
{
	int result = archive_read_data_skip(layer->archive);

	if (result != ARCHIVE_EOF && result != ARCHIVE_FATAL)
		return LAYER_OK;
	return fail_content(layer, problem_of(layer));
}

/* libarchive goes on without a pax header that is damaged: other programs may
 * see another name, or another size, than it does. */
static bool lacks_header(struct layer *layer)
{
	const char *warning = archive_error_string(layer->archive);

	return layer->kind == KIND_TAR && warning &&
		strstr(warning, "pax extended attribute");
}

/* What a cpio archive has without a content may have one that comes later. */
static enum layer_result take_links(struct layer *layer)
{
	if (layer->kind != KIND_CPIO)
		return LAYER_OK;
	switch (cpio_links_take(&layer->links, layer->entry, layer->place,
		&layer->context->links_bytes)) {
	case CPIO_LINKS_GIVE: return LAYER_OK;
	case CPIO_LINKS_WAIT: return LAYER_LATER;
	case CPIO_LINKS_FULL: break;
	}
	return fail(layer,
		"the hard links in it that wait for their content take more "
		"than 16 MiB; unpack it, and pack it with tar");
}

bool layer_is_continued(const struct layer *layer)
{
	return layer->continued && layer->place.index == 0;
}

static enum layer_result read_header(struct layer *layer)
{
	struct limits *limits = &layer->context->limits;

	switch (archive_read_next_header(layer->archive, &layer->entry)) {
	case ARCHIVE_WARN:
		if (lacks_header(layer))
			return fail(layer, "a pax header in it is damaged");
		break;
	case ARCHIVE_OK: break;
	case ARCHIVE_EOF: return end(layer);
	default: return fail_archive(layer);
	}
	if (limits->entries_so_far++ >= limits->entries)
		return fail(layer,
			"it has too many entries; raise `max-entries` if that "
			"is right");
	/* ar files have modes without a type, as 644. */
	if (archive_entry_filetype(layer->entry) == 0)
		archive_entry_set_filetype(layer->entry, AE_IFREG);
	layer->place.index = layer->index++;
	layer->place.position =
		(uint64_t)archive_read_header_position(layer->archive);
	layer->over = false;
	return take_links(layer);
}

/* What has waited is empty, or a hard link. */
static bool take_late(struct layer *layer)
{
	if (!layer->links.ready)
		return false;
	if (!layer->late)
		layer->late = archive_entry_new();
	if (!layer->late)
		memory_abort();
	layer->entry = layer->late;
	layer->over = true;
	return cpio_links_next(&layer->links, layer->late, &layer->place,
		&layer->context->links_bytes);
}

enum layer_result layer_next(struct layer *layer)
{
	enum layer_result result;

	if (layer->empty)
		return LAYER_END;
	if (layer->damaged)
		return LAYER_FAILED;
	if (layer->index > 0 && layer->entry != layer->late && !layer->ended &&
		skip_content(layer) != LAYER_OK)
		return LAYER_FAILED;
	layer->left = 0;
	layer->at = layer->hole = 0;
	if (take_late(layer))
		return LAYER_OK;
	if (layer->ended)
		return LAYER_END;
	result = read_header(layer);
	if (result != LAYER_END)
		return result;
	layer->ended = true;
	cpio_links_end(&layer->links);
	return layer->links.ready ? LAYER_LATER : LAYER_END;
}

/* ---- Contents --------------------------------------------------------------- */

static enum layer_result count(struct layer *layer, uint64_t bytes)
{
	struct limits *limits = &layer->context->limits;
	struct text problem = {0};
	enum layer_result result = LAYER_OK;

	layer->beyond = !limits_add(
		limits, &limits->entry_bytes[layer->depth], bytes, &problem);
	if (layer->beyond)
		result = fail_content(layer, problem.data);
	text_free(&problem);
	return result;
}

/* What an entry must have according to its header. */
static enum layer_result end_content(struct layer *layer, uint64_t offset)
{
	struct archive_entry *entry = layer->entry;
	uint64_t size = archive_entry_size_is_set(entry)
		? (uint64_t)archive_entry_size(entry)
		: layer->at;

	layer->over = true;
	if (layer->at == size)
		return LAYER_END;
	if (layer->at > size || layer->kind != KIND_TAR || offset != size)
		return fail_content(layer, "it isn't as long as it says");
	layer->over = false; /* a sparse file ends in a hole */
	layer->hole = size - layer->at;
	return LAYER_OK;
}

/* Gets the next block of the content, or the hole in front of it. */
static enum layer_result refill(struct layer *layer)
{
	const void *data;
	la_int64_t offset = 0;
	int result;

	if (layer->over)
		return layer->damaged ? LAYER_FAILED : LAYER_END;
	do
		result = archive_read_data_block(
			layer->archive, &data, &layer->left, &offset);
	while (result == ARCHIVE_OK && layer->left == 0 &&
		(uint64_t)offset == layer->at);
	if (result == ARCHIVE_EOF)
		return end_content(layer, (uint64_t)offset);
	if (result != ARCHIVE_OK || (uint64_t)offset < layer->at) {
		fail_content(layer, problem_of(layer));
		layer->alive =
			result == ARCHIVE_WARN || result == ARCHIVE_FAILED;
		return LAYER_FAILED;
	}
	layer->data = data;
	layer->hole = (uint64_t)offset - layer->at;
	return LAYER_OK;
}

/* Moves up to SIZE bytes of the content to SPACE, or drops them when that is
 * NULL; says how many. */
static enum layer_result take(
	struct layer *layer, char *space, size_t size, size_t *length)
{
	uint64_t most = layer->hole > 0 ? layer->hole : layer->left;

	*length = most < size ? (size_t)most : size;
	if (count(layer, *length) != LAYER_OK)
		return LAYER_FAILED; /* and there is no more of it */
	layer->at += *length;
	if (layer->hole > 0) {
		layer->hole -= *length;
		if (space)
			memset(space, 0, *length);
		return LAYER_OK;
	}
	if (space)
		memcpy(space, layer->data, *length);
	layer->data += *length;
	layer->left -= *length;
	return LAYER_OK;
}

enum layer_result layer_look(struct layer *layer)
{
	enum layer_result result = LAYER_OK;

	while (result == LAYER_OK && layer->hole == 0 && layer->left == 0)
		result = refill(layer);
	return result;
}

enum layer_result layer_drain(struct layer *layer)
{
	size_t length;
	enum layer_result result = layer_look(layer);

	return result == LAYER_OK ? take(layer, NULL, BUFFER_BYTES, &length)
				  : result;
}

/* ---- Streams ---------------------------------------------------------------- */

static enum read_status fail_stream(
	struct stream *stream, const struct layer *layer)
{
	struct text what = {0};

	layer_add_problem(layer, &what);
	stream_fail(stream, layer->status, "%s", what.data);
	text_free(&what);
	return READ_FAILED;
}

static enum read_status read_entry(struct stream *stream, struct slice *window)
{
	struct entry_stream *self = (struct entry_stream *)stream;
	struct layer *layer = self->layer;
	size_t size, length = 0;

	if (!layer)
		return stream_fail(
			stream, STATUS_SYSTEM, "its archive was closed");
	if (self->held) {
		enum read_status status = stream_read(self->held, window);

		return status == READ_FAILED
			? stream_fail_as(stream, self->held)
			: status;
	}
	char *space = buffer_filler_space(&self->filler, &size);
	if (!space)
		return READ_MEMORY;
	enum layer_result result = layer_look(layer);
	if (result == LAYER_OK)
		result = take(layer, space, size, &length);
	if (result == LAYER_END)
		return READ_END;
	if (result == LAYER_FAILED)
		return fail_stream(stream, layer);
	buffer_filler_lend(&self->filler, length, window);
	return READ_DATA;
}

/* What the archive says; it may be wrong. */
static bool entry_size(struct stream *stream, uint64_t *bytes)
{
	const struct layer *layer = ((struct entry_stream *)stream)->layer;

	if (!layer || !archive_entry_size_is_set(layer->entry))
		return false;
	*bytes = (uint64_t)archive_entry_size(layer->entry);
	return true;
}

static void destroy_entry(struct stream *stream)
{
	struct entry_stream *self = (struct entry_stream *)stream;

	if (self->layer)
		self->layer->lent = NULL;
	stream_destroy(self->held);
	buffer_filler_finish(&self->filler);
	free(self);
}

struct stream *layer_content(struct layer *layer)
{
	static const struct stream_methods methods = {
		.read = read_entry,
		.destroy = destroy_entry,
		.size = entry_size,
	};
	struct entry_stream *self = memory_zeroed(sizeof(*self));

	stream_init(&self->base, &methods);
	self->layer = layer;
	buffer_filler_init(&self->filler, layer->context->pool);
	layer->lent = self;
	return &self->base;
}

struct stream *layer_content_held(struct layer *layer, struct stream *held)
{
	struct stream *stream = layer_content(layer);

	((struct entry_stream *)stream)->held = held;
	return stream;
}

void layer_abandon(struct layer *layer)
{
	if (layer->lent)
		layer->lent->layer = NULL;
	layer->lent = NULL;
}
