/* SPDX-License-Identifier: MIT */
/*
 * The properties of a map put into the members of a struct, by a table: each
 * value is substituted, parsed, checked and stored at its offset.
 */
#ifndef LEAT_LOADER_SETTINGS_H
#define LEAT_LOADER_SETTINGS_H

#include "loader/grammar.h"
#include "loader/substitute.h"

struct settings {
	const struct property_spec *specs; /* NULL: none */
	const char *what; /* whose they are, such as "'lines'" */
	struct location owner; /* where missing ones are reported */
	void *state;
	uint64_t unknown, missing; /* as in struct operator_plan */
	struct location *locations; /* one for each row */
	const struct live_value *live; /* values from outside ... */
	unsigned op; /* ... of which those for this operator count */
};

/* Reads MAP, or only the defaults if it is NULL. Keys that RESERVED names (may
 * be NULL) are not properties. */
void settings_read(struct loader *loader, const struct node *map,
	const struct key_rule *reserved, struct settings *settings);

/* Says that WHAT, an operator, needs the property. */
void settings_report_missing(struct loader *loader, struct location owner,
	const char *what, const struct property_spec *spec);

/* What one property is being read into. */
struct setting {
	const struct property_spec *spec;
	void *member;
	const char *part; /* the key within it that is being read, or NULL */
	bool unknown, absent;
	bool optional; /* it is a param that a run may leave out */
	bool element; /* one of many is read: without a value, that one is left
			 out, and not the property */
	bool left_out; /* one was */
};

/* A scalar substituted for SETTING, whose flags it sets. False: reported, or
 * there is no text. */
bool setting_substitute(struct loader *loader, struct setting *setting,
	const struct node *node, enum substitution_mode mode,
	struct substitution *result);

/* If NODE is exactly a param: whether its type fits; else reported. */
bool setting_check_param(struct loader *loader, const struct setting *setting,
	const struct node *node);

/* Keeps in mind that a comment of YAML may have cut a value short, for the
 * hints of errors in it. */
void setting_note_plain(struct loader *loader, const struct node *node);

/* Whether no comment in SQL swallows lines that YAML has joined to its own;
 * else reported. */
bool setting_check_comment(struct loader *loader, const struct node *sql);

/* A list, or a scalar taken for a list of one; else reported. */
bool setting_check_list(struct loader *loader, const struct setting *setting,
	const struct node *node);
const struct node *const *setting_elements(
	const struct node *const *node, size_t *count);

/* Reads the values of NODE as elements if it isn't a scalar. */
void setting_begin_many(struct setting *setting, const struct node *node);

/* Takes the property for absent if all of its COUNT elements were left out. */
void setting_end_many(struct setting *setting, size_t count);

/* Notes what the state of a param means for the element, or the property. */
void setting_note_state(struct setting *setting, enum param_state state);

/* The types that are made of several scalars, each in its file. */
void setting_read_list(struct loader *loader, struct setting *setting,
	const struct node *node);
void setting_read_fields(struct loader *loader, struct setting *setting,
	const struct node *node);
void setting_read_expressions(struct loader *loader, struct setting *setting,
	const struct node *node);

#endif
