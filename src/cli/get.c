/* SPDX-License-Identifier: MIT */
/* leat get: writes what a session has made to standard output. */
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/system-error.h"
#include "base/text.h"
#include "cli/command.h"
#include "session/address.h"
#include "session/key.h"
#include "session/stale.h"
#include "session/state.h"
#include "store/run-store.h"

struct get_options {
	bool help, list;
	const char *state, *unit;
};

static const struct option_spec options[] = {
	OPTION_ROW_DIRECTORY,
	OPTION_ROW_HELP(offsetof(struct get_options, help)),
	{0, "list", OPTION_FLAG, offsetof(struct get_options, list), NULL, NULL,
		"List what there is: address, run, path and unit"},
	OPTION_ROW_STATE(offsetof(struct get_options, state)),
	{0, "unit", OPTION_TEXT, offsetof(struct get_options, unit), "NAME",
		NULL, "What was made of the unit, such as a file"},
	{0},
};

/* What is asked for, and what of it was found. */
struct query {
	struct command *command;
	const char *address; /* without the run; NULL: everything */
	const char *unit; /* NULL: any */
	uint64_t run; /* 0: any */
	struct text path_key, unit_key; /* the same as names of files */
	bool list;

	size_t count;
	char *path; /* the key of the first output ... */
	uint64_t made_by; /* ... the run that made it ... */
	struct digest digest; /* ... and what it was then */
};

/* ---- Which outputs ----------------------------------------------------------- */

static bool is_wanted(const struct query *query, const struct store_unit *unit,
	const struct store_output *output)
{
	if (query->unit && !key_names(unit->key, query->unit) &&
		!key_names(unit->key, query->unit_key.data))
		return false;
	return !query->address ||
		strcmp(query->path_key.data, output->path) == 0 ||
		address_is_operator(
			query->address, unit->graph, output->operator);
}

static void print_row(
	const struct store_unit *unit, const struct store_output *output)
{
	struct text text = {0};

	text_add_format(&text, "%s/%s\t%ju\t", unit->graph,
		output->operator,(uintmax_t) unit->run);
	text_add_escaped(&text, output->path, strlen(output->path), SIZE_MAX);
	text_add_string(&text, "\t");
	text_add_escaped(&text, unit->key, strlen(unit->key), SIZE_MAX);
	puts(text.data);
	text_free(&text);
}

static bool look_at(void *context, struct store_unit *unit)
{
	struct query *query = context;

	if (stale_is_row(unit))
		return true;
	for (size_t i = 0; i < unit->output_count; i++) {
		const struct store_output *output = &unit->outputs[i];

		if (!is_wanted(query, unit, output))
			continue;
		if (query->list)
			print_row(unit, output);
		if (query->count++ > 0)
			continue;
		query->path = memory_string(output->path);
		query->made_by = unit->run;
		query->digest = output->digest;
	}
	return true;
}

static bool find_outputs(struct query *query, struct run_store *store)
{
	const char *const *graphs = store_graphs(store);

	for (; graphs && *graphs; graphs++)
		if (!store_units(store, *graphs, look_at, query))
			return false;
	return graphs;
}

/* ---- The content of one ---------------------------------------------------------- */

static void fail(struct query *query, enum exit_status status, const char *hint,
	const char *what, const char *why)
{
	diagnostics_add(query->command->diagnostics, SEVERITY_ERROR,
		(struct location){0}, hint, "%s: %s", what, why);
	query->command->status = status;
}

static void fail_changed(struct query *query, const char *path)
{
	fail(query, STATUS_BAD_DATA, "a run makes it again", path,
		"was changed, and not by leat");
}

/* What is written is known to be whole: nothing is, before all was read. */
static void write_content(struct query *query, int descriptor, const char *path)
{
	enum { BLOCK_BYTES = 1 << 16 };
	char *block = memory_alloc(BLOCK_BYTES);
	struct digester *digester = digester_create();
	struct digest digest;
	uint64_t offset = 0;
	ssize_t got = 0;

	if (!digest_file(descriptor, &digest))
		got = -1;
	else if (!digest_equal(&digest, &query->digest))
		fail_changed(query, path);
	while (got >= 0 && query->command->status == STATUS_OK) {
		got = file_read_at(descriptor, block, BLOCK_BYTES, offset);
		if (got <= 0)
			break;
		digester_add(digester, block, (size_t)got);
		offset += (uint64_t)got;
		if (!file_write(STDOUT_FILENO, block, (size_t)got))
			fail(query, STATUS_IO_ERROR, NULL,
				"can't write standard output",
				system_error(errno));
	}
	if (got < 0)
		fail(query, STATUS_IO_ERROR, NULL, path, system_error(errno));
	digest = digester_result(digester);
	if (query->command->status == STATUS_OK &&
		!digest_equal(&digest, &query->digest))
		fail_changed(query, path);
	digester_destroy(digester);
	free(block);
}

