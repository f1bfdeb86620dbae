/* SPDX-License-Identifier: MIT */
/* What is said on standard error at the end of a run. */
#include "cli/summary.h"

#include <string.h>

enum { SHOWN_BYTES = 500 };

/* A reason begins with the name of its unit, escaped. */
static void show_failed(const struct journal_unit *unit)
{
	struct text text = {0};

	if (*unit->reason)
		text_add_shown(&text, unit->reason);
	else
		text_add_escaped(
			&text, unit->name, strlen(unit->name), SHOWN_BYTES);
	fprintf(stderr, "  %s: %s\n",
		unit->state == JOURNAL_FAILED ? "failed" : "in quarantine",
		text.data);
	text_free(&text);
}

static void show_failures(const struct journal *journal)
{
	uint64_t failed = journal_failures(journal);
	size_t shown = 0;

	/* A single one was said right above. */
	for (size_t i = 0;
		failed > 1 && i < journal->count && shown < JOURNAL_FAILURES;
		i++)
		if (journal_is_failure(&journal->units[i])) {
			show_failed(&journal->units[i]);
			shown++;
		}
	if (shown > 0 && failed > shown)
		fprintf(stderr, "  and %llu more\n",
			(unsigned long long)(failed - shown));
}

static void add_count(struct text *text, uint64_t count, const char *what)
{
	if (count > 0)
		text_add_format(
			text, ", %llu %s", (unsigned long long)count, what);
}

void summary_show(const struct run_result *result,
	const struct journal *journal, bool talk, const struct log *log)
{
	bool failed = result->status == STATUS_UNITS_FAILED;
	struct text text = {0};

	if (!failed && !(talk && result->status == STATUS_OK))
		return;
	text_add_format(&text, "%llu unit%s", (unsigned long long)result->units,
		result->units == 1 ? "" : "s");
	if (failed)
		add_count(&text, result->units_failed, "of them failed");
	add_count(
		&text, result->units_quarantined, "of them put in quarantine");
	add_count(&text, result->up_to_date, "up to date");
	add_count(&text, result->at_rest, "in quarantine");
	add_count(&text, result->skipped, "items skipped");
	add_count(&text, result->dropped, "items dropped");
	add_count(&text, result->stale.left,
		result->stale.left == 1 ? "stale output" : "stale outputs");
	add_count(&text, result->stale.removed,
		result->stale.removed == 1 ? "stale output removed"
					   : "stale outputs removed");
	if (result->interrupted)
		text_add_string(&text, ", interrupted");
	log_say(log, LOG_INFO, NULL, "%s, %.2f s", text.data,
		(double)result->wall_ns / 1e9);
	text_free(&text);
	if (log->format == LOG_TEXT)
		show_failures(journal);
}
