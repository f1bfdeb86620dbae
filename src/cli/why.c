/* SPDX-License-Identifier: MIT */
/* leat why: says why one thing would be made again. */
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/text.h"
#include "cli/build.h"
#include "session/address.h"
#include "session/forecast.h"
#include "session/stale.h"
#include "session/stamp.h"

struct why_options {
	bool help;
	const char *state;
};

static const struct option_spec options[] = {
	OPTION_ROW_DIRECTORY,
	OPTION_ROW_HELP(offsetof(struct why_options, help)),
	OPTION_ROW_PARAM,
	OPTION_ROW_STATE(offsetof(struct why_options, state)),
	{0},
};

/* What is asked for. */
struct question {
	struct run_store *store; /* or NULL */
	const struct address *address;
	const struct log *log;
	const struct key_base *base;
	bool found;
};

/* ---- Components ------------------------------------------------------------- */

/* The components that a fingerprint had and has, in the order of names. */
struct comparison {
	const struct fingerprint *now;
	bool *seen; /* of NOW */
	uint64_t run;
};

static void compare(void *context, const struct store_component *then)
{
	struct comparison *comparison = context;
	const struct fingerprint *now = comparison->now;

	for (size_t i = 0; i < now->count; i++) {
		if (strcmp(now->components[i].name, then->name) != 0)
			continue;
		comparison->seen[i] = true;
		if (strcmp(now->components[i].value, then->value) != 0)
			printf("    %s: was %s in run %ju, is %s\n", then->name,
				then->value, (uintmax_t)comparison->run,
				now->components[i].value);
		return;
	}
	printf("    %s: was %s in run %ju, is not there any more\n", then->name,
		then->value, (uintmax_t)comparison->run);
}

static void show_changes(const struct question *question,
	const struct digest *then, const struct fingerprint *now, uint64_t run)
{
	struct comparison comparison = {
		now, memory_zeroed(now->count + 1), run};

	if (!store_fingerprint(question->store, then, compare, &comparison))
		log_say(question->log, LOG_ERROR, NULL, "%s",
			run_store_problem(question->store));
	for (size_t i = 0; i < now->count; i++)
		if (!comparison.seen[i])
			printf("    %s: is %s, was not there in run %ju\n",
				now->components[i].name,
				now->components[i].value, (uintmax_t)run);
	free(comparison.seen);
}

/* ---- Answers ---------------------------------------------------------------- */

/* DETAIL is as it is shown; or empty. */
static void print_reason(
	const char *name, const char *reason, const struct text *detail)
{
	struct text text = {0};

	text_add_escaped(&text, name, strlen(name), SIZE_MAX);
	printf("%s: %s%s%s\n", text.data, reason,
		detail->length > 0 ? ": " : "",
		detail->length > 0 ? detail->data : "");
	text_free(&text);
}

/* What there is now: the digest, as text, or what is in its place. */
static const char *content_now(const char *path, char text[DIGEST_TEXT_BYTES])
{
	struct digest digest;
	struct stat found;

	if (stamp_digest(path, &digest)) {
		digest_print(&digest, text);
		return text;
	}
	if (stat(path, &found) < 0)
		return "not there";
	if (S_ISDIR(found.st_mode))
		return "a directory";
	return S_ISREG(found.st_mode) ? "not readable" : "no regular file";
}

static void print_change(
	const char *what, const char *was, uint64_t run, const char *is)
{
	struct text text = {0};

	text_add_escaped(&text, what, strlen(what), SIZE_MAX);
	text_add_string(&text, ": was ");
	text_add_escaped(&text, was, strlen(was), SIZE_MAX);
	text_add_format(&text, " in run %ju, is ", (uintmax_t)run);
	text_add_escaped(&text, is, strlen(is), SIZE_MAX);
	printf("    %s\n", text.data);
	text_free(&text);
}

static void show_output(const struct question *question, const char *output,
	const char *was, uint64_t run)
{
	char now[DIGEST_TEXT_BYTES];
	struct text path = {0};

	key_path(question->base, output, &path);
	print_change(output, was, run, content_now(path.data, now));
	text_free(&path);
}

/* What of the unit itself is different, with both values. */
static void show_difference(
	const struct question *question, const struct due_unit *unit)
{
	static const struct digest unknown;
	char was[DIGEST_TEXT_BYTES], now[DIGEST_TEXT_BYTES];

	switch (unit->reason) {
	case DUE_IDENTITY:
		print_change(
			"attributes", unit->was, unit->run, unit->identity);
		break;
	case DUE_INPUT:
		digest_print(&unit->content, was);
		print_change("content",
			digest_equal(&unit->content, &unknown) ? "not known"
							       : was,
			unit->run, content_now(unit->name, now));
		break;
	case DUE_OUTPUT_MISSING:
	case DUE_OUTPUT_CHANGED:
		show_output(question, unit->detail, unit->was, unit->run);
		break;
	default: break;
	}
}

