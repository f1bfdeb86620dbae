/* SPDX-License-Identifier: MIT */
/* Files that tell other programs of a run. */
#include "cli/run-files.h"

#include <errno.h>
#include <string.h>

#include "base/system-error.h"
#include "engine/output.h"

bool run_files_want_all(const struct run_files *files)
{
	return files->dependencies || files->tests;
}

static void complain(
	const char *path, const struct log *log, struct run_result *result)
{
	struct text shown = {0};

	text_add_escaped(&shown, path, strlen(path), SIZE_MAX);
	log_say(log, LOG_ERROR, NULL, "can't write %s: %s", shown.data,
		system_error(errno));
	if (result->status == STATUS_OK)
		result->status = STATUS_CANNOT_CREATE;
	text_free(&shown);
}

static void write_file(const char *path, const struct text *text,
	const struct log *log, struct run_result *result)
{
	enum { MODE = 0666 };
	const char *slash = strrchr(path, '/');
	size_t root = slash ? (size_t)(slash + 1 - path) : 0;
	const struct output_request request = {
		.path = path, .root_length = root, .mode = MODE};
	struct output *output = output_create(NULL, &request, NULL, NULL);

	if (!output || !output_write(output, text->data, text->length) ||
		!output_finish(output) || !output_publish(output))
		complain(path, log, result);
	output_destroy(output);
}

static void write_depfile(const char *path, const struct run_report *report,
	struct run_result *result)
{
	struct text text = {0}, shown = {0};
	size_t left_out;
	const char *first;

	depfile_make(&text, report, &left_out, &first);
	if (left_out > 0) {
		text_add_escaped(&shown, first, strlen(first), SIZE_MAX);
		log_say(report->log, LOG_WARNING, NULL,
			"make can't express %zu name%s, which %s left out of "
			"%s: %s%s",
			left_out, left_out == 1 ? "" : "s",
			left_out == 1 ? "is" : "are", path, shown.data,
			left_out == 1 ? "" : " ...");
	}
	write_file(path, &text, report->log, result);
	text_free(&text);
	text_free(&shown);
}

void run_files_write(const struct run_files *files,
	const struct run_report *report, struct run_result *result)
{
	struct text text = {0};

	if (files->dependencies && result->status == STATUS_OK)
		write_depfile(files->dependencies, report, result);
	if (files->tests) {
		junit_make(&text, report);
		write_file(files->tests, &text, report->log, result);
	}
	text.length = 0;
	if (files->metrics) {
		metrics_make(&text, report);
		write_file(files->metrics, &text, report->log, result);
	}
	text_free(&text);
}
