/* SPDX-License-Identifier: MIT */
/* Which kinds of archives there are, and what tells them apart. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_KIND_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_KIND_H

#include <stdbool.h>
#include <stddef.h>

enum archive_kind {
	/* Found by content: */
	KIND_TAR,
	KIND_ZIP,
	KIND_7Z,
	KIND_CPIO,
	KIND_AR,
	KINDS_USUAL,

	/* Only if they are named: */
	KIND_ISO = KINDS_USUAL,
	KIND_RAR,
	KIND_XAR,
	KIND_LHA,
	KIND_CAB,
	KIND_MTREE,
	KIND_WARC,
	KINDS,

	KIND_NONE = KINDS,
};

extern const char *const kind_names[]; /* ends in NULL */

/* The bytes that these want to see, if there are as many. */
enum { KIND_HEAD_BYTES = 1024 };

/* Whether it starts with a block of zeros: a tar file without entries, or an
 * image of a disc, or nothing of the kind. */
bool kind_is_zero(const unsigned char *head, size_t length);

/* Whether it is a tar file that starts amid the content of its first entry, as
 * all volumes that GNU tar makes do but for the first. */
bool kind_is_continued(const unsigned char *head, size_t length);

/* Which of the usual kinds a content that starts so is, or KIND_NONE. Zeros are
 * a tar file. */
enum archive_kind kind_detect(const unsigned char *head, size_t length);

#endif
