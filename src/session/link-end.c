/* SPDX-License-Identifier: MIT */
/* The end of a link as people write it. */
#include "session/link-end.h"

#include "registry/registry.h"

void link_end_add(
	struct text *text, const struct operator_plan *op, unsigned pin)
{
	unsigned last = (unsigned)spec_pin_count(op->spec) - 1;
	unsigned lives = op->pin_count - op->live_count;
	const struct pin_spec *row = &op->spec->pins[pin < last ? pin : last];

	if (pin >= lives) {
		const struct live_plan *live = &op->lives[pin - lives];

		text_add_format(text, "%s@%s", op->name,
			op->spec->properties[live->property].name);
		return;
	}
	text_add_format(text, "%s.%s", op->name, row->name);
	if (row->flags & PIN_REQUESTED)
		text_add_format(text, ":%u", pin - last);
}
