/* SPDX-License-Identifier: MIT */
/*
 * Stamps: what the system says of a file, by which it is taken for the same
 * without being read. A file may change twice within one tick of the clock, so
 * a stamp as young as the look at it proves nothing: it is not remembered. Nor
 * is one from times to come, since a clock may be wrong or have been; but where
 * somebody set mtime to a time that is days ahead, and ctime is old.
 */
#ifndef LEAT_SESSION_STAMP_H
#define LEAT_SESSION_STAMP_H

#include "base/digest.h"
#include "base/file.h"

/* CLOCK_REALTIME. */
int64_t stamp_now_ns(void);

/* STATE, of a file that was looked at when it was NOW_NS; all zero where it
 * can't be trusted. */
struct file_state stamp_keep(const struct file_state *state, int64_t now_ns);

/* Whether a file that was KEPT is the same by its stamp. Devices are not
 * compared: their numbers change when a system starts. BY_CTIME: a change of
 * mode or name counts as well. */
bool stamp_same(const struct file_state *kept, const struct file_state *found,
	bool by_ctime);

/* The digest of the file PATH; false: errno says why it can't be had. */
bool stamp_digest(const char *path, struct digest *digest);

/* The same of an output of a KIND: a link isn't followed, its digest is that of
 * its target, and a directory has none, which is all zero. */
bool stamp_output(const char *path, enum file_kind kind, struct digest *digest);

/* The same of what a directory has by that NAME; a link in the place of a file
 * isn't followed either: ELOOP. */
bool stamp_output_at(int directory, const char *name, enum file_kind kind,
	struct digest *digest);

#endif
