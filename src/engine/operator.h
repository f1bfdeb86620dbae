/* SPDX-License-Identifier: MIT */
/*
 * All that an operator may call while it runs. The contract:
 *
 * One thread runs all operators. The engine calls `step` when the operator may
 * have something to do: a step does one bounded piece of work over at most one
 * span of items and says MORE, WAIT, END or FAIL.
 *
 *  - MORE: it made progress (took, gave, read, wrote, passed punctuation).
 *  - WAIT: nothing can be done until one thing happens: the one that the last
 *    call of operator_next (by EVENT_WAIT) or operator_wait_* in this step has
 *    named, and it has not happened yet.
 *  - END: the operator does nothing more. Its inputs close, so producers stop;
 *    its outputs end after the items that are queued. Segments that it began
 *    and didn't end are ended, ok.
 *  - FAIL: operator_fail was called. The run stops and publishes nothing more.
 *
 * The engine checks this in every build, and stops with the operator's name
 * and STATUS_BUG when it doesn't hold. A step may be called when nothing is
 * ready; it then answers WAIT.
 *
 * Items. What is lent by operator_next belongs to the engine until
 * operator_consume; then the references are the operator's. What is given
 * belongs to the engine at once. An operator never gives more than there is
 * room for (operator_room); operator_next lends no more than there is room for
 * at every linked output, so an operator that gives at most one item per pin
 * for each that it takes needn't ask. Shared items are not written to; see
 * item_writable.
 *
 * Gaps. Where a leaky link has dropped items there is one EVENT_GAP in their
 * place, in the segment that they were of. An operator passes it on, unless
 * it can't go on without what is missing; what it has gathered so far it may
 * give before or after.
 *
 * Segments. Items travel between operator_begin and operator_end of their
 * segment, in order with them. Operators within a unit pass punctuation on
 * (operator_pass). Operators that span units keep what they gather of a unit
 * apart until its end: there segment->failed says whether to keep or to drop
 * it. An end is delivered to an operator that spans only when the unit is
 * decided, that is when it has run through all other branches too.
 *
 * Live properties. A link that sets one is read by the engine (engine/live.h).
 * The property changes where a unit begins, in the call of operator_next that
 * says so, or before the first step; `changed` (registry/spec.h) is told.
 *
 * Failure. An item that can't be taken is rejected (operator_reject). An error
 * in a content fails its unit (operator_fail_unit): the operator gets no more
 * of it, nothing of it is published, other units go on. What other operators
 * see doesn't change at once but at the end of the unit, when it is decided: so
 * no result depends on who found out first. Only what can't be blamed on a unit
 * fails the run (operator_fail).
 *
 * Pins are numbered as in the operator's table; the links of its requested pin
 * are that number and those after it.
 */
#ifndef LEAT_ENGINE_OPERATOR_H
#define LEAT_ENGINE_OPERATOR_H

#include "base/exit.h"
#include "model/item.h"
#include "model/segment.h"
#include "registry/relation.h"
#include "registry/spec.h"

/* A span is at most this long. The engine may make spans shorter. */
enum { SPAN_ITEMS = 256 };

/* ---- Input ------------------------------------------------------------- */

enum event {
	EVENT_WAIT, /* nothing, or no room at an output: return STEP_WAIT */
	EVENT_ITEMS, /* the span lends items, all of one segment */
	EVENT_BEGIN, /* a segment begins: operator_segment */
	EVENT_END, /* the innermost segment ends: operator_segment still is it;
		      segment->failed says how */
	EVENT_CLOSED, /* no more will come */
	EVENT_KEPT, /* with OPERATOR_AWAITS_VERDICT, before the next unit: the */
	EVENT_LOST, /* last one has succeeded; or failed */
	EVENT_GAP, /* a leaky link dropped items here: operator_dropped */
};

struct span {
	struct item **items; /* may be rearranged in place */
	size_t count;
};

/* What comes next on an input pin. BEGIN and END are taken by the call; items
 * stay queued until operator_consume: the next call lends them again, and they
 * are not thrown away under the operator when their unit fails meanwhile. An
 * END goes no further when it isn't passed on before the next call for this
 * pin, or a wait for another input. */
enum event operator_next(struct operator *op, unsigned pin, struct span *span);

/* Removes the first COUNT items of the span; their references become the
 * operator's. */
void operator_consume(struct operator *op, unsigned pin, size_t count);

/* The same, and releases them. */
void operator_release(struct operator *op, unsigned pin, size_t count);

/* The innermost segment at the input, or NULL outside of any. */
struct segment *operator_segment(struct operator *op, unsigned pin);

/* How many items the last EVENT_GAP of the pin stands for. */
uint64_t operator_dropped(const struct operator *op, unsigned pin);

/* Whether this operator has failed the unit at the input, or the run stops, so
 * that its work is in vain: amid a stream, it should release it. */
bool operator_unit_failed(struct operator *op, unsigned pin);

