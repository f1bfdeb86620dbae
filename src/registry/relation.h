/* SPDX-License-Identifier: MIT */
/*
 * What an operator's relate may ask and say. It runs while a session is
 * checked, before any input is opened: it must not touch files, and it must
 * find every mistake in the settings that can be found without data.
 *
 * Pins are numbered as in the operator's table. A requested pin is the last
 * of its table: its links have that number and those after it.
 */
#ifndef LEAT_REGISTRY_RELATION_H
#define LEAT_REGISTRY_RELATION_H

#include "base/arena.h"
#include "registry/spec.h"

/* The operator's state with the settings at their offsets, else zero. */
const void *relation_settings(const struct relation *relation);

/* Whether the session gives the property, and whether its value depends on a
 * param that has none yet (`leat check` needs no values); what can't be known
 * then is not an error. */
bool relation_given(const struct relation *relation, const char *property);
bool relation_unknown(const struct relation *relation, const char *property);

/* Where the property's value stands; the operator's name if not given. */
struct location relation_location(
	const struct relation *relation, const char *property);

/* How many links a requested pin got; whether PIN has a link. */
unsigned relation_links(const struct relation *relation, unsigned pin);
bool relation_linked(const struct relation *relation, unsigned pin);

/* What arrives at an input pin; shape->known is false without a link or after
 * an error upstream. Never NULL. */
const struct shape *relation_input(
	const struct relation *relation, unsigned pin);

/* Says what an output pin yields; SHAPE is copied, what it points to lives as
 * long as the session (relation_arena). For PIN_REQUESTED: for all its links.
 * An output of which nothing is said stays unknown. */
void relation_output(
	struct relation *relation, unsigned pin, const struct shape *shape);

/* The scope that `per:` gives, or the spec's default. */
enum scope relation_per(const struct relation *relation);

/* Says that the operator has the scope: SCOPE_GRAPH makes it span units. By
 * default it does when it has OPERATOR_SPANS_ALWAYS, or OPERATOR_SCOPED and
 * relation_per says so. */
void relation_set_scope(struct relation *relation, enum scope scope);

/* Says of an operator with OPERATOR_BY_DOCUMENT that it works within units
 * even so: what it makes of each is a part of the document. */
void relation_set_parts(struct relation *relation);

/* Says that results have in them what the file system tells of files that are
 * units, though no property names such an attribute. */
enum file_facts {
	FILE_TIMES = 1 << 0, /* src_mtime */
	FILE_MODES = 1 << 1, /* src_mode, src_uid, src_gid */
};
void relation_uses_files(struct relation *relation, unsigned facts);

/* BASE with another payload type and, for records, schema. */
struct shape relation_shape(struct relation *relation, const struct shape *base,
	enum payload_type type, const struct schema *schema);

/* Adds an attribute that the operator introduces; SHAPE may have it already. */
void relation_add_attribute(struct relation *relation, struct shape *shape,
	const struct attribute_spec *attribute);

/* The shape of what has no segments: scope graph, no attributes. */
struct shape relation_unnamed(
	enum payload_type type, const struct schema *schema);

/* The attribute NAME that exists in SHAPE, or NULL. */
const struct attribute_spec *shape_attribute(
	const struct shape *shape, const char *name);

/* What a run may hold in memory, in bytes. */
int64_t relation_memory_bytes(const struct relation *relation);

/* So many bytes of it the operator holds all the time: every process that it
 * runs in needs them. */
void relation_holds_memory(struct relation *relation, size_t bytes);

/* The session's arena, for schemas. */
struct arena *relation_arena(struct relation *relation);

/* HINT may be NULL. */
void relation_error(struct relation *relation, struct location location,
	const char *hint, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void relation_warning(struct relation *relation, struct location location,
	const char *hint, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
