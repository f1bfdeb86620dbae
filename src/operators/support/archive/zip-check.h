/* SPDX-License-Identifier: MIT */
/* Whether the directory of a zip file and what it says of it agree. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_ZIP_CHECK_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_ZIP_CHECK_H

#include "base/text.h"
#include "model/stream.h"

/* Looks through STREAM, which has a size and a seek, and leaves it at its
 * start. Readers take the one or the other of what a zip file says twice: when
 * it differs they see different archives. The directory must end the file, with
 * a comment of up to 16 KiB and nothing like another end in it; where there are
 * two records of the end they must agree; each entry must have the same name,
 * also in Unicode, method and, where both say them, sizes and CRC in front of
 * its data; no two may overlap. The format is that of PKWARE's APPNOTE. ENTRIES
 * gets their number.
 *
 * END NULL: nothing may follow. Else something may, and it gets where, or 0.
 *
 * False: PROBLEM says why it doesn't hold, in a sentence. */
bool zip_check(struct stream *stream, uint64_t *end, uint64_t *entries,
	struct text *problem);

#endif
