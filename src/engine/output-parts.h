/* SPDX-License-Identifier: MIT */
/* What the files of outputs share; nobody else includes it. */
#ifndef LEAT_ENGINE_OUTPUT_PARTS_H
#define LEAT_ENGINE_OUTPUT_PARTS_H

#include "base/file.h"
#include "engine/output.h"

enum output_stage { WRITING, FINISHED, GONE };

struct output {
	enum output_stage stage;
	enum file_kind kind;
	unsigned mode;
	unsigned depth;
	bool has_mtime;
	int64_t mtime_us;
	struct output_pool *pool;
	struct output_place
		*place; /* where target and temporary are; NULL: another
				process knows */
	int descriptor; /* of the temporary; -1 when it is closed */
	int error; /* why it couldn't be synced; or 0 */
	struct waiting waiting; /* to be synced, while TOGETHER and FINISHED */
	uint64_t length_bytes;
	bool hole; /* it may end in zeros that weren't written */
	bool made; /* the directory wasn't there before */
	struct digester *digester; /* of all that was written; NULL: cut */
	struct digest digest; /* of what is finished */
	struct file_state file;
	unsigned owner;
	bool together; /* see output_sync_together */
	bool left; /* see output_leave_unsynced */
	bool kept; /* see output_keep */
	char temporary[FILE_TEMPORARY_BYTES];
	const char *name; /* of the target in its directory; within PATH */
	char path[];
};

#endif
