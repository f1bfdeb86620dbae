/* SPDX-License-Identifier: MIT */
/* Takes what is there for what a run would make. */
#include "session/accept.h"

#include <errno.h>
#include <string.h>
#include <uthash.h>

#include "base/memory.h"
#include "session/address.h"
#include "session/stamp.h"

/* A unit that is named, or what spans the units of the graph: then UNIT is
 * NULL, and its key "". */
struct wanted {
	UT_hash_handle hh;
	const char *key;
	const struct due_unit *unit;
	struct store_unit *row; /* a copy; NULL: it never ran */
};

/* What was accepted, to be told in the end. */
struct told {
	char *name;
	enum due_reason reason;
};

struct accepting {
	const struct acceptance *acceptance;
	struct arena *arena;
	const struct key_base *base;
	struct address *addresses;
	bool *found; /* of the addresses */
	struct told *told;
	size_t told_count, told_capacity;
	enum exit_status status;

	/* Of one graph. */
	const struct graph_plan *plan;
	const struct due *due;
	bool writes; /* units have outputs of their own */
	struct wanted *wanted;
	struct store_unit *whole; /* a copy of the row of what spans units */
	struct text path;
};

/* ---- Reports ------------------------------------------------------------------ */

static bool refuse(struct accepting *accepting, const char *name,
	const char *reason, const char *detail)
{
	struct text text = {0};

	text_add_escaped(&text, name, strlen(name), SIZE_MAX);
	log_say(accepting->acceptance->log, LOG_ERROR, NULL,
		"%s can't be accepted: %s%s", text.data, reason, detail);
	text_free(&text);
	accepting->status = STATUS_UNITS_FAILED;
	return false;
}

static void fail_store(struct accepting *accepting)
{
	log_say(accepting->acceptance->log, LOG_ERROR, NULL, "%s",
		run_store_problem(accepting->acceptance->store));
	accepting->status = STATUS_IO_ERROR;
}

static void tell(
	struct accepting *accepting, const char *name, enum due_reason reason)
{
	if (accepting->told_count == accepting->told_capacity) {
		accepting->told_capacity = accepting->told_capacity
			? accepting->told_capacity * 2
			: 16;
		accepting->told = memory_resize(accepting->told,
			accepting->told_capacity, sizeof(*accepting->told));
	}
	accepting->told[accepting->told_count++] =
		(struct told){arena_string(accepting->arena, name), reason};
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

/* ---- As it is now --------------------------------------------------------------- */

static bool note_outputs(
	struct accepting *accepting, const char *name, struct store_unit *row)
{
	int64_t now_ns = stamp_now_ns();

	for (size_t i = 0; i < row->output_count; i++) {
		struct store_output *output = &row->outputs[i];
		struct stat found;

		key_path(accepting->base, output->path, &accepting->path);
		if (lstat(accepting->path.data, &found) < 0 ||
			(output->kind == FILE_REGULAR &&
				stat(accepting->path.data, &found) < 0) ||
			!stamp_output(accepting->path.data, output->kind,
				&output->digest))
			return refuse(accepting, name, output->path,
				errno == ENOENT ? " is missing"
						: " can't be read");
		struct file_state state = file_state_of(&found);
		if (output->kind == FILE_REGULAR)
			output->state = stamp_keep(&state, now_ns);
	}
	return true;
}

/* False: what was kept of it is of something else. */
static bool is_same(const struct store_unit *row, const struct due_unit *unit,
	const struct digest *content, const struct digest *fingerprint)
{
	return row->partials > 0 &&
		strcmp(row->identity, unit->identity) == 0 &&
		digest_equal(&row->content, content) &&
		digest_equal(&row->fingerprint, fingerprint);
}

static bool put_unit(struct accepting *accepting, const struct due_unit *unit,
	struct store_unit *row)
{
	struct run_store *store = accepting->acceptance->store;
	const struct digest *fingerprint =
		&accepting->due->units_fingerprint.digest;
	struct digest content = {{0}};
	int64_t now_ns = stamp_now_ns();

	if (unit->file.inode && !stamp_digest(unit->name, &content))
		return refuse(accepting, unit->name, strerror(errno), "");
	if (!note_outputs(accepting, unit->name, row))
		return false;
	if (!is_same(row, unit, &content, fingerprint)) {
		store_remove_unit(store, accepting->plan->name, unit->key);
		row->partials = 0;
	}
	row->graph = accepting->plan->name;
	row->key = unit->key;
	row->state = UNIT_DONE;
	row->input = stamp_keep(&unit->file, now_ns);
	row->content = content;
	row->fingerprint = *fingerprint;
	row->identity = unit->identity;
	row->reason = "";
	accepting->due->units[unit - accepting->due->units].content = content;
	return store_put_unit(store, row);
}

static bool accept_unit(struct accepting *accepting, struct wanted *wanted)
{
	const struct due_unit *unit = wanted->unit;
	struct store_unit none = {.outputs = NULL};
	struct store_unit *row = wanted->row ? wanted->row : &none;

	if (unit->reason != DUE_NOT) {
		if (!wanted->row && accepting->writes)
			return refuse(accepting, unit->name,
				"it never ran, so its outputs aren't known",
				"");
		if (row->state != UNIT_DONE && accepting->writes)
			return refuse(accepting, unit->name,
				"it failed, so its outputs aren't known", "");
		if (!put_unit(accepting, unit, row))
			return false;
	}
	tell(accepting, unit->name, unit->reason);
	return true;
}

/* What spans the units of the graph, if anything does. */
static bool accept_whole(struct accepting *accepting, struct store_unit *row)
{
	const struct due *due = accepting->due;
	const char *name = accepting->plan->name;

	if (due->spans && due->reason != DUE_NOT) {
		if (!row || (row->state != UNIT_DONE && !row->output_count))
			return refuse(accepting, name,
				"it never ran to its end, so its outputs "
				"aren't known",
				"");
		if (!note_outputs(accepting, name, row))
			return false;
		row->graph = name;
		row->key = row->identity = row->reason = "";
		row->state = UNIT_DONE;
		row->content = due_content(due);
		row->fingerprint = due->graph_fingerprint.digest;
		store_put_unit(accepting->acceptance->store, row);
	}
	tell(accepting, name, due->reason);
	return true;
}

/* What spans the units was made of what they were; it is taken for what comes
 * of them as they are now. */
static void accept_units(struct accepting *accepting)
{
	struct store_unit *row = accepting->whole;

	if (!row || !accepting->due->same_units)
		return;
	row->graph = accepting->plan->name;
	row->key = row->identity = row->reason = "";
	row->content = due_content(accepting->due);
	store_put_unit(accepting->acceptance->store, row);
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
