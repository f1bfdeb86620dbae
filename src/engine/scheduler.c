/* SPDX-License-Identifier: MIT */
/* Who runs next, and what follows from what a step says. */
#include <time.h>

#include "engine/frontier.h"
#include "engine/share.h"
#include "registry/module.h"

static const int64_t LOOK_NS = 100 * 1000 * 1000;

void operator_set_ready(struct operator *op)
{
	if (!op->finished)
		op->graph->ready[op->rank / 64] |= (uint64_t)1 << op->rank % 64;
}

static void clear_ready(struct operator *op)
{
	op->graph->ready[op->rank / 64] &= ~((uint64_t)1 << op->rank % 64);
}

/* The ready operator nearest to the sinks, or NULL. */
static struct operator *pick_last(struct graph *graph)
{
	for (unsigned i = graph->ready_words; i-- > 0;) {
		if (graph->ready[i] == 0)
			continue;
		unsigned bit = 63 - (unsigned)__builtin_clzll(graph->ready[i]);
		return graph->ranked[i * 64 + bit];
	}
	return NULL;
}

static uint64_t next_random(struct graph *graph)
{
	/* xorshift64*, Vigna 2016. */
	graph->random ^= graph->random >> 12;
	graph->random ^= graph->random << 25;
	graph->random ^= graph->random >> 27;
	return graph->random * UINT64_C(2685821657736338717);
}

static struct operator *pick_random(struct graph *graph)
{
	unsigned count = 0;

	for (unsigned i = 0; i < graph->ready_words; i++)
		count += (unsigned)__builtin_popcountll(graph->ready[i]);
	if (count == 0)
		return NULL;
	unsigned chosen = (unsigned)(next_random(graph) % count);
	for (unsigned rank = 0;; rank++) {
		bool ready = graph->ready[rank / 64] >> rank % 64 & 1;

		if (ready && chosen-- == 0)
			return graph->ranked[rank];
	}
}

/* ---- The end of an operator ---------------------------------------------- */

/* The ends that can't be taken any more because nobody takes from the link
 * have run their way, and so have those that were still to come. */
static void settle_link(struct pin *pin)
{
	struct link *link = pin->link;
	struct graph *graph = pin->op->graph;
	struct segment *segment = link->segment;
	/* Held: the mark may have the last reference to it. */
	struct segment *open =
		segment && segment->unit ? segment_ref(segment) : NULL;

	/* The unit's end was delivered: see deliver_end and settle_end. */
	if (pin->leaving && open && !segment->parent) {
		if (!pin_spans(pin))
			unit_end_arrived(graph, open->unit);
		segment_unref(open);
		open = NULL;
	}
	while (link->mark_head != link->mark_tail) {
		struct mark mark =
			link->marks[link->mark_head & link->mark_mask];
		bool outermost = mark.segment && !mark.segment->parent &&
			mark.segment->unit;

		if (outermost && mark.kind == MARK_END && !mark.arrived)
			unit_end_arrived(graph, mark.segment->unit);
		if (outermost) {
			segment_unref(open);
			open = mark.kind == MARK_END
				? NULL
				: segment_ref(mark.segment);
		}
		segment_unref(link_pop_mark(link));
	}
	if (open)
		unit_end_arrived(graph, open->unit);
	segment_unref(open);
}

static bool all_outputs_closed(const struct operator *op)
{
	for (unsigned i = 0; i < op->output_count; i++)
		if (!op->outputs[i]->closed)
			return false;
	return op->output_count > 0;
}

static void close_input(struct pin *pin)
{
	struct link *link = pin->link;

	if (link->frontier)
		frontier_lose(link);
	link->cut = !link->ended || !link_empty(link);
	link->closed = true;
	settle_link(pin);
	for (; link->head != link->tail; link->head++)
		item_unref(link->items[link->head & link->mask]);
	link->bytes = 0;
	if (all_outputs_closed(link->from) && !drain_lingers(link->from))
		operator_finish(link->from);
	else if (link->from->wait == WAIT_OUTPUT)
		operator_set_ready(link->from);
}

static void end_output(struct link *link)
{
	while (link->given && !link->closed)
		operator_end(link->from, link->from_pin);
	link->ended = true;
	if (link->to->wait == WAIT_INPUT)
		operator_set_ready(link->to);
}

void operator_finish(struct operator *op)
{
	struct graph *graph = op->graph;

	if (op->finished)
		return;
	clear_ready(op);
	op->finished = true;
	graph->unfinished--;
	if (op->opened && op->code.close)
		op->code.close(op, op->state);
	if (op->instead == share_step)
		share_end(op);
	for (unsigned i = 0; i < op->output_count; i++)
		end_output(op->outputs[i]);
	for (unsigned i = 0; i < op->plan->pin_count; i++)
		if (!op->pins[i].output && op->pins[i].link)
			close_input(&op->pins[i]);
	if (op->input_count == 0 && !graph->failed)
		graph_wake_sources(graph);
	if (op->statistics.runs == 0 && !graph->failed)
		turns_operator_begun(op);
}

