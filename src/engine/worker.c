/* SPDX-License-Identifier: MIT */
/*
 * A graph as a worker: of its operators only those within units run, and those
 * at frontiers that make partial results; all else counts as finished from the
 * start. One unit is at work at a time, since nobody knows which one a worker
 * crashed of otherwise. See engine/crew.h.
 */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/system-error.h"
#include "engine/frontier.h"
#include "engine/share.h"

/* Bytes for a frontier are given away in pieces of about this size. */
enum { PIECE_BYTES = 32 * 1024, SAID_BYTES = 64 * 1024, ROOM_BYTES = 4096 };

struct worker {
	const struct worker_methods *methods;
	void *context;
	volatile struct pulse *pulse;
	struct segment *segment; /* of the unit at work; or NULL */
	const struct operator *source; /* of that; or of the one before */
	struct operator_statistics *sent; /* reported, of each operator */
	struct text report, task;
	struct text *pieces; /* one for each frontier */

	struct log log; /* what is said of the unit, in SAID */
	struct text said;
	size_t room_bytes; /* in it, at most */
	uint64_t unsaid_bytes; /* beyond that */
};

/* ---- What it says ----------------------------------------------------------- */

/* A library that is led astray may say more than anybody wants to read. */
static ssize_t take_message(void *cookie, const char *data, size_t length)
{
	struct worker *worker = cookie;
	size_t room = worker->room_bytes - worker->said.length;
	size_t taken = length < room ? length : room;

	text_add(&worker->said, data, taken);
	worker->unsaid_bytes += length - taken;
	return (ssize_t)length;
}

static void open_messages(struct worker *worker)
{
	const cookie_io_functions_t functions = {.write = take_message};

	worker->room_bytes = SAID_BYTES;
	worker->log.file = fopencookie(worker, "w", functions);
	if (!worker->log.file)
		memory_abort();
}

static void settle_messages(struct graph *graph, struct worker *worker)
{
	struct unit *unit = worker->segment->unit;
	const struct log_subject subject = {NULL, unit->name};
	struct text stray = {0};
	uint64_t unsaid_bytes;

	worker->methods->stray(worker->context, &stray);
	graph_report_stray(graph, unit, &stray);
	text_free(&stray);
	fflush(worker->log.file);
	unsaid_bytes = worker->unsaid_bytes;
	if (unsaid_bytes == 0)
		return;
	/* Whole lines only: programs may read them. */
	const char *end = memrchr(worker->said.data, '\n', worker->said.length);
	size_t whole = end ? (size_t)(end + 1 - worker->said.data) : 0;
	unsaid_bytes += worker->said.length - whole;
	worker->said.length = whole;
	worker->room_bytes = SAID_BYTES + ROOM_BYTES;
	log_say_about(&worker->log, LOG_WARNING, &subject,
		"%s: %llu bytes more were said of it", unit->name,
		(unsigned long long)unsaid_bytes);
	fflush(worker->log.file);
}

/* ---- Its operators ---------------------------------------------------------- */

static bool works_here(const struct operator *op)
{
	if (op->within)
		return true;
	if (!(op->spec->flags & OPERATOR_PARTIAL))
		return false;
	for (unsigned i = 0; i < op->plan->pin_count; i++)
		if (op->pins[i].link && op->pins[i].link->frontier &&
			op->pins[i].link->to == op)
			return true;
	return false;
}

void graph_become_worker(struct graph *graph,
	const struct worker_methods *methods, void *context,
	volatile struct pulse *pulse)
{
	unsigned count = graph->plan->operator_count;
	struct worker *worker = memory_zeroed(sizeof(*worker));

	worker->methods = methods;
	worker->context = context;
	worker->pulse = pulse;
	worker->sent =
		memory_zeroed(memory_product(count + 1, sizeof(*worker->sent)));
	worker->pieces = memory_zeroed(memory_product(
		graph_frontier_count(graph) + 1, sizeof(*worker->pieces)));
	worker->log = *graph->settings.log;
	open_messages(worker);
	graph->settings.log = &worker->log;
	graph->settings.keep_going = true; /* who shares the units decides */
	graph->worker = worker;
	for (unsigned i = 0; i < count; i++) {
		struct operator *op = &graph->operators[i];

		if (op->input_count == 0)
			op->instead = worker_step;
		if (works_here(op))
			continue;
		op->finished = true;
		graph->unfinished--;
	}
	for (unsigned i = 0; i < graph->plan->link_count; i++)
		graph->links[i].exported = graph->links[i].to->finished;
}

