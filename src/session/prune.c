/* SPDX-License-Identifier: MIT */
/* Removes outputs whose units are gone. */
#include "session/prune.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "session/stamp.h"

struct pruning {
	const char *graph;
	const struct due *due;
	const struct key_base *base;
	struct claims *claims;
	const struct log *log;
	size_t left;
	struct text path;
};

/* Says that an output stays, and why. */
static void keep(struct pruning *pruning, const char *path, const char *reason)
{
	struct text text = {0};

	text_add_escaped(&text, path, strlen(path), SIZE_MAX);
	log_say(pruning->log, LOG_WARNING, NULL,
		"the stale output %s stays: %s", text.data, reason);
	text_free(&text);
	pruning->left++;
}

static void prune_output(
	struct pruning *pruning, const struct store_output *output)
{
	const char *path;
	struct digest digest;

	if (claims_owner(pruning->claims, output->path))
		return; /* it is another unit's now */
	key_path(pruning->base, output->path, &pruning->path);
	path = pruning->path.data;
	if (!stamp_digest(path, &digest)) {
		if (errno != ENOENT && errno != ENOTDIR)
			keep(pruning, path, strerror(errno));
	} else if (!digest_equal(&digest, &output->digest)) {
		keep(pruning, path, "it was changed, and not by leat");
	} else if (unlink(path) < 0) {
		keep(pruning, path, strerror(errno));
	}
}

bool prune_graph(struct run_store *store, const char *graph,
	const struct due *due, const struct key_base *base,
	const struct log *log, uint64_t *left)
{
	struct pruning pruning = {
		.graph = graph,
		.due = due,
		.base = base,
		.log = log,
	};

	if (due->vanished.count == 0)
		return true;
	pruning.claims = claims_create(store, graph, due, false);
	store_change(store);
	for (size_t i = 0; pruning.claims && i < due->vanished.count; i++) {
		const struct store_unit *unit = &due->vanished.all[i];
		size_t before = pruning.left;

		for (size_t j = 0; j < unit->output_count; j++)
			prune_output(&pruning, &unit->outputs[j]);
		if (pruning.left == before)
			store_remove_unit(store, graph, unit->key);
	}
	bool ok = store_commit(store) && pruning.claims;
	*left += pruning.left;
	claims_destroy(pruning.claims);
	text_free(&pruning.path);
	return ok;
}
