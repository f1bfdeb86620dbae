/* SPDX-License-Identifier: MIT */
/* What a unit has brought into an aggregation, as bytes. */
#include "operators/support/aggregate/partial.h"

#include <string.h>

#include "operators/support/value-hash.h"

enum { PARTIAL_VERSION = 1 };

/* ---- Parts ------------------------------------------------------------------ */

const char *partial_take(struct partial_reader *reader, size_t length)
{
	const char *at = reader->at;

	if (reader->broken || length > (size_t)(reader->end - at)) {
		reader->broken = true;
		return NULL;
	}
	reader->at += length;
	return at;
}

static uint64_t take_number(struct partial_reader *reader, size_t size)
{
	const char *at = partial_take(reader, size);
	uint64_t number = 0;

	if (at)
		memcpy(&number, at, size);
	return number;
}

void partial_put_count(struct text *data, size_t count)
{
	uint64_t number = count;

	text_add(data, (const char *)&number, sizeof(number));
}

size_t partial_take_count(struct partial_reader *reader, size_t size)
{
	uint64_t number = take_number(reader, sizeof(number));

	if (number > (size_t)(reader->end - reader->at) / size) {
		reader->broken = true;
		return 0;
	}
	return (size_t)number;
}

void partial_put_value(
	struct text *data, enum value_type type, const struct value *value)
{
	text_add(data, value->null ? "\1" : "", 1);
	if (value->null)
		return;
	if (!value_is_bytes(type)) {
		uint64_t bits = value_bits(type, value);

		if (type == VALUE_REAL) /* -0.0, too, as it is */
			memcpy(&bits, &value->real, sizeof(bits));
		text_add(data, (const char *)&bits, sizeof(bits));
		return;
	}
	text_add(data, (const char *)&value->length, sizeof(value->length));
	text_add(data, value->data, value->length);
}

void partial_take_value(struct partial_reader *reader, enum value_type type,
	struct value *value)
{
	*value = (struct value){.null = take_number(reader, 1) != 0};
	if (value->null)
		return;
	if (value_is_bytes(type)) {
		value->length =
			(uint32_t)take_number(reader, sizeof(value->length));
		value->data = partial_take(reader, value->length);
		if (!value->data)
			*value = (struct value){.null = true};
		return;
	}
	uint64_t bits = take_number(reader, sizeof(bits));
	if (type == VALUE_REAL)
		memcpy(&value->real, &bits, sizeof(bits));
	else if (type == VALUE_BOOLEAN)
		value->boolean = bits != 0;
	else
		value->integer = (int64_t)bits;
}

/* ---- Groups ----------------------------------------------------------------- */

void aggregation_save(const struct aggregation *aggregation, struct text *data)
{
	const struct aggregate_plan *plan = aggregation->plan;
	const struct group_table *table = &aggregation->table;

	text_add(data, (const char[]){PARTIAL_VERSION}, 1);
	partial_put_count(data, table->touched_count);
	for (size_t i = 0; i < table->touched_count; i++) {
		size_t group = table->touched[i];
		const char *states = group_table_unit_state(table, group);

		for (size_t j = 0; j < plan->group_count; j++)
			partial_put_value(data, plan->group_types[j],
				&group_table_keys(table, group)[j]);
		for (size_t j = 0; j < plan->call_count; j++) {
			const struct aggregate_call *call = &plan->calls[j];
			const struct aggregate_function *function =
				call->function;

			if (function->save)
				function->save(
					call, states + call->offset, data);
			else
				text_add(data, states + call->offset,
					function->state_bytes);
		}
	}
}

static void load_states(struct aggregation *aggregation, size_t group,
	struct partial_reader *reader)
{
	const struct aggregate_plan *plan = aggregation->plan;
	char *states = group_table_unit_state(&aggregation->table, group);

	for (size_t i = 0; i < plan->call_count; i++) {
		const struct aggregate_call *call = &plan->calls[i];
		size_t size = call->function->state_bytes;
		const char *bytes;

		if (call->function->load)
			call->function->load(call, states + call->offset,
				reader, aggregation->meter);
		else if ((bytes = partial_take(reader, size)))
			memcpy(states + call->offset, bytes, size);
	}
}

static void load_group(
	struct aggregation *aggregation, struct partial_reader *reader)
{
	const struct aggregate_plan *plan = aggregation->plan;
	struct value keys[GROUP_KEYS];
	const struct value *rows[GROUP_KEYS];
	const struct value *const *columns[GROUP_KEYS];
	uint32_t group;

	for (size_t i = 0; i < plan->group_count; i++) {
		partial_take_value(reader, plan->group_types[i], &keys[i]);
		rows[i] = &keys[i];
		columns[i] = &rows[i];
	}
	if (reader->broken)
		return;
	group_table_find(&aggregation->table, columns, 1, &group);
	load_states(aggregation, group, reader);
}

const char *aggregation_load(
	struct aggregation *aggregation, const struct slice *data)
{
	struct partial_reader reader = {
		data->data, data->data + data->length, false};

	if (take_number(&reader, 1) != PARTIAL_VERSION)
		return "it is of another version of leat";
	size_t groups = partial_take_count(&reader, 1);
	for (size_t i = 0; i < groups && !reader.broken; i++)
		load_group(aggregation, &reader);
	return reader.broken || reader.at != reader.end ? "it is damaged"
							: NULL;
}
