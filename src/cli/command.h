/* SPDX-License-Identifier: MIT */
/*
 * A command line of a verb: its options, other words and, once a session is
 * open, the options that the session's params are. What is wrong is collected
 * in the diagnostics; the first mistake in the command line ends reading.
 *
 * The options of leat may stand anywhere. After FILE the long name of a param
 * hides leat's option of that name; letters are always leat's.
 */
#ifndef LEAT_CLI_COMMAND_H
#define LEAT_CLI_COMMAND_H

#include "base/exit.h"
#include "base/log.h"
#include "cli/arguments.h"
#include "cli/verb.h"
#include "loader/session.h"

struct command {
	const struct verb *verb;
	void *settings; /* where its options are stored */
	struct arguments arguments;
	struct diagnostics *diagnostics;
	struct session *session; /* NULL before command_open */
	enum exit_status status; /* OK while nothing is wrong */
	const char **assignments; /* -p NAME=VALUE before FILE */
	size_t assignment_count;
	bool names_read; /* standard input has given names */
	struct log log; /* to standard error, as text unless it is changed */
};

/* Follows every -C in WORDS at once, since all other names are relative to
 * there, and --log-format, which holds for what is wrong with them as well. */
struct command command_start(
	const struct verb *verb, char *const *words, void *settings);

/* Reads options up to the next word and returns it; NULL at the end and when
 * something is wrong. */
const char *command_word(struct command *command);

/* Opens a session, in place of one that is open. False: status says why not. */
bool command_open(struct command *command, const char *path);

/* Gives WORD to the param that takes arguments; for "-" each line of standard
 * input. */
bool command_argument(struct command *command, const char *word);

/* Notes a mistake in the command line. HINT may be NULL. */
void command_wrong(struct command *command, const char *hint,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same for an option: what is wrong with it. Without a HINT it is to see
 * the help of the verb. */
void command_wrong_option(struct command *command, const char *option,
	const char *problem, const char *hint);

/* Sets the param that a long option names; false when there is none. */
bool command_take_param(
	struct command *command, const struct argument *argument);

/* Sets a param by NAME=VALUE. */
void command_assign(struct command *command, const char *assignment);

/* Shows the diagnostics, frees all; returns the status. */
int command_finish(struct command *command);

/* Makes DIRECTORY the working directory, or says why not. */
enum exit_status command_change_directory(
	const char *directory, struct diagnostics *diagnostics);

#endif
