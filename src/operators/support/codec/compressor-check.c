/* SPDX-License-Identifier: MIT */
/* Whether what a session says of a compressor is possible. */
#include "operators/support/codec/compressor-check.h"

#include <inttypes.h>

#include "base/arena.h"
#include "operators/support/codec/compressor.h"

void compressor_check_level(struct relation *relation, const char *name,
	int64_t level, int64_t most)
{
	if (level > most)
		relation_error(relation, relation_location(relation, "level"),
			arena_format(relation_arena(relation),
				"the levels of %s are 1 to %" PRId64, name,
				most),
			"%s has no level %" PRId64, name, level);
}

enum {
	MIB = 1024 * 1024,
	WORKER_MIB = 32,
	AROUND_BYTES = MIB, /* what comes in and out of it, and waits */
};

void compressor_refuse_threads(struct relation *relation, const char *name)
{
	relation_error(relation, relation_location(relation, "threads"),
		"zstd and xz have some; many files are compressed at once "
		"anyway, see `-j`",
		"%s has no threads", name);
}

/* Says how much memory the run needs, in steps of 64 MiB: with a worker, which
 * has half of it, and needs some for other things. */
static void refuse_memory(struct relation *relation,
	const struct compressor_settings *settings, size_t bytes)
{
	const size_t step = 64;
	const size_t steps = 2 * (bytes / MIB + WORKER_MIB) / step + 1;

	relation_error(relation, relation_location(relation, "level"),
		arena_format(relation_arena(relation),
			"raise it, as by resources: {memory: %zuMiB}, or take "
			"a lower level or fewer threads",
			steps * step),
		"level %d of %s takes %zu MiB, and the memory of the run is "
		"%lld MiB",
		settings->level, compression_names[settings->format],
		(bytes + MIB - 1) / MIB,
		(long long)relation_memory_bytes(relation) / MIB);
}

static void check_memory(
	struct relation *relation, const struct compressor_settings *settings)
{
	const size_t bytes = compressor_bytes(settings) + AROUND_BYTES;

	if ((int64_t)bytes > relation_memory_bytes(relation))
		refuse_memory(relation, settings, bytes);
	else
		relation_holds_memory(relation, bytes);
}

void compressor_check(struct relation *relation, enum compression format,
	int64_t level, int64_t threads)
{
	const char *name = compression_names[format];
	const int most = compression_levels(format)->most;
	const struct compressor_settings settings = {
		.format = format,
		.level = level ? (int)level : compression_levels(format)->usual,
		.threads = (unsigned)threads,
	};

	if (threads && !compression_has_threads(format))
		compressor_refuse_threads(relation, name);
	if (level > most)
		compressor_check_level(relation, name, level, most);
	else
		check_memory(relation, &settings);
}
