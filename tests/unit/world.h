/* SPDX-License-Identifier: MIT */
/* Four items for tests of expressions, of some unit, and what expressions make
 * of them. */
#ifndef LEAT_TESTS_UNIT_WORLD_H
#define LEAT_TESTS_UNIT_WORLD_H

#include "operators/support/sql/expression.h"

enum { WORLD_ITEMS = 4 };

/* What they may be. */
extern const struct shape world_records, world_lines, world_nothing;

struct world {
	struct item *items[WORLD_ITEMS];
	struct segment *segment;
};

struct world world_make(const struct shape *shape);
void world_free(struct world *world);

/* Another line, of DATA, which is borrowed; freed with free(). */
struct item *world_line(const char *data, size_t length);

/* Evaluates it for all items, SPAN of them at a time: adds " INDEX=value|value"
 * or " INDEX!error" for each that passes. */
void world_run(struct expression *expression, struct world *world, size_t span,
	struct text *out);

/* Fails unless it is EXPECTED: "name type, ...: INDEX=value|value ..." or
 * "error: message (hint)". */
struct row {
	const char *select, *where, *expected;
};

void world_check(
	const struct shape *shape, const struct row *rows, size_t count);

#define CHECK(shape, rows) \
	world_check(shape, rows, sizeof(rows) / sizeof(*(rows)))

static inline struct setting_text sql(const char *text)
{
	return (struct setting_text){.text = text};
}

#endif
