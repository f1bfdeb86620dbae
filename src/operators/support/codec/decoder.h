/* SPDX-License-Identifier: MIT */
/* What decompresses all but gzip and zlib: a table for each library. Nobody but
 * the decompressing stream and those libraries' files includes it. */
#ifndef LEAT_OPERATORS_SUPPORT_CODEC_DECODER_H
#define LEAT_OPERATORS_SUPPORT_CODEC_DECODER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/budget.h"
#include "operators/support/codec/format.h"

/* Where to read and write; `run` moves both on. */
struct decoder_io {
	const unsigned char *in;
	size_t in_length;
	unsigned char *out;
	size_t out_length; /* at least 1 */
};

enum decoder_status {
	DECODER_GOING, /* the input is used up or the output is full */
	DECODER_DONE, /* the member is whole */
	DECODER_MEMORY, /* not so much memory is left: try again */
	DECODER_FOREIGN, /* the next byte isn't the start of a member */
	DECODER_BROKEN, /* see problem and advice */
};

enum { DECODER_HEAD_BYTES = 18 };

/* The head of each library's decoder. */
struct decoder {
	const struct decoder_methods *methods;
	enum compression format;
	struct budget *budget;
	size_t bytes; /* that are charged to it */
	size_t wanted_bytes; /* after DECODER_MEMORY */

	/* The first bytes of a member, which tell what it takes; and how many
	 * of them the library has got. */
	unsigned char head[DECODER_HEAD_BYTES];
	size_t head_length, head_given;

	char problem
		[120]; /* after DECODER_BROKEN, a sentence; and what to do */
	const char *advice;
};

struct decoder_methods {
	struct decoder *(*create)(void); /* aborts when memory is out */
	void (*destroy)(struct decoder *decoder);

	/* Puts it to the start of a member. */
	void (*restart)(struct decoder *decoder);

	/* Goes on until something is used up. With the output full there may
	 * be more to come: then called again, even without input. */
	enum decoder_status (*run)(
		struct decoder *decoder, struct decoder_io *io);
};

struct decoder *decoder_create(enum compression format, struct budget *budget);
void decoder_destroy(struct decoder *decoder); /* takes NULL */

void decoder_restart(struct decoder *decoder);

/* ---- For the libraries' files ----------------------------------------------- */

/* Moves bytes from the input to the head until that has LENGTH; whether it
 * has. */
bool decoder_take_head(
	struct decoder *decoder, struct decoder_io *io, size_t length);

/* The same with the bytes of MARK: DECODER_DONE; at another byte, which stays,
 * DECODER_FOREIGN; else DECODER_GOING: more input is needed. */
enum decoder_status decoder_take_mark(struct decoder *decoder,
	struct decoder_io *io, const char *mark, size_t length);

/* The same with the four bytes of a frame of zstd or LZ4, MARK, or of one that
 * is to be skipped, which is the same in both: SKIPPED. */
enum decoder_status decoder_take_frame_mark(struct decoder *decoder,
	struct decoder_io *io, const char *mark, bool *skipped);

/* Charges what the member takes, in all BYTES: DECODER_DONE, or the status to
 * return. */
enum decoder_status decoder_charge(struct decoder *decoder, uint64_t bytes);

/* Each returns DECODER_BROKEN. */
enum decoder_status decoder_broken(
	struct decoder *decoder, const char *problem, const char *advice);
enum decoder_status decoder_damaged(struct decoder *decoder);
enum decoder_status decoder_wrong_checksum(struct decoder *decoder);

/* What the library is to read next: the rest of the head, or the input; and
 * that it has read LENGTH bytes of that. */
struct decoder_input {
	const unsigned char *data;
	size_t length;
};

struct decoder_input decoder_next(
	const struct decoder *decoder, const struct decoder_io *io);
void decoder_advance(
	struct decoder *decoder, struct decoder_io *io, size_t length);

extern const struct decoder_methods decoder_zstd, decoder_lzma, decoder_bzip2,
	decoder_lz4;

#endif
