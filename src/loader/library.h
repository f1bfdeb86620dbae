/* SPDX-License-Identifier: MIT */
/*
 * The files that define subgraphs: the session, those that it includes, and
 * those shipped with leat; and what a name in them means.
 *
 * What a file includes is found beside it, then in the directories of
 * $LEAT_PATH, then in leat's data directory ($LEAT_DATA, or that of the
 * installation), which also has a file NAME.yaml for each shipped subgraph.
 */
#ifndef LEAT_LOADER_LIBRARY_H
#define LEAT_LOADER_LIBRARY_H

#include <sys/stat.h>

#include "loader/grammar.h"

struct subgraph;

enum {
	LIBRARY_DEPTH = 16, /* includes within includes */
	LIBRARY_FILES = 1000,
};

struct library {
	struct library *next; /* in the order they were read */
	struct source source;
	const char *directory; /* as in struct param_scope */
	dev_t device; /* and inode: a file is read once */
	ino_t inode;
	unsigned depth; /* of includes; the session's is 0 */
	bool shipped;
	struct subgraph *subgraphs;
	size_t count;
	struct names *names; /* of the subgraphs; NULL when there are none */
};

/* Adds a file, of which nothing is read yet. STATUS may be NULL. */
struct library *library_add(
	struct loader *loader, const char *path, const struct stat *status);

/* Readers of the keys `leat`, `include` and `subgraphs` of a file, which is
 * loader->library. */
void library_read_version(struct loader *loader, const struct node *key,
	const struct node *value, void *into);
void library_read_include(struct loader *loader, const struct node *key,
	const struct node *value, void *into);
void library_read_subgraphs(struct loader *loader, const struct node *key,
	const struct node *value, void *into);

/* Reads a file that isn't a session; LIBRARY has been added for it. */
void library_read(struct loader *loader, struct library *library);

/* Once all files are read: makes the index, reports names that are defined
 * twice, warns of those that hide others. */
void library_index(struct loader *loader);

/* What NAME means in loader->library: a subgraph, or NULL. */
struct subgraph *library_find(struct loader *loader, const char *name);

/* All names that mean something there, operators as well; ends in NULL. */
const char *const *library_names(struct loader *loader);

/* The path of leat's data directory. */
const char *library_data_directory(void);

#endif
