/* SPDX-License-Identifier: MIT */
/* Members held and put in order. */
#include "operators/support/archive/members.h"

#include <string.h>

#include "base/memory.h"

/* What a name takes in a set besides its texts, about. */
enum { CLAIM_BYTES = 128 };

void members_finish(struct members *members)
{
	members_cut(members, 0);
	free(members->all);
	members->all = NULL;
	members->capacity = 0;
}

void members_add(struct members *members, struct member *member)
{
	members->all = memory_grow(members->all, members->count,
		&members->capacity, sizeof(*members->all));
	members->all[members->count++] = member;
	members->meter.used_bytes += member->bytes + sizeof(member);
}

static void drop(struct members *members, struct member *member)
{
	members->meter.used_bytes -= member->bytes + sizeof(member);
	member_destroy(member);
}

void members_cut(struct members *members, size_t count)
{
	while (members->count > count)
		drop(members, members->all[--members->count]);
}

/* ---- Problems --------------------------------------------------------------- */

static void add_name(struct text *text, const char *name)
{
	text_add_string(text, "`");
	text_add_escaped(text, name, strlen(name), 1000);
	text_add_string(text, "`");
}

static void add_origin(struct text *text, const struct member *member)
{
	struct text origin = {0};

	member_add_origin(member, &origin);
	text_add_escaped(text, origin.data, origin.length, 1000);
	text_free(&origin);
}

/* OWNER has it, too. */
static bool fail_twice(
	struct text *problem, const char *owner, const struct member *member)
{
	problem->length = 0;
	text_add_string(problem, "the name ");
	add_name(problem, member->name);
	text_add_string(problem, " comes twice: of ");
	text_add_escaped(problem, owner, strlen(owner), 1000);
	text_add_string(problem, " and of ");
	add_origin(problem, member);
	text_add_string(problem, "; `path` can tell them apart");
	return false;
}

static bool fail_link(
	struct text *problem, const struct member *link, const char *why)
{
	problem->length = 0;
	text_add_string(problem, "the hard link ");
	add_name(problem, link->name);
	text_add_string(problem, " leads to ");
	add_name(problem, link->link);
	text_add_format(problem, ", which %s", why);
	return false;
}

/* ---- Order ------------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
	const struct member *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

/* The same as they come: what qsort does with equal ones must not show. */
static bool fail_equal(
	struct text *problem, const struct member *a, const struct member *b)
{
	struct text first = {0}, second = {0};

	member_add_origin(a, &first);
	member_add_origin(b, &second);
	const bool swap = strcmp(first.data, second.data) > 0;
	fail_twice(problem, swap ? second.data : first.data, swap ? a : b);
	text_free(&first);
	text_free(&second);
	return false;
}

static bool is_same_directory(const struct member *a, const struct member *b)
{
	return a->type == MEMBER_DIRECTORY && b->type == MEMBER_DIRECTORY &&
		a->mode == b->mode && a->mtime_us == b->mtime_us &&
		a->mtime_ns == b->mtime_ns && a->uid == b->uid &&
		a->gid == b->gid;
}

/* Of several members with one name there is left one directory. */
static bool join_equal(struct members *members, struct text *problem)
{
	size_t kept = 0;

	for (size_t i = 0; i < members->count; i++) {
		struct member *member = members->all[i];
		struct member *last = kept ? members->all[kept - 1] : NULL;

		if (!last || strcmp(last->name, member->name) != 0) {
			members->all[kept++] = member;
		} else if (is_same_directory(last, member)) {
			drop(members, member);
			members->all[i] = NULL;
		} else {
			for (; i < members->count; i++)
				members->all[kept++] = members->all[i];
			members->count = kept;
			return fail_equal(problem, last, member);
		}
	}
	members->count = kept;
	return true;
}

static struct member *find(const struct members *members, const char *name)
{
	const struct member key = {.name = name}, *wanted = &key;
	struct member **found = bsearch(&wanted, members->all, members->count,
		sizeof(*members->all), compare);

	return found ? *found : NULL;
}

