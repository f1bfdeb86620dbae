/* SPDX-License-Identifier: MIT */
/* The settings of archive-write, which its tables and its module share. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_WRITE_SETTINGS_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_WRITE_SETTINGS_H

#include "operators/support/codec/format.h"
#include "registry/spec.h"

enum { ARCHIVE_WRITE_IN, ARCHIVE_WRITE_OUT };

enum archive_format {
	ARCHIVE_TAR, /* pax, but ustar where that suffices */
	ARCHIVE_USTAR,
	ARCHIVE_GNU,
	ARCHIVE_ZIP,
	ARCHIVE_7Z,
	ARCHIVE_CPIO, /* "newc" */
	ARCHIVE_AR, /* of BSD, with long names in front of contents */
	ARCHIVE_MTREE,
};

/* `compression`: those around an archive follow. */
enum { ARCHIVE_USUAL, ARCHIVE_STORE, ARCHIVE_AROUND };

enum archive_order { ARCHIVE_BY_PATH, ARCHIVE_BY_UNIT, ARCHIVE_AS_THEY_COME };

struct archive_writing; /* the module's */

struct archive_write {
	int format; /* enum archive_format */
	int compression;
	int64_t level; /* 0: the usual one */
	int64_t threads; /* 0: none of its own */
	struct setting_text path;
	int order; /* enum archive_order */
	bool preserve;
	int64_t max_mtime_us;

	struct archive_writing *writing;
};

/* What is known of a format. */
struct archive_format_row {
	const char *name;
	bool links; /* it has hard links */
	bool warns; /* that a name isn't UTF-8 is a warning; else an error */
	bool joins; /* each entry stands for itself, so that archives without
		       their end can be joined to one */
	bool lists; /* all entries once more, at its end */
	bool packs; /* it compresses its entries by itself */
	int64_t first_mtime_s, last_mtime_s; /* the times that it can say */
};

extern const struct archive_format_row archive_format_rows[];

/* What `path` is, if it isn't given, for what arrives; NULL: nothing known. */
const char *archive_usual_path(const struct shape *shape);

/* The level, with the usual one in place of 0, for what is compressed around
 * archives, and of zip and 7z. */
int archive_level(const struct archive_write *settings);

#endif
