/* SPDX-License-Identifier: MIT */
/* Sharing units and being a worker, as the files of the engine use them; see
 * engine/crew.h. */
#ifndef LEAT_ENGINE_SHARE_H
#define LEAT_ENGINE_SHARE_H

#include "engine/crew.h"
#include "engine/internal.h"

/* ---- sharable.c ------------------------------------------------------------ */

/* The unit NUMBER of a source; one whose units aren't known has one. False: it
 * has no more. */
bool share_find_unit(
	struct operator *source, uint64_t number, struct found_unit *found);
enum unit_way share_way(const struct operator *source, uint64_t number);

/* ---- share.c: the graph that shares ---------------------------------------- */

/* The step of its sources. */
enum step share_step(struct operator *source);

/* The source has finished. */
void share_end(struct operator *source);

/* Whether units are on their way that were begun before the run was asked to
 * stop: nothing new is handed out from now on. */
bool share_drain(struct graph *graph);

/* Bytes that were read of its units. */
uint64_t share_bytes_read(const struct share *share);
void share_destroy(struct share *share); /* takes NULL */

/* ---- worker.c ---------------------------------------------------------------- */

enum step worker_step(struct operator *source);

/* The name of the unit at work; NULL: there is none, or this is no worker. */
const char *worker_unit(const struct graph *graph);

/* Whether nothing of the unit at work comes by the input. */
bool worker_passes_by(const struct operator *op, unsigned pin);

/* A step was made. */
void worker_beat(const struct graph *graph);

/* The run fails: reports the unit at work. */
void worker_end(struct graph *graph);

/* Whether nothing is left of the unit at work. */
bool worker_settled(const struct graph *graph);

/* What passes a frontier: SEGMENT is the innermost from now on, or NULL. */
void worker_begin(struct link *link, struct segment *segment);
void worker_end_segment(struct link *link);
void worker_give(struct link *link, struct item *const *items, size_t count);
void worker_keep(struct link *link, const void *data, size_t length);

struct output *worker_output(struct operator *op,
	const struct output_request *request, struct unit *unit);
int worker_reread(struct operator *op, const struct output *output);
void worker_destroy(struct worker *worker); /* takes NULL */

/* ---- outcome.c: what a task and a report are made of ------------------------- */

/* A unit as its source has found it. A refused one has no content. */
void task_pack(struct text *task, const struct operator *source,
	const struct segment *segment, const struct refusal *refusal);

/* *SOURCE becomes the source of its unit. NULL: it isn't a task of this
 * graph. */
struct segment *task_unpack(const struct graph *graph, const struct text *task,
	struct operator **source, struct refusal *refusal);

/* What a worker says: MESSAGES as they are to be printed; SENT is what was said
 * of each operator before, and is brought up to date. */
void report_pack(struct text *report, const struct graph *graph,
	const struct unit *unit, const struct text *messages,
	struct operator_statistics *sent);

/* Adds it to the graph and the unit; false: it is no report. */
bool report_unpack(
	struct graph *graph, struct unit *unit, const struct slice *report);

#endif
