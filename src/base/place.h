/* SPDX-License-Identifier: MIT */
/*
 * Where an output lies. What its user wrote may lead through symbolic links;
 * what was filled in lies beneath that root, whatever becomes of the
 * directories on the way. So of an output that is remembered its depth is, too:
 * how many of the last components of its path, its name among them, lie beneath
 * the root.
 */
#ifndef LEAT_BASE_PLACE_H
#define LEAT_BASE_PLACE_H

/* How many components PATH has, but for empty ones and `.`. */
unsigned place_depth(const char *path);

/* Opens the directory that PATH lies in, if it is there: PATH is absolute,
 * without empty components, `.` and `..`; one with a slash at its end is that
 * of something in that directory. *NAME: the rest of it. -1: errno says why;
 * ELOOP where there is a symbolic link beneath the root. */
int place_open(const char *path, unsigned depth, const char **name);

#endif