/* ---- Steps ---------------------------------------------------------------- */

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* By a back-pressure link comes what is waited for, and nothing else. */
static void ask(struct operator *op)
{
	if (op->wait != WAIT_INPUT)
		return;
	struct link *link = op->pins[op->wait_pin].link;
	if (link->policy != LINK_BACK_PRESSURE)
		return;
	link->capacity_items = 1;
	if (link->from->wait == WAIT_OUTPUT)
		operator_set_ready(link->from);
}

static void check_wait(struct operator *op)
{
	op->statistics.waits++;
	if (op->wait == WAIT_NOTHING) {
		graph_violation(op, "waits, but not for a thing");
		return;
	}
	if (op->wait == WAIT_INPUT)
		operator_settle_ends(op);
	if (!wait_over(op)) {
		ask(op);
		return;
	}
	if (op->wait == WAIT_INPUT || op->wait == WAIT_OUTPUT)
		graph_violation(op, "waits for what has happened");
	operator_set_ready(op);
}

static void follow(struct operator *op, enum step step, bool progress)
{
	struct graph *graph = op->graph;

	switch (step) {
	case STEP_MORE:
		op->wait = WAIT_NOTHING;
		if (!progress)
			graph_violation(op, "did nothing, and says more");
		operator_set_ready(op);
		break;
	case STEP_WAIT: check_wait(op); break;
	case STEP_END:
		op->wait = WAIT_NOTHING;
		operator_finish(op);
		break;
	case STEP_FAIL:
		if (!graph->failed)
			graph_violation(op, "failed without a word");
		break;
	}
}

static void run_step(struct operator *op)
{
	uint64_t progress = op->progress;
	int64_t begin_ns = now_ns();

	clear_ready(op);
	op->wait = WAIT_NOTHING;
	enum step step = op->instead	   ? op->instead(op)
		: op->plan->live_count > 0 ? live_step(op)
					   : op->code.step(op, op->state);
	op->graph->now_ns = now_ns();
	op->statistics.busy_ns += (uint64_t)(op->graph->now_ns - begin_ns);
	op->statistics.runs++;
	if (op->graph->worker)
		worker_beat(op->graph);
	if (op->graph->failed)
		return;
	if (op->statistics.runs == 1)
		turns_operator_begun(op);
	if (op->finish_wanted)
		step = STEP_END;
	follow(op, step, op->progress != progress);
}

/* Steps know the time anyhow: looking costs them a comparison. */
static void look(struct graph *graph)
{
	const struct graph_watch *watch = graph->settings.watch;

	graph->look_ns = graph->now_ns + LOOK_NS;
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): look_ns says
	 * so */
	watch->look(watch->context, graph);
}

static void run(struct graph *graph)
{
	const volatile sig_atomic_t *stop = graph->settings.stop;

	graph->look_ns = INT64_MAX;
	if (graph->settings.watch && graph->settings.watch->look)
		graph->look_ns = now_ns() + LOOK_NS;
	while (graph->unfinished > 0 && !graph->failed) {
		if (stop && *stop && !graph->result.interrupted)
			drain_interrupt(graph);
		if (stop && *stop > 1) {
			graph_fail(graph, STATUS_UNITS_FAILED);
			break;
		}
		if (graph->draining)
			drain(graph);
		struct operator *op = graph->settings.schedule_seed
			? pick_random(graph)
			: pick_last(graph);
		if (op)
			run_step(op);
		else if (graph->unfinished > 0)
			wait_idle(graph);
		if (graph->now_ns >= graph->look_ns)
			look(graph);
	}
}

bool operator_load_code(struct operator *op)
{
	struct text problem = {0};

	if (op->code.step)
		return true;
	const struct operator_code *code = module_code(op->spec, &problem);
	if (code)
		op->code = *code;
	else
		operator_fail(op, STATUS_UNAVAILABLE, "%s", problem.data);
	text_free(&problem);
	return code;
}

bool operator_open(struct operator *op)
{
	if (op->opened)
		return !op->graph->failed;
	if (!operator_load_code(op))
		return false;
	op->opened = true;
	if (op->code.open && !op->code.open(op, op->state)) {
		if (!op->graph->failed)
			graph_violation(op, "did not open, without a word");
		return false;
	}
	operator_set_ready(op);
	return true;
}

static bool open_all(struct graph *graph)
{
	if (graph->failed)
		return false;
	for (unsigned i = 0; i < graph->plan->operator_count; i++)
		if (!graph->operators[i].finished &&
			!operator_open(&graph->operators[i]))
			return false;
	return true;
}

struct graph_result graph_run(struct graph *graph)
{
	if (open_all(graph))
		run(graph);
	if (graph->worker)
		worker_end(graph);
	if (!graph->failed)
		graph_decide_failures(graph, NULL);
	if (!graph->failed && !graph->draining)
		graph_publish(graph, NULL);
	graph_discard_outputs(graph);
	for (unsigned i = 0; i < graph->plan->link_count; i++)
		graph->result.dropped += graph->links[i].statistics.dropped;
	return graph->result;
}
