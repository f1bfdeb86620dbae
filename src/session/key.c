/* SPDX-License-Identifier: MIT */
/* Names of files, relative to the session. */
#include "session/key.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Adds the components of PATH behind DIRECTORY, which ends in a slash, without
 * empty ones and `.`; `..` takes the last one away. */
static void add_components(struct text *to, const char *path)
{
	while (*path) {
		size_t length = strcspn(path, "/");
		bool last = path[length] == '\0';

		if (length == 2 && memcmp(path, "..", 2) == 0) {
			while (to->length > 1 &&
				to->data[--to->length - 1] != '/')
				;
			to->data[to->length] = '\0';
		} else if (length > 0 && !(length == 1 && path[0] == '.')) {
			text_add(to, path, length);
			if (!last)
				text_add_string(to, "/");
		}
		path += length + !last;
	}
}

/* Whether no component is empty, `.` or `..`, nor begins like that: nearly
 * always. */
static bool is_plain(const char *path)
{
	return path[0] != '.' && !strstr(path, "//") && !strstr(path, "/.");
}

static void make_absolute(
	const char *working, const char *path, struct text *absolute)
{
	absolute->length = 0;
	text_add_string(absolute, path[0] == '/' ? "/" : working);
	if (is_plain(path))
		text_add_string(absolute, path + (path[0] == '/'));
	else
		add_components(absolute, path);
}

static char *working_directory(void)
{
	char *name = getcwd(NULL, 0);
	struct text text = {0};

	/* One that was removed has no name: nothing lies beneath it. */
	text_add_string(&text, name && name[0] == '/' ? name : "/");
	if (text.data[text.length - 1] != '/')
		text_add_string(&text, "/");
	free(name);
	return text.data;
}

void key_base_init(struct key_base *base, const char *directory)
{
	struct text text = {0};

	base->working = working_directory();
	make_absolute(base->working, directory, &text);
	if (text.data[text.length - 1] != '/')
		text_add_string(&text, "/");
	base->directory = text.data;
	base->length = text.length;
}

void key_base_finish(struct key_base *base)
{
	free(base->directory);
	free(base->working);
}

void key_of(const struct key_base *base, const char *path, struct text *key)
{
	make_absolute(base->working, path, key);
	if (key->length <= base->length ||
		memcmp(key->data, base->directory, base->length) != 0)
		return;
	key->length -= base->length;
	memmove(key->data, key->data + base->length, key->length + 1);
}

void key_absolute(
	const struct key_base *base, const char *path, struct text *absolute)
{
	make_absolute(base->working, path, absolute);
}

void key_path(const struct key_base *base, const char *key, struct text *path)
{
	path->length = 0;
	if (key[0] != '/')
		text_add(path, base->directory, base->length);
	text_add_string(path, key);
}

bool key_names(const char *key, const char *name)
{
	size_t length = strlen(name);

	return strncmp(key, name, length) == 0 &&
		(!key[length] || strncmp(key + length, "//", 2) == 0);
}
