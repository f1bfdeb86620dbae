/* SPDX-License-Identifier: MIT */
/* The end of a link as people write it. */
#ifndef LEAT_SESSION_LINK_END_H
#define LEAT_SESSION_LINK_END_H

#include "base/text.h"
#include "loader/session.h"

/* Adds "NAME.PIN" to TEXT, "NAME.PIN:N" for a link of a requested pin (N
 * counts from 0), or "NAME@PROPERTY". */
void link_end_add(
	struct text *text, const struct operator_plan *op, unsigned pin);

#endif