bool worker_settled(const struct graph *graph)
{
	return graph->open_units == 0 && frontiers_are_empty(graph);
}

/* ---- What it gives ---------------------------------------------------------- */

static void give_piece(struct worker *worker, unsigned frontier)
{
	struct text *piece = &worker->pieces[frontier];

	if (piece->length > 0)
		worker->methods->give(
			worker->context, frontier, piece->data, piece->length);
	piece->length = 0;
}

/* An item that is larger than a piece goes alone, in several. */
static void add_item(struct worker *worker, unsigned frontier,
	const struct codec *codec, const struct item *item)
{
	struct text *piece = &worker->pieces[frontier];
	size_t size = codec_size(codec, item);

	if (piece->length + size > PIECE_BYTES)
		give_piece(worker, frontier);
	char *at = text_space(piece, size);
	piece->length += (size_t)(codec_write(codec, item, at) - at);
	if (piece->length >= PIECE_BYTES)
		give_piece(worker, frontier);
}

static void add_mark(
	struct link *link, struct segment *segment, enum frontier_mark mark)
{
	const struct frontier_link *frontier = link->frontier;
	struct item item = {.type = PAYLOAD_NONE, .position = mark};

	if (!frontier->nests || !segment->parent)
		return;
	if (mark != FRONTIER_END)
		item.attributes = segment->attributes;
	add_item(link->from->graph->worker, frontier_index(link),
		&frontier->marks, &item);
}

void worker_begin(struct link *link, struct segment *segment)
{
	struct segment *old = link->given;

	add_mark(link, segment,
		segment->bare ? FRONTIER_BEGIN_BARE : FRONTIER_BEGIN);
	link->given = segment_ref(segment);
	segment_unref(old);
}

void worker_end_segment(struct link *link)
{
	struct segment *old = link->given;

	if (!old)
		return;
	add_mark(link, old, FRONTIER_END);
	link->given = segment_ref(old->parent);
	segment_unref(old);
}

/* What stands outside of all units is given by who shares them. */
void worker_give(struct link *link, struct item *const *items, size_t count)
{
	struct worker *worker = link->from->graph->worker;
	unsigned frontier = frontier_index(link);

	for (size_t i = 0; i < count; i++) {
		if (link->given)
			add_item(worker, frontier, frontier_codec(link),
				items[i]);
		item_unref(items[i]);
	}
}

void worker_keep(struct link *link, const void *data, size_t length)
{
	struct worker *worker = link->from->graph->worker;

	worker->methods->give(
		worker->context, frontier_index(link), data, length);
}

struct output *worker_output(struct operator *op,
	const struct output_request *request, struct unit *unit)
{
	struct worker *worker = op->graph->worker;
	unsigned index = (unsigned)(op - op->graph->operators);
	int descriptor = -1;
	bool kept = false;
	int error = worker->methods->output(
		worker->context, index, request, &descriptor, &kept);

	if (error) {
		errno = error;
		return NULL;
	}
	struct output *output =
		output_adopt(op->graph->outputs, request, descriptor);
	if (kept)
		output_leave_unsynced(output);
	output_set_owner(output, index);
	graph_add_output(op->graph, output, unit);
	return output;
}

int worker_reread(struct operator *op, const struct output *output)
{
	const struct worker *worker = op->graph->worker;

	return worker->methods->reread(worker->context, output_path(output));
}

/* ---- One unit after the other ----------------------------------------------- */

