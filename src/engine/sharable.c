/* SPDX-License-Identifier: MIT */
/* Whether the units of a graph can be shared, and how much there is to
 * share. */
#include <stdarg.h>

#include "engine/share.h"

/* Nobody pulls a stream out of another process. */
static bool takes_streams_out(const struct link *link)
{
	return link->from->within && !link->to->within &&
		operator_shape(link->to, link->to_pin)->type == PAYLOAD_STREAM;
}

bool share_find_unit(
	struct operator *source, uint64_t number, struct found_unit *found)
{
	return source->spec->unit
		? source->spec->unit(source, source->state, number, found)
		: number == 0;
}

/* ---- Obstacles ---------------------------------------------------------------- */

static void say(struct text *why, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct text *why, const char *format, ...)
{
	va_list args;

	if (!why)
		return;
	va_start(args, format);
	text_add_vformat(why, format, args);
	va_end(args);
}

static bool source_is_obstacle(const struct operator *source, struct text *why)
{
	if (!source->spec->segment)
		say(why, "%s is one unit", source->plan->name);
	else if (!source->within || source->output_count != 1)
		say(why, "%s gives more than contents", source->plan->name);
	else
		return false;
	return true;
}

static bool order_is_obstacle(const struct graph *graph, struct text *why)
{
	if (!graph->ordered)
		say(why, "each of its sources would have to wait for another");
	return !graph->ordered;
}

static bool operator_is_obstacle(const struct operator *op, struct text *why)
{
	bool found = !op->within && op->spec->flags & OPERATOR_UNTRUSTED;

	if (found)
		say(why, "%s depends on all units", op->plan->name);
	return found;
}

static bool link_is_obstacle(const struct link *link, struct text *why)
{
	const char *from = link->from->plan->name, *to = link->to->plan->name;

	if (!link->from->within)
		return false;
	if (link_is_leaky(link))
		say(why, "the link %s -> %s may drop items", from, to);
	else if (link->to->pins[link->to_pin].live)
		say(why, "the link %s -> %s sets a property", from, to);
	else if (takes_streams_out(link))
		say(why, "%s takes whole contents of all units", to);
	else if (!link->to->within && link->policy != LINK_BLOCKING)
		say(why, "the link %s -> %s isn't blocking", from, to);
	else
		return false;
	return true;
}

bool graph_has_obstacle(const struct graph *graph, struct text *why)
{
	bool found = order_is_obstacle(graph, why);

	for (unsigned i = 0; i < graph->source_count && !found; i++)
		found = source_is_obstacle(graph->sources[i], why);
	for (unsigned i = 0; i < graph->plan->operator_count && !found; i++)
		found = operator_is_obstacle(&graph->operators[i], why);
	for (unsigned i = 0; i < graph->plan->link_count && !found; i++)
		found = link_is_obstacle(&graph->links[i], why);
	return found;
}

bool graph_can_share(const struct graph *graph)
{
	return !graph_has_obstacle(graph, NULL);
}

/* ---- How much ------------------------------------------------------------------- */

enum unit_way share_way(const struct operator *source, uint64_t number)
{
	return number < source->way_count ? (enum unit_way)source->ways[number]
					  : UNIT_RUNS;
}

static uint64_t count_work(
	struct operator *source, uint64_t enough, uint64_t *bytes)
{
	struct found_unit found;
	struct stat stat_now;
	uint64_t count = 0;

	for (uint64_t i = 0;
		count < enough && share_find_unit(source, i, &found); i++) {
		if (share_way(source, i) != UNIT_RUNS)
			continue;
		count++;
		if (source->spec->unit && stat(found.name, &stat_now) == 0)
			*bytes += (uint64_t)stat_now.st_size;
	}
	return count;
}

uint64_t graph_count_work(struct graph *graph, uint64_t enough, uint64_t *bytes)
{
	uint64_t count = 0;

	*bytes = 0;
	for (unsigned i = 0; i < graph->source_count; i++)
		count += count_work(graph->sources[i], enough - count, bytes);
	return count;
}
