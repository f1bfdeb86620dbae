/* SPDX-License-Identifier: MIT */
/* What fingerprints were made of. */
#include <string.h>

#include "store/internal.h"

static struct bytes fingerprint_group(const struct digest *fingerprint)
{
	return (struct bytes){fingerprint->bytes, sizeof(fingerprint->bytes)};
}

bool store_put_fingerprint(struct run_store *store,
	const struct digest *fingerprint,
	const struct store_component *components, size_t count)
{
	struct bytes group = fingerprint_group(fingerprint);
	uint64_t known, sum;
	bool own;
	bool ok = store_enter(store, &own) &&
		row_total_get(store, TABLE_COMPONENT, group, &known, &sum);

	/* The same fingerprint was made of the same. */
	for (size_t i = 0; i < count && ok && known == 0; i++) {
		const struct row_key key = {TABLE_COMPONENT, group,
			bytes_string(components[i].name)};

		ok = row_put(store, &key, bytes_string(components[i].value));
	}
	return store_leave(store, own, ok);
}

struct component_sweep {
	void (*each)(void *context, const struct store_component *component);
	void *context;
	struct text name, value;
};

static bool show_component(void *context, struct bytes rest, struct bytes body)
{
	struct component_sweep *sweep = context;

	sweep->name.length = sweep->value.length = 0;
	text_add(&sweep->name, rest.data, rest.length);
	text_add(&sweep->value, body.data, body.length);
	const struct store_component component = {
		sweep->name.data, sweep->value.data};
	sweep->each(sweep->context, &component);
	return true;
}

bool store_fingerprint(struct run_store *store,
	const struct digest *fingerprint,
	void (*each)(void *context, const struct store_component *component),
	void *context)
{
	struct component_sweep sweep = {.each = each, .context = context};
	bool ok = rows_sweep(store, TABLE_COMPONENT,
		fingerprint_group(fingerprint), ROWS_ASCENDING, show_component,
		&sweep);

	text_free(&sweep.name);
	text_free(&sweep.value);
	return ok;
}
