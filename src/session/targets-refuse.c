/* SPDX-License-Identifier: MIT */
/* What is wrong with files that will be written. */
#include "session/targets-parts.h"

#include <string.h>

#include "registry/registry.h"

enum { SHOWN_BYTES = 1000 };

static void add_name(struct text *text, const char *name)
{
	text_add_escaped(text, name, strlen(name), SHOWN_BYTES);
}

/* Who writes it, as far as that tells the two apart. */
static void add_writer(struct text *text, const struct target *target,
	const char *operator, const struct graph_plan * plan)
{
	if (plan != target->plan)
		text_add_format(text, "in the graph %s ", target->plan->name);
	if (strcmp(operator, target->operator) != 0 || plan != target->plan)
		text_add_format(text, "by %s ", target->operator);
	text_add_string(text, "for ");
	add_name(text, target->unit ? target->unit : "all units");
}

/* Whether the path has all of the input's path already. */
static bool has_src_path(const struct operator_plan *op)
{
	const struct property_spec *path = spec_path(op->spec);
	const char *settings = op->settings;
	struct setting_text text = {.text = NULL};

	if (path)
		memcpy(&text, settings + path->offset, sizeof(text));
	return text.text && strstr(text.text, "{src_path}");
}

/* What to do about two outputs of one name. */
static const char *advice(
	const struct adding *adding, const struct target *first, unsigned op)
{
	const struct operator_plan *second = &adding->plan->operators[op];

	if (first->plan != adding->plan ||
		strcmp(first->operator, second->name) != 0)
		return "; let each have a `path` of its own";
	return has_src_path(second)
		? "; let one pattern find both, so that {src_path} differs"
		: "; put {src_path}, or {src_dir}/{src_name}, into `path`";
}

bool targets_refuse_second(struct adding *adding, const struct target *first,
	const struct graph_target *second, size_t length)
{
	const char *operator= adding->plan->operators[second->op].name;
	const struct target other = {.operator= operator,
		.unit = second->unit,
		.plan = adding->plan};
	struct text text = {0};

	text_add_escaped(&text, second->path,
		length > 0 ? length : strlen(second->path), SHOWN_BYTES);
	text_add_string(&text,
		length > 0 ? " would be a file and a directory, "
			   : " would be written ");
	add_writer(&text, first, operator, adding->plan);
	text_add_string(&text, " and ");
	add_writer(&text, &other, first->operator, first->plan);
	text_add_string(&text, advice(adding, first, second->op));
	graph_refuse(adding->graph, second->op, text.data);
	text_free(&text);
	return false;
}

/* The graph READS it, or the session where that is NULL. */
static void say_read(struct text *text, const char *path, const char *unit,
	const struct graph_plan *plan, const struct graph_plan *reads)
{
	add_name(text, path);
	text_add_string(text, " would be written for ");
	add_name(text, unit && *unit ? unit : "all units");
	text_add_string(
		text, reads ? ", and is read" : ", and is of the session");
	if (reads && reads != plan)
		text_add_format(text, " by the graph %s", reads->name);
	text_add_string(text, "; write to another directory or name");
}

bool targets_refuse_read(struct adding *adding, const char *path, unsigned op,
	const char *unit, const struct graph_plan *reads)
{
	struct text text = {0};

	say_read(&text, path, unit, adding->plan, reads);
	graph_refuse(adding->graph, op, text.data);
	text_free(&text);
	return false;
}

/* Whether the key is DIRECTORY, which isn't "", or beneath it. */
static bool lies_in(const char *key, const char *directory)
{
	size_t length = strlen(directory);

	return length > 0 && strncmp(key, directory, length) == 0 &&
		(!key[length] || key[length] == '/');
}

/* Whether PATH, whose key is targets->key, isn't the store's; else why. */
static bool is_free(
	const struct targets *targets, const char *path, struct text *problem)
{
	if (!lies_in(targets->key.data, ".leat") &&
		!lies_in(targets->key.data, targets->state.data))
		return true;
	add_name(problem, path);
	text_add_string(problem,
		" would lie where leat keeps its state; write to another "
		"directory");
	return false;
}

bool targets_permit(
	void *context, const char *path, const char *unit, struct text *problem)
{
	struct targets *targets = context;
	const struct target *target = targets_find(targets, path);

	if (!target || !target->read)
		return is_free(targets, path, problem);
	say_read(problem, path, unit, targets->last, target->plan);
	return false;
}

bool targets_check_state(
	struct adding *adding, const struct graph_target *written)
{
	struct text problem = {0};
	bool ok = is_free(adding->targets, written->path, &problem);

	if (!ok)
		graph_refuse(adding->graph, written->op, problem.data);
	text_free(&problem);
	return ok;
}

unsigned targets_index_of(const struct graph_plan *plan, const char *operator)
{
	unsigned index = 0;

	while (strcmp(plan->operators[index].name, operator) != 0)
		index++;
	return index;
}

bool targets_refuse_found(struct adding *adding)
{
	const struct target *found = adding->found;
	struct text text = {0};

	add_name(&text, adding->found_path);
	text_add_string(&text, " would be written for ");
	add_name(&text, found->unit ? found->unit : "all units");
	text_add_string(&text,
		", and be read by the next run; write to another directory, or "
		"`exclude` it");
	graph_refuse(adding->graph,
		targets_index_of(adding->plan, found->operator), text.data);
	text_free(&text);
	return false;
}
