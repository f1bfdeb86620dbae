/* SPDX-License-Identifier: MIT */
/* Which unit writes which file, and what can't be written. */
#include <string.h>

#include "engine/internal.h"
#include "registry/registry.h"

enum { SHOWN_BYTES = 1000 };

/* A path that is to be claimed. */
struct claiming {
	struct graph *graph;
	const struct operator_spec *spec; /* of who writes it */
	const struct unit *unit; /* or NULL */
	const char *path;
	struct text *problem; /* why it can't be */
};

static const char *name_of(const struct unit *unit)
{
	return unit ? unit->name : "";
}

static void add_name(struct text *text, const char *name)
{
	text_add_escaped(text, name, strlen(name), SHOWN_BYTES);
}

/* It clashes with what OWNER has: what a unit does to itself is its own
 * fault. */
static enum claim clash(const struct claiming *claiming, const char *owner)
{
	const bool own =
		claiming->unit && strcmp(owner, claiming->unit->name) == 0;

	text_add_string(claiming->problem, " for ");
	add_name(claiming->problem, owner);
	if (!own) {
		text_add_string(claiming->problem, " and for ");
		add_name(claiming->problem, name_of(claiming->unit));
	}
	text_add_format(claiming->problem,
		own ? "; put what tells the two apart into `%s`, or drop one "
		      "by a `filter`"
		    : "; put {src_path}, or {src_dir}/{src_name}, into `%s`",
		spec_path(claiming->spec)->name);
	return own ? CLAIM_UNIT_FAILS : CLAIM_RUN_FAILS;
}

static enum claim clash_kinds(
	const struct claiming *claiming, const char *path, const char *owner)
{
	add_name(claiming->problem, path);
	text_add_string(claiming->problem, " would be a file and a directory,");
	return clash(claiming, owner);
}

/* The first LENGTH bytes of the path are a directory, and so is what they lie
 * in. Where that is known, so is all above it. */
static enum claim claim_directories(
	const struct claiming *claiming, size_t length)
{
	struct graph *graph = claiming->graph;
	struct text path = {0};
	enum claim claim = CLAIM_MADE;

	text_add(&path, claiming->path, length);
	while (claim == CLAIM_MADE && path.length > 0 &&
		!path_set_add(&graph->claimed_directories, path.data,
			name_of(claiming->unit))) {
		const char *owner = path_set_owner(&graph->claims, path.data);
		if (owner)
			claim = clash_kinds(claiming, path.data, owner);
		const char *slash = strrchr(path.data, '/');
		path.length = slash ? (size_t)(slash - path.data) : 0;
		path.data[path.length] = '\0';
	}
	text_free(&path);
	return claim;
}

static enum claim claim_file(const struct claiming *claiming)
{
	struct graph *graph = claiming->graph;
	const struct graph_host *host = graph->host;
	const char *owner =
		path_set_owner(&graph->claimed_directories, claiming->path);

	if (owner)
		return clash_kinds(claiming, claiming->path, owner);
	owner = path_set_add(
		&graph->claims, claiming->path, name_of(claiming->unit));
	if (!owner && host && host->owner)
		owner = host->owner(
			graph->host_context, claiming->path, claiming->unit);
	if (!owner)
		return CLAIM_MADE;
	add_name(claiming->problem, claiming->path);
	text_add_string(claiming->problem, " would be written");
	if (claiming->unit && strcmp(owner, claiming->unit->name) == 0)
		text_add_string(claiming->problem, " twice");
	return clash(claiming, owner);
}

enum claim graph_claim(const struct operator *op, const char *path,
	enum file_kind kind, const struct unit *unit, struct text *problem)
{
	struct graph *graph = op->graph;
	const struct graph_settings *settings = &graph->settings;
	const struct claiming claiming = {graph, op->spec, unit, path, problem};
	const char *slash = strrchr(path, '/');

	if (kind == FILE_DIRECTORY)
		return claim_directories(&claiming, strlen(path));
	if (settings->permits &&
		!settings->permits(settings->permits_context, path,
			name_of(unit), problem))
		return unit ? CLAIM_UNIT_FAILS : CLAIM_RUN_FAILS;
	enum claim claim = claim_file(&claiming);

	return claim == CLAIM_MADE && slash
		? claim_directories(&claiming, (size_t)(slash - path))
		: claim;
}
