/* SPDX-License-Identifier: MIT */
/* Walks directories along a pattern. */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/text.h"
#include "operators/support/file/set.h"
#include "operators/support/file/way.h"

struct walk {
	struct file_set *set;
	const struct file_set_options *options;
	struct text path; /* where it is: "", or a directory and a slash */
	size_t prefix; /* bytes of the path that were named as they are */
	char **parts; /* the components of the pattern behind those */
	size_t count;
};

/* ---- Listing ---------------------------------------------------------------- */

struct names {
	struct name {
		char *name;
		unsigned char type; /* as in struct dirent */
	} * items;
	size_t count, capacity;
};

static void add_name(struct names *names, const struct dirent *entry)
{
	const char *name = entry->d_name;

	/* What we write ourselves is no input. */
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		strncmp(name, ".leat-", 6) == 0)
		return;
	names->items = memory_grow(names->items, names->count, &names->capacity,
		sizeof(*names->items));
	names->items[names->count++] =
		(struct name){memory_string(name), entry->d_type};
}

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i].name);
	free(names->items);
}

static const char *path_or_dot(const struct walk *walk)
{
	return walk->path.length > 0 ? walk->path.data : ".";
}

static void add_error(struct walk *walk, int error)
{
	const char *path = path_or_dot(walk);

	if (error != ENOENT && error != ENOTDIR)
		file_set_add_error(walk->set, path,
			walk->path.length > 0 ? walk->prefix : 0, error);
}

/* As the paths come in order: what is below a directory has a slash behind its
 * name. */
static int by_path(const void *left, const void *right)
{
	const struct name *a = left, *b = right;

	if (a->type != DT_DIR && b->type != DT_DIR)
		return strcmp(a->name, b->name);
	const char *at = a->name, *other = b->name;
	while (*at && *at == *other) {
		at++;
		other++;
	}
	const int end = a->type == DT_DIR ? '/' : '\0';
	const int other_end = b->type == DT_DIR ? '/' : '\0';
	return (*at ? (unsigned char)*at : end) -
		(*other ? (unsigned char)*other : other_end);
}

/* Lists the directory as a whole, so that no descriptor is open while those
 * below it are walked; in order, which is done sooner here than for all that is
 * found. */
static struct names list(struct walk *walk)
{
	struct names names = {0};
	DIR *directory = opendir(path_or_dot(walk));
	struct dirent *entry;

	if (!directory) {
		add_error(walk, errno);
		return names;
	}
	while ((errno = 0, entry = readdir(directory)))
		add_name(&names, entry);
	if (errno)
		add_error(walk, errno);
	closedir(directory);
	if (names.count > 0)
		qsort(names.items, names.count, sizeof(*names.items), by_path);
	return names;
}

/* ---- What is there ---------------------------------------------------------- */

enum kind { KIND_FILE, KIND_DIRECTORY, KIND_NOTHING };

/* What is at the path, as far as links count. FREELY: nobody wrote the name
 * down, nor a wildcard for this very component. */
static enum kind kind_of(
	const struct walk *walk, unsigned char type, bool freely)
{
	const enum file_links links = walk->options->links;
	struct stat found;

	if (type == DT_UNKNOWN && lstat(walk->path.data, &found) == 0)
		type = (unsigned char)IFTODT(found.st_mode);
	if (type != DT_LNK)
		return type == DT_DIR ? KIND_DIRECTORY : KIND_FILE;
	if (links == LINKS_SKIP)
		return KIND_NOTHING;
	if (stat(walk->path.data, &found) < 0 || !S_ISDIR(found.st_mode))
		return KIND_FILE; /* if it is none, reading it will tell */
	return freely && links != LINKS_FOLLOW ? KIND_NOTHING : KIND_DIRECTORY;
}

/* Goes to something in the directory. Returns what it is: nothing when it is
 * excluded. A directory gets its slash. */
static enum kind enter(struct walk *walk, const struct name *name, bool freely)
{
	text_add_string(&walk->path, name->name);
	if (file_set_excludes(walk->set, walk->path.data + walk->prefix))
		return KIND_NOTHING;
	enum kind kind = kind_of(walk, name->type, freely);
	if (kind == KIND_DIRECTORY)
		text_add(&walk->path, "/", 1);
	return kind;
}

static void leave(struct walk *walk, size_t length)
{
	walk->path.length = length;
	walk->path.data[length] = '\0';
}

/* What names end in that match the pattern, where it is like "*.log"; else
 * NULL. */
static const char *plain_end(const char *pattern)
{
	if (*pattern != '*' || pattern[1 + strcspn(pattern + 1, "*?[\\")])
		return NULL;
	return pattern + 1;
}

static bool ends_in(const char *name, const char *end)
{
	size_t length = strlen(name), end_length = strlen(end);

	return length >= end_length &&
		memcmp(name + length - end_length, end, end_length) == 0;
}

static bool name_matches(
	const struct walk *walk, const char *pattern, const char *name)
{
	const char *end =
		walk->options->ignore_case ? NULL : plain_end(pattern);

	/* fnmatch takes a hundred times as long: it reads UTF-8. */
	if (end)
		return (walk->options->hidden || *name != '.') &&
			ends_in(name, end);
	int flags = (walk->options->hidden ? 0 : FNM_PERIOD) |
		(walk->options->ignore_case ? FNM_CASEFOLD : 0);

	return fnmatch(pattern, name, flags) == 0;
}

/* ---- Walking ---------------------------------------------------------------- */

/* Fills in HERE, the directory that it is at. DEEP: all in it is walked, so not
 * if it is one of those above it; false then. */
