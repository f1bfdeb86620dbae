/* SPDX-License-Identifier: MIT */
/* Links as sessions write them: chains, and maps with two ends. */
#include <string.h>

#include "base/text.h"
#include "loader/live.h"
#include "registry/registry.h"

/* One end as it is written: `operator`, `operator.pin` or
 * `operator@property`. */
struct link_end {
	const char *name;
	const char *pin; /* or NULL */
	const char *property; /* or NULL */
	struct location location;
	int index; /* of the operator, or -1 */
};

static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

/* Fills in END from the LENGTH bytes at TEXT; false: reported. */
static bool parse_end(struct loader *loader, const char *text, size_t length,
	struct location location, struct link_end *end)
{
	char *copy = arena_copy(loader->arena, text, length);
	size_t name = strspn(copy, letters);
	char mark = copy[name];
	bool marked = mark == '.' || mark == '@';
	size_t part = marked ? strspn(copy + name + 1, letters) : 0;
	const char *rest = copy + name + (marked ? 1 + part : 0);

	end->location = location;
	if (name && !*rest && (part || !marked)) {
		copy[name] = '\0';
		end->name = copy;
		end->pin = mark == '.' ? copy + name + 1 : NULL;
		end->property = mark == '@' ? copy + name + 1 : NULL;
		return true;
	}
	if (name && (*rest == ':' || *rest == '?'))
		loader_error(loader, location, NULL,
			"a link from tracks is not available yet");
	else
		loader_error(loader, location,
			"a link reads: operator.pin -> operator.pin",
			"'%s' is not the end of a link", copy);
	return false;
}

/* Finds the operators of ENDS; false when one isn't there: reported. The
 * others are then left out of further checks. */
static bool find_operators(
	struct graph_work *work, struct link_end *ends, size_t count)
{
	bool found = true;

	for (size_t i = 0; i < count; i++) {
		const char *const *names = work->names->list;
		const char *near = NULL;

		ends[i].index = names_find(work->names, ends[i].name);
		if (ends[i].index >= 0)
			continue;
		found = false;
		if (loader_is_verbose(work->loader))
			near = text_nearest(ends[i].name, names);
		if (near && work->touched[names_find(work->names, near)])
			continue; /* its name is wrong, which was said */
		loader_error(work->loader, ends[i].location,
			loader_nearest(work->loader, ends[i].name, names,
				"name it under 'operators'"),
			"there is no operator '%s' in this graph",
			ends[i].name);
	}
	work->links_broken |= !found;
	return found;
}

/* ---- Pins --------------------------------------------------------------- */

static const char *const words[] = {
	[PIN_INPUT] = "input", [PIN_OUTPUT] = "output"};

static int find_pin(const struct operator_spec *spec, const char *name,
	enum pin_direction direction)
{
	for (int i = 0; spec->pins[i].name; i++)
		if (spec->pins[i].direction == direction &&
			strcmp(spec->pins[i].name, name) == 0)
			return i;
	return -1;
}

static void report_pin(struct loader *loader, const struct link_end *end,
	const struct operator_spec *spec, enum pin_direction direction,
	bool middle)
{
	const struct pin_spec *pin = spec->pins;
	const char *names[32];
	size_t count = 0;

	for (; pin->name && count < 31; pin++)
		if (pin->direction == direction)
			names[count++] = pin->name;
	names[count] = NULL;
	const char *all = arena_format(loader->arena, "its %ss are: %s",
		words[direction], loader_join(loader, names));
	if (!count)
		loader_error(loader, end->location, NULL, "'%s' (%s) has no %s",
			end->name, spec->name, words[direction]);
	else if (!end->pin)
		loader_error(loader, end->location, all,
			"name the %s of '%s' (%s)", words[direction], end->name,
			spec->name);
	else if (spec_pin(spec, end->pin) < 0)
		loader_error(loader, end->location,
			loader_nearest(loader, end->pin, names, all),
			"'%s' (%s) has no %s '%s'", end->name, spec->name,
			words[direction], end->pin);
	else
		loader_error(loader, end->location,
			middle ? "start another link with it: in the middle "
				 "of a chain a pin is an input"
			       : all,
			"'%s' is an %s of '%s' (%s), not an %s", end->pin,
			words[!direction], end->name, spec->name,
			words[direction]);
}

