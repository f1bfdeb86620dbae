/* SPDX-License-Identifier: MIT */
/* Buffers, items, attributes, segments: who owns what. By hand; the sanitizers
 * find what is left or freed twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/item.h"
#include "model/segment.h"

static const struct attribute_spec keys[] = {
	{"name", VALUE_TEXT, ATTRIBUTE_READ, ATTRIBUTE_SEGMENT, ""},
	{"size", VALUE_INTEGER, ATTRIBUTE_WRITE, ATTRIBUTE_ITEM, ""},
	{0},
};

static void budget_bounds_buffers(void **unused)
{
	struct budget budget = {.limit_bytes = 1000};

	(void)unused;
	assert_null(buffer_create(&budget, 1000)); /* with its padding */
	assert_null(buffer_create(&budget, SIZE_MAX - 8));
	assert_int_equal(budget.used_bytes, 0);
	struct buffer *buffer = buffer_create(&budget, 500);
	assert_non_null(buffer);
	assert_true(budget.used_bytes >= 500);
	for (int i = 0; i < BUFFER_PADDING; i++)
		assert_int_equal(buffer->data[500 + i], 0);
	buffer_ref(buffer);
	buffer_unref(buffer);
	assert_true(budget.used_bytes >= 500);
	buffer_unref(buffer);
	assert_int_equal(budget.used_bytes, 0);
	assert_true(budget.peak_bytes >= 500);
}

static void slabs_hand_out_each_block_once(void **unused)
{
	enum { COUNT = 5000 };
	static uint64_t *blocks[COUNT];
	struct slab slab;

	(void)unused;
	slab_init(&slab, 24);
	for (uint64_t i = 0; i < COUNT; i++) {
		blocks[i] = slab_alloc(&slab);
		for (int j = 0; j < 3; j++)
			blocks[i][j] = i;
	}
	assert_int_equal(slab.live, COUNT);
	for (uint64_t i = 0; i < COUNT; i++) {
		for (int j = 0; j < 3; j++)
			assert_int_equal(blocks[i][j], i);
		slab_free(&slab, blocks[i]);
	}
	assert_int_equal(slab.live, 0);
	slab_finish(&slab);
}

/* Writing to a shared item leaves what others see alone. */
static void items_are_copied_on_write(void **unused)
{
	struct budget budget = {.limit_bytes = 10000};
	struct buffer *buffer = buffer_create(&budget, 5);
	struct slab slab;

	(void)unused;
	slab_init(&slab, item_bytes_plain());
	struct item *item = item_create(&slab, PAYLOAD_LINE);
	item->slice = (struct slice){buffer, buffer->data, 5};
	assert_ptr_equal(item_writable(item), item);

	item_ref(item);
	struct item *copy = item_writable(item);
	assert_ptr_not_equal(copy, item);
	copy->attributes =
		attributes_set_text(copy->attributes, &keys[0], "copy", 4);
	assert_null(attributes_get(item->attributes, &keys[0]));
	assert_int_equal(item->references, 1);
	assert_int_equal(buffer->references, 2);
	item_unref(item);
	item_unref(copy);
	assert_int_equal(budget.used_bytes, 0);
	assert_int_equal(slab.live, 0);
	slab_finish(&slab);
}

static void attributes_are_shared_until_written(void **unused)
{
	struct attributes *set = NULL;

	(void)unused;
	set = attributes_set_text(set, &keys[0], "a", 1);
	struct attributes *other = attributes_ref(set);
	other = attributes_set_text(other, &keys[0], "bb", 2);
	other = attributes_set_integer(other, &keys[1], 7);
	assert_int_equal(attributes_get(set, &keys[0])->length, 1);
	assert_string_equal(attributes_get(other, &keys[0])->data, "bb");
	assert_int_equal(attributes_get(other, &keys[1])->integer, 7);
	assert_null(attributes_get(set, &keys[1]));
	attributes_unref(set);
	attributes_unref(other);
	attributes_unref(NULL);
}

static void segments_inherit_attributes(void **unused)
{
	struct segment *unit = segment_create_unit(
		"u", 4, attributes_set_text(NULL, &keys[0], "outer", 5));
	struct segment *entry = segment_create_nested(
		unit, attributes_set_integer(NULL, &keys[1], 3));

	(void)unused;
	assert_ptr_equal(entry->unit, unit->unit);
	assert_string_equal(
		attributes_get(entry->attributes, &keys[0])->data, "outer");
	assert_int_equal(
		attributes_get(entry->attributes, &keys[1])->integer, 3);
	segment_unref(unit);
	assert_int_equal(entry->unit->number, 4); /* kept by the entry */
	segment_unref(entry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(budget_bounds_buffers),
		cmocka_unit_test(slabs_hand_out_each_block_once),
		cmocka_unit_test(items_are_copied_on_write),
		cmocka_unit_test(attributes_are_shared_until_written),
		cmocka_unit_test(segments_inherit_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