static bool go_in(const struct walk *walk, struct place *here,
	const struct place *above, bool deep)
{
	*here = (struct place){0};
	if (walk->options->links != LINKS_FOLLOW ||
		place_init(here, above, path_or_dot(walk)) || !deep)
		return true;
	file_set_add_circle(walk->set, walk->path.data, walk->path.length - 1);
	return false;
}

/* Adds all files below. */
static void walk_all(struct walk *walk, const struct place *here)
{
	const size_t length = walk->path.length;
	struct names names = list(walk);
	struct place next;

	for (size_t i = 0; i < names.count; i++) {
		if (!name_matches(walk, "*", names.items[i].name))
			continue;
		switch (enter(walk, &names.items[i], true)) {
		case KIND_FILE:
			file_set_add_found(
				walk->set, walk->path.data, walk->prefix);
			break;
		case KIND_DIRECTORY:
			if (go_in(walk, &next, here, true))
				walk_all(walk, &next);
			break;
		case KIND_NOTHING: break;
		}
		leave(walk, length);
	}
	names_free(&names);
}

static void walk_part(
	struct walk *walk, size_t index, const struct place *here);

/* A `**` with more behind it: no directory, or any, and so on in each. */
static void walk_deep(struct walk *walk, size_t index, const struct place *here)
{
	const size_t length = walk->path.length;
	struct place next;

	walk_part(walk, index + 1, here);
	struct names names = list(walk);
	for (size_t i = 0; i < names.count; i++) {
		if (!name_matches(walk, "*", names.items[i].name))
			continue;
		if (enter(walk, &names.items[i], true) == KIND_DIRECTORY &&
			go_in(walk, &next, here, true))
			walk_deep(walk, index, &next);
		leave(walk, length);
	}
	names_free(&names);
}

static bool is_deep(const char *part)
{
	return strcmp(part, "**") == 0;
}

/* A directory whose name matched component INDEX. */
static void visit_directory(
	struct walk *walk, size_t index, const struct place *above)
{
	const bool last = index + 1 == walk->count;
	struct place here;

	if (last && !walk->options->recursive)
		file_set_count_directory(walk->set);
	else if (!go_in(walk, &here, above,
			 last || is_deep(walk->parts[index + 1])))
		return;
	else if (last)
		walk_all(walk, &here);
	else
		walk_part(walk, index + 1, &here);
}

static void walk_part(struct walk *walk, size_t index, const struct place *here)
{
	const size_t length = walk->path.length;
	const bool last = index + 1 == walk->count;
	const char *part = walk->parts[index];

	if (is_deep(part)) {
		if (last)
			walk_all(walk, here);
		else
			walk_deep(walk, index, here);
		return;
	}
	struct names names = list(walk);
	for (size_t i = 0; i < names.count; i++) {
		if (!name_matches(walk, part, names.items[i].name))
			continue;
		enum kind kind = enter(walk, &names.items[i], false);
		if (kind == KIND_DIRECTORY)
			visit_directory(walk, index, here);
		else if (kind == KIND_FILE && last)
			file_set_add_found(
				walk->set, walk->path.data, walk->prefix);
		leave(walk, length);
	}
	names_free(&names);
}

/* Walks from the directory that the path names. */
static void start(struct walk *walk)
{
	const struct place *here = NULL;
	struct place *way = NULL;

	if (walk->options->links == LINKS_FOLLOW)
		way = place_way(path_or_dot(walk), &here);
	if (walk->count > 0)
		walk_part(walk, 0, here);
	else
		walk_all(walk, here);
	free(way);
}

/* ---- Patterns --------------------------------------------------------------- */

static bool is_pattern(const char *part)
{
	for (; *part; part++) {
		if (strchr("*?[", *part))
			return true;
		if (*part == '\\' && part[1])
			part++;
	}
	return false;
}

static void add_unescaped(struct text *text, const char *part)
{
	for (; *part; part++) {
		if (*part == '\\' && part[1])
			part++;
		text_add(text, part, 1);
	}
}

/* Adds a component: to the path while it is only a name and another follows,
 * then to the pattern. */
static void add_part(struct walk *walk, char *part, bool last)
{
	if (walk->count == 0 && !last && !is_pattern(part)) {
		add_unescaped(&walk->path, part);
		text_add(&walk->path, "/", 1);
	} else if (!is_deep(part) || walk->count == 0 ||
		!is_deep(walk->parts[walk->count - 1])) {
		walk->parts = memory_resize(
			walk->parts, walk->count + 1, sizeof(char *));
		walk->parts[walk->count++] = part;
	}
}

static void split(struct walk *walk, char *pattern)
{
	if (*pattern == '/')
		text_add(&walk->path, "/", 1);
	while (*pattern) {
		size_t length = strcspn(pattern, "/");
		bool last = pattern[length] == '\0';
		char *part = pattern;

		pattern += length + !last;
		part[length] = '\0';
		if (length > 0)
			add_part(walk, part, last);
	}
	walk->prefix = walk->path.length;
}

void file_walk_pattern(struct file_set *set, const char *pattern)
{
	struct walk walk = {.set = set, .options = file_set_options(set)};
	char *copy = memory_string(pattern);

	split(&walk, copy);
	if (walk.count > 1 || (walk.count == 1 && is_pattern(walk.parts[0]))) {
		start(&walk);
	} else {
		if (walk.count == 1)
			add_unescaped(&walk.path, walk.parts[0]);
		file_set_add_path(set, path_or_dot(&walk));
	}
	free(walk.parts);
	free(copy);
	text_free(&walk.path);
}

void file_walk_directory(struct file_set *set, const char *path)
{
	struct walk walk = {.set = set, .options = file_set_options(set)};

	text_add_string(&walk.path, path);
	walk.prefix = walk.path.length;
	start(&walk);
	text_free(&walk.path);
}
