/* SPDX-License-Identifier: MIT */
/*
 * The files that paths and patterns name, in the bytewise order of their
 * paths, each once. Patterns are those of glob(7), with `**` for any number of
 * directories. No file is opened but lists; directories
 * are listed.
 */
#ifndef LEAT_OPERATORS_SUPPORT_FILE_SET_H
#define LEAT_OPERATORS_SUPPORT_FILE_SET_H

#include <stdbool.h>
#include <stddef.h>

struct file_set;

enum file_links {
	LINKS_FILES, /* those to files; `**` goes through none to a directory */
	LINKS_FOLLOW, /* those to directories as well, but not in circles */
	LINKS_SKIP, /* none that a pattern finds */
};

struct file_set_options {
	bool recursive; /* directories that are named or found are walked */
	bool ignore_case; /* in patterns, from the first wildcard on */
	bool hidden; /* wildcards match a dot at the start of a name */
	enum file_links links;
	const char *const *exclude; /* patterns, see file_pattern_matches */
	size_t exclude_count;
};

struct found_file {
	const char *path;
	const char *relative; /* PATH behind the directories that were named as
				 they are */
	size_t order; /* of adding what it was found by */
	int error; /* not 0: PATH is a directory that can't be listed; errno */
};

/* OPTIONS are borrowed. */
struct file_set *file_set_create(const struct file_set_options *options);
void file_set_destroy(struct file_set *set); /* takes NULL */

/* Adds a path as it is, whether it exists or not. */
void file_set_add_path(struct file_set *set, const char *path);

/* Adds the paths that stand in the file LIST, one a line; empty lines are
 * passed over. Returns NULL, or why that can't be done. */
const char *file_set_add_list(struct file_set *set, const char *list);

/* Adds what a pattern finds, which may be nothing. */
void file_set_add_pattern(struct file_set *set, const char *pattern);

/* Puts all that was added in order. */
void file_set_sort(struct file_set *set);

size_t file_set_count(const struct file_set *set);
const struct found_file *file_set_get(const struct file_set *set, size_t index);

/* How many directories were found that weren't walked. */
size_t file_set_directories(const struct file_set *set);

/* How many directories lie in themselves, by way of links, and so weren't
 * walked; one of them, the first in order once all was put in order. */
size_t file_set_circles(const struct file_set *set);
const char *file_set_circle(const struct file_set *set);

/* Whether a path, relative to where a walk starts, matches a pattern: one
 * without a slash is for the last component, another for the whole. */
bool file_pattern_matches(
	const char *pattern, const char *relative, bool ignore_case);

/* Whether PATTERN would find PATH, if that were a file; links aside. */
bool file_pattern_finds(const char *pattern, const char *path,
	const struct file_set_options *options);

/* ---- For the walk, which fills a set ---------------------------------------- */

const struct file_set_options *file_set_options(const struct file_set *set);

/* PATH is copied; its first PREFIX bytes were named as they are. */
void file_set_add_found(struct file_set *set, const char *path, size_t prefix);
void file_set_add_error(
	struct file_set *set, const char *path, size_t prefix, int error);
void file_set_count_directory(struct file_set *set);
void file_set_add_circle(struct file_set *set, const char *path, size_t length);
bool file_set_excludes(const struct file_set *set, const char *relative);

/* Adds what is found along a pattern; what a directory holds, PATH ending in
 * a slash. In walk.c. */
void file_walk_pattern(struct file_set *set, const char *pattern);
void file_walk_directory(struct file_set *set, const char *path);

#endif
