/* SPDX-License-Identifier: MIT */
/*
 * Rows that are whole or reported. All tables have the same shape: a key, a
 * digest of table, key and body, and a body. A key is a group (such as a
 * graph), a NUL, and the rest, so that the rows of a group are next to each
 * other. Of each group the store knows the number of rows and the sum of their
 * digests: a row that vanished, or came back from an older page, is found as
 * well.
 *
 * All that fails notes the problem in the store.
 */
#ifndef LEAT_STORE_ROW_H
#define LEAT_STORE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run_store;

enum store_table {
	TABLE_COMPONENT, /* of fingerprints */
	TABLE_DIRECTORY, /* where temporaries may be */
	TABLE_META, /* about the store */
	TABLE_PARTIAL,
	TABLE_RENAME, /* decided, perhaps not done */
	TABLE_RUN,
	TABLE_TELEMETRY,
	TABLE_TOTAL, /* of groups; in no total itself */
	TABLE_UNIT,
	TABLE_COUNT,
};

extern const char *const store_table_names[TABLE_COUNT];

struct bytes {
	const void *data;
	size_t length;
};

struct bytes bytes_string(const char *string); /* without its NUL */

struct row_key {
	enum store_table table;
	struct bytes group; /* has no NUL, or always the same length */
	struct bytes rest;
};

enum row_result { ROW_FOUND, ROW_NONE, ROW_FAILED };

/* BODY is borrowed until the next call for this table. */
enum row_result row_get(
	struct run_store *store, const struct row_key *key, struct bytes *body);

/* The same, for many of a table in the order of their keys: then it is a step
 * from one to the next. rows_rest ends that, before any change. */
enum row_result row_get_next(
	struct run_store *store, const struct row_key *key, struct bytes *body);
void rows_rest(struct run_store *store);

/* Puts one, or another in its place; within a change. */
bool row_put(
	struct run_store *store, const struct row_key *key, struct bytes body);

/* Removes it; within a change. That there is none is fine. */
bool row_remove(struct run_store *store, const struct row_key *key);

enum row_order { ROWS_ASCENDING, ROWS_DESCENDING };

/* Calls EACH for the rows of a group in the bytewise order of REST, until it
 * returns false; if it never does, all of them were there. EACH may read other
 * tables, but change nothing. */
bool rows_sweep(struct run_store *store, enum store_table table,
	struct bytes group, enum row_order order,
	bool (*each)(void *context, struct bytes rest, struct bytes body),
	void *context);

/* Removes the rows of a group, or, where PART isn't NULL, those whose rest is
 * PART, a NUL and more; within a change. */
bool rows_remove(struct run_store *store, enum store_table table,
	struct bytes group, const struct bytes *part);

/* How many rows of a group have a rest that is PART, a NUL and more. */
bool rows_count(struct run_store *store, enum store_table table,
	struct bytes group, struct bytes part, uint64_t *count);

/* The groups of a table that have rows, in order; ends in NULL. NULL:
 * failed. */
char **row_groups(struct run_store *store, enum store_table table);
void row_groups_free(char **names); /* takes NULL */

/* ---- Sums: the number of rows of a group, and the sum of their digests ---------- */

/* As they are within the change. */
bool row_total_get(struct run_store *store, enum store_table table,
	struct bytes group, uint64_t *count, uint64_t *sum);

/* Notes that a row came (COUNT 1), went (-1) or changed (0). */
void row_total_add(struct run_store *store, const struct row_key *key,
	uint64_t count, uint64_t sum);

/* In a change the sums are kept in memory: writes, or forgets, what it did. */
bool rows_write_totals(struct run_store *store);
void rows_forget_totals(struct run_store *store);

/* Frees the statements. */
void rows_finish(struct run_store *store);

#endif
