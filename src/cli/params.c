/* SPDX-License-Identifier: MIT */
/* The params of a session as its user sees them. */
#include "cli/params.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "cli/show.h"
#include "cli/verb.h"

static bool is_required(const struct param *param)
{
	return param->required && !param->fallback;
}

static bool takes_many(const struct param *param)
{
	return param->list || param->type == SETTING_INPUTS;
}

static void add_upper(struct text *text, const char *word)
{
	for (; *word; word++) {
		char letter = (char)toupper((unsigned char)*word);

		text_add(text, &letter, 1);
	}
}

/* What stands for its value: CHOICE|CHOICE or its type. */
static void add_value(struct text *text, const struct param *param)
{
	for (int i = 0; param->choices && param->choices[i]; i++)
		text_add_format(text, "%s%s", i ? "|" : "", param->choices[i]);
	if (!param->choices)
		add_upper(text, setting_type_names[param->type]);
}

static void add_usage(struct text *text, const struct param *param)
{
	const char *end = is_required(param) ? "" : "]";

	text_add_string(text, *end ? " [" : " ");
	if (param->args) {
		add_upper(text, param->name);
		text_add_format(
			text, "%s%s", end, takes_many(param) ? "..." : "");
	} else if (param->type == SETTING_BOOLEAN) {
		text_add_format(text, "--%s%s", param->name, end);
	} else {
		text_add_format(text, "--%s ", param->name);
		add_value(text, param);
		text_add_format(
			text, "%s%s", end, takes_many(param) ? "..." : "");
	}
}

/* Options first: what takes arguments takes all that are left. */
static void show_usage(FILE *file, const struct session *session)
{
	struct text text = {0};

	text_add_format(&text, "usage: leat run %s", session->path);
	for (int args = 0; args < 2; args++)
		for (unsigned i = 0; i < session->param_count; i++)
			if (session->params[i].args == args)
				add_usage(&text, &session->params[i]);
	show_text(file, text.data, 4);
	text_free(&text);
}

static void add_facts(struct text *text, const struct param *param)
{
	const char *unit = param->unit ? param->unit : "";
	const char *space = param->unit ? " " : "";

	if (param->minimum && param->maximum)
		text_add_format(text, "; %s to %s%s%s", param->minimum,
			param->maximum, space, unit);
	else if (param->minimum)
		text_add_format(
			text, "; at least %s%s%s", param->minimum, space, unit);
	else if (param->maximum)
		text_add_format(
			text, "; at most %s%s%s", param->maximum, space, unit);
	else if (param->unit)
		text_add_format(text, "; in %s", unit);
	if (takes_many(param))
		text_add_string(text, "; may be repeated");
	if (param->args)
		text_add_string(text, "; also as arguments");
	if (param->fallback && !param->secret)
		text_add_format(text, "; default: %s",
			*param->fallback ? param->fallback : "\"\"");
	else if (is_required(param))
		text_add_string(text, "; required");
}

static void add_term(struct text *term, const struct param *param)
{
	text_add_format(term, "--%s", param->name);
	if (param->type == SETTING_BOOLEAN) {
		text_add_format(term, ", --no-%s", param->name);
	} else {
		text_add_string(term, " ");
		add_value(term, param);
	}
}

static void show_param(FILE *file, const struct param *param)
{
	const char *doc = param->doc ? param->doc : "";
	size_t length = strlen(doc);
	struct text term = {0}, facts = {0}, text = {0};

	while (length && strchr(" \n", doc[length - 1]))
		length--;
	if (param->variable)
		text_add_string(&term, param->name);
	else
		add_term(&term, param);
	add_facts(&facts, param);
	text_add(&text, doc, length);
	if (facts.length) /* without the first "; " */
		text_add_format(&text, length ? " (%s)" : "%s", facts.data + 2);
	show_row(file, term.data, text.data);
	text_free(&text);
	text_free(&term);
	text_free(&facts);
}

void params_show(FILE *file, const struct session *session)
{
	show_usage(file, session);
	if (session->doc) {
		putc('\n', file);
		show_text(file, session->doc, 0);
	}
	if (session->param_count)
		fputs("\nParams:\n", file);
	for (unsigned i = 0; i < session->param_count; i++)
		show_param(file, &session->params[i]);
	if (session->variable_count)
		fputs("\nEnvironment:\n", file);
	for (unsigned i = 0; i < session->variable_count; i++)
		show_param(file, &session->variables[i]);
	fputs("\nOptions of leat itself: see `leat help run`.\n", file);
}
