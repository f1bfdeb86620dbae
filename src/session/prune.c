/* SPDX-License-Identifier: MIT */
/* Counts or removes outputs that are stale. */
#include "session/prune.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/system-error.h"
#include "session/stale.h"
#include "session/stamp.h"

struct pruning {
	const char *graph;
	const struct due *due;
	const struct key_base *base;
	struct claims *claims;
	struct prune_spared spared;
	const struct log *log;
	struct prune_counts counts;
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
	pruning->counts.left++;
}

/* A directory that isn't empty is somebody's. */
static bool remove_entry(int directory, const char *name, enum file_kind kind)
{
	if (kind != FILE_DIRECTORY)
		return unlinkat(directory, name, 0) == 0;
	return unlinkat(directory, name, AT_REMOVEDIR) == 0 ||
		errno == ENOTEMPTY || errno == EEXIST;
}

/* Whether what has the name is what was written; it may be large, so that there
 * is time for others to replace it while it is read. False: errno 0 if it
 * isn't. */
static bool is_written(
	int directory, const char *name, const struct store_output *output)
{
	struct stat before, after;
	struct digest digest;

	if (fstatat(directory, name, &before, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	bool read = stamp_output_at(directory, name, output->kind, &digest);
	if (!read && errno != ELOOP && errno != EINVAL)
		return false;
	if (fstatat(directory, name, &after, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	const struct file_state was = file_state_of(&before);
	const struct file_state is = file_state_of(&after);
	errno = 0;
	return read && digest_equal(&digest, &output->digest) &&
		!file_change(&was, &is);
}

/* Says why it stays; what is gone does not. */
static void explain(struct pruning *pruning, int error)
{
	const char *path = pruning->path.data;

	if (error == ELOOP)
		keep(pruning, path,
			"a directory on its way is a symbolic link now");
	else if (error == 0)
		keep(pruning, path, "it was changed, and not by leat");
	else if (error != ENOENT && error != ENOTDIR)
		keep(pruning, path, system_error(error));
}

/* Whatever becomes of directories on the way meanwhile, what is removed is in
 * the one where it was looked at, beneath the root that it was made in. */
static void remove_output(
	struct pruning *pruning, const struct store_output *output)
{
	const char *name;
	int directory =
		stale_open(pruning->base, output, &pruning->path, &name);

	if (directory < 0) {
		explain(pruning, errno);
		return;
	}
	if (!is_written(directory, name, output) ||
		!remove_entry(directory, name, output->kind))
		explain(pruning, errno);
	else
		pruning->counts.removed += output->kind != FILE_DIRECTORY;
	close(directory);
}

static bool is_removable(const struct prune_spared *spared, const char *path)
{
	return spared->targets &&
		!targets_write(spared->targets, spared->first, path);
}

static void prune_output(
	struct pruning *pruning, const struct store_output *output)
{
	if (claims_owner(pruning->claims, output->path))
		return; /* it is another unit's now */
	if (is_removable(&pruning->spared, output->path))
		remove_output(pruning, output);
	else
		pruning->counts.left +=
			stale_is_there(pruning->base, output, &pruning->path);
}

static void prune_rows(struct pruning *pruning, struct run_store *store)
{
	const struct due *due = pruning->due;

	for (size_t i = 0; i < due->vanished.count; i++) {
		const struct store_unit *unit = &due->vanished.all[i];
		uint64_t before = pruning->counts.left;

		/* What is in a directory comes behind it. */
		for (size_t j = unit->output_count; j-- > 0;)
			prune_output(pruning, &unit->outputs[j]);
		if (pruning->spared.targets && pruning->counts.left == before)
			store_remove_unit(store, pruning->graph, unit->key);
	}
}

bool prune_graph(struct run_store *store, const char *graph, struct due *due,
	const struct key_base *base, const struct log *log,
	struct prune_spared spared, struct prune_counts *counts)
{
	struct pruning pruning = {
		.graph = graph,
		.due = due,
		.base = base,
		.log = log,
		.spared = spared,
	};

	if (due->stale_noted && !due_find_vanished(due, graph, store))
		return false;
	if (due->vanished.count == 0)
		return true;
	pruning.claims = claims_create(store, graph, due, false);
	bool ok = pruning.claims && (!spared.targets || store_change(store));
	if (ok)
		prune_rows(&pruning, store);
	if (ok && spared.targets)
		ok = store_commit(store);
	counts->left += pruning.counts.left;
	counts->removed += pruning.counts.removed;
	claims_destroy(pruning.claims);
	text_free(&pruning.path);
	return ok;
}

/* ---- Graphs that are gone ------------------------------------------------------- */

static bool has_graph(const struct session *session, const char *name)
{
	for (unsigned i = 0; i < session->graph_count; i++)
		if (strcmp(session->graphs[i].name, name) == 0)
			return true;
	return false;
}

const char **prune_forgotten_graphs(struct run_store *store,
	const struct session *session, struct arena *arena)
{
	const char *const *graphs = store_graphs(store);
	size_t count = 0;

	if (!graphs)
		return NULL;
	while (graphs[count])
		count++;
	const char **names = arena_array(arena, count + 1, sizeof(*names));
	for (count = 0; *graphs; graphs++)
		if (!has_graph(session, *graphs))
			names[count++] = arena_string(arena, *graphs);
	names[count] = NULL;
	return names;
}

bool prune_forgotten(struct run_store *store, const struct session *session,
	const struct key_base *base, const struct log *log,
	struct prune_spared spared, struct prune_counts *counts)
{
	struct arena *arena = arena_create();
	const char **names = prune_forgotten_graphs(store, session, arena);
	bool ok = names;

	for (; ok && *names; names++) {
		struct due due;

		ok = due_find_forgotten(&due, *names, store) &&
			prune_graph(
				store, *names, &due, base, log, spared, counts);
		due_finish(&due);
	}
	arena_destroy(arena);
	return ok;
}
