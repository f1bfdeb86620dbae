/* SPDX-License-Identifier: MIT */
/* The params of a session: their declarations and their values. */
#ifndef LEAT_LOADER_PARAM_H
#define LEAT_LOADER_PARAM_H

#include "loader/grammar.h"
#include "loader/plain.h"

struct param_item {
	const char *text; /* checked; paths are relative to the process */
	struct location location; /* where it was given */
	bool literal; /* inputs: a path, not a glob */
	/* Of SQL that a use gives: the values of ?1 and so on in it. */
	const struct setting_binding *bindings;
	size_t binding_count;
};

/* What the loader knows of a param beside struct param. */
struct param_value {
	struct param_item *items; /* of a list, else one; in the arena */
	size_t count, capacity;
	const struct plain *minimum, *maximum;
	bool many; /* a list or inputs */
	bool given; /* on the command line or by a use, else the default */
	bool unknown; /* it is made of one that has no value yet */
	bool broken; /* its declaration is wrong: say no more about it */
};

/* Reads a map `params:` into SCOPE, which has its directory. */
void params_read(struct loader *loader, const struct node *map,
	struct param_scope *scope);

/* The index of a param in SCOPE, or -1. */
int param_find(const struct param_scope *scope, const char *name);

/* What ${name} means: a param, or a variable of the environment. */
struct param_reference {
	const struct param_scope *scope; /* that it is in */
	const struct param *param; /* NULL: there is none */
	const struct param_value *value;
};

struct param_reference param_refer(
	const struct loader *loader, const char *name);

/* Whether there is a value, can't be known yet, or has been left out. */
enum param_state { PARAM_KNOWN, PARAM_UNKNOWN, PARAM_ABSENT };

enum param_state param_state(const struct param_reference *reference);

/* Checks an item by the declaration and adds it; false: reported. */
bool param_add(struct loader *loader, const struct param *param,
	struct param_value *value, struct param_item item);

/* Adds a value that TEXT gives; see session_set_param. */
bool param_set(struct loader *loader, struct param *param,
	struct param_value *value, const char *text, const char *option);

/* Reports all params that are required and have no value, in one error. */
void params_require(struct loader *loader);

#endif
