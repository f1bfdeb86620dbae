/* SPDX-License-Identifier: MIT */
/* Holds bytes back until it is known whether they are wanted. */
#include "operators/support/write/spool.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

enum { IN_MEMORY_BYTES = 1024 * 1024, COPY_BYTES = 128 * 1024 };

static bool write_to_file(void *target, const void *data, size_t length)
{
	struct spool *spool = target;

	if (spool->descriptor < 0)
		spool->descriptor = file_create_unnamed();
	return spool->descriptor >= 0 &&
		file_write(spool->descriptor, data, length);
}

void spool_init(struct spool *spool)
{
	spool->descriptor = -1;
	batch_init(&spool->batch, write_to_file, spool, IN_MEMORY_BYTES);
}

void spool_finish(struct spool *spool)
{
	spool_drop(spool);
	batch_finish(&spool->batch);
}

void spool_drop(struct spool *spool)
{
	if (spool->descriptor >= 0)
		close(spool->descriptor);
	spool->descriptor = -1;
	spool->batch.used = 0;
}

static enum spool_result copy(int from, int to)
{
	enum spool_result result = SPOOL_DONE;
	char *data = memory_alloc(COPY_BYTES);
	ssize_t got = 0;

	if (lseek(from, 0, SEEK_SET) < 0)
		result = SPOOL_LOST;
	while (result == SPOOL_DONE &&
		(got = file_read(from, data, COPY_BYTES)) > 0)
		if (!file_write(to, data, (size_t)got))
			result = SPOOL_NOT_WRITTEN;
	if (got < 0)
		result = SPOOL_LOST;
	int saved = errno;
	free(data);
	errno = saved;
	return result;
}

enum spool_result spool_release(struct spool *spool, int descriptor)
{
	enum spool_result result = SPOOL_DONE;

	if (spool->descriptor >= 0)
		result = copy(spool->descriptor, descriptor);
	if (result == SPOOL_DONE &&
		!file_write(descriptor, spool->batch.data, spool->batch.used))
		result = SPOOL_NOT_WRITTEN;
	int saved = errno;
	spool_drop(spool);
	errno = saved;
	return result;
}