static void answer_unit(struct question *question, const struct due *due,
	const struct due_unit *unit)
{
	bool rests =
		unit->quarantined && due->ways[unit - due->units] != UNIT_RUNS;

	struct text detail = {0};

	question->found = true;
	due_show_detail(unit, &detail);
	print_reason(unit->name,
		rests ? "in quarantine" : due_reason_texts[unit->reason],
		&detail);
	text_free(&detail);
	if ((unit->reason == DUE_SETTINGS || unit->reason == DUE_SIDE) &&
		question->store)
		show_changes(question, &unit->fingerprint,
			&due->units_fingerprint, unit->run);
	show_difference(question, unit);
}

static void answer_graph(struct question *question,
	const struct graph_plan *plan, const struct due *due)
{
	struct text detail = {0};

	question->found = true;
	if (due->detail)
		text_add_escaped(
			&detail, due->detail, strlen(due->detail), SIZE_MAX);
	print_reason(plan->name, due_reason_texts[due->reason], &detail);
	text_free(&detail);
	if (due->reason == DUE_SETTINGS && question->store)
		show_changes(question, &due->fingerprint,
			&due->graph_fingerprint, due->run);
	if (due->reason == DUE_OUTPUT_MISSING ||
		due->reason == DUE_OUTPUT_CHANGED)
		show_output(question, due->detail, due->was, due->run);
	for (size_t i = 0; due->reason == DUE_UNITS && i < due->count; i++)
		if (due->units[i].reason != DUE_NOT)
			answer_unit(question, due, &due->units[i]);
}

/* What is asked for is stale, or a unit whose input is gone. */
static bool answer_stale(struct question *question, const struct due *due)
{
	const char *key = question->address->key.data;
	struct text text = {0};
	bool found = false;

	for (size_t i = 0; i < due->vanished.count; i++) {
		const struct store_unit *row = &due->vanished.all[i];
		bool gone = !stale_is_key(row->key, NULL);
		bool named = gone && key_names(row->key, key);

		for (size_t j = 0; j < row->output_count; j++)
			if ((named && j == 0) ||
				strcmp(row->outputs[j].path, key) == 0) {
				stale_describe(row, gone ? 0 : j, &text);
				puts(text.data);
				found = true;
			}
	}
	text_free(&text);
	question->found |= found;
	return found;
}

/* What is asked for will be written by another graph. */
static bool answer_awaited(struct question *question, const struct due *due)
{
	for (size_t i = 0; i < due->awaited_count; i++)
		if (strcmp(due->awaited[i], question->address->given) == 0) {
			printf("%s: not there yet, it will be written by %s\n",
				question->address->given, due->detail);
			question->found = true;
			return true;
		}
	return false;
}

static void show(void *context, const struct graph *graph,
	const struct graph_plan *plan, const struct due *due)
{
	struct question *question = context;
	const struct due_unit *unit;

	(void)graph;
	if (answer_stale(question, due) || answer_awaited(question, due))
		return;
	switch (address_find(
		question->address, plan, due, question->store, &unit)) {
	case ADDRESS_GRAPH: answer_graph(question, plan, due); break;
	case ADDRESS_UNIT: answer_unit(question, due, unit); break;
	case ADDRESS_FAILED:
		log_say(question->log, LOG_ERROR, NULL, "%s",
			run_store_problem(question->store));
		break;
	case ADDRESS_NOTHING: break;
	}
}

/* ---- The verb --------------------------------------------------------------- */

static void ask(struct command *command, const char *given)
{
	const struct why_options *settings = command->settings;
	struct address address;
	struct question question = {.address = &address, .log = &command->log};
	struct forecast forecast = {
		.session = command->session,
		.state = settings->state,
		.log = &command->log,
		.show = show,
		.context = &question,
	};
	struct key_base base;

	if (!build_open_reader(command, settings->state, &question.store))
		return;
	forecast.store = question.store;
	key_base_init(&base, command->session->directory);
	address_init(&address, given, &base);
	question.base = &base;
	command->status = forecast_make(&forecast);
	if (command->status == STATUS_OK && !question.found)
		command_wrong(command,
			"name an input, an output, an operator or a graph",
			"nothing is known of '%s'", given);
	run_store_close(question.store, NULL);
	address_finish(&address);
	key_base_finish(&base);
}

static int run(char *const *words)
{
	struct why_options settings = {0};
	struct command command = command_start(&verb_why, words, &settings);
	const char *word, *address = NULL;

	while ((word = command_word(&command)))
		if (!command.session)
			command_open(&command, word);
		else if (!address)
			address = word;
		else
			command_argument(&command, word);
	if (settings.help)
		help_show_verb(stdout, &verb_why);
	else if (command.status == STATUS_OK && !address)
		command_wrong(&command, "see `leat help why`",
			command.session ? "nothing is asked for"
					: "no session file is given");
	else if (command.status == STATUS_OK && build_session(&command))
		ask(&command, address);
	return command_finish(&command);
}

const struct verb verb_why = {
	.name = "why",
	.usage = "[OPTION]... FILE ADDRESS [--PARAM VALUE]... [ARGUMENT]...",
	.summary = "Say why something would be made again",
	.details =
		"ADDRESS is the path of an input or of an output, or the name "
		"of an operator, OP or GRAPH/OP, or of a graph. If the session "
		"is what changed, "
		"each property that differs is shown, with its value in the "
		"run that made what is there, and its value now; else the "
		"attributes, or the digests of contents. Like `leat "
		"plan` it changes nothing.\n",
	.options = options,
	.run = run,
};
