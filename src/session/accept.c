/* SPDX-License-Identifier: MIT */
/* Takes what is there for what a run would make. */
#include "session/accept.h"

#include <string.h>

#include "base/memory.h"
#include "session/accept-parts.h"

static void fail_store(struct accepting *accepting)
{
	log_say(accepting->acceptance->log, LOG_ERROR, NULL, "%s",
		run_store_problem(accepting->acceptance->store));
	accepting->status = STATUS_IO_ERROR;
}

/* ---- What is named ------------------------------------------------------------ */

static void want(struct accepting *accepting, const char *key,
	const struct due_unit *unit)
{
	struct wanted *wanted;

	HASH_FIND_STR(accepting->wanted, key, wanted);
	if (wanted)
		return;
	wanted = arena_alloc(accepting->arena, sizeof(*wanted));
	wanted->key = key;
	wanted->unit = unit;
	HASH_ADD_KEYPTR(hh, accepting->wanted, wanted->key, strlen(wanted->key),
		wanted);
}

static void want_graph(struct accepting *accepting)
{
	const struct due *due = accepting->due;

	for (size_t i = 0; i < due->count; i++)
		want(accepting, due->units[i].key, &due->units[i]);
	want(accepting, "", NULL);
}

static void find_wanted(struct accepting *accepting)
{
	const struct acceptance *acceptance = accepting->acceptance;

	for (size_t i = 0; i < acceptance->count; i++) {
		const struct due_unit *unit = NULL;

		switch (address_find(&accepting->addresses[i], accepting->plan,
			accepting->due, acceptance->store, &unit)) {
		case ADDRESS_NOTHING: continue;
		case ADDRESS_FAILED: fail_store(accepting); continue;
		case ADDRESS_GRAPH: want_graph(accepting); break;
		case ADDRESS_UNIT: want(accepting, unit->key, unit); break;
		}
		accepting->found[i] = true;
	}
}

static struct store_unit *copy_row(
	struct arena *arena, const struct store_unit *row)
{
	struct store_unit *copy = arena_alloc(arena, sizeof(*copy));

	*copy = store_unit_copy(arena, row);
	return copy;
}

static bool take_row(void *context, struct store_unit *row)
{
	struct accepting *accepting = context;
	struct wanted *wanted;

	HASH_FIND_STR(accepting->wanted, row->key, wanted);
	if (wanted)
		wanted->row = copy_row(accepting->arena, row);
	else if (!*row->key)
		accepting->whole = copy_row(accepting->arena, row);
	return true;
}

/* ---- Graphs --------------------------------------------------------------------- */

/* Whether operators that work within units make files. */
static bool writes_within(
	const struct graph *graph, const struct graph_plan *plan)
{
	for (unsigned i = 0; i < plan->operator_count; i++)
		if (plan->operators[i].spec->flags & OPERATOR_WRITES &&
			graph_is_within(graph, i))
			return true;
	return false;
}

static void accept_wanted(struct accepting *accepting)
{
	struct run_store *store = accepting->acceptance->store;
	const struct fingerprint *const fingerprints[] = {
		&accepting->due->units_fingerprint,
		&accepting->due->graph_fingerprint,
	};

	for (size_t i = 0; accepting->wanted && i < 2; i++)
		store_put_fingerprint(store, &fingerprints[i]->digest,
			fingerprints[i]->components, fingerprints[i]->count);
	for (struct wanted *at = accepting->wanted; at; at = at->hh.next)
		if (at->unit)
			accept_unit(accepting, at);
		else
			accept_whole(accepting, at->row);
	accept_units(accepting);
}

static void accept_in_graph(struct accepting *accepting, struct graph *graph)
{
	struct run_store *store = accepting->acceptance->store;
	struct due due;

	if (!graph_find_units(graph)) {
		accepting->status = graph_status(graph);
		return;
	}
	bool ok =
		due_find(&due, graph, accepting->plan, store, accepting->base);
	accepting->due = &due;
	accepting->whole = NULL;
	accepting->writes = writes_within(graph, accepting->plan);
	if (ok)
		find_wanted(accepting);
	if (ok && accepting->wanted)
		ok = store_units(
			store, accepting->plan->name, take_row, accepting);
	if (ok)
		accept_wanted(accepting);
	else
		fail_store(accepting);
	HASH_CLEAR(hh, accepting->wanted);
	accepting->due = NULL;
	due_finish(&due);
}

static void accept_in_graphs(struct accepting *accepting)
{
	const struct session *session = accepting->acceptance->session;
	struct graph_settings settings = {
		.memory_bytes = (size_t)session->memory_bytes,
		.log = accepting->acceptance->log,
	};

	for (unsigned i = 0; i < session->graph_count; i++) {
		struct graph *graph =
			graph_create(&session->graphs[i], &settings);

		accepting->plan = &session->graphs[i];
		accept_in_graph(accepting, graph);
		graph_destroy(graph);
	}
}

/* ---- The whole ------------------------------------------------------------------ */

static void check_found(struct accepting *accepting)
{
	const struct acceptance *acceptance = accepting->acceptance;

	for (size_t i = 0; i < acceptance->count; i++) {
		if (accepting->found[i] || accepting->status != STATUS_OK)
			continue;
		log_say(acceptance->log, LOG_ERROR,
			"name an input, an output, an operator or a graph",
			"nothing is known of '%s'", acceptance->addresses[i]);
		accepting->status = STATUS_USAGE;
	}
}

static void settle(struct accepting *accepting)
{
	const struct acceptance *acceptance = accepting->acceptance;

	if (accepting->status != STATUS_OK) {
		store_abandon(acceptance->store);
		return;
	}
	if (!store_commit(acceptance->store)) {
		fail_store(accepting);
		return;
	}
	for (size_t i = 0; i < accepting->told_count; i++)
		acceptance->accepted(acceptance->context,
			accepting->told[i].name, accepting->told[i].reason);
}

enum exit_status accept_make(const struct acceptance *acceptance)
{
	struct key_base base;
	struct accepting accepting = {
		.acceptance = acceptance,
		.arena = arena_create(),
		.base = &base,
		.addresses = memory_zeroed(memory_product(
			acceptance->count + 1, sizeof(struct address))),
		.found = memory_zeroed(acceptance->count + 1),
		.status = STATUS_OK,
	};

	key_base_init(&base, acceptance->session->directory);
	for (size_t i = 0; i < acceptance->count; i++)
		address_init(&accepting.addresses[i], acceptance->addresses[i],
			&base);
	store_change(acceptance->store);
	accept_in_graphs(&accepting);
	check_found(&accepting);
	settle(&accepting);
	for (size_t i = 0; i < acceptance->count; i++)
		address_finish(&accepting.addresses[i]);
	key_base_finish(&base);
	text_free(&accepting.path);
	free(accepting.addresses);
	free(accepting.found);
	free(accepting.told);
	arena_destroy(accepting.arena);
	return accepting.status;
}
