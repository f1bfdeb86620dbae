/* SPDX-License-Identifier: MIT */
/*
 * Outputs that nothing makes any more: those of units whose input is gone, and
 * those that a unit, or what spans units, had made before it made others. The
 * latter are noted in rows of the store of their own, which look like those of
 * units that are gone.
 */
#ifndef LEAT_SESSION_STALE_H
#define LEAT_SESSION_STALE_H

#include "session/due.h"

/* Whether KEY is that of such a row; then the key of the unit, in UNIT in place
 * of what it held. UNIT may be NULL. */
bool stale_is_key(const char *key, struct text *unit);

/* Whether the outputs of a row were made by an earlier run than it says, so
 * that they stay as they are at best. */
bool stale_is_row(const struct store_unit *row);

/* Within a change that is to replace a row by NOW. One that has failed keeps
 * its old outputs: they are added to NOW, in ARENA. Of another one those that
 * it doesn't make any more are noted. False: nothing was. */
bool stale_note(
	struct run_store *store, struct store_unit *now, struct arena *arena);

/* Opens the directory that an output was made in, as place_open does. PATH
 * becomes the path of the output. */
int stale_open(const struct key_base *base, const struct store_output *output,
	struct text *path, const char **name);

/* Whether there is something of that name, or it can't be told; PATH
 * likewise. */
bool stale_is_there(const struct key_base *base,
	const struct store_output *output, struct text *path);

/* Leaves those in DUE's rows of what has vanished that are there, and that no
 * unit makes. False: the store can't be read. */
bool stale_sift(struct due *due, const char *graph, struct run_store *store,
	const struct key_base *base);

/* Why the outputs of such a row are stale, line by line for people: a sentence
 * for one whose input is gone, else one for each output NUMBER. In TEXT in
 * place of what it held; false: there is no such line. */
bool stale_describe(
	const struct store_unit *row, size_t number, struct text *text);

#endif
