/* SPDX-License-Identifier: MIT */
/* The settings of archive-read, which its tables and its module share. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_READ_SETTINGS_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_READ_SETTINGS_H

#include "operators/support/archive/limits.h"
#include "registry/spec.h"

enum { ARCHIVE_READ_IN, ARCHIVE_READ_OUT, ARCHIVE_READ_REJECTED };

enum archive_plain { ARCHIVE_PLAIN_ERROR, ARCHIVE_PLAIN_PASS };
enum archive_trailing { ARCHIVE_TRAILING_ERROR, ARCHIVE_TRAILING_ALLOW };

struct archive_reading; /* the module's */

struct archive_read {
	struct setting_list formats;
	const char *nested;
	bool content, verify;
	int plain; /* enum archive_plain */
	int trailing; /* enum archive_trailing */
	const char *passphrases; /* a path, or NULL */
	int64_t max_entries, max_bytes, max_ratio;

	struct archive_reading *reading;
};

/* What `nested` says. */
struct nesting {
	unsigned depth; /* archives that lie deeper are not opened */
	bool strict; /* they are an error instead */
	const char *pattern; /* of the entries that are opened, or NULL: all */
};

/* False: the text says no such thing. */
bool nesting_parse(const char *text, struct nesting *nesting);

#endif