static bool fail_parent(struct text *problem, const struct member *parent,
	const struct member *member)
{
	problem->length = 0;
	add_name(problem, member->name);
	text_add_string(problem, " of ");
	add_origin(problem, member);
	text_add_string(problem, " would lie in ");
	add_name(problem, parent->name);
	text_add_string(problem, " of ");
	add_origin(problem, parent);
	text_add_string(problem, ", which is no directory");
	return false;
}

/* Whether nothing lies in a file, or is written through a link. */
static bool check_parents(const struct members *members,
	const struct member *member, struct text *problem)
{
	struct text path = {0};
	bool ok = true;

	for (const char *at = member->name; ok && (at = strchr(at, '/'));
		at++) {
		path.length = 0;
		text_add(&path, member->name, (size_t)(at - member->name));
		const struct member *parent = find(members, path.data);
		if (parent && parent->type != MEMBER_DIRECTORY)
			ok = fail_parent(problem, parent, member);
	}
	text_free(&path);
	return ok;
}

static bool is_beside(const struct member *a, const struct member *b)
{
	const char *slash = strrchr(b->name, '/');
	size_t length = slash ? (size_t)(slash - b->name) + 1 : 0;

	return strncmp(a->name, b->name, length) == 0 &&
		!strchr(a->name + length, '/');
}

/* Those that lie in one directory mostly follow each other. */
static bool check_all_parents(
	const struct members *members, struct text *problem)
{
	for (size_t i = 0; i < members->count; i++)
		if ((i == 0 ||
			    !is_beside(members->all[i - 1], members->all[i])) &&
			!check_parents(members, members->all[i], problem))
			return false;
	return true;
}

/* What LINK leads to in the end, or NULL. */
static struct member *follow(const struct members *members,
	const struct member *link, struct text *problem)
{
	struct member *target = find(members, link->link);

	for (int links = 0; target && target->type == MEMBER_HARDLINK; links++)
		target = links < 64 ? find(members, target->link) : NULL;
	if (!target)
		fail_link(problem, link, "isn't in the archive");
	else if (target->type == MEMBER_DIRECTORY)
		fail_link(problem, link, "is a directory");
	else
		return target;
	return NULL;
}

bool members_order(struct members *members, struct text *problem)
{
	if (members->count > 1)
		qsort(members->all, members->count, sizeof(*members->all),
			compare);
	if (!join_equal(members, problem) ||
		!check_all_parents(members, problem))
		return false;
	for (size_t i = 0; i < members->count; i++) {
		struct member *member = members->all[i];

		if (member->type != MEMBER_HARDLINK)
			continue;
		member->target = follow(members, member, problem);
		if (!member->target)
			return false;
	}
	for (size_t i = members->count; i-- > 0;)
		member_target(members->all[i])->first = members->all[i];
	return true;
}

struct member *member_target(struct member *member)
{
	return member->target ? member->target : member;
}

bool member_is_link(struct member *member)
{
	return member_target(member)->first != member;
}

/* ---- As they come ----------------------------------------------------------- */

void names_finish(struct names *names)
{
	path_set_finish(&names->all);
	path_set_finish(&names->directories);
	names->meter.used_bytes = 0;
}

static const char *claim(
	struct names *names, struct path_set *set, const struct member *member)
{
	struct text origin = {0};
	const char *owner;

	member_add_origin(member, &origin);
	owner = path_set_add(set, member->name, origin.data);
	if (!owner)
		names->meter.used_bytes +=
			strlen(member->name) + origin.length + CLAIM_BYTES;
	text_free(&origin);
	return owner;
}

enum name_result names_add(
	struct names *names, const struct member *member, struct text *problem)
{
	const char *owner;

	if (member->type == MEMBER_HARDLINK &&
		!path_set_owner(&names->all, member->link)) {
		fail_link(problem, member, "hasn't come yet");
		return NAME_REFUSED;
	}
	if (member->type == MEMBER_DIRECTORY &&
		claim(names, &names->directories, member))
		return NAME_AGAIN;
	owner = claim(names, &names->all, member);
	if (!owner)
		return NAME_NEW;
	fail_twice(problem, owner, member);
	return NAME_REFUSED;
}