/* The row of the pin that END means, or -1. */
static int resolve_pin(struct graph_work *work, const struct link_end *end,
	enum pin_direction direction, bool first, bool last)
{
	const struct operator_spec *spec =
		work->plan->operators[end->index].spec;
	bool named = end->pin && (direction == PIN_INPUT || first);
	const char *fallback = direction == PIN_INPUT ? "in" : "out";

	if (!spec)
		return -1;
	int pin = find_pin(spec, named ? end->pin : fallback, direction);
	if (pin < 0) {
		struct link_end reported = *end;

		if (!named)
			reported.pin = NULL;
		report_pin(work->loader, &reported, spec, direction,
			!first && !last);
	}
	return pin;
}

/* ---- Links -------------------------------------------------------------- */

/* From the start of one end to the end of the other. */
static struct location span(
	const struct location *from, const struct location *to)
{
	struct location location = *from;

	if (from->line == to->line && to->column >= from->column)
		location.width = to->column + to->width - from->column;
	return location;
}

/* Whether no property stands where items would come from; else reported. */
static bool check_properties(
	struct graph_work *work, const struct link_end *ends, size_t count)
{
	bool valid = true;

	for (size_t i = 0; i + 1 < count; i++) {
		if (!ends[i].property)
			continue;
		loader_error(work->loader, ends[i].location,
			"start another link with the operator",
			"a link to a live property ends there");
		valid = false;
	}
	work->links_broken |= !valid;
	return valid;
}

/* Values are neither lost nor asked for one by one. */
static void check_policy(struct graph_work *work, const struct draft_link *link)
{
	if (link->options.policy != LINK_BLOCKING)
		loader_error(work->loader, link->location,
			"leave the policy out",
			"a link to a live property is always blocking");
}

/* Where a link leads that comes to END; false: reported. */
static bool resolve_target(struct graph_work *work, const struct link_end *end,
	bool last, struct draft_link *link)
{
	unsigned op = link->to = (unsigned)end->index;
	int row = end->property
		? graph_find_live(work, op, end->property, end->location)
		: resolve_pin(work, end, PIN_INPUT, false, last);

	if (end->property) {
		link->live = (unsigned)row + 1;
		link->location = end->location;
		check_policy(work, link);
	} else {
		link->to_pin = (unsigned)row;
	}
	return row >= 0;
}

static void add_links(struct graph_work *work, struct link_end *ends,
	size_t count, const struct link_options *options)
{
	if (!find_operators(work, ends, count) ||
		!check_properties(work, ends, count))
		return;
	for (size_t i = 0; i + 1 < count; i++) {
		struct draft_link link = {.from = (unsigned)ends[i].index,
			.options = *options,
			.location =
				span(&ends[i].location, &ends[i + 1].location)};
		int from =
			resolve_pin(work, &ends[i], PIN_OUTPUT, i == 0, false);
		bool to = resolve_target(
			work, &ends[i + 1], i + 2 == count, &link);

		if (from < 0 || !to) {
			work->links_broken = true;
			continue;
		}
		link.from_pin = (unsigned)from;
		graph_add_link(work, link);
	}
}

/* The end written at *TEXT, up to an arrow or the end; *TEXT goes behind it. */
static bool take_end(struct loader *loader, const struct node *node,
	const char **text, struct link_end *end)
{
	const char *start = *text + strspn(*text, " \t\n");
	const char *arrow = strstr(start, "->");
	const char *stop = arrow ? arrow : start + strlen(start);
	size_t offset = (size_t)(start - node->text);

	*text = arrow ? arrow + 2 : NULL;
	while (stop > start && strchr(" \t\n", stop[-1]))
		stop--;
	size_t length = (size_t)(stop - start);
	if (length > 0)
		return parse_end(loader, start, length,
			node_place(node, offset, length), end);
	loader_error(loader, node_place(node, offset, arrow == start ? 2 : 1),
		"a link reads: operator.pin -> operator.pin",
		"an operator is missing here");
	return false;
}

/* What may stand in a broken link isn't checked further. */
static void touch_all(struct graph_work *work)
{
	work->links_broken = true;
}

