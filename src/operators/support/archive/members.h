/* SPDX-License-Identifier: MIT */
/* Members that are held until all are there, then put in order. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_MEMBERS_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_MEMBERS_H

#include "base/path-set.h"
#include "operators/support/archive/member.h"
#include "operators/support/meter.h"

/* Zero-initialised it is empty; METER counts what it takes. */
struct members {
	struct member **all;
	size_t count, capacity;
	struct meter meter;
};

void members_finish(struct members *members);

/* Takes the member. */
void members_add(struct members *members, struct member *member);

/* Forgets all but the first COUNT. */
void members_cut(struct members *members, size_t count);

/* Sorts them by name, bytewise; drops directories that come again; sees to it
 * that what others lie in is a directory; lets hard links lead to their
 * targets. False: PROBLEM says in a sentence why they
 * can't be in one archive. */
bool members_order(struct members *members, struct text *problem);

/* What a member is written as, once they are in order: TARGET, the one whose
 * content and whose attributes it has; whether it is a link to the name by
 * which that goes. */
struct member *member_target(struct member *member);
bool member_is_link(struct member *member);

/* ---- As they come ----------------------------------------------------------- */

/* The names so far. */
struct names {
	struct path_set all, directories;
	struct meter meter;
};

void names_finish(struct names *names);

enum name_result {
	NAME_NEW,
	NAME_AGAIN, /* a directory that has been there */
	NAME_REFUSED, /* PROBLEM says why, in a sentence */
};

/* Adds the member's name; one that a hard link leads to must be there. */
enum name_result names_add(
	struct names *names, const struct member *member, struct text *problem);

#endif
