/* SPDX-License-Identifier: MIT */
/*
 * An archive that is open: its entries one by one, each read at most once and
 * before the next. Layers lie within each other where archives do.
 */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_LAYER_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_LAYER_H

#include <archive.h>
#include <archive_entry.h>

#include "engine/operator.h"
#include "operators/support/archive/cpio-links.h"
#include "operators/support/archive/feed.h"
#include "operators/support/archive/kind.h"
#include "operators/support/archive/limits.h"
#include "operators/support/file/buffer-pool.h"

/* What all layers of an input share; not theirs. */
struct archive_context {
	struct operator *op;
	struct buffer_pool *pool;
	struct limits limits;
	size_t links_bytes; /* that entries take that wait in cpio archives */
	unsigned kinds; /* bits of enum archive_kind that are opened */
	char **passphrases; /* ends in NULL; or NULL */
	bool trailing; /* something may follow the end of an archive */
};

struct entry_stream;

struct layer {
	struct archive_context *context;
	struct layer *outer; /* or NULL */
	unsigned depth; /* 0: the outermost */
	struct attributes *described; /* of the entry that it is; owned; or
					 NULL */
	struct stream *source; /* what it came as, a rewind; owned */
	struct stream *plain; /* what is in it, decompressed; owned */
	struct feed feed;
	struct archive *archive;
	enum archive_kind kind;
	bool continued; /* its first entry has only the end of its content */
	bool empty; /* a zip file without entries, which libarchive refuses */
	bool followed; /* something follows its end, as it may */
	uint64_t end; /* then: where that is, in bytes */
	struct text path, trail; /* of the archive, for its entries */

	struct archive_entry *entry; /* the current one; of the archive, or: */
	struct archive_entry *late; /* what has waited; owned; or NULL */
	struct entry_place place; /* of the current one */
	uint64_t index; /* of what comes next in the archive */
	struct cpio_links links;
	bool ended; /* the archive has, and is whole */
	const char *data; /* of its content, not lent yet */
	size_t left;
	uint64_t at; /* in its content: what is lent next */
	uint64_t hole; /* so many zeros come first */
	bool over; /* its content has ended, or failed */
	bool damaged; /* it has failed: nothing more can be read, unless: */
	bool alive; /* libarchive says that it can go on */
	bool beyond; /* it has failed because of a limit */
	struct entry_stream *lent; /* the stream of its content; or NULL */
	struct text problem; /* why something failed, as a sentence */
	enum exit_status status; /* of the problem */
};

enum layer_result {
	LAYER_OK,
	LAYER_LATER, /* the entry waits for another one: go on */
	LAYER_END, /* there are no more entries, and the archive is whole */
	LAYER_PLAIN, /* it is no archive */
	LAYER_FAILED, /* layer->problem says why */
};

/* A layer over SOURCE, a rewind that it takes. */
struct layer *layer_create(struct archive_context *context, struct layer *outer,
	struct stream *source);
void layer_destroy(struct layer *layer); /* takes NULL; not those outside */

/* Finds out what the source is, and opens it. PLAIN: the source is as it was,
 * and may be taken away. What begins as archives or compressed files do, but
 * is damaged, has failed; what only by chance begins so is plain. */
enum layer_result layer_open(struct layer *layer);

/* Whether it is just this archive, which lies in another one, that has failed,
 * before anything came of it: the other one can be read on. */
bool layer_failed_alone(const struct layer *layer);

/* Goes on to the next entry; what is unread of the last is skipped. Once a
 * content has failed, this fails for the same reason, whoever has read it. */
enum layer_result layer_next(struct layer *layer);

/* Whether the content of the current entry begins in another archive: what GNU
 * tar makes where there are several volumes. */
bool layer_is_continued(const struct layer *layer);

/* Whether the content of the current entry begins: OK, END where it is empty,
 * or FAILED before anything of it came out. */
enum layer_result layer_look(struct layer *layer);

/* Reads on in what nobody has read of an entry, so that its checksum is
 * checked: OK, or END when it has ended. */
enum layer_result layer_drain(struct layer *layer);

/* The content of the current entry, which isn't out yet. It must be destroyed
 * before the next entry or the layer. */
struct stream *layer_content(struct layer *layer);

/* The same, where that was read to its end already: HELD, which it takes. */
struct stream *layer_content_held(struct layer *layer, struct stream *held);

/* After the content of an entry has failed: whether those behind it can be read
 * all the same, as in a zip file, where each stands for itself. */
bool layer_recover(struct layer *layer);

/* Adds the layer's problem, behind the way to an archive that lies in another
 * one. */
void layer_add_problem(const struct layer *layer, struct text *text);

/* Lets the stream that is out fail from now on. */
void layer_abandon(struct layer *layer);

#endif
