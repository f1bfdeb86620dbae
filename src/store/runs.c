/* SPDX-License-Identifier: MIT */
/* Runs: when they were, and what became of them. */
#include <endian.h>
#include <string.h>

#include "base/pack.h"
#include "store/internal.h"
#include "store/lock.h"

static const struct bytes no_group = {"", 0};

/* Numbers in keys are big-endian: in order. */
static struct row_key run_key(
	enum store_table table, uint64_t id, uint64_t *packed)
{
	*packed = htobe64(id);
	return (struct row_key){table, no_group, {packed, sizeof(*packed)}};
}

/* ---- A row ---------------------------------------------------------------------- */

static bool put_run(struct run_store *store, const struct store_run *run)
{
	struct text *packed = &store->packed;
	uint64_t id;
	const struct row_key key = run_key(TABLE_RUN, run->id, &id);

	packed->length = 0;
	pack_number(packed, run->state);
	pack_number(packed, (uint64_t)run->started_us);
	pack_number(packed, (uint64_t)run->ended_us);
	pack_number(packed, (uint64_t)run->pid);
	pack_number(packed, (uint64_t)run->exit_status);
	pack_number(packed, run->units);
	pack_number(packed, run->units_run);
	pack_number(packed, run->units_failed);
	pack_string(packed, run->params ? run->params : "");
	return row_put(
		store, &key, (struct bytes){packed->data, packed->length});
}

static bool unpack_run(
	struct bytes rest, struct bytes body, struct store_run *run)
{
	struct unpacking from = unpack_start(body.data, body.length);
	uint64_t id = 0;

	if (rest.length == sizeof(id))
		memcpy(&id, rest.data, sizeof(id));
	run->id = be64toh(id);
	run->state = (enum store_run_state)unpack_number(&from);
	run->started_us = (int64_t)unpack_number(&from);
	run->ended_us = (int64_t)unpack_number(&from);
	run->pid = (int)unpack_number(&from);
	run->exit_status = (int)unpack_number(&from);
	run->units = unpack_number(&from);
	run->units_run = unpack_number(&from);
	run->units_failed = unpack_number(&from);
	run->params = unpack_string(&from);
	return unpack_done(&from) && run->state <= RUN_INTERRUPTED;
}

/* ---- All of them ----------------------------------------------------------------- */

struct listing {
	bool (*each)(void *context, const struct store_run *run);
	void *context;
	bool alone; /* nobody runs: what seems to was killed */
	bool bad;
};

static bool show_run(void *context, struct bytes rest, struct bytes body)
{
	struct listing *listing = context;
	struct store_run run;

	listing->bad = !unpack_run(rest, body, &run);
	if (listing->alone && run.state == RUN_RUNNING)
		run.state = RUN_KILLED;
	return !listing->bad && listing->each(listing->context, &run);
}

bool store_runs(struct run_store *store,
	bool (*each)(void *context, const struct store_run *run), void *context)
{
	struct listing listing = {.each = each,
		.context = context,
		.alone = !store->writer &&
			!lock_is_held(store->directory_descriptor, "lock")};

	if (!rows_sweep(store, TABLE_RUN, no_group, ROWS_DESCENDING, show_run,
		    &listing))
		return false;
	return !listing.bad || store_fail_damage(store, "a run is damaged");
}

/* ---- Beginning and end ------------------------------------------------------------- */

/* Only the newest run may not have been ended: each that begins ends it. */
struct newest {
	struct store_run run; /* id 0: there is none */
	struct text params;
};

static bool note_newest(void *context, const struct store_run *run)
{
	struct newest *newest = context;

	newest->run = *run;
	text_add_string(&newest->params, run->params);
	newest->run.params = newest->params.data;
	return false;
}

/* Ends the newest run if it never was; *LAST becomes its number. */
static bool end_newest(struct run_store *store, uint64_t *last)
{
	struct newest newest = {0};
	bool ok = store_runs(store, note_newest, &newest);

	*last = newest.run.id;
	if (ok && newest.run.id != 0 && newest.run.state == RUN_RUNNING) {
		newest.run.state = RUN_KILLED;
		ok = put_run(store, &newest.run);
	}
	text_free(&newest.params);
	return ok;
}

bool store_begin_run(struct run_store *store, struct store_run *run)
{
	bool own;
	bool ok = store_enter(store, &own) && end_newest(store, &run->id);

	run->id++;
	return store_leave(store, own, ok && put_run(store, run));
}

bool store_end_run(struct run_store *store, const struct store_run *run)
{
	bool own;
	bool ok = store_enter(store, &own) && put_run(store, run) &&
		rows_remove(store, TABLE_DIRECTORY, no_group, NULL);

	ok = store_leave(store, own, ok);
	if (ok)
		path_set_finish(&store->noted);
	return ok;
}

/* ---- Telemetry ---------------------------------------------------------------------- */

bool store_put_telemetry(
	struct run_store *store, uint64_t run, const char *json)
{
	uint64_t id;
	const struct row_key key = run_key(TABLE_TELEMETRY, run, &id);
	bool own;
	bool ok = store_enter(store, &own) &&
		row_put(store, &key, bytes_string(json));

	return store_leave(store, own, ok);
}

const char *store_telemetry(struct run_store *store, uint64_t run)
{
	uint64_t id;
	const struct row_key key = run_key(TABLE_TELEMETRY, run, &id);
	struct bytes body;

	if (row_get(store, &key, &body) != ROW_FOUND)
		return NULL;

	return store->fetched.data;
}
