/* SPDX-License-Identifier: MIT */
/* Whether the units of a run are shared among workers. */
#include "session/sharing.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include "base/system-error.h"

/* Starting workers takes a millisecond or two, handing out a unit as long as
 * reading 16 KiB of it: less work than this is done sooner without. The first
 * units tell what the others are like. */
enum {
	FIRST_UNITS = 256,
	MUCH_BYTES = 1024 * 1024,
	UNIT_BYTES = 16 * 1024,
};

/* What workers need at least, and have where the session says nothing. */
static const uint64_t LEAST_BYTES = 32 * 1024 * 1024;

static bool has_units(const struct session *session)
{
	for (unsigned i = 0; i < session->graph_count; i++) {
		const struct graph_plan *graph = &session->graphs[i];

		for (unsigned j = 0; j < graph->operator_count; j++)
			if (graph->operators[j].spec->unit &&
				graph->operators[j].spec->segment)
				return true;
	}
	return false;
}

static unsigned processors(void)
{
	cpu_set_t set;
	long online;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		return (unsigned)CPU_COUNT(&set);
	online = sysconf(
		_SC_NPROCESSORS_ONLN); /* more than the set has room for */
	return online > 0 ? (unsigned)online : 1;
}

unsigned sharing_jobs(const struct session *session, uint64_t wanted)
{
	uint64_t jobs = wanted ? wanted : processors();

	if (!has_units(session))
		return 1;
	if (session->jobs && jobs > session->jobs)
		jobs = session->jobs;
	return jobs < ZYGOTE_SLOTS ? (unsigned)jobs : ZYGOTE_SLOTS;
}

/* What each process of a graph needs at least. */
static uint64_t least_bytes(const struct graph_plan *graph)
{
	uint64_t bytes = LEAST_BYTES;

	for (unsigned i = 0; i < graph->operator_count; i++)
		bytes += graph->operators[i].held_bytes;
	return bytes;
}

/* Half of what the session may take is for this process, the rest for the
 * workers; where it says nothing each has the usual. Returns how many there
 * can be. */
static unsigned split_memory(const struct sharing *sharing,
	const struct graph_plan *graph, uint64_t *parent, uint64_t *each)
{
	const uint64_t least = least_bytes(graph);
	uint64_t all = (uint64_t)sharing->session->memory_bytes;
	unsigned jobs = sharing->jobs;

	*parent = *each = all;
	if (!sharing->session->memory_said)
		return jobs;
	*parent = all / 2;
	if (all / 2 / least < jobs)
		jobs = (unsigned)(all / 2 / least);
	*each = jobs ? all / 2 / jobs : 0;
	return jobs;
}

static bool is_worth_it(struct graph *graph)
{
	uint64_t bytes, units = graph_count_work(graph, FIRST_UNITS, &bytes);

	return units > 1 && bytes >= MUCH_BYTES && bytes / units >= UNIT_BYTES;
}

const struct operator_plan *sharing_untrusted(const struct graph_plan *graph)
{
	for (unsigned i = 0; i < graph->operator_count; i++)
		if (graph->operators[i].spec->flags & OPERATOR_UNTRUSTED)
			return &graph->operators[i];
	return NULL;
}

bool sharing_is_untrusted(const struct session *session)
{
	for (unsigned i = 0; i < session->graph_count; i++)
		if (sharing_untrusted(&session->graphs[i]))
			return true;
	return false;
}

void sharing_describe_sandbox(
	const struct sharing *sharing, unsigned graph_index, struct text *text)
{
	if (!sharing_untrusted(&sharing->session->graphs[graph_index]))
		return;
	if (sharing->sandbox)
		sandbox_describe(sharing->sandbox, text);
	else
		text_add_string(text, "off");
}

static struct crew *share_graph(struct graph *graph,
	const struct crew_settings *settings, uint64_t bytes)
{
	struct crew *crew = crew_create(graph, settings);

	if (crew)
		graph_share(graph, &crew_methods, crew, (size_t)bytes);
	return crew;
}

static void report_unshared(const struct sharing *sharing,
	const struct graph *graph, const struct operator_plan *untrusted,
	int error, const struct log *log)
{
	struct diagnostics *list = diagnostics_create();
	struct text why = {0};

	if (!sharing->zygote)
		text_add_string(&why, "no worker can be started");
	else if (!graph_has_obstacle(graph, &why))
		text_add_format(&why, "no worker can be started: %s",
			system_error(error));
	diagnostics_add(list, SEVERITY_ERROR, untrusted->location,
		"see SANDBOX in leat(1); --sandbox off runs it without one",
		"%s reads what nobody vouches for, and its graph can't be run "
		"in a sandbox: %s",
		untrusted->name, why.data);
	log_diagnostics(log, list, NULL);
	diagnostics_destroy(list);
	text_free(&why);
}

/* In a sandbox, whatever that costs; one worker if there is no more memory. */
static bool share_untrusted(const struct sharing *sharing, struct graph *graph,
	const struct operator_plan *untrusted, struct crew_settings *settings,
	struct crew **crew, const struct log *log)
{
	uint64_t parent_bytes;

	settings->sandbox = *sharing->sandbox;
	settings->zygote = sharing->zygote;
	settings->jobs = split_memory(sharing,
		&sharing->session->graphs[settings->graph], &parent_bytes,
		&settings->memory_bytes);
	if (settings->jobs == 0) {
		settings->jobs = 1;
		settings->memory_bytes = parent_bytes;
	}
	if (!graph_find_units(graph))
		return true; /* it will fail, and say why */
	if (graph_can_share(graph) && sharing->zygote)
		*crew = share_graph(graph, settings, parent_bytes);
	if (!*crew)
		report_unshared(sharing, graph, untrusted, errno, log);
	return *crew;
}

/* One that was in vain isn't tried again. */
static bool have_zygote(struct sharing *sharing, const struct log *log)
{
	if (sharing->zygote || sharing->alone)
		return sharing->zygote;
	sharing->zygote = zygote_start(sharing->session);
	sharing->alone = !sharing->zygote;
	if (sharing->alone && sharing->jobs_wanted)
		log_say(log, LOG_WARNING, NULL,
			"one unit runs at a time: no process can be started: "
			"%s",
			system_error(errno));
	return sharing->zygote;
}

bool sharing_begin(struct sharing *sharing, struct graph *graph,
	unsigned graph_index, struct crew **crew, const struct log *log)
{
	const struct graph_plan *plan = &sharing->session->graphs[graph_index];
	const struct operator_plan *untrusted = sharing_untrusted(plan);
	struct crew_settings settings = {
		.graph = graph_index,
		.jobserver = sharing->jobserver,
		.unit_seconds = sharing->session->unit_seconds,
		.log = log,
	};
	uint64_t parent_bytes;

	*crew = NULL;
	if (untrusted && sharing->sandbox)
		return share_untrusted(
			sharing, graph, untrusted, &settings, crew, log);
	if (sharing->jobs < 2)
		return true;
	settings.jobs = split_memory(
		sharing, plan, &parent_bytes, &settings.memory_bytes);
	if (settings.jobs >= 2 && graph_find_units(graph) &&
		graph_can_share(graph) && is_worth_it(graph) &&
		have_zygote(sharing, log)) {
		settings.zygote = sharing->zygote;
		*crew = share_graph(graph, &settings, parent_bytes);
	}
	return true;
}
