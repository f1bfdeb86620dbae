/* SPDX-License-Identifier: MIT */
/* Paths, each with the name of who claimed it first. */
#ifndef LEAT_BASE_PATH_SET_H
#define LEAT_BASE_PATH_SET_H

struct claimed_path;

/* Zero-initialised it is empty. */
struct path_set {
	struct claimed_path *paths;
};

/* It is empty again. */
void path_set_finish(struct path_set *set);

/* Claims PATH for OWNER; both are copied. NULL, or who has claimed it before;
 * that is borrowed. */
const char *path_set_add(
	struct path_set *set, const char *path, const char *owner);

/* Who has claimed PATH, or NULL; borrowed. */
const char *path_set_owner(const struct path_set *set, const char *path);

#endif
