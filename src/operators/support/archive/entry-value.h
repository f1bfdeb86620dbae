/* SPDX-License-Identifier: MIT */
/* What sessions may set of entries, and to which values. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_ENTRY_VALUE_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_ENTRY_VALUE_H

#include "operators/support/archive/entry.h"
#include "registry/spec.h"

/* The attribute NAME if sessions may set it, or NULL; and the names of all that
 * they may. */
const struct attribute_spec *entry_value_key(const char *name);
const char *const *entry_value_names(void);

/* Whether a value of TYPE can become one of the attribute: also a text that
 * says a time or, in octal, a mode. */
bool entry_value_takes(const struct attribute_spec *key, enum value_type type);

/* Makes VALUE, of TYPE, one of the attribute. Returns NULL, or what is wrong
 * with it in a phrase. */
const char *entry_value_convert(const struct attribute_spec *key,
	enum value_type type, struct value *value);

/* Whether what SET, whose type is right, sets an attribute to can be; always if
 * it depends on the entry. False: adds why not to PROBLEM, as "'x' is ...". */
bool entry_value_check(
	const struct setting_expression *set, struct text *problem);

#endif
