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

void compressor_refuse_threads(struct relation *relation, const char *name)
{
	relation_error(relation, relation_location(relation, "threads"),
		"zstd and xz have some; many files are compressed at once "
		"anyway, see `-j`",
		"%s has no threads", name);
}

void compressor_check(struct relation *relation, enum compression format,
	int64_t level, int64_t threads)
{
	const char *name = compression_names[format];
	const int most = compression_levels(format)->most;
	const long long run_bytes = relation_memory_bytes(relation);
	const struct compressor_settings settings = {
		.format = format,
		.level = level ? (int)level : compression_levels(format)->usual,
		.threads = (unsigned)threads,
	};

	if (threads && !compression_has_threads(format))
		compressor_refuse_threads(relation, name);
	if (level > most)
		compressor_check_level(relation, name, level, most);
	else if ((long long)compressor_bytes(&settings) > run_bytes)
		relation_error(relation, relation_location(relation, "level"),
			"raise `resources: memory`, or take a lower level or "
			"fewer threads",
			"level %d of %s doesn't fit into the memory of the run,"
			" %lld bytes: it takes %zu",
			settings.level, name, run_bytes,
			compressor_bytes(&settings));
}
