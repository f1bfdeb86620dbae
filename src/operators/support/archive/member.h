/* SPDX-License-Identifier: MIT */
/* What is to be written as an entry of an archive, all but its content. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_MEMBER_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_MEMBER_H

#include "engine/operator.h"
#include "operators/support/archive/holes.h"
#include "operators/support/archive/write-settings.h"
#include "operators/support/write/template.h"

enum member_type {
	MEMBER_FILE,
	MEMBER_DIRECTORY,
	MEMBER_SYMLINK,
	MEMBER_HARDLINK,
	MEMBER_FIFO,
	MEMBER_CHAR,
	MEMBER_BLOCK,
};

/* There may be many: it is kept small. */
struct member {
	unsigned type : 4; /* enum member_type */
	unsigned mode : 12; /* the permissions */
	unsigned mtime_ns : 10; /* besides mtime_us, below 1000 */
	bool comes_named : 1; /* the name goes behind the origin */
	uint32_t bytes; /* that it takes in memory, also in the library */
	int64_t mtime_us;
	int64_t uid, gid;
	uint32_t major, minor; /* of a device */
	const char *user, *group; /* or NULL */
	const char *name; /* without a slash at the end */
	const char *link; /* of a hard link: the name of what it leads to, as
			     that is in the archive; of a symlink: as it is;
			     else NULL */
	const char *origin; /* where it comes from: see member_add_origin */
	uint64_t size; /* of a file */
	struct holes *holes; /* owned; NULL: there are to be none */

	/* For members.c: */
	uint64_t offset; /* of the content, where that is held */
	struct member *target; /* of a hard link; or NULL */
	struct member *first; /* of a target: the name that it goes by */
};

/* Makes members. */
struct member_maker {
	const struct archive_write *settings;
	struct text_template *form; /* of the name */
	struct text_template *plain; /* of what is no entry, if that is
					another one; or NULL */
	struct text name, link, problem;
	bool clamped; /* of the last member the time */
};

/* SHAPE: of what arrives. False: the template is wrong, which the loader has
 * reported. */
bool member_maker_init(struct member_maker *maker,
	const struct archive_write *settings, const struct shape *shape);
void member_maker_finish(struct member_maker *maker);

/* Whether the segment is an entry that has no content, such as a directory. */
bool member_is_bare(const struct segment *segment);

/* Whether it is the root of an archive, which has no name. */
bool member_is_root(const struct segment *segment);

/* The member that ITEM, a stream, is, or SEGMENT without an item; the size is
 * 0. SEGMENT may be NULL. NULL: maker->problem says why it can't be one, in a
 * sentence. A time that the format can't say becomes the nearest that it can;
 * maker->clamped tells. */
struct member *member_create(struct member_maker *maker,
	const struct item *item, const struct segment *segment);
void member_destroy(struct member *member); /* takes NULL */

/* Adds where the member comes from, to be shown to people. */
void member_add_origin(const struct member *member, struct text *text);

#endif
