/* SPDX-License-Identifier: MIT */
/*
 * The directories that a walk is inside of, from the root on. By device and
 * inode they tell circles, which links lead to: find(1) calls them loops. Only
 * for walk.c.
 */
#ifndef LEAT_OPERATORS_SUPPORT_FILE_WAY_H
#define LEAT_OPERATORS_SUPPORT_FILE_WAY_H

#include <stdbool.h>
#include <sys/types.h>

struct place {
	const struct place *above; /* or NULL */
	dev_t device;
	ino_t inode;
};

/* Fills in HERE, the directory PATH, which lies in ABOVE; that is borrowed, and
 * may be NULL. False: it is one of those above it. */
bool place_init(
	struct place *here, const struct place *above, const char *path);

/* The way to PATH, from the root and along its components: a directory that
 * somebody has named, so it is one to be in even if it is one of those on the
 * way to itself. Returns an array, to be freed, with that of PATH in *HERE. */
struct place *place_way(const char *path, const struct place **here);

#endif
