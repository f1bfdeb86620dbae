/* SPDX-License-Identifier: MIT */
/*
 * Modules: shared objects with the code of operators that need large libraries,
 * loaded when a graph that uses them is to run. Their tables are in leat
 * itself, so that sessions are checked and explained without them.
 *
 * The module NAME is the file leat-NAME.so in $LEAT_MODULES or, if that isn't
 * set, beside the program, where the build puts it, or else where `make
 * install` does. For each of its operators it has a struct operator_code, named
 * code_ and the operator's C name. It calls what leat exports.
 */
#ifndef LEAT_REGISTRY_MODULE_H
#define LEAT_REGISTRY_MODULE_H

#include "base/text.h"
#include "registry/spec.h"

/* Loads the module of SPEC, which has one, and leaves it loaded. NULL: PROBLEM
 * gets the reason, in a sentence. */
const struct operator_code *module_code(
	const struct operator_spec *spec, struct text *problem);

#endif
