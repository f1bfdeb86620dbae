/* SPDX-License-Identifier: MIT */
/*
 * Values of live properties that come by links. The engine reads these links
 * itself; the operator only sees the property change.
 *
 *  - Once: before its first step, the operator waits until the link has ended.
 *  - Per unit: before it gets the begin of a unit, it waits until the link is
 *    through with that unit.
 *
 * There is one value, or none: then the one that the session gives holds. Null
 * is none. A value that isn't usable, or isn't there, fails the units that need
 * it, or what spans them.
 */
#ifndef LEAT_ENGINE_LIVE_H
#define LEAT_ENGINE_LIVE_H

#include "base/text.h"
#include "engine/operator.h"
#include "loader/session.h"

struct live {
	const struct live_plan *plan;
	unsigned pin;
	const struct unit *unit; /* whose value is applied, until it begins */
	unsigned depth; /* of open segments at the link */
	uint64_t values; /* that came, of the unit or of all */
	bool closed; /* the link has ended */
	bool lost; /* a unit of it has failed */
	union {
		int64_t integer;
		double real;
		bool boolean;
		int choice;
		struct setting_text text; /* of SETTING_TEXT its first member */
	} value; /* the last one */
	struct text text; /* what it refers to, or shows it */
	struct text held; /* the same of the one in the state */
	struct text problem; /* why it isn't usable; empty: it is */
};

/* Makes op->lives for the plan's links, and frees them. */
void live_create(struct operator *op);
void live_destroy(struct operator *op);

/* The bytes that a property of the type takes in the state; 0 where it can't
 * be live. */
size_t live_size(enum setting_type type);

/* ---- live-value.c: one value ---------------------------------------------- */

const struct property_spec *live_property(
	const struct operator *op, const struct live *live);

/* The value isn't usable; the first reason counts. */
void live_refuse(struct operator *op, struct live *live, const char *format,
	...) __attribute__((format(printf, 3, 4)));

/* Takes the value that an item brings, if it isn't null, and checks it. */
void live_take_item(
	struct operator *op, struct live *live, const struct item *item);

/* ---- live.c: when it holds ------------------------------------------------- */

/* A step of an operator with such links. */
enum step live_step(struct operator *op);

/* Sets the properties for a unit that is about to begin; false: the values
 * have to be waited for, which is named. */
bool live_take_unit(struct operator *op, const struct unit *unit);

/* The unit has begun at the pin: it fails if a value isn't usable. */
void live_begin_unit(struct operator *op, unsigned pin);

#endif