/* What can't be synced fails the unit. */
static void sync_outputs(struct graph *graph, struct segment *segment)
{
	for (struct pending *at = graph->pending; at; at = at->next) {
		struct operator *op =
			&graph->operators[output_owner(at->output)];
		struct text text = {0};

		if (output_make_durable(at->output))
			continue;
		text_add_escaped(&text, segment->unit->name,
			strlen(segment->unit->name), 200);
		text_add_string(&text, ": cannot write ");
		text_add_escaped(&text, output_path(at->output),
			strlen(output_path(at->output)), 1000);
		text_add_format(&text, ": %s", system_error(errno));
		unit_fail(op, op, segment, STATUS_IO_ERROR, text.data);
		return;
	}
}

static void report_unit(struct graph *graph, struct worker *worker)
{
	sync_outputs(graph, worker->segment);
	for (unsigned i = 0; i < graph_frontier_count(graph); i++)
		give_piece(worker, i);
	settle_messages(graph, worker);
	worker->report.length = 0;
	report_pack(&worker->report, graph, worker->segment->unit,
		&worker->said, worker->sent);
	worker->methods->report(worker->context, &worker->report);
	worker->said.length = 0;
	worker->unsaid_bytes = 0;
	worker->room_bytes = SAID_BYTES;
	graph->result.skipped = 0;
	graph_discard_outputs(graph);
	graph_forget_failures(graph);
	segment_unref(worker->segment);
	worker->segment = NULL;
}

/* What was done before the first unit is done by who shares them, too. */
static void skip_statistics(const struct graph *graph, struct worker *worker)
{
	for (unsigned i = 0; i < graph->plan->operator_count; i++)
		worker->sent[i] = graph->operators[i].statistics;
}

static void begin_unit(
	struct graph *graph, struct worker *worker, int descriptor, int error)
{
	struct refusal refusal = {.status = STATUS_OK};
	struct operator *source = NULL;

	worker->segment = task_unpack(graph, &worker->task, &source, &refusal);
	if (!worker->segment) {
		operator_fail(
			graph->sources[0], STATUS_BUG, "a task makes no sense");
		return;
	}
	unsigned out = source->outputs[0]->from_pin;
	worker->source = source;
	operator_begin(source, out, worker->segment);
	if (refusal.status != STATUS_OK)
		operator_fail_unit(source, out, refusal.status,
			(struct place){0}, "%s", refusal.text.data);
	else
		source->spec->content(source, source->state, worker->segment,
			descriptor, error);
	operator_end(source, out);
	text_free(&refusal.text);
}

/* The next unit may be that of another source than the one that is asked. */
enum step worker_step(struct operator *asked)
{
	struct graph *graph = asked->graph;
	struct worker *worker = graph->worker;
	int descriptor = -1, error = 0;

	if (!worker_settled(graph)) {
		asked->wait = WAIT_UNITS;
		return STEP_WAIT;
	}
	if (worker->segment)
		report_unit(graph, worker);
	else
		skip_statistics(graph, worker);
	worker->methods->receive(
		worker->context, &worker->task, &descriptor, &error);
	begin_unit(graph, worker, descriptor, error);
	asked->progress++;
	return graph->failed ? STEP_FAIL : STEP_MORE;
}

const char *worker_unit(const struct graph *graph)
{
	const struct worker *worker = graph->worker;

	return worker && worker->segment ? worker->segment->unit->name : NULL;
}

bool worker_passes_by(const struct operator *op, unsigned pin)
{
	const struct worker *worker = op->graph->worker;

	return worker && worker->source &&
		!operator_stems_from(op->pins[pin].link->from, worker->source);
}

void worker_beat(const struct graph *graph)
{
	graph->worker->pulse->steps++;
	graph->worker->pulse->bytes = graph_bytes_read(graph);
}

/* The run has failed: that is what is reported of the unit. */
void worker_end(struct graph *graph)
{
	if (graph->worker->segment)
		report_unit(graph, graph->worker);
}

void worker_destroy(struct worker *worker)
{
	if (!worker)
		return;
	fclose(worker->log.file);
	segment_unref(worker->segment);
	free(worker->sent);
	text_free(&worker->report);
	text_free(&worker->task);
	text_free(&worker->said);
	free(worker->pieces);
	free(worker);
}
