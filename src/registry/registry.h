/* SPDX-License-Identifier: MIT */
/* Everything that a session may name, looked up by its name. */
#ifndef LEAT_REGISTRY_REGISTRY_H
#define LEAT_REGISTRY_REGISTRY_H

#include <stdio.h>

#include "registry/spec.h"

/* The operators of operators/operators.def, in the order of their names;
 * ends in NULL. */
extern const struct operator_spec *const registry_operators[];

/* NULL when there is none. */
const struct operator_spec *registry_operator(const char *name);

/* The names of all operators, ends in NULL; for text_nearest. */
const char *const *registry_operator_names(void);

/* The attribute NAME that an operator introduces, or NULL. */
const struct attribute_spec *registry_attribute(const char *name);

/* The index into SPEC's table, or -1. */
int spec_pin(const struct operator_spec *spec, const char *name);
int spec_property(const struct operator_spec *spec, const char *name);

/* The property that says where the operator writes, or NULL. */
const struct property_spec *spec_path(const struct operator_spec *spec);

/* How many rows a table has. */
size_t spec_pin_count(const struct operator_spec *spec);
size_t spec_property_count(const struct operator_spec *spec);

/* Whether a session must give the property: no link can. */
bool property_is_needed(const struct property_spec *property);

/* The registry in words, for people. */
void registry_list(FILE *file);
void registry_explain(FILE *file, const struct operator_spec *spec);
void registry_explain_property(FILE *file, const struct operator_spec *spec,
	const struct property_spec *property);

/* The manual page of SPEC, in roff. */
void registry_manual(FILE *file, const struct operator_spec *spec);

/* Schemas of JSON (draft 2020-12): what may be written for an operator, and in
 * a whole session, so that editors can complete, explain and check. */
void registry_schema(FILE *file, const struct operator_spec *spec);
void registry_schema_session(FILE *file);

#endif
