/* SPDX-License-Identifier: MIT */
/* What the tables of hash and its module share. */
#ifndef LEAT_OPERATORS_SUPPORT_HASH_SETTINGS_H
#define LEAT_OPERATORS_SUPPORT_HASH_SETTINGS_H

#include "model/value.h"

enum { HASH_IN, HASH_OUT, HASH_DIGEST };

enum hash_algorithm { HASH_SHA256, HASH_XXH3 };

extern const char *const hash_algorithms[]; /* their names */
extern const struct schema hash_schemas[]; /* of the records */

struct hashing; /* the module's */

struct hash {
	int algorithm; /* enum hash_algorithm */

	struct hashing *hashing;
};

#endif
