/* SPDX-License-Identifier: MIT */
/*
 * Settings as text, for fingerprints: it differs wherever the values do, and
 * doesn't where they are only written in another way.
 */
#ifndef LEAT_SESSION_SETTING_TEXT_H
#define LEAT_SESSION_SETTING_TEXT_H

#include "registry/spec.h"
#include "session/key.h"

/* Adds STRING in quotes, so that no two lists look alike. */
void setting_add_quoted(struct text *text, const char *string);

/* Adds the value of a property, which stands at MEMBER as its type has it.
 * Paths are those of BASE. */
void setting_add(struct text *text, const struct property_spec *spec,
	const void *member, const struct key_base *base);

#endif
