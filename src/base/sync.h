/* SPDX-License-Identifier: MIT */
/* Many files synced at once. */
#ifndef LEAT_BASE_SYNC_H
#define LEAT_BASE_SYNC_H

#include <stddef.h>

/* Syncs the files as fsync does; ERRORS gets for each 0 or its errno. What one
 * sync costs is mostly that it waits for the disk; those of many files that
 * wait at the same time are done by few writes of a file system's journal and
 * few flushes of the disk. Returns when all are done; the threads that it takes
 * are gone then. */
void sync_files(const int *descriptors, int *errors, size_t count);

#endif
