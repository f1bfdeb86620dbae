/* SPDX-License-Identifier: MIT */
/* What a session was given, and what it was read from. */
#include <string.h>

#include "base/memory.h"
#include "base/secrets.h"
#include "loader/library.h"
#include "loader/param.h"

enum { SHOWN_BYTES = 4096 };

/* A word that a shell reads as VALUE. */
static void add_word(struct text *text, const char *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-+=./:,@%*";

	if (*value && !value[strspn(value, plain)]) {
		text_add_string(text, value);
		return;
	}
	text_add_string(text, "'");
	for (; *value; value++)
		if (*value == '\'')
			text_add_string(text, "'\\''");
		else
			text_add(text, value, 1);
	text_add_string(text, "'");
}

static void add_item(
	struct text *text, const struct param *param, const char *value)
{
	if (text->length > 0)
		text_add_string(text, " ");
	if (param->type == SETTING_BOOLEAN && !param->list) {
		text_add_format(text, "--%s%s",
			strcmp(value, "false") == 0 ? "no-" : "", param->name);
		return;
	}
	if (!param->args)
		text_add_format(text, "--%s=", param->name);
	add_word(text, param->secret ? "***" : value);
}

static void add_param(struct text *text, const struct param *param,
	const struct param_value *value)
{
	for (size_t i = 0; value->given && i < value->count; i++) {
		if (text->length > SHOWN_BYTES) {
			text_add_string(text, " ...");
			return;
		}
		add_item(text, param, value->items[i].text);
	}
}

void session_show_params(const struct session *session, struct text *text)
{
	const struct param_scope *scope = &session->parts->scope;
	const char *const *secret = session->secrets;
	struct secrets secrets = {0};

	text_add_string(text, "");
	for (int args = 0; args < 2; args++)
		for (unsigned i = 0; i < scope->count; i++)
			if (scope->params[i].args == args)
				add_param(text, &scope->params[i],
					&scope->values[i]);
	for (; secret && *secret; secret++)
		secrets_add(&secrets, *secret);
	secrets_hide(&secrets, text);
	secrets_free(&secrets);
}

const char **session_files(const struct session *session)
{
	const struct session_parts *parts = session->parts;
	const struct library *at = parts->library;
	const char **names = memory_zeroed(
		memory_product(parts->library_count + 1, sizeof(*names)));

	for (size_t i = 0; at; at = at->next)
		names[i++] = at->source.name;
	return names;
}
