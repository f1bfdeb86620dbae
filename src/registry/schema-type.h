/* SPDX-License-Identifier: MIT */
/* JSON schemas of the types of properties and params. */
#ifndef LEAT_REGISTRY_SCHEMA_TYPE_H
#define LEAT_REGISTRY_SCHEMA_TYPE_H

#include <jansson.h>

#include "registry/spec.h"

/* A text with a ${param} in it. */
#define SCHEMA_PARAM "\\$\\{"

/* Names of operators, params and graphs; the keys that are left alone. */
#define SCHEMA_NAME "^[A-Za-z0-9][A-Za-z0-9_-]*$"
#define SCHEMA_IGNORED "^x-"

/* JSON made by hand, in which quotes are apostrophes. */
json_t *schema_parse(const char *text);

/* What may be written for SPEC, of which type, range and choices matter;
 * OPEN: ${param} as well. */
json_t *schema_type(const struct property_spec *spec, bool open);

/* The value that a default stands for. */
json_t *schema_default(const struct property_spec *spec);

/* One of NAMES, which end in NULL. */
json_t *schema_choice(const char *const *names, bool open);

/* Any scalar: it is text. */
json_t *schema_text(void);

/* SCHEMA, taken, with a text that editors show. */
json_t *schema_described(json_t *schema, const char *description);

/* A map of any names to values of SCHEMA, taken. */
json_t *schema_map_of(json_t *schema);

/* A map with these keys and no other but x-; REQUIRED is a list. Both are
 * taken. */
json_t *schema_map(json_t *properties, json_t *required);

/* The map that describes an operator in a session. */
json_t *schema_operator(const struct operator_spec *spec);

/* A whole session. */
json_t *schema_session(void);

#endif
