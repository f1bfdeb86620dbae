/* SPDX-License-Identifier: MIT */
/* Symbolic links, which are made when all else of the unit is there. */
#include <string.h>

#include "base/link-target.h"
#include "base/memory.h"
#include "operators/support/extract/parts.h"

struct extract_link {
	struct extract_link *next;
	struct attributes *attributes;
	char *name, *target;
};

void extract_put_off_link(struct operator *op, const struct extract *state,
	struct attributes *attributes)
{
	struct extracting *extracting = state->extracting;
	const struct value *target = extract_get(attributes, ENTRY_LINK);

	if (!target || memchr(target->data, '\0', target->length)) {
		extract_refuse(op, attributes, "is a link to nothing");
		return;
	}
	if (!extract_find_name(op, state, attributes, FILE_LINK))
		return;
	tree_add(&extracting->tree, extracting->name.data, FILE_LINK, NULL);
	struct extract_link *link = memory_zeroed(sizeof(*link));
	link->attributes = attributes_ref(attributes);
	link->name = memory_string(extracting->name.data);
	link->target = memory_string(target->data);
	*extracting->last_link = link;
	extracting->last_link = &link->next;
}

static struct extract_link *pop_link(struct extracting *extracting)
{
	struct extract_link *link = extracting->links;

	extracting->links = link->next;
	if (!extracting->links)
		extracting->last_link = &extracting->links;
	return link;
}

static void free_link(struct extract_link *link)
{
	attributes_unref(link->attributes);
	free(link->name);
	free(link->target);
	free(link);
}

/* Why a link isn't harmless, or NULL: all that it goes through must be a
 * directory of the archive, which no link of it can be. */
static const char *link_problem(
	struct extracting *extracting, const struct extract_link *link)
{
	struct text *way = &extracting->path;
	const char *problem =
		link_target_resolve(link->name, link->target, way);
	struct output *output;
	enum file_kind kind;

	for (size_t i = 1; !problem && i <= way->length; i++) {
		char end = way->data[i];

		if (end != '/' && end != '\0')
			continue;
		way->data[i] = '\0';
		if (!tree_find(&extracting->tree, way->data, &kind, &output))
			problem = "leads to nothing that the archive has";
		else if (kind == FILE_LINK)
			problem = "leads to or through another link";
		else if (kind != FILE_DIRECTORY && end == '/')
			problem = "leads through what isn't a directory";
		way->data[i] = end;
	}
	return problem;
}

enum step extract_make_link(struct operator *op, const struct extract *state)
{
	struct extracting *extracting = state->extracting;
	struct extract_link *link = pop_link(extracting);
	struct output_request request = {
		.kind = FILE_LINK, .target = link->target};
	const char *problem = link_problem(extracting, link);
	struct output *output;
	enum step result;

	if (!problem) {
		result = extract_make_output(op, state, link->name,
			link->attributes, &request, &output);
	} else {
		extracting->problem.length = 0;
		text_add_string(
			&extracting->problem, "is a symbolic link that ");
		text_add_string(&extracting->problem, problem);
		result = extract_refuse(
			op, link->attributes, extracting->problem.data);
	}
	free_link(link);
	return result;
}

void extract_forget_links(struct extracting *extracting)
{
	while (extracting->links)
		free_link(pop_link(extracting));
}