/* Whether it is known that no more units come by the input, but at most what
 * spans them, or that those at work come by others. An operator with several
 * inputs that waits at one of them for what comes after a unit of another one
 * is told so, when all else waits. */
bool operator_units_over(const struct operator *op, unsigned pin);

/* Whether units that come by the input have to wait until those of the source
 * of UNIT, which came by an input before it, are through: they don't run, and
 * are brought past the operator. */
bool operator_awaits_turn(
	const struct operator *op, unsigned pin, const struct unit *unit);

/* Whether nobody else reads what comes to the operator: when it ends, so does
 * all that is in front of it, and what would be wrong behind that place
 * concerns nobody. */
bool operator_reads_alone(const struct operator *op);

/* The usual answer to an event that isn't ITEMS: BEGIN, END and GAP go to every
 * output, MORE; CLOSED gives END; WAIT gives WAIT. */
enum step operator_pass(struct operator *op, unsigned pin, enum event event);

/* ---- Output ------------------------------------------------------------ */

/* Whether anybody reads the output. What is given to others is released. */
bool operator_linked(const struct operator *op, unsigned pin);

/* How many links a requested pin has. */
unsigned operator_links(const struct operator *op, unsigned pin);

/* Whether packed lines may be given: the reader takes them, and the link
 * doesn't count lines. */
bool operator_takes_packed(const struct operator *op, unsigned pin);

/* How many items may be given now; 0 when the link is full. */
size_t operator_room(const struct operator *op, unsigned pin);

/* Gives items, taking the references. */
void operator_give(struct operator *op, unsigned pin, struct item *const *items,
	size_t count);

/* How a source is to treat the unit NUMBER, which comes next. With the spec's
 * `unit` only. */
enum turn {
	TURN_BEGIN, /* begin it, give its items, end it */
	TURN_BRING, /* make its segment, and give that to operator_bring */
	TURN_SKIP, /* go on with the next one */
	TURN_WAIT, /* the wait is named: return STEP_WAIT */
};

/* Whether units are remembered after the run, by the digests of what they
 * are. */
bool operator_remembers(const struct operator *op);

enum turn operator_turn(struct operator *op, uint64_t number);

/* What was found of the file of a unit that is brought: it is the one whose
 * contributions are kept. False: it is to be looked at. */
bool operator_knows_file(
	const struct operator *op, uint64_t number, struct file_details *facts);

void operator_bring(struct operator *op, unsigned pin, struct segment *segment);

/* Begins a segment on an output, or ends the innermost that was begun or
 * passed there. BEGIN takes its own reference to SEGMENT. There is always
 * room for both. */
void operator_begin(struct operator *op, unsigned pin, struct segment *segment);
void operator_end(struct operator *op, unsigned pin);

/* Says that DROPPED items are missing at this place. There is always room. */
void operator_gap(struct operator *op, unsigned pin, uint64_t dropped);

/* ---- Making items ------------------------------------------------------ */

/* One reference each; see item_create. A record holds BUFFER (may be NULL) and
 * takes a reference to it; its values are to be set. */
struct item *operator_item(struct operator *op, enum payload_type type);
struct item *operator_stream_item(struct operator *op, unsigned pin,
	struct stream *stream); /* takes it; PIN: where it will be given */

/* Another item with the same content, to be read on its own, in the name of who
 * made ITEM; NULL when its stream can't be opened again. */
struct item *operator_reopen(struct operator *op, const struct item *item);

struct item *operator_record(struct operator *op, const struct schema *schema,
	struct buffer *buffer);

/* The budget that streams and buffers are charged to. */
struct budget *operator_budget(struct operator *op);

/* ---- What is kept of a unit ---------------------------------------------- */

/* An operator that spans units needn't get all items of a unit that doesn't
 * run, only the first ITEMS: to be said before any come. */
void operator_needs(struct operator *op, unsigned pin, uint64_t items);

/* With OPERATOR_PARTIAL: whether it is wanted what the operator makes of the
 * unit whose end was just delivered, ok; and that result. A unit that doesn't
 * run later brings it as its one item, of type PAYLOAD_BYTES. */
bool operator_keeps(const struct operator *op, unsigned pin);
void operator_keep(
	struct operator *op, unsigned pin, const void *data, size_t length);

/* With OPERATOR_RANGES: the unit whose end was just delivered, ok, is LENGTH
 * bytes from OFFSET of the output. */
void operator_keep_range(
	struct operator *op, unsigned pin, uint64_t offset, uint64_t length);

/* ---- Waiting; each returns STEP_WAIT ----------------------------------- */

enum step operator_wait_output(struct operator *op, unsigned pin);

/* Until BYTES fit in the budget. If nothing else can run, that is an error
 * that names the operator and the budget. */
enum step operator_wait_memory(struct operator *op, size_t bytes);

