/* SPDX-License-Identifier: MIT */
/* What libraries said on their own. */
#include <string.h>

#include "engine/share.h"

enum { SHOWN_BYTES = 1000, NAME_BYTES = 200 };

/* Whose library it will have been: what reads what nobody vouches for, else
 * what is in a module, else the source. */
static const struct operator *find_suspect(const struct graph *graph)
{
	const struct operator *suspect = graph->ranked[0];

	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		const struct operator *op = graph->ranked[i];

		if (op->spec->flags & OPERATOR_UNTRUSTED)
			return op;
		if (op->spec->module && !suspect->spec->module)
			suspect = op;
	}
	return suspect;
}

/* Its lines, one behind the other. */
static void add_lines(struct text *text, const char *data, size_t length)
{
	const char *between = "";

	while (length > 0) {
		const char *end = memchr(data, '\n', length);
		size_t line = end ? (size_t)(end - data) : length;

		if (line > 0) {
			text_add_string(text, between);
			text_add_escaped(text, data, line, SHOWN_BYTES);
			between = " | ";
		}
		line += end != NULL;
		data += line;
		length -= line;
	}
}

void graph_report_stray(
	struct graph *graph, const struct unit *unit, const struct text *stray)
{
	size_t length =
		stray->length < SHOWN_BYTES ? stray->length : SHOWN_BYTES;
	struct text name = {0}, lines = {0};

	if (length == 0)
		return;
	text_add_escaped(&name, unit->name, strlen(unit->name), NAME_BYTES);
	add_lines(&lines, stray->data, length);
	if (stray->length > length)
		text_add_format(&lines, " ... and at least %zu bytes more",
			stray->length - length);
	if (lines.length > 0)
		graph_report(find_suspect(graph), unit, SEVERITY_WARNING,
			"%s: on standard error: %s", name.data, lines.data);
	text_free(&name);
	text_free(&lines);
}
