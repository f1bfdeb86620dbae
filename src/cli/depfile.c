/* SPDX-License-Identifier: MIT */
/*
 * What depends on what, as make reads it (GNU make's manual, "Rule Syntax" and
 * "Using Wildcard Characters in File Names"; what it can't express was tried
 * with make 4.3): one rule by which the outputs depend on the session, on what
 * it includes, on lists that it names and on the inputs; and an empty rule for
 * each of those, so that one that is gone makes the rule run instead of
 * failing.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/run-files.h"

/* Neither these nor control characters can be escaped. */
static bool is_expressible(const char *name)
{
	size_t length = strlen(name);

	for (const char *at = name; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f ||
			strchr("=;|*?[]\\%", *at))
			return false;
	if (length == 0 || *name == '~' || name[length - 1] == '&')
		return false;
	/* Members of archives. */
	return !(strchr(name, '(') && name[length - 1] == ')');
}

static void add_name(struct text *text, const char *name)
{
	for (; *name; name++) {
		if (*name == '$')
			text_add_string(text, "$");
		else if (strchr(" #:", *name))
			text_add_string(text, "\\");
		text_add(text, name, 1);
	}
}

struct rule {
	struct text *text;
	size_t left_out;
	const char *first;
};

static void add(struct rule *rule, const char *name, const char *between)
{
	if (is_expressible(name)) {
		text_add_string(rule->text, between);
		add_name(rule->text, name);
	} else if (rule->left_out++ == 0) {
		rule->first = name;
	}
}

static void add_empty_rule(struct text *text, const char *name)
{
	if (!is_expressible(name))
		return;
	text_add_string(text, "\n");
	add_name(text, name);
	text_add_string(text, ":\n");
}

static void each_file(const struct operator_plan *op,
	void (*each)(void *context, const char *name), void *context)
{
	const struct property_spec *spec = op->spec->properties;

	for (; spec && spec->name; spec++) {
		const char *name = NULL;

		if (spec->type == SETTING_FILE)
			memcpy(&name, (const char *)op->settings + spec->offset,
				sizeof(name));
		if (name)
			each(context, name);
	}
}

/* Calls EACH for the files that settings name, such as lists of inputs. */
static void each_setting(const struct session *session,
	void (*each)(void *context, const char *name), void *context)
{
	for (unsigned i = 0; i < session->graph_count; i++)
		for (unsigned j = 0; j < session->graphs[i].operator_count; j++)
			each_file(&session->graphs[i].operators[j], each,
				context);
}

static void add_prerequisite(void *context, const char *name)
{
	add(context, name, " \\\n ");
}

static void add_rule(void *context, const char *name)
{
	add_empty_rule(context, name);
}

void depfile_make(struct text *text, const struct run_report *report,
	size_t *left_out, const char **first)
{
	const char **files = session_files(report->session);
	struct journal *journal = report->journal;
	struct rule rule = {.text = text};

	journal_sort(journal);
	text_add_string(text, "");
	for (size_t i = 0; i < journal->outputs.count; i++)
		add(&rule, journal->outputs.names[i],
			text->length ? " \\\n" : "");
	if (text->length > 0) {
		text_add_string(text, ":");
		for (size_t i = 0; files[i]; i++)
			add(&rule, files[i], " \\\n ");
		each_setting(report->session, add_prerequisite, &rule);
		for (size_t i = 0; i < journal->inputs.count; i++)
			add(&rule, journal->inputs.names[i], " \\\n ");
		text_add_string(text, "\n");
		for (size_t i = 0; files[i]; i++)
			add_empty_rule(text, files[i]);
		each_setting(report->session, add_rule, text);
		for (size_t i = 0; i < journal->inputs.count; i++)
			add_empty_rule(text, journal->inputs.names[i]);
	}
	*left_out = rule.left_out;
	*first = rule.first;
	free(files);
}