static void write_output(struct query *query, const struct key_base *base)
{
	struct text path = {0};
	struct stat stat;

	key_path(base, query->path, &path);
	int descriptor = file_open_input(path.data, &stat);
	if (descriptor < 0)
		fail(query, errno == ENOENT ? STATUS_NO_INPUT : STATUS_IO_ERROR,
			errno == ENOENT ? "a run makes it again" : NULL,
			query->path, system_error(errno));
	else if (file_refusal(stat.st_mode))
		fail(query, STATUS_BAD_DATA, "a run makes it again",
			query->path, file_refusal(stat.st_mode));
	else
		write_content(query, descriptor, query->path);
	if (descriptor >= 0)
		close(descriptor);
	text_free(&path);
}

static void fail_unknown(const struct query *query)
{
	static const char hint[] = "`leat get FILE --list` lists what there is";

	if (query->unit)
		command_wrong(query->command, hint,
			"no file of the unit '%s' is remembered as '%s'",
			query->unit, query->address);
	else
		command_wrong(query->command, hint,
			"no file is remembered as '%s'", query->address);
}

/* Exactly one output, made by the run that is asked for. */
static void write_one(struct query *query, const struct key_base *base)
{
	if (query->count == 0)
		fail_unknown(query);
	else if (query->count > 1)
		command_wrong(query->command,
			"name one by --unit, or by its path; --list lists them",
			"'%s' stands for %zu files", query->address,
			query->count);
	else if (query->run && query->run != query->made_by)
		command_wrong(query->command,
			"only what is there now can be had",
			"%s was made by run %ju, not by run %ju", query->path,
			(uintmax_t)query->made_by, (uintmax_t)query->run);
	else
		write_output(query, base);
}

/* ---- The verb ---------------------------------------------------------------------- */

/* Takes RUN: off the address; `last` is what is there now. */
static void take_run(struct query *query)
{
	char *end;

	if (!query->address)
		return;
	if (strncmp(query->address, "last:", 5) == 0) {
		query->address += 5;
	} else if (isdigit((unsigned char)*query->address)) {
		uint64_t run = strtoull(query->address, &end, 10);

		if (*end != ':' || run == 0)
			return;
		query->run = run;
		query->address = end + 1;
	}
}

static void answer(struct query *query, struct run_store *store)
{
	struct key_base base;

	key_base_init(&base, query->command->session->directory);
	if (query->address)
		key_of(&base, query->address, &query->path_key);
	if (query->unit)
		key_of(&base, query->unit, &query->unit_key);
	if (store && !find_outputs(query, store)) {
		diagnostics_add(query->command->diagnostics, SEVERITY_ERROR,
			(struct location){0}, NULL, "%s",
			run_store_problem(store));
		query->command->status = STATUS_IO_ERROR;
	} else if (!query->list) {
		write_one(query, &base);
	}
	key_base_finish(&base);
}

static void get(struct command *command, const char *address)
{
	const struct get_options *settings = command->settings;
	struct query query = {
		.command = command,
		.address = address,
		.unit = settings->unit,
		.list = settings->list,
	};
	struct text directory = {0}, problem = {0};
	struct run_store *store;

	take_run(&query);
	state_directory(command->session, settings->state, &directory);
	enum store_status opened = run_store_open_reader(
		directory.data, &store, &problem, &command->status);
	if (opened == STORE_OK || opened == STORE_NONE)
		answer(&query, opened == STORE_OK ? store : NULL);
	else
		diagnostics_add(command->diagnostics, SEVERITY_ERROR,
			(struct location){0}, NULL, "%s", problem.data);
	problem.length = 0;
	run_store_close(store, &problem);
	free(query.path);
	text_free(&query.path_key);
	text_free(&query.unit_key);
	text_free(&directory);
	text_free(&problem);
}

static int run(char *const *words)
{
	struct get_options settings = {0};
	struct command command = command_start(&verb_get, words, &settings);
	const char *file = command_word(&command), *address = NULL;

	if (file && !settings.help && command_open(&command, file)) {
		address = command_word(&command);
		const char *more = address ? command_word(&command) : NULL;

		if (more)
			command_wrong(&command, "see `leat help get`",
				"one thing is got at a time, not %s as well",
				more);
	}
	if (settings.help)
		help_show_verb(stdout, &verb_get);
	else if (command.status == STATUS_OK && !file)
		command_wrong(&command, "see `leat help get`",
			"no session file is given");
	else if (command.status == STATUS_OK && !address && !settings.list)
		command_wrong(&command,
			"`leat get FILE --list` lists what there is",
			"no address is given");
	else if (command.status == STATUS_OK)
		get(&command, address);
	return command_finish(&command);
}

const struct verb verb_get = {
	.name = "get",
	.usage = "[OPTION]... FILE [RUN:]ADDRESS",
	.summary = "Write what a session has made to standard output",
	.details =
		"ADDRESS is the path of an output, or the operator that writes "
		"it: OP, or GRAPH/OP where graphs have operators of one name; "
		"one that writes a file for each unit needs --unit as well. "
		"Nothing is written but what is whole and as leat made it: a "
		"file that is missing, or that was changed since, is an error. "
		"With RUN, a number, it has to be what that run made; `last` "
		"stands for what is there now.\n",
	.options = options,
	.run = run,
};
