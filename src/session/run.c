/* SPDX-License-Identifier: MIT */
/* Runs a session that was built: its graphs, one after the other. */
#include "session/run.h"

#include <time.h>
#include <unistd.h>

#include "session/ahead.h"
#include "session/jobserver.h"
#include "session/prune.h"
#include "session/publish.h"
#include "session/sharing.h"
#include "session/stamp.h"
#include "session/targets.h"
#include "session/verify.h"
#include "session/watch.h"

/* Of runs that a cron job makes every minute the older ones are forgotten, now
 * and then. */
enum { KEPT_RUNS = 1000, TRIM_RUNS = 100 };

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* One graph of a run. */
struct pass {
	const struct session *session;
	const struct graph_plan *plan;
	const struct run_settings *settings;
	const struct key_base *base;
	struct statistics *statistics;
	struct run_result *total;
	struct store_run *run; /* number 0: not in the store yet */
	struct sharing *sharing;
	struct targets *targets; /* up to this graph's */
	const struct targets *ahead; /* of all graphs; NULL: there is but one */
	struct crew *crew; /* that runs those of this graph; or NULL */
	bool targets_known; /* no other files than those are written */
	struct watch watch;
	struct log log; /* what is said is of this graph */
};

static void add_result(struct run_result *total, struct graph_result result)
{
	if (total->status == STATUS_OK || result.status != STATUS_OK)
		total->status = result.status;
	total->units_quarantined += result.units_quarantined;
	total->units += result.units;
	total->units_failed += result.units_failed;
	total->skipped += result.skipped;
	total->dropped += result.dropped;
	total->interrupted |= result.interrupted;
	total->broken_pipe |= result.broken_pipe;
}

static struct graph_result run_graph(struct pass *pass, struct graph *graph)
{
	uint64_t start_ns = now_ns();

	unsigned index = (unsigned)(pass->plan - pass->session->graphs);
	struct graph_result result = {.status = STATUS_NOT_PERMITTED};
	struct text sandbox = {0};

	sharing_describe_sandbox(pass->sharing, index, &sandbox);
	if (sharing_begin(pass->sharing, graph, index, &pass->crew, &pass->log))
		result = graph_run(graph);

	statistics_add(pass->statistics, pass->plan, graph, &result,
		now_ns() - start_ns, sandbox.data);
	text_free(&sandbox);
	add_result(pass->total, result);
	return result;
}

static void report_store(struct pass *pass)
{
	const char *news = run_store_news(pass->settings->store);

	if (news)
		log_say(&pass->log, LOG_ERROR, NULL, "%s", news);
	pass->total->status = STATUS_IO_ERROR;
}

/* Notes that there is a run, once it is known that something is due: one that
 * finds nothing to do leaves no trace. */
static bool begin_run(struct pass *pass)
{
	if (pass->run->id > 0 || pass->settings->scratch ||
		store_begin_run(pass->settings->store, pass->run)) {
		pass->log.run = pass->run->id;
		return true;
	}
	report_store(pass);
	return false;
}

/* Whether nothing failed but units that are in quarantine now. */
static bool goes_on(enum exit_status status, uint64_t units_failed)
{
	return status == STATUS_OK ||
		(status == STATUS_UNITS_FAILED && units_failed == 0);
}

static bool is_complete(const struct graph_result *result)
{
	return goes_on(result->status, result->units_failed) &&
		!result->interrupted && !result->broken_pipe;
}

/* Runs what is due, and remembers it. */
static void run_due(struct pass *pass, struct graph *graph, struct due *due)
{
	const struct run_settings *settings = pass->settings;

	if (due->reason != DUE_NOT && !begin_run(pass))
		return;
	struct publisher *publisher = publisher_create(&(struct publication){
		.store = settings->store,
		.plan = pass->plan,
		.due = due,
		.base = pass->base,
		.run = pass->run->id,
		.keep_going = settings->keep_going,
		.targets_known = pass->targets_known,
		.watch = &pass->watch,
		.log = &pass->log,
	});
	struct graph_result result = {.status = STATUS_OK};

	graph_set_host(graph, &publisher_host, publisher);
	due_set_ways(due, graph);
	if (due->reason != DUE_NOT)
		result = run_graph(pass, graph);
	bool complete = is_complete(&result);
	enum exit_status published = publisher_finish(publisher, complete);
	if (published != STATUS_OK && complete)
		pass->total->status = published;
	uint64_t late = publisher_late_failures(publisher);
	pass->total->units_failed += late;
	if (late > 0 && pass->total->status == STATUS_OK)
		pass->total->status = STATUS_UNITS_FAILED;
	publisher_destroy(publisher);
}

