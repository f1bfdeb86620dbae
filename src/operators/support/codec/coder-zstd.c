/* SPDX-License-Identifier: MIT */
/* zstd frames, with a checksum as zstd(1) makes it. */
#define ZSTD_STATIC_LINKING_ONLY /* for what a level takes of the memory */
#include <signal.h>
#include <zstd.h>

#include "base/memory.h"
#include "operators/support/codec/coder.h"

struct zstd {
	ZSTD_CCtx *context;
	bool threads;
};

/* How much of a content a thread gets at once: as little as there is to gain,
 * since all of it is held, but at least a window. */
static size_t job_bytes(int level)
{
	enum { LEAST_BYTES = 4 << 20 };
	size_t window = (size_t)1 << ZSTD_getCParams(level, 0, 0).windowLog;

	return window > LEAST_BYTES ? window : LEAST_BYTES;
}

/* With threads: each has tables and a window, and so many jobs and two more are
 * held, with what comes of them. */
static size_t zstd_bytes(const struct compressor_settings *settings)
{
	size_t one = ZSTD_estimateCStreamSize(settings->level);

	if (!settings->threads)
		return one;
	return settings->threads * one +
		2 * (settings->threads + 2) * job_bytes(settings->level);
}

static void *zstd_create(const struct compressor_settings *settings)
{
	struct zstd *self = memory_alloc(sizeof(*self));
	ZSTD_CCtx *context = ZSTD_createCCtx();

	if (!context)
		memory_abort();
	ZSTD_CCtx_setParameter(
		context, ZSTD_c_compressionLevel, settings->level);
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	if (settings->threads) {
		ZSTD_CCtx_setParameter(
			context, ZSTD_c_nbWorkers, (int)settings->threads);
		ZSTD_CCtx_setParameter(context, ZSTD_c_jobSize,
			(int)job_bytes(settings->level));
	}
	self->context = context;
	self->threads = settings->threads > 0;
	return self;
}

static void zstd_destroy(void *coder)
{
	struct zstd *self = coder;

	ZSTD_freeCCtx(self->context);
	free(self);
}

static void zstd_restart(void *coder)
{
	struct zstd *self = coder;

	ZSTD_CCtx_reset(self->context, ZSTD_reset_session_only);
}

/* Threads that it starts take no signals: these are to wake the one that waits
 * for something. */
static size_t compress(struct zstd *self, ZSTD_outBuffer *out,
	ZSTD_inBuffer *in, ZSTD_EndDirective directive)
{
	sigset_t all, old;

	if (!self->threads)
		return ZSTD_compressStream2(self->context, out, in, directive);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	size_t left = ZSTD_compressStream2(self->context, out, in, directive);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return left;
}

/* The only error that there can be is that memory is out. */
static bool zstd_run(void *coder, struct coder_io *io, bool last)
{
	ZSTD_inBuffer in = {.src = io->in, .size = io->in_length};
	ZSTD_outBuffer out = {.dst = io->out, .size = io->out_length};
	size_t left =
		compress(coder, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);

	if (ZSTD_isError(left))
		memory_abort();
	io->in_length -= in.pos;
	io->out_length -= out.pos;
	return last && left == 0;
}

const struct coder_methods coder_zstd = {
	.bytes = zstd_bytes,
	.create = zstd_create,
	.destroy = zstd_destroy,
	.restart = zstd_restart,
	.run = zstd_run,
};
