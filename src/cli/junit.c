/* SPDX-License-Identifier: MIT */
/*
 * The units of a run as JUnit's XML, which programs for continuous integration
 * read: a test suite for each graph, a test case for each unit. What was up to
 * date counts as skipped.
 */
#include <string.h>

#include "cli/run-files.h"

/* TEXT as the value of an attribute of XML 1.0 (section 2.2: what isn't a
 * character of it, is written as messages do). */
static void add_value(struct text *xml, const char *value)
{
	for (; *value; value++) {
		switch (*value) {
		case '&': text_add_string(xml, "&amp;"); break;
		case '<': text_add_string(xml, "&lt;"); break;
		case '>': text_add_string(xml, "&gt;"); break;
		case '"': text_add_string(xml, "&quot;"); break;
		case '\xef':
			/* U+FFFE and U+FFFF */
			if (strncmp(value, "\xef\xbf\xbe", 3) == 0 ||
				strncmp(value, "\xef\xbf\xbf", 3) == 0) {
				text_add_format(xml, "\\xef\\xbf\\x%02x",
					(unsigned char)value[2]);
				value += 2;
				break;
			}
			/* fall through */
		default: text_add(xml, value, 1);
		}
	}
}

/* A name, which may be anything; a message, parts of which are escaped. */
static void add_attribute(
	struct text *xml, const char *key, const char *value, bool is_message)
{
	struct text shown = {0};

	text_add_string(&shown, "");
	if (is_message)
		text_add_shown(&shown, value);
	else
		text_add_escaped(&shown, value, strlen(value), SIZE_MAX);
	text_add_format(xml, " %s=\"", key);
	add_value(xml, shown.data);
	text_add_string(xml, "\"");
	text_free(&shown);
}

static void add_case(struct text *xml, const struct journal_unit *unit)
{
	text_add_string(xml, "    <testcase");
	add_attribute(xml, "classname", unit->graph, false);
	add_attribute(xml, "name", unit->name, false);
	switch (unit->state) {
	case JOURNAL_STATES:
	case JOURNAL_DONE: text_add_string(xml, "/>\n"); return;
	case JOURNAL_UP_TO_DATE:
		text_add_string(xml, "><skipped");
		add_attribute(xml, "message", unit->reason, true);
		text_add_string(xml, "/>");
		break;
	case JOURNAL_FAILED:
	case JOURNAL_QUARANTINED:
		text_add_string(xml, "><failure");
		add_attribute(xml, "message", unit->reason, true);
		text_add_string(xml, "/>");
		break;
	}
	text_add_string(xml, "</testcase>\n");
}

static void add_suite(
	struct text *xml, const char *graph, const struct journal *journal)
{
	size_t counts[JOURNAL_STATES] = {0}, failures;

	for (size_t i = 0; i < journal->count; i++)
		if (strcmp(journal->units[i].graph, graph) == 0)
			counts[journal->units[i].state]++;
	failures = counts[JOURNAL_FAILED] + counts[JOURNAL_QUARANTINED];
	text_add_string(xml, "  <testsuite");
	add_attribute(xml, "name", graph, false);
	text_add_format(xml,
		" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\""
		">\n",
		counts[JOURNAL_DONE] + counts[JOURNAL_UP_TO_DATE] + failures,
		failures, counts[JOURNAL_UP_TO_DATE]);
	for (size_t i = 0; i < journal->count; i++)
		if (strcmp(journal->units[i].graph, graph) == 0)
			add_case(xml, &journal->units[i]);
	text_add_string(xml, "  </testsuite>\n");
}

/* A run that failed, but not by its units. */
static void add_run(struct text *xml, const struct run_report *report)
{
	text_add_string(xml,
		"  <testsuite name=\"run\" tests=\"1\" failures=\"0\" "
		"errors=\"1\" skipped=\"0\">\n    <testcase");
	add_attribute(xml, "classname", report->session->name, false);
	text_add_format(xml,
		" name=\"run\"><error message=\"exit status %d\"/>"
		"</testcase>\n  </testsuite>\n",
		report->result->status);
}

void junit_make(struct text *text, const struct run_report *report)
{
	const struct session *session = report->session;
	enum exit_status status = report->result->status;

	text_add_string(text,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites");
	add_attribute(text, "name", session->name, false);
	text_add_format(text, " time=\"%.3f\">\n",
		(double)report->result->wall_ns / 1e9);
	for (unsigned i = 0; i < session->graph_count; i++)
		add_suite(text, session->graphs[i].name, report->journal);
	if (status != STATUS_OK && status != STATUS_UNITS_FAILED)
		add_run(text, report);
	text_add_string(text, "</testsuites>\n");
}