/* Until EVENTS of poll(2) on the descriptor. */
enum step operator_wait_descriptor(
	struct operator *op, int descriptor, short events);

/* Until CLOCK_MONOTONIC shows the time. */
enum step operator_wait_until(struct operator *op, int64_t time_ns);

/* Until all streams that were given through the pin have been released. */
enum step operator_wait_released(struct operator *op, unsigned pin);

/* ---- Streams ------------------------------------------------------------ */

/* stream_read for a reader of what came by input PIN. Only operators with
 * OPERATOR_RESUMABLE may read a stream that may block. On READ_FAILED the unit
 * has been failed. On READ_BLOCKED or READ_MEMORY the wait is named already:
 * return STEP_WAIT. */
enum read_status operator_read(struct operator *op, unsigned pin,
	struct stream *stream, struct slice *window);

/* Whether a signal asks the run to end: an operator that waits by itself, amid
 * a call of a library, should give up. */
bool operator_stopping(const struct operator *op);

/* Says that this step got on with something that the engine can't see, as in a
 * library that reads by itself. */
void operator_progressed(struct operator *op);

/* ---- Failure ------------------------------------------------------------ */

/* Where something stands in its unit; what isn't known is left 0 or NULL. */
struct place {
	uint64_t offset; /* bytes from the start of the content */
	bool has_offset;
};

/* Fails the unit of the segment at input PIN, or of segments begun at output
 * PIN. When the unit is decided it is reported, once per unit: "FILE:LINE:COL:
 * error: OPERATOR: UNIT: at byte N: message". */
void operator_fail_unit(struct operator *op, unsigned pin,
	enum exit_status status, struct place place, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Fails the run; returns STEP_FAIL. */
enum step operator_fail(struct operator *op, enum exit_status status,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What reads our standard output is gone: ends the run quietly, after which
 * the process dies of SIGPIPE; returns STEP_FAIL. */
enum step operator_broken_pipe(struct operator *op);

/* Reports a warning once per call. */
void operator_warn(struct operator *op, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Rejects an item that came by input PIN (takes the reference): it goes to the
 * pin named "rejected" with reject_reason, reject_field and reject_position
 * set; if that isn't linked, on-error decides: it is dropped and counted, or
 * fails the unit. FIELD may be NULL. The item's position is its place. */
void operator_reject(struct operator *op, unsigned pin, struct item *item,
	const char *field, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* The attributes that operator_reject sets; for the table of an operator that
 * has a pin `rejected`. */
extern const struct attribute_spec reject_attributes[];

/* For relate: PIN yields items of SHAPE, with those attributes. */
void operator_relate_rejected(
	struct relation *relation, unsigned pin, struct shape shape);

/* ---- Outputs: files that appear whole or not at all --------------------- */

struct output;

/* What is to be made at PATH, whose first ROOT_LENGTH bytes are the directory
 * that the rest can't leave; directories that are missing are made. */
struct output_request {
	const char *path;
	size_t root_length;
	enum file_kind kind;
	bool over_links; /* a file takes the place of a link, also of one that
			    leads to a directory or a device */
	bool unit; /* it is published with the unit that the segment at the
		      input belongs to; else at the end of the run */
	unsigned mode; /* the permissions, less the umask; not of a link */
	const char *target; /* of a symbolic link: relative, and within the
			       root */
	bool has_mtime; /* it gets this time, in microseconds since 1970: a
			   directory when all of the unit is in place */
	int64_t mtime_us;
};

/* A file: opens a temporary beside its target. A link, which is made as a
 * temporary, and a directory have no content, and are finished by this call.
 * NULL: errno says why; 0: another unit has the path, and the run has failed:
 * return STEP_FAIL. It may be that the unit has failed already, which needn't
 * be known: only the first failure is said. */
struct output *operator_output(struct operator *op, unsigned pin,
	const struct output_request *request);

/* Opens what a file holds that is finished and of this unit, to be read and
 * closed by the operator. -1: errno says why. */
int operator_reread(struct operator *op, const struct output *output);

/* Each returns false, with errno set, when it fails. */
bool output_write(struct output *output, const void *data, size_t length);
bool output_write_zeros(struct output *output, uint64_t length); /* a hole */
bool output_truncate(struct output *output, uint64_t length);
uint64_t output_length(const struct output *output);

/* Syncs and closes it: it is ready to be published. It belongs to the engine
 * from the start, which removes what was never finished. */
bool output_finish(struct output *output);

/* Throws the temporary away. */
void output_discard(struct output *output);

/* ---- About itself ------------------------------------------------------- */

/* What relate said that passes the pin. */
const struct shape *operator_shape(const struct operator *op, unsigned pin);

/* Whether it spans units, and what `per:` says. */
bool operator_spans(const struct operator *op);
enum scope operator_per(const struct operator *op);

/* What an encoder makes one document of: what goes into one output of the
 * sinks behind it. */
enum scope operator_document_scope(const struct operator *op);

#endif
