/* SPDX-License-Identifier: MIT */
/*
 * Files that tell other programs of a run: figures for Prometheus, what depends
 * on what for make, a test for each unit for those that read JUnit's. Each
 * appears whole or not at all.
 */
#ifndef LEAT_CLI_RUN_FILES_H
#define LEAT_CLI_RUN_FILES_H

#include "session/run.h"

/* As on the command line; NULL: not wanted. */
struct run_files {
	const char *metrics, *dependencies, *tests;
};

/* A run that is over. */
struct run_report {
	const struct session *session;
	const struct run_result *result;
	struct journal *journal; /* of all; is sorted */
	const struct statistics *statistics;
	const struct log *log;
};

/* Whether the journal has to remember everything. */
bool run_files_want_all(const struct run_files *files);

/* Writes those that are wanted; that for make only if all has succeeded, so
 * that make tries again with what it had. Makes the result's status one of an
 * output where that fails. */
void run_files_write(const struct run_files *files,
	const struct run_report *report, struct run_result *result);

/* The texts of them. */
void metrics_make(struct text *text, const struct run_report *report);
void junit_make(struct text *text, const struct run_report *report);

/* LEFT_OUT becomes the number of names that make can't express, *FIRST one of
 * them. */
void depfile_make(struct text *text, const struct run_report *report,
	size_t *left_out, const char **first);

#endif
