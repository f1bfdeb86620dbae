/* SPDX-License-Identifier: MIT */
/* Texts that must not be shown. */
#include "base/secrets.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void add(struct secrets *secrets, const char *secret)
{
	for (size_t i = 0; i < secrets->count; i++)
		if (strcmp(secrets->texts[i], secret) == 0)
			return;
	secrets->texts = memory_resize(
		secrets->texts, secrets->count + 1, sizeof(*secrets->texts));
	secrets->texts[secrets->count++] = memory_string(secret);
}

void secrets_add(struct secrets *secrets, const char *secret)
{
	size_t length = strlen(secret);
	struct text escaped = {0};

	if (!length)
		return;
	add(secrets, secret);
	text_add_escaped(&escaped, secret, length, length);
	add(secrets, escaped.data);
	text_free(&escaped);
}

bool secrets_found(
	const struct secrets *secrets, const char *data, size_t length)
{
	for (size_t i = 0; i < secrets->count; i++)
		if (memmem(data, length, secrets->texts[i],
			    strlen(secrets->texts[i])))
			return true;
	return false;
}

/* The bytes of the longest secret that TEXT begins with, or 0. */
static size_t match(const struct secrets *secrets, const char *text)
{
	size_t longest = 0;

	for (size_t i = 0; i < secrets->count; i++) {
		size_t length = strlen(secrets->texts[i]);

		if (length > longest &&
			strncmp(text, secrets->texts[i], length) == 0)
			longest = length;
	}
	return longest;
}

void secrets_hide(const struct secrets *secrets, struct text *text)
{
	struct text hidden = {0};
	const char *at = text->data;

	if (!secrets_found(secrets, at, text->length))
		return;
	while (*at) {
		size_t length = match(secrets, at);

		if (length)
			text_add_string(&hidden, "***");
		else
			text_add(&hidden, at, 1);
		at += length ? length : 1;
	}
	text_free(text);
	*text = hidden;
}

void secrets_free(struct secrets *secrets)
{
	for (size_t i = 0; i < secrets->count; i++)
		free(secrets->texts[i]);
	free(secrets->texts);
	*secrets = (struct secrets){0};
}

char *secrets_hidden(const char *const *list, const char *text)
{
	struct secrets secrets = {0};
	struct text hidden = {0};

	for (; list && *list; list++)
		secrets_add(&secrets, *list);
	text_add_string(&hidden, text);
	secrets_hide(&secrets, &hidden);
	secrets_free(&secrets);
	return hidden.data;
}
