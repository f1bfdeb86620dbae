/* SPDX-License-Identifier: MIT */
/*
 * Outputs that are asked for: by operators here, and by those of workers, of
 * whom nothing is believed.
 */
#include <errno.h>
#include <string.h>

#include "base/pack.h"
#include "base/place.h"
#include "engine/share.h"
#include "registry/registry.h"

/* ---- Where an operator may write ------------------------------------------ */

/* What a template begins with, up to LENGTH bytes or the first placeholder:
 * braces that are doubled stand for one. True: that is all of them. */
static bool add_literal(struct text *text, const char *template, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		bool brace = template[i] == '{' || template[i] == '}';

		if (brace && template[i + 1] != template[i])
			return false;
		text_add(text, template + i, 1);
		i += brace;
	}
	return true;
}

/* Whether the root is LITERAL, and no more than a slash behind it. */
static bool is_root(
	const struct output_request *request, const struct text *literal)
{
	size_t length = request->root_length, known = literal->length;

	return length >= known &&
		(known == 0 ||
			memcmp(request->path, literal->data, known) == 0) &&
		(length == known ||
			(known > 0 && length == known + 1 &&
				request->path[known] == '/'));
}

/* Whether a component is `..`: the file would be known by two names. */
static bool climbs(const char *path)
{
	while (*path) {
		size_t length = strcspn(path, "/");

		if (length == 2 && memcmp(path, "..", 2) == 0)
			return true;
		path += length;
		path += *path == '/';
	}
	return false;
}

/* Whether the root of the path is the operator's: the directory in front of
 * what its settings leave to be filled in, or all that they say where that is a
 * directory without placeholders. A longer one could lead anywhere by `..` and
 * links, since roots are the user's own. */
static bool has_own_root(
	const struct operator_plan *plan, const struct output_request *request)
{
	const struct property_spec *row = spec_path(plan->spec);
	struct text root = {0}, all = {0};

	if (!(plan->spec->flags & OPERATOR_WRITES) || !row ||
		request->root_length > strlen(request->path) ||
		climbs(request->path + request->root_length))
		return false;
	const struct setting_text *setting =
		(const struct setting_text *)((const char *)plan->settings +
			row->offset);
	add_literal(&root, setting->text, setting->root_length);
	bool ok = is_root(request, &root) ||
		(add_literal(&all, setting->text, strlen(setting->text)) &&
			is_root(request, &all));
	text_free(&root);
	text_free(&all);
	return ok;
}

struct output *graph_make_output(struct graph *graph, unsigned op,
	struct unit *unit, const struct output_request *request)
{
	const struct graph_host *host = graph->host;

	if (op >= graph->plan->operator_count || request->kind >= FILE_KINDS ||
		!has_own_root(&graph->plan->operators[op], request)) {
		errno = EINVAL;
		return NULL;
	}
	if (host && host->creates &&
		!host->creates(graph->host_context, request->path,
			place_depth(request->path + request->root_length)))
		return NULL;
	struct output *output = output_create(graph->outputs, request,
		graph->settings.temporary_prefix, graph->settings.scratch);
	if (!output)
		return NULL;
	output_set_owner(output, op);
	graph_add_output(graph, output, unit);
	return output;
}

bool graph_keep_output(const struct graph *graph, struct output *output)
{
	/* Where units are published one by one, workers can sync meanwhile. */
	return graph->host && graph->host->decided &&
		output_kind(output) == FILE_REGULAR && output_keep(output);
}

int graph_reread(struct graph *graph, const struct unit *unit, const char *path)
{
	for (struct pending *at = graph->pending; at; at = at->next)
		if (at->unit == unit &&
			output_kind(at->output) == FILE_REGULAR &&
			strcmp(output_path(at->output), path) == 0)
			return output_reread(at->output);
	errno = ENOENT;
	return -1;
}

/* ---- By operators ---------------------------------------------------------- */

/* Whether nothing stands against it; else it was reported, and errno is 0 if
 * the run has failed. */
static bool claim(struct operator *op, unsigned pin,
	const struct output_request *request, const struct unit *unit)
{
	struct text problem = {0};
	enum claim claim =
		graph_claim(op, request->path, request->kind, unit, &problem);

	if (claim == CLAIM_UNIT_FAILS)
		operator_fail_unit(op, pin, STATUS_CANNOT_CREATE,
			(struct place){0}, "%s", problem.data);
	else if (claim == CLAIM_RUN_FAILS)
		operator_fail(op, STATUS_CANNOT_CREATE, "%s", problem.data);
	text_free(&problem);
	errno = claim == CLAIM_UNIT_FAILS ? EEXIST : 0;
	return claim == CLAIM_MADE;
}

struct output *operator_output(
	struct operator *op, unsigned pin, const struct output_request *request)
{
	struct segment *segment = operator_segment(op, pin);
	struct unit *within = segment ? segment->unit : NULL;
	struct unit *owner = request->unit ? within : NULL;
	unsigned index = (unsigned)(op - op->graph->operators);
	struct output *output;

	if (op->graph->worker) {
		output = worker_output(op, request, owner);
	} else {
		if (!claim(op, pin, request, within))
			return NULL;
		output = graph_make_output(op->graph, index, owner, request);
	}
	if (output)
		output_sync_together(output);
	return output;
}

int operator_reread(struct operator *op, const struct output *output)
{
	return op->graph->worker ? worker_reread(op, output)
				 : output_reread(output);
}

/* ---- By workers ------------------------------------------------------------ */

void request_pack(
	struct text *to, unsigned op, const struct output_request *request)
{
	pack_number(to, op);
	pack_number(to, request->root_length);
	pack_number(to, request->kind);
	pack_number(to, request->over_links);
	pack_number(to, request->mode);
	pack_number(to, request->has_mtime);
	pack_number(to, (uint64_t)request->mtime_us);
	pack_string(to, request->path);
	pack_string(to, request->target ? request->target : "");
}

bool request_unpack(const char *data, size_t length, unsigned *op,
	struct output_request *request)
{
	struct unpacking from = unpack_start(data, length);

	*op = (unsigned)unpack_number(&from);
	request->root_length = (size_t)unpack_number(&from);
	request->kind = (enum file_kind)unpack_number(&from);
	request->over_links = unpack_number(&from);
	request->mode = (unsigned)unpack_number(&from) & 0777;
	request->has_mtime = unpack_number(&from);
	request->mtime_us = (int64_t)unpack_number(&from);
	request->path = unpack_string(&from);
	request->target = unpack_string(&from);
	request->unit = true;
	return unpack_done(&from);
}
