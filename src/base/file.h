/* SPDX-License-Identifier: MIT */
/*
 * The calls of the operating system that open inputs, and that make outputs
 * beneath a directory which no name can leave. All Linux calls of this kind
 * are here. What fails returns -1 or false and leaves errno.
 */
#ifndef LEAT_BASE_FILE_H
#define LEAT_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "base/text.h"

/* What an output may be. */
enum file_kind { FILE_REGULAR, FILE_LINK, FILE_DIRECTORY, FILE_KINDS };

/* What tells whether a file is still the same. */
struct file_state {
	uint64_t device, inode, size_bytes;
	int64_t mtime_ns, ctime_ns;
};

struct file_state file_state_of(const struct stat *stat);

/* What else is told of a file. */
struct file_details {
	struct file_state state;
	int64_t mtime_us; /* the first or the last time that fits, if its own
			     doesn't */
	uint32_t mode, uid, gid;
};

struct file_details file_details_of(const struct stat *stat);

/* How a file changed between two looks at it, as a phrase such as "its size
 * changed"; NULL when it didn't. A mere change of owner, mode or links isn't
 * one. */
const char *file_change(
	const struct file_state *before, const struct file_state *after);

/* Why a file of this mode isn't read as input, in a phrase such as "is a
 * directory"; NULL for a regular file. */
const char *file_refusal(mode_t mode);

/* Opens a file to be read, whatever it is, without waiting for the other end
 * of a FIFO and without making a terminal ours. Fills in STAT. */
int file_open_input(const char *path, struct stat *stat);

/* The same of what a directory has by that NAME; not of a link: ELOOP. */
int file_open_entry(int directory, const char *name, struct stat *stat);

/* Whether a directory has something by that NAME, be it a link. Filters of
 * system calls that don't know of faccessat2 refuse what the C library would
 * ask. */
bool file_is_there(int directory, const char *name);

/* read(2), tried again when a signal interrupts it. */
ssize_t file_read(int descriptor, void *data, size_t size);

/* The same of what stands at OFFSET; the descriptor's own place stays. */
ssize_t file_read_from(
	int descriptor, void *data, size_t size, uint64_t offset);

/* Reads SIZE bytes that stand at OFFSET; fewer only at the end of the file. */
ssize_t file_read_at(int descriptor, void *data, size_t size, uint64_t offset);

/* Writes all of it. A call that writes less goes on with the rest. */
bool file_write(int descriptor, const void *data, size_t length);

/* Opens the directory that the first LENGTH bytes of PATH name ("" is the
 * working directory), and makes it and those above it where they are missing.
 * Symbolic links are followed: the user wrote the path. */
int file_open_root(const char *path, size_t length);

/* Opens the directory PATH beneath ROOT, which may be "", and makes what is
 * missing. Neither `..` nor an absolute path nor a symbolic link leads out:
 * they fail with EXDEV or ELOOP. */
int file_open_beneath(int root, const char *path);

/* Opens PATH beneath the directory ROOT_PATH in the same way, where both are
 * there already. */
int file_find_beneath(const char *root_path, const char *path);

/* file_open_beneath for kernels without openat2: opens component by
 * component. */
int file_open_beneath_by_parts(int root, const char *path);

enum { FILE_TEMPORARY_BYTES = 48 };

/* Makes a new file with the permissions MODE less the umask in DIRECTORY and
 * opens it to write and read; NAME becomes its name: PREFIX, up to 24 bytes,
 * and 16 digits; NULL: ".leat-". */
int file_create_temporary(int directory, unsigned mode, const char *prefix,
	char name[FILE_TEMPORARY_BYTES]);

/* The same for a symbolic link to TARGET, which isn't opened; false: errno. */
bool file_create_link(int directory, const char *target, const char *prefix,
	char name[FILE_TEMPORARY_BYTES]);

/* What the symbolic link NAME in a directory leads to, in TARGET, emptied
 * first. */
bool file_read_link(int directory, const char *name, struct text *target);

/* Sets the time of the last change, in microseconds since 1970, of what a
 * descriptor is of, or of NAME in a directory, also if it is a link. */
bool file_set_time(int descriptor, int64_t mtime_us);
bool file_set_time_at(int directory, const char *name, int64_t mtime_us);

/* Opens the directory NAME in another, if it still has the inode, gives it the
 * permissions MODE less the umask and, where that isn't NULL, the time, and
 * syncs it. */
bool file_settle_directory(int directory, const char *name, uint64_t inode,
	unsigned mode, const int64_t *mtime_us);

/* Opens a new file that has no name, in TMPDIR or /tmp, to write and read. */
int file_create_unnamed(void);

/* Cuts a file opened for writing off at LENGTH, and writes on from there. */
bool file_cut(int descriptor, uint64_t length);

/* Gives back the space of bytes that aren't needed any more, where the file
 * system can. */
void file_forget(int descriptor, uint64_t offset, uint64_t length);

/* Has the system begin to write a file to the disk, without waiting. */
void file_start_writing(int descriptor);

/* fsync(2), tried again when a signal interrupts it, which tells nothing of the
 * disk; any other failure is final. */
bool file_sync(int descriptor);
/* Syncs a directory. What can't be synced, such as some network file systems'
 * directories, counts as done. */
bool file_sync_directory(int directory);

#endif