/* Runs all of it again, and compares. */
static void run_verified(
	struct pass *pass, struct graph *graph, struct due *due)
{
	const struct run_settings *settings = pass->settings;
	struct verifier *verifier = verifier_create(settings->store, pass->plan,
		due, pass->base, settings->scratch, &pass->log);
	bool same = false;

	if (verifier) {
		graph_set_host(graph, &verifier_host, verifier);
		due_set_ways(due, graph);
		struct graph_result result = run_graph(pass, graph);
		same = verifier_finish(verifier, is_complete(&result));
	}
	pass->total->differs |= !same;
	verifier_destroy(verifier);
}

/* Whether all units have succeeded so far: then what they make is known, and
 * not only what they might, such as that of a file which a filter drops by
 * now. */
static bool is_settled(const struct run_result *result)
{
	return result->status == STATUS_OK && result->units_quarantined == 0 &&
		result->at_rest == 0;
}

/* What must not be removed as nobody's: what the graphs from NEXT on will make;
 * and where units have failed, or weren't run, what one of them may have been
 * to make, such as of an input that has another name now. Where that can't be
 * told nothing is removed. */
static struct prune_spared find_spared(const struct run_settings *settings,
	const struct session *session, const struct run_result *result,
	const struct targets *targets, const struct graph_plan *next)
{
	bool removes = settings->prune && !*settings->stop &&
		!result->broken_pipe &&
		(result->status == STATUS_OK ||
			result->status == STATUS_UNITS_FAILED);
	bool done = goes_on(result->status, result->units_failed);

	if (!removes || (!done && !targets_are_all(targets)))
		return (struct prune_spared){0};
	return (struct prune_spared){.targets = targets,
		.first = is_settled(result) ? next : session->graphs};
}

/* Outputs that nothing makes any more. */
static void settle_vanished(struct pass *pass, struct due *due)
{
	const struct run_settings *settings = pass->settings;

	if (!prune_graph(settings->store, pass->plan->name, due, pass->base,
		    &pass->log,
		    find_spared(settings, pass->session, pass->total,
			    pass->ahead ? pass->ahead : pass->targets,
			    pass->plan + 1),
		    &pass->total->stale))
		report_store(pass);
}

/* Whether it is settled which files the graph will write. Nothing is new of one
 * that doesn't run, but others may want to write the same. */
static bool settle_targets(
	struct pass *pass, struct graph *graph, const struct due *due)
{
	if (due && due->reason == DUE_NOT && pass->session->graph_count == 1 &&
		!pass->settings->scratch)
		return true;
	return targets_add(
		pass->targets, graph, pass->plan, &pass->targets_known);
}

/* Runs a graph that has failed before, so that it is told like others. */
static void run_failed(struct pass *pass, struct graph *graph)
{
	if (begin_run(pass))
		run_graph(pass, graph);
}

static void run_remembered(struct pass *pass, struct graph *graph)
{
	struct due due;

	if (!graph_find_units(graph)) {
		run_failed(pass, graph);
		return;
	}
	if (!due_find(&due, graph, pass->plan, pass->settings->store,
		    pass->base)) {
		report_store(pass);
	} else if (!settle_targets(pass, graph, &due)) {
		run_failed(pass, graph);
	} else {
		watch_begin(&pass->watch, &due);
		if (pass->settings->scratch)
			run_verified(pass, graph, &due);
		else
			run_due(pass, graph, &due);
		if (!watch_end(&pass->watch, &due))
			report_store(pass);
		pass->total->at_rest += due.quarantined_count;
		pass->total->up_to_date +=
			due.count - due.run_count - due.quarantined_count;
		if (!pass->settings->scratch)
			settle_vanished(pass, &due);
	}
	due_finish(&due);
}

static void run_pass(struct pass *pass)
{
	const struct run_settings *settings = pass->settings;
	struct run_store *store = settings->store;
	struct graph_settings graph_settings = {
		.memory_bytes = (size_t)pass->session->memory_bytes,
		.keep_going = settings->keep_going,
		.failures_max = settings->failures_max,
		.watch = &pass->watch.graph,
		.permits = targets_permit,
		.permits_context = pass->targets,
		.log = &pass->log,
		.stop = settings->stop,
		.temporary_prefix =
			store ? store_temporary_prefix(store) : NULL,
		.scratch = settings->scratch,
	};
	struct graph *graph = graph_create(pass->plan, &graph_settings);

	pass->log.graph = pass->plan->name;
	pass->log.run = pass->run->id;

	watch_init(
		&pass->watch, pass->session, pass->plan, settings, pass->base);
	if (store) {
		run_remembered(pass, graph);
	} else {
		if (graph_find_units(graph))
			settle_targets(pass, graph, NULL);
		run_graph(pass, graph);
	}
	graph_destroy(graph);
	crew_destroy(pass->crew);
	watch_finish(&pass->watch);
}

