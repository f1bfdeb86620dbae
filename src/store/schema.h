/* SPDX-License-Identifier: MIT */
/* What a store's file is: its version, and how an older one becomes this. */
#ifndef LEAT_STORE_SCHEMA_H
#define LEAT_STORE_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>

enum {
	SCHEMA_APPLICATION = 0x6c656174, /* "leat" */
	SCHEMA_VERSION = 3,
};

/* A step from one version to the next, in SQL. */
struct schema_step {
	int from;
	const char *sql;
};

/* All steps there are, oldest first; ends in a row without SQL. */
extern const struct schema_step schema_steps[];

/* Makes the tables, and says what the file is; returns what SQLite does. */
int schema_create(sqlite3 *database);

enum schema_state {
	SCHEMA_CURRENT,
	SCHEMA_OLDER, /* the steps lead to this version */
	SCHEMA_NEWER,
	SCHEMA_UNREADABLE, /* SQLite says why */
	SCHEMA_FOREIGN, /* no store, or its version or tables are damaged */
};

/* What a file is that should be of VERSION. */
enum schema_state schema_look(
	sqlite3 *database, const struct schema_step *steps, int version);

/* Takes the steps up to VERSION, all or none; returns what SQLite does. */
int schema_migrate(
	sqlite3 *database, const struct schema_step *steps, int version);

/* Whether the tables are ours, to the letter. */
bool schema_is_ours(sqlite3 *database);

#endif
