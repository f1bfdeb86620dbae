/* SPDX-License-Identifier: MIT */
/*
 * What a session is once it has been built, for people and for programs: the
 * operators of each graph in the order in which data passes them, with those
 * that the session doesn't name; its links with what they carry.
 */
#ifndef LEAT_SESSION_OUTLINE_H
#define LEAT_SESSION_OUTLINE_H

#include <jansson.h>
#include <stdio.h>

#include "loader/session.h"

/* SESSION was built without an error. The caller frees the result. */
json_t *outline_create(const struct session *session);

/* Prints an outline as tables. */
void outline_print(const json_t *outline, FILE *file);

#endif
