/* SPDX-License-Identifier: MIT */
/*
 * Names of files that stay the same when the tree that they stand in is moved,
 * and wherever leat is started: relative to the directory of the session where
 * they lie beneath it, else absolute. Links are not looked at.
 */
#ifndef LEAT_SESSION_KEY_H
#define LEAT_SESSION_KEY_H

#include <stdbool.h>

#include "base/text.h"

struct key_base {
	char *directory; /* absolute, ends in a slash */
	char *working; /* the same, of the process */
	size_t length;
};

/* DIRECTORY as the session names it: "" is the working directory. */
void key_base_init(struct key_base *base, const char *directory);
void key_base_finish(struct key_base *base);

/* The key of PATH, in KEY in place of what it held. */
void key_of(const struct key_base *base, const char *path, struct text *key);

/* PATH as an absolute one, likewise. */
void key_absolute(
	const struct key_base *base, const char *path, struct text *absolute);

/* The absolute path that a key stands for, likewise. */
void key_path(const struct key_base *base, const char *key, struct text *path);

/* Whether KEY is that of NAME: but for what, behind two slashes, tells it from
 * others that are the same file. */
bool key_names(const char *key, const char *name);

#endif