static void read_chain(struct graph_work *work, const struct node *node)
{
	struct loader *loader = work->loader;
	const struct link_options options = {.policy = LINK_BLOCKING};
	const char *text = node->text;
	struct link_end *ends = NULL;
	size_t count = 0, capacity = 0;
	bool valid = true;

	while (text) {
		ends = loader_grow(
			loader, ends, count, &capacity, sizeof(*ends));
		memset(&ends[count], 0, sizeof(*ends));
		valid &= take_end(loader, node, &text, &ends[count++]);
	}
	if (valid && count < 2) {
		loader_error(loader, node->location,
			"a link reads: operator.pin -> operator.pin",
			"a link has two ends");
		valid = false;
	}
	if (valid)
		add_links(work, ends, count, &options);
	else
		touch_all(work);
}

static bool read_end(struct loader *loader, const struct node *map,
	const char *key, struct link_end *end)
{
	const struct node *node = node_get(map, key);

	if (!node) {
		loader_error(loader, map->location, NULL,
			"this link has no '%s'", key);
		return false;
	}
	if (node->kind != NODE_SCALAR || node_is_empty(node))
		return false;
	return parse_end(loader, node->text, node->length, node->content, end);
}

static void read_long(struct graph_work *work, const struct node *map)
{
	struct link_end ends[2] = {{.name = NULL}};
	struct link_options options = {.policy = LINK_BLOCKING};

	link_read_options(work->loader, map, &options);
	bool from = read_end(work->loader, map, "from", &ends[0]);
	bool to = read_end(work->loader, map, "to", &ends[1]);
	if (from && to)
		add_links(work, ends, 2, &options);
	else
		touch_all(work);
}

void graph_read_links(struct graph_work *work, const struct node *links)
{
	for (size_t i = 0; i < links->count; i++) {
		const struct node *link = links->items[i];

		if (link->kind == NODE_MAP)
			read_long(work, link);
		else if (loader_expect(
				 work->loader, link, NODE_SCALAR, "a link"))
			read_chain(work, link);
		else
			touch_all(work);
	}
}

bool graph_find_input(struct graph_work *work, const struct node *scalar,
	unsigned *op, unsigned *pin)
{
	struct link_end end = {.name = NULL};

	if (!parse_end(work->loader, scalar->text, scalar->length,
		    scalar->content, &end) ||
		!find_operators(work, &end, 1))
		return false;
	if (end.property) {
		loader_error(work->loader, end.location, NULL,
			"'%s' is a property, not an input", end.property);
		work->links_broken = true;
		return false;
	}
	int row = resolve_pin(work, &end, PIN_INPUT, false, true);
	work->links_broken |= row < 0;
	*op = (unsigned)end.index;
	*pin = (unsigned)row;
	return row >= 0;
}

/* ---- What a subgraph shows ---------------------------------------------- */

/* The row of the pin of either direction that END names; -1: reported, or the
 * operator isn't known. */
static int find_any_pin(struct graph_work *work, const struct link_end *end)
{
	const struct operator_spec *spec =
		work->plan->operators[end->index].spec;
	int row = spec ? spec_pin(spec, end->pin) : -1;
	size_t rows = spec ? spec_pin_count(spec) : 0;
	const char **names =
		arena_array(work->loader->arena, rows + 1, sizeof(*names));

	if (!spec || row >= 0)
		return row;
	for (size_t i = 0; i < rows; i++)
		names[i] = spec->pins[i].name;
	const char *all = arena_format(work->loader->arena, "its pins are: %s",
		loader_join(work->loader, names));
	loader_error(work->loader, end->location,
		loader_nearest(work->loader, end->pin, names, all),
		"'%s' (%s) has no pin '%s'", end->name, spec->name, end->pin);
	return -1;
}

bool graph_find_shown(struct graph_work *work, const struct node *scalar,
	bool live, struct graph_end *shown)
{
	const char *what = live ? "a live property" : "a pin";
	struct loader *loader = work->loader;
	struct link_end end = {.name = NULL};
	int row = -1;

	if (!loader_expect(loader, scalar, NODE_SCALAR, what) ||
		!parse_end(loader, scalar->text, scalar->length,
			scalar->content, &end) ||
		!find_operators(work, &end, 1))
		return false;
	shown->op = (unsigned)end.index;
	if (!end.pin)
		loader_error(loader, end.location,
			live ? "name it, as in cut.count"
			     : "name it, as in unpack.in",
			"'%s' is not %s", scalar->text, what);
	else if (live)
		row = graph_find_live(work, shown->op, end.pin, end.location);
	else
		row = find_any_pin(work, &end);
	work->links_broken |= !live && row < 0;
	shown->row = (unsigned)row;
	return row >= 0;
}
