/* SPDX-License-Identifier: MIT */
/* What people call things by. */
#include "session/address.h"

#include <string.h>

void address_init(
	struct address *address, const char *given, const struct key_base *base)
{
	*address = (struct address){.given = given};
	key_of(base, given, &address->key);
}

void address_finish(struct address *address)
{
	text_free(&address->key);
}

/* What stands behind GRAPH/; or NULL. */
static const char *behind_graph(const char *given, const char *graph)
{
	size_t length = strlen(graph);

	return strncmp(given, graph, length) == 0 && given[length] == '/'
		? given + length + 1
		: NULL;
}

bool address_is_operator(
	const char *given, const char *graph, const char *operator)
{
	const char *name = behind_graph(given, graph);

	return strcmp(given, operator) == 0 ||
		(name && strcmp(name, operator) == 0);
}

static bool names_operator(const struct graph_plan *plan, const char *name)
{
	for (unsigned i = 0; i < plan->operator_count; i++)
		if (address_is_operator(
			    name, plan->name, plan->operators[i].name))
			return true;
	return strcmp(plan->name, name) == 0;
}

static const struct due_unit *unit_with(const struct due *due, const char *key)
{
	for (size_t i = 0; i < due->count; i++)
		if (key_names(due->units[i].key, key))
			return &due->units[i];
	return NULL;
}

struct owner {
	const char *path; /* of an output */
	struct text key; /* of the unit that made it */
	bool found;
};

static bool look_for_output(void *context, struct store_unit *unit)
{
	struct owner *owner = context;

	for (size_t i = 0; i < unit->output_count && !owner->found; i++) {
		if (strcmp(unit->outputs[i].path, owner->path) != 0)
			continue;
		text_add_string(&owner->key, unit->key);
		owner->found = true;
	}
	return !owner->found;
}

static enum address_target find_output(const struct address *address,
	const struct graph_plan *plan, const struct due *due,
	struct run_store *store, const struct due_unit **unit)
{
	struct owner owner = {.path = address->key.data};
	enum address_target target = ADDRESS_NOTHING;

	if (!store_units(store, plan->name, look_for_output, &owner))
		target = ADDRESS_FAILED;
	else if (owner.found && owner.key.length == 0)
		target = ADDRESS_GRAPH;
	else if (owner.found && (*unit = unit_with(due, owner.key.data)))
		target = ADDRESS_UNIT;
	text_free(&owner.key);
	return target;
}

enum address_target address_find(const struct address *address,
	const struct graph_plan *plan, const struct due *due,
	struct run_store *store, const struct due_unit **unit)
{
	if (names_operator(plan, address->given))
		return ADDRESS_GRAPH;
	*unit = unit_with(due, address->key.data);
	if (!*unit)
		*unit = unit_with(due, address->given);
	const char *name = behind_graph(address->given, plan->name);
	if (!*unit && name) /* as `leat runs` shows it */
		*unit = unit_with(due, name);
	if (*unit)
		return ADDRESS_UNIT;
	return store ? find_output(address, plan, due, store, unit)
		     : ADDRESS_NOTHING;
}
