/* SPDX-License-Identifier: MIT */
/*
 * Streams on their way out of a sandbox. What reads untrusted contents runs in
 * workers (engine/crew.h), with all that works within units; what spans units
 * doesn't. Nobody can pull a stream out of another process, so it is pushed in
 * chunks, where the one who takes it doesn't mind.
 */
#include "loader/relate.h"

struct crossing {
	struct graph_work *work;
	enum scope *documents; /* that an operator's bytes go into */
	bool *outside; /* it spans units, or is behind one that does */
};

static bool is_untrusted(const struct graph_plan *plan)
{
	for (unsigned i = 0; i < plan->operator_count; i++)
		if (plan->operators[i].spec &&
			(plan->operators[i].spec->flags & OPERATOR_UNTRUSTED))
			return true;
	return false;
}

static bool starts_at(
	const struct graph_plan *plan, unsigned index, unsigned pin)
{
	int link = plan->operators[index].pins[pin].link;

	return link >= 0 && plan->links[link].from == index &&
		plan->links[link].from_pin == pin;
}

/* The first sink of bytes decides, as graph_check_sinks has seen to. */
static void find_document(const struct crossing *crossing, unsigned index)
{
	const struct graph_plan *plan = crossing->work->plan;
	const struct operator_plan *op = &plan->operators[index];

	crossing->documents[index] = op->scope;
	for (unsigned i = op->pin_count; i-- > 0;) {
		const struct link_plan *link = starts_at(plan, index, i)
			? &plan->links[op->pins[i].link]
			: NULL;

		if (link && link->type == PAYLOAD_BYTES)
			crossing->documents[index] =
				crossing->documents[link->to];
	}
}

static bool spans(const struct crossing *crossing, unsigned index)
{
	const struct operator_plan *op =
		&crossing->work->plan->operators[index];
	unsigned flags = op->spec->flags;

	return op->scope == SCOPE_GRAPH ||
		((flags & OPERATOR_AWAITS_VERDICT) && op->per == SCOPE_GRAPH) ||
		((flags & OPERATOR_BY_DOCUMENT) && !op->by_parts &&
			crossing->documents[index] == SCOPE_GRAPH);
}

static void mark(const struct crossing *crossing, unsigned index)
{
	const struct graph_plan *plan = crossing->work->plan;
	const struct operator_plan *op = &plan->operators[index];

	crossing->outside[index] |= spans(crossing, index);
	for (unsigned i = 0; crossing->outside[index] && i < op->pin_count; i++)
		if (starts_at(plan, index, i))
			crossing->outside[plan->links[op->pins[i].link].to] =
				true;
}

static bool can_be_cut(const struct crossing *crossing, unsigned index)
{
	const struct graph_plan *plan = crossing->work->plan;
	const struct link_plan *link = &plan->links[index];
	const struct operator_plan *to = &plan->operators[link->to];

	return link->type == PAYLOAD_STREAM && !link->options.unconverted &&
		!crossing->outside[link->from] && crossing->outside[link->to] &&
		link->to_pin < to->pin_count - to->live_count &&
		(graph_pin_row(to, link->to_pin)->types &
				PAYLOAD_BIT(PAYLOAD_BYTES) ||
			to->spec->flags & OPERATOR_NESTED);
}

static void cut(struct graph_work *work, unsigned index)
{
	unsigned to = work->plan->links[index].to;
	const struct operator_spec *chunk = convert_find(
		PAYLOAD_BIT(PAYLOAD_STREAM), PAYLOAD_BIT(PAYLOAD_BYTES));
	unsigned behind = convert_insert(
		work, index, chunk, "what it reads comes out of a sandbox");

	graph_relate_operator(work, work->plan->links[behind].from);
	graph_relate_operator(work, to);
}

void graph_cut_streams(struct graph_work *work)
{
	struct graph_plan *plan = work->plan;
	unsigned operators = plan->operator_count, links = plan->link_count;
	struct crossing crossing = {.work = work};

	if (work->related < operators || work->loader->errors > 0 ||
		!is_untrusted(plan))
		return;
	crossing.documents = arena_array(
		work->loader->arena, operators, sizeof(*crossing.documents));
	crossing.outside = arena_array(
		work->loader->arena, operators, sizeof(*crossing.outside));
	for (unsigned i = operators; i-- > 0;)
		find_document(&crossing, plan->ranks[i]);
	for (unsigned i = 0; i < operators; i++)
		mark(&crossing, plan->ranks[i]);
	work->cuts = true;
	for (unsigned i = 0; i < links; i++)
		if (can_be_cut(&crossing, i))
			cut(work, i);
	work->cuts = false;
	convert_rank(work, operators);
	work->loader->use = NULL;
}
