/* SPDX-License-Identifier: MIT */
/* Comments, of YAML and of SQL, that take more than was meant. */
#include <string.h>

#include "loader/settings.h"

void setting_note_plain(struct loader *loader, const struct node *node)
{
	if (node->kind != NODE_SCALAR || node->style != STYLE_PLAIN)
		return;
	struct plain_text *text = arena_alloc(loader->arena, sizeof(*text));

	*text = (struct plain_text){loader->plain_texts, node};
	loader->plain_texts = text;
}

/* The first comment to the end of a line, or NULL. */
static const char *find_comment(const char *sql)
{
	char state = 0;

	while (*sql) {
		size_t size = sql_step(&state, sql);

		if (state == '-')
			return sql;
		sql += size;
	}
	return NULL;
}

/* The bytes up to a line break, without blanks at the end. */
static size_t line_length(const char *text)
{
	size_t length = strcspn(text, "\n");

	while (length && strchr(" \r", text[length - 1]))
		length--;
	return length;
}

/* Where the source has the comment that stands at COMMENT in the text of SQL:
 * behind as many double dashes. */
static const char *find_in_source(const struct node *sql, const char *comment)
{
	const char *text = strstr(sql->text, "--");
	const char *source = strstr(sql->start, "--");

	while (source && text && text < comment) {
		text = strstr(text + 2, "--");
		source = strstr(source + 2, "--");
	}
	return source;
}

bool setting_check_comment(struct loader *loader, const struct node *sql)
{
	const char *comment = sql->start ? find_comment(sql->text) : NULL;
	const char *source = comment ? find_in_source(sql, comment) : NULL;

	if (!source || line_length(comment) <= line_length(source))
		return true;
	loader_error(loader,
		loader_is_verbose(loader)
			? node_place(sql, (size_t)(comment - sql->text), 2)
			: sql->location,
		"keep the lines with | , or write /* ... */",
		"YAML joins the lines, so the comment takes in those below");
	return false;
}
