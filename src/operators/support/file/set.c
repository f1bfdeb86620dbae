/* SPDX-License-Identifier: MIT */
/* The files that paths and patterns name. */
#include "operators/support/file/set.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/system-error.h"
#include "base/text.h"

struct file_set {
	const struct file_set_options *options;
	struct arena *arena; /* holds the paths */
	struct found_file *files;
	size_t count, capacity;
	size_t order; /* of what is being added */
	size_t directories;
	const char **circles;
	size_t circle_count, circle_capacity;
};

struct file_set *file_set_create(const struct file_set_options *options)
{
	struct file_set *set = memory_zeroed(sizeof(*set));

	set->options = options;
	set->arena = arena_create();
	return set;
}

void file_set_destroy(struct file_set *set)
{
	if (!set)
		return;
	arena_destroy(set->arena);
	free(set->files);
	free(set->circles);
	free(set);
}

/* ---- Adding ----------------------------------------------------------------- */

static bool is_directory(const char *path)
{
	struct stat found;

	return lstat(path, &found) == 0 &&
		(S_ISDIR(found.st_mode) ||
			(S_ISLNK(found.st_mode) && stat(path, &found) == 0 &&
				S_ISDIR(found.st_mode)));
}

/* PATH without "./" in front, as `find .` writes it: one file has one name. */
static const char *without_dot(const char *path)
{
	while (path[0] == '.' && path[1] == '/') {
		const char *rest = path + 2 + strspn(path + 2, "/");

		if (*rest == '\0')
			break;
		path = rest;
	}
	return path;
}

void file_set_add_path(struct file_set *set, const char *path)
{
	path = without_dot(path);
	const char *slash = strrchr(path, '/');
	size_t prefix = slash ? (size_t)(slash - path) + 1 : 0;
	size_t length = strlen(path);

	set->order++;
	if (set->options->recursive && is_directory(path)) {
		struct text directory = {0};

		text_add(&directory, path, length);
		if (path[length - 1] != '/')
			text_add(&directory, "/", 1);
		file_walk_directory(set, directory.data);
		text_free(&directory);
	} else if (!file_set_excludes(set, path + prefix)) {
		file_set_add_found(set, path, prefix);
	}
}

const char *file_set_add_list(struct file_set *set, const char *list)
{
	FILE *file = fopen(list, "re");
	const char *problem = NULL;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	if (!file)
		return system_error(errno);
	while (!problem && (length = getline(&line, &size, file)) > 0) {
		if (line[length - 1] == '\n')
			line[--length] = '\0';
		if (memchr(line, '\0', (size_t)length))
			problem = "it holds a NUL; paths stand one a line";
		else if (length > 0)
			file_set_add_path(set, line);
	}
	if (ferror(file))
		problem = system_error(errno);
	free(line);
	fclose(file);
	return problem;
}

void file_set_add_pattern(struct file_set *set, const char *pattern)
{
	set->order++;
	file_walk_pattern(set, without_dot(pattern));
}

const struct file_set_options *file_set_options(const struct file_set *set)
{
	return set->options;
}

void file_set_add_found(struct file_set *set, const char *path, size_t prefix)
{
	file_set_add_error(set, path, prefix, 0);
}

void file_set_add_error(
	struct file_set *set, const char *path, size_t prefix, int error)
{
	const char *copy = arena_string(set->arena, path);

	set->files = memory_grow(
		set->files, set->count, &set->capacity, sizeof(*set->files));
	set->files[set->count++] = (struct found_file){
		.path = copy,
		.relative = copy + prefix,
		.order = set->order,
		.error = error,
	};
}

void file_set_count_directory(struct file_set *set)
{
	set->directories++;
}

void file_set_add_circle(struct file_set *set, const char *path, size_t length)
{
	set->circles = memory_grow(set->circles, set->circle_count,
		&set->circle_capacity, sizeof(*set->circles));
	set->circles[set->circle_count++] =
		arena_copy(set->arena, path, length);
}

/* ---- Order ------------------------------------------------------------------ */

/* Of a path that was found twice, what was named first counts. */
static int compare(const void *left, const void *right)
{
	const struct found_file *a = left, *b = right;
	int order = strcmp(a->path, b->path);

	if (order == 0)
		order = (a->order > b->order) - (a->order < b->order);
	return order;
}

/* As it is where one pattern has found all. */
static bool is_sorted(const struct file_set *set)
{
	for (size_t i = 1; i < set->count; i++)
		if (compare(&set->files[i - 1], &set->files[i]) > 0)
			return false;
	return true;
}