static void fail_store(
	const struct run_settings *settings, struct run_result *result)
{
	const char *news = run_store_news(settings->store);

	if (news)
		log_say(settings->log, LOG_ERROR, NULL, "%s", news);
	if (result->status == STATUS_OK)
		result->status = STATUS_IO_ERROR;
}

/* Of a session with several graphs what they will write; else NULL. A run that
 * refuses it is one that has failed. */
static struct targets *look_ahead(const struct session *session,
	const struct run_settings *settings, const struct key_base *base,
	struct store_run *run, struct run_result *result)
{
	if (session->graph_count < 2 || settings->scratch)
		return NULL;
	struct targets *ahead = ahead_look(
		session, settings->state, base, settings->log, &result->status);
	if (result->status != STATUS_OK && settings->store &&
		!store_begin_run(settings->store, run))
		fail_store(settings, result);
	return ahead;
}

/* Outputs of graphs that the session doesn't have any more. */
static void settle_forgotten(const struct session *session,
	const struct run_settings *settings, const struct key_base *base,
	const struct targets *targets, struct run_result *result)
{
	bool ended = result->status == STATUS_OK ||
		result->status == STATUS_UNITS_FAILED;

	if (settings->store && !settings->scratch && ended &&
		!*settings->stop &&
		!prune_forgotten(settings->store, session, base, settings->log,
			find_spared(settings, session, result, targets,
				session->graphs + session->graph_count),
			&result->stale))
		fail_store(settings, result);
}

static void run_graphs(const struct session *session,
	const struct run_settings *settings, struct store_run *run,
	struct statistics *statistics, struct run_result *result)
{
	struct key_base base;
	struct sharing sharing = {
		.session = session,
		.zygote = settings->zygote,
		.jobs = settings->jobs,
		.jobs_wanted = !settings->ask_make,
		.sandbox = settings->sandbox,
		.jobserver = settings->ask_make ? jobserver_open() : NULL,
	};

	key_base_init(&base, session->directory);
	struct targets *targets =
		targets_create(session, settings->state, &base);
	struct targets *ahead =
		look_ahead(session, settings, &base, run, result);
	for (unsigned i = 0; i < session->graph_count; i++) {
		struct pass pass = {.session = session,
			.plan = &session->graphs[i],
			.settings = settings,
			.base = &base,
			.statistics = statistics,
			.total = result,
			.run = run,
			.sharing = &sharing,
			.targets = targets,
			.ahead = ahead,
			.log = *settings->log};

		if (!goes_on(result->status, result->units_failed) ||
			result->broken_pipe)
			break;
		result->interrupted |= *settings->stop > 0;
		if (result->interrupted)
			break;
		run_pass(&pass);
	}
	settle_forgotten(
		session, settings, &base, ahead ? ahead : targets, result);
	if (sharing.zygote != settings->zygote)
		zygote_stop(sharing.zygote);
	jobserver_close(sharing.jobserver);
	targets_destroy(ahead);
	targets_destroy(targets);
	key_base_finish(&base);
}

/* ---- The run as the store knows it ---------------------------------------- */

/* All that is kept of the run at its end, in one change. */
static void end_run(const struct run_settings *settings, struct store_run *run,
	const struct statistics *statistics, struct run_result *result)
{
	run->state = result->interrupted      ? RUN_INTERRUPTED
		: result->status == STATUS_OK ? RUN_DONE
					      : RUN_FAILED;
	run->ended_us = stamp_now_ns() / 1000;
	run->exit_status = (int)result->status;
	run->units = result->units + result->up_to_date + result->at_rest;
	run->units_run = result->units;
	run->units_failed = result->units_failed + result->units_quarantined;

	struct store_garbage garbage;
	char *json = statistics_json(statistics);
	store_change_lightly(settings->store);
	if (json)
		store_put_telemetry(settings->store, run->id, json);
	store_end_run(settings->store, run);
	bool ok = store_commit(settings->store);
	if (ok && run->id % TRIM_RUNS == 0)
		ok = store_collect(
			settings->store, KEPT_RUNS, 0, false, &garbage);
	if (!ok)
		fail_store(settings, result);
	free(json);
}

struct run_result session_run(const struct session *session,
	const struct run_settings *settings, struct statistics *statistics)
{
	struct run_result result = {.status = STATUS_OK};
	struct text params = {0};
	struct store_run run = {
		.started_us = stamp_now_ns() / 1000,
		.pid = getpid(),
	};
	uint64_t start_ns = now_ns();

	session_show_params(session, &params);
	run.params = params.data;

	run_graphs(session, settings, &run, statistics, &result);
	if (run.id > 0)
		end_run(settings, &run, statistics, &result);
	if (result.differs && result.status == STATUS_OK)
		result.status = STATUS_UNITS_FAILED;
	text_free(&params);
	result.wall_ns = now_ns() - start_ns;
	return result;
}
