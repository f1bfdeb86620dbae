/* SPDX-License-Identifier: MIT */
/* Shows on standard error how far a run is. */
#include "cli/progress.h"

#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/progress-text.h"

enum { COLUMNS = 80 }; /* where they can't be known */

static const int64_t SECOND_NS = 1000000000;
static const int64_t MINUTE_US = 60 * 1000 * 1000;
static const int64_t REDRAW_NS = 200 * 1000 * 1000;

struct progress {
	struct progress_settings settings;
	enum progress_kind kind; /* not AUTO */
	struct log
		log; /* to standard error, or to what erases the bar before */
	size_t drawn; /* columns that the bar takes now */
	sig_atomic_t answered;
	bool stopping; /* that was said */
	int64_t due_ns; /* when to draw or say something next */
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * SECOND_NS + now.tv_nsec;
}

/* ---- Where it goes ---------------------------------------------------------- */

/* A return of the carriage and blanks work on every terminal. */
static void erase(struct progress *progress)
{
	struct text text = {0};

	if (progress->drawn == 0)
		return;
	text_add_format(&text, "\r%*s\r", (int)progress->drawn, "");
	file_write(STDERR_FILENO, text.data, text.length);
	text_free(&text);
	progress->drawn = 0;
}

static ssize_t write_message(void *cookie, const char *data, size_t length)
{
	struct progress *progress = cookie;

	erase(progress);
	return file_write(STDERR_FILENO, data, length) ? (ssize_t)length : 0;
}

/* One less than there are: the last may move the line. */
static size_t columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 2)
		return COLUMNS - 1;
	return (size_t)size.ws_col - 1;
}

/* ---- What is shown ---------------------------------------------------------- */

/* The session, and which of its graphs where it is called otherwise. */
static void add_name(struct text *name, const struct progress *progress,
	const struct run_progress *how_far)
{
	text_add_string(name, progress->log.session);
	if (strcmp(progress->log.session, how_far->graph) != 0)
		text_add_format(name, "/%s", how_far->graph);
}

static void draw(struct progress *progress, const char *name,
	const struct run_progress *how_far)
{
	struct text text = {0};

	text_add_string(&text, "\r");
	struct text bar = {0};
	progress_add_bar(&bar, name, how_far, columns());
	text_add(&text, bar.data, bar.length);
	if (bar.length < progress->drawn)
		text_add_format(
			&text, "%*s", (int)(progress->drawn - bar.length), "");
	file_write(STDERR_FILENO, text.data, text.length);
	progress->drawn = bar.length;
	text_free(&bar);
	text_free(&text);
}

static void say_to_programs(
	const struct progress *progress, const char *graph, const char *message)
{
	struct log log = progress->log;

	log.graph = graph;
	log_say(&log, LOG_INFO, NULL, "%s", message);
}

static void say(struct progress *progress, const char *name,
	const struct run_progress *how_far)
{
	struct text text = {0};

	progress_add_line(&text, how_far);
	if (progress->log.format == LOG_TEXT)
		fprintf(progress->log.file, "%s: %s\n", name, text.data);
	else
		say_to_programs(progress, how_far->graph, text.data);
	text_free(&text);
}

/* Whoever pressed Ctrl-C shouldn't wonder why nothing happens. */
static void say_stopping(struct progress *progress)
{
	if (progress->stopping || progress->kind == PROGRESS_NONE ||
		!*progress->settings.stop)
		return;
	progress->stopping = true;
	log_say(&progress->log, LOG_INFO, NULL,
		"interrupted; units in flight are finished, a second signal "
		"gives them up");
}

void progress_look(void *context, const struct run_progress *how_far)
{
	struct progress *progress = context;
	const volatile sig_atomic_t *asked = progress->settings.asked;
	int64_t now = now_ns();
	bool due = progress->kind != PROGRESS_NONE && now >= progress->due_ns;
	bool wanted = asked && *asked != progress->answered;
	struct text name = {0};

	say_stopping(progress);
	if (!due && !wanted)
		return;
	add_name(&name, progress, how_far);
	if (wanted) {
		progress->answered = *asked;
		say(progress, name.data, how_far);
	}
	if (due && progress->kind == PROGRESS_BAR) {
		draw(progress, name.data, how_far);
		progress->due_ns = now + REDRAW_NS;
	} else if (due) {
		say(progress, name.data, how_far);
		progress->due_ns = now + progress->settings.heartbeat_us * 1000;
	}
	text_free(&name);
}

/* ---- Its life --------------------------------------------------------------- */

static bool has_viewer(void)
{
	const char *terminal = getenv("TERM");

	return isatty(STDERR_FILENO) && terminal && *terminal &&
		strcmp(terminal, "dumb") != 0;
}

static enum progress_kind choose(const struct progress_settings *settings)
{
	if (settings->kind != PROGRESS_AUTO)
		return settings->kind;
	if (settings->heartbeat_us > 0)
		return PROGRESS_PLAIN;
	return !settings->silent && settings->log->format == LOG_TEXT &&
			has_viewer()
		? PROGRESS_BAR
		: PROGRESS_NONE;
}

struct progress *progress_create(const struct progress_settings *settings)
{
	const cookie_io_functions_t functions = {.write = write_message};
	struct progress *progress = memory_zeroed(sizeof(*progress));

	progress->settings = *settings;
	progress->kind = choose(settings);
	progress->log = *settings->log;
	if (settings->heartbeat_us == 0)
		progress->settings.heartbeat_us = MINUTE_US;
	if (settings->heartbeat_us > INT64_MAX / 2000)
		progress->settings.heartbeat_us = INT64_MAX / 2000;
	/* What is done within a second needs no bar. */
	progress->due_ns = now_ns() +
		(progress->kind == PROGRESS_BAR
				? SECOND_NS
				: progress->settings.heartbeat_us * 1000);
	if (progress->kind != PROGRESS_BAR)
		return progress;
	progress->log.file = fopencookie(progress, "w", functions);
	if (!progress->log.file)
		memory_abort();
	setvbuf(progress->log.file, NULL, _IOLBF, BUFSIZ);
	return progress;
}

const struct log *progress_log(const struct progress *progress)
{
	return &progress->log;
}

void progress_destroy(struct progress *progress)
{
	if (progress->kind == PROGRESS_BAR)
		fclose(progress->log.file);
	erase(progress);
	free(progress);
}