static int compare_text(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void sort_circles(struct file_set *set)
{
	size_t kept = 0;

	if (set->circle_count == 0)
		return;
	qsort(set->circles, set->circle_count, sizeof(*set->circles),
		compare_text);
	for (size_t i = 0; i < set->circle_count; i++)
		if (i == 0 ||
			strcmp(set->circles[i], set->circles[kept - 1]) != 0)
			set->circles[kept++] = set->circles[i];
	set->circle_count = kept;
}

void file_set_sort(struct file_set *set)
{
	size_t kept = 0;

	sort_circles(set);
	if (!is_sorted(set))
		qsort(set->files, set->count, sizeof(*set->files), compare);
	for (size_t i = 0; i < set->count; i++)
		if (i == 0 ||
			strcmp(set->files[i].path, set->files[kept - 1].path) !=
				0)
			set->files[kept++] = set->files[i];
	set->count = kept;
}

size_t file_set_count(const struct file_set *set)
{
	return set->count;
}

const struct found_file *file_set_get(const struct file_set *set, size_t index)
{
	return &set->files[index];
}

size_t file_set_directories(const struct file_set *set)
{
	return set->directories;
}

size_t file_set_circles(const struct file_set *set)
{
	return set->circle_count;
}

const char *file_set_circle(const struct file_set *set)
{
	return set->circles[0];
}

/* ---- Patterns that exclude -------------------------------------------------- */

/* fnmatch for pieces of strings; names are no longer than that. */
static bool piece_matches(const char *pattern, size_t pattern_length,
	const char *name, size_t name_length, int flags)
{
	char pattern_copy[1024], name_copy[256];

	if (pattern_length >= sizeof(pattern_copy) ||
		name_length >= sizeof(name_copy))
		return false;
	memcpy(pattern_copy, pattern, pattern_length);
	pattern_copy[pattern_length] = '\0';
	memcpy(name_copy, name, name_length);
	name_copy[name_length] = '\0';
	return fnmatch(pattern_copy, name_copy, flags) == 0;
}

static const char *next_piece(const char *path, size_t length)
{
	return path + length + (path[length] == '/');
}

/* Matches component by component; a `**` takes any number of them. */
static bool whole_matches(const char *pattern, const char *path, int flags)
{
	size_t want = strcspn(pattern, "/"), have = strcspn(path, "/");
	const char *rest = next_piece(pattern, want);

	if (want == 0)
		return have == 0;
	if (want == 2 && strncmp(pattern, "**", 2) == 0)
		return whole_matches(rest, path, flags) ||
			(have > 0 && !(flags & FNM_PERIOD && *path == '.') &&
				whole_matches(pattern, next_piece(path, have),
					flags));
	return have > 0 && piece_matches(pattern, want, path, have, flags) &&
		whole_matches(rest, next_piece(path, have), flags);
}

bool file_pattern_matches(
	const char *pattern, const char *relative, bool ignore_case)
{
	const char *slash = strrchr(relative, '/');
	const int flags = ignore_case ? FNM_CASEFOLD : 0;

	if (strchr(pattern, '/'))
		return whole_matches(pattern, relative, flags);
	return fnmatch(pattern, slash ? slash + 1 : relative, flags) == 0;
}

/* The bytes of the directories that are named as they are. */
static size_t literal_length(const char *pattern)
{
	size_t length = strcspn(pattern, "*?[");

	while (length > 0 && pattern[length - 1] != '/')
		length--;
	return length;
}

static bool is_excluded(
	const char *relative, const struct file_set_options *options)
{
	for (size_t i = 0; i < options->exclude_count; i++)
		if (file_pattern_matches(options->exclude[i], relative,
			    options->ignore_case))
			return true;
	return false;
}

/* Whether it is what is found, or a directory that is walked, which ends where
 * a slash stands in PATH. */
static bool matches_up_to(
	const char *pattern, const char *path, bool recursive, int flags)
{
	struct text part = {0};
	bool found = whole_matches(pattern, path, flags);

	for (const char *at = strchr(path, '/'); recursive && at && !found;
		at = strchr(at + 1, '/')) {
		part.length = 0;
		text_add(&part, path, (size_t)(at - path));
		found = whole_matches(pattern, part.data, flags);
	}
	text_free(&part);
	return found;
}

bool file_pattern_finds(const char *pattern, const char *path,
	const struct file_set_options *options)
{
	pattern = without_dot(pattern);
	path = without_dot(path);
	size_t literal = literal_length(pattern);
	int flags = (options->ignore_case ? FNM_CASEFOLD : 0) |
		(options->hidden ? 0 : FNM_PERIOD);

	return strncmp(pattern, path, literal) == 0 &&
		matches_up_to(pattern + literal, path + literal,
			options->recursive, flags) &&
		!is_excluded(path + literal, options);
}

bool file_set_excludes(const struct file_set *set, const char *relative)
{
	return is_excluded(relative, set->options);
}
