/* SPDX-License-Identifier: MIT */
/* How SQLite opens the files of a run store. Only for database.c. */
#ifndef LEAT_STORE_FILES_H
#define LEAT_STORE_FILES_H

#include <stdbool.h>

/* For a connection that writes: as SQLite does by itself, but that it isn't
 * asked to make a log that is there already; after that it would sync the
 * directory. */
#define FILES_WRITE "leat"

/* For one that reads what nobody writes: without locks, and no file is opened
 * to be written, or made. */
#define FILES_STILL "leat-still"

/* Makes SQLite know both. False: it can't. */
bool files_register(void);

#endif
