/* SPDX-License-Identifier: MIT */
/* JSON for programs that read what verbs say. Out of memory aborts. */
#ifndef LEAT_CLI_JSON_H
#define LEAT_CLI_JSON_H

#include <jansson.h>

/* Takes VALUE. */
void json_put(json_t *object, const char *key, json_t *value);
void json_append(json_t *array, json_t *value);

/* A name, which needn't be UTF-8: what isn't is escaped. NULL gives null. */
json_t *json_name(const char *name);

/* Prints it, and a line feed, and releases it. */
void json_print(json_t *value);

#endif
