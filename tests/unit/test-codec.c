/* SPDX-License-Identifier: MIT */
/* Items as bytes: what is written is read again, the bytes are those that
 * model/codec.h says (put together by hand), and bytes that nobody wrote give
 * a problem or an item that is right, never a crash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "model/codec.h"

enum { FIELDS = 8, BUFFER = 4096 };

static const struct field fields[FIELDS] = {
	{.name = "i", .type = VALUE_INTEGER, .nullable = true},
	{.name = "r", .type = VALUE_REAL, .nullable = true},
	{.name = "t", .type = VALUE_TEXT, .nullable = true},
	{.name = "b", .type = VALUE_BOOLEAN, .nullable = true},
	{.name = "at", .type = VALUE_TIMESTAMP, .nullable = true},
	{.name = "d", .type = VALUE_DURATION, .nullable = true},
	{.name = "raw", .type = VALUE_BYTES, .nullable = true},
	{.name = "j", .type = VALUE_JSON, .nullable = true},
};
static const struct schema schema = {FIELDS, fields};

static const struct attribute_spec of_segment = {
	"src_path", VALUE_TEXT, ATTRIBUTE_READ, ATTRIBUTE_SEGMENT, ""};
static const struct attribute_spec why = {
	"why", VALUE_TEXT, ATTRIBUTE_READ, ATTRIBUTE_ITEM, ""};
static const struct attribute_spec weight = {
	"weight", VALUE_INTEGER, ATTRIBUTE_READ, ATTRIBUTE_ITEM, ""};
static const struct attribute_spec other = {
	"other", VALUE_INTEGER, ATTRIBUTE_READ, ATTRIBUTE_ITEM, ""};
static const struct attribute_spec *const keys[] = {&of_segment, &why, &weight};

static const struct codec codec = {
	.schema = &schema, .attributes = keys, .attribute_count = 3};
static struct budget budget = {.limit_bytes = 1 << 20};
static struct slab slab;

static struct item *new_item(unsigned type)
{
	struct item *item = item_create(&slab, type);

	/* As bad as memory that was used may be. */
	memset((char *)item + offsetof(struct item, slice), 0xa5,
		item_bytes_record(FIELDS) - offsetof(struct item, slice));
	if (type == PAYLOAD_RECORD)
		item->record.schema = &schema;
	return item;
}

static struct item *line(const char *data, size_t length)
{
	struct item *item = new_item(PAYLOAD_LINE);

	item->slice = (struct slice){NULL, data, length};
	return item;
}

static struct value text(const char *data)
{
	return (struct value){.data = data, .length = (uint32_t)strlen(data)};
}

static struct item *record(int row)
{
	static const int64_t integers[] = {0, -1, INT64_MAX, INT64_MIN, 300};
	static const double reals[] = {0.0, -0.0, DBL_MAX, DBL_MIN, 0.1};
	struct item *item = new_item(PAYLOAD_RECORD);
	struct value *values = item->record.values;

	item->record.buffer = NULL;
	memset(values, 0, FIELDS * sizeof(*values));
	values[0].integer = integers[row];
	values[1].real = reals[row];
	values[2] = text(row == 0 ? "" : "na\xc3\xafve");
	values[3].boolean = row & 1;
	values[4].integer = integers[4 - row];
	values[5].integer = -integers[row == 3 ? 0 : row];
	values[6] = text("\xff\xfe");
	values[7] = text("{\"a\":[1]}");
	values[row].null = true;
	return item;
}

/* Written, and read from memory of exactly its size. The item is released. */
static struct slice written(struct item *item)
{
	size_t most = codec_size(&codec, item);
	char *bytes = malloc(most);
	char *end = codec_write(&codec, item, bytes);
	size_t length = (size_t)(end - bytes);

	assert_true(length <= most);
	assert_int_equal(codec_length(bytes), length);
	struct buffer *buffer = buffer_create(&budget, length);
	memcpy(buffer->data, bytes, length);
	free(bytes);
	item_unref(item);
	return (struct slice){buffer, buffer->data, length};
}

/* Takes BYTES. */
static struct item *read_again(unsigned type, struct slice bytes)
{
	struct item *item = new_item(type);

	assert_null(codec_read(&codec, &bytes, item));
	buffer_unref(bytes.buffer);
	return item;
}

static void the_bytes_are_as_described(void **state)
{
	static const char wanted[] = "\x18\0\0\0" /* 24 follow */
				     "\1\2\2" /* version, line, ascii */
				     "\xac\2" /* 300 */
				     "\2\3why\3\1x" /* the text x */
				     "\6weight\1\5" /* -3 */
				     "ab";
	struct item *item = line("ab", 2);

	(void)state;
	item->ascii = true;
	item->position = 300;
	item->attributes = attributes_set_text(NULL, &why, "x", 1);
	item->attributes =
		attributes_set_integer(item->attributes, &weight, -3);
	item->attributes =
		attributes_set_text(item->attributes, &of_segment, "p", 1);
	item->attributes = attributes_set_integer(item->attributes, &other, 1);
	struct slice bytes = written(item);
	assert_int_equal(bytes.length, sizeof(wanted) - 1);
	assert_memory_equal(bytes.data, wanted, bytes.length);
	item = read_again(PAYLOAD_LINE, bytes);
	assert_true(item->ascii && !item->packed);
	assert_int_equal(item->position, 300);
	assert_string_equal(attributes_get(item->attributes, &why)->data, "x");
	assert_int_equal(
		attributes_get(item->attributes, &weight)->integer, -3);
	assert_null(attributes_get(item->attributes, &of_segment));
	assert_null(attributes_get(item->attributes, &other));
	assert_memory_equal(item->slice.data, "ab", 2);
	item_unref(item);
	assert_int_equal(budget.used_bytes, 0);
}

/* The other way round: what is carried is what the segment says. */
static void segments_are_as_described(void **state)
{
	static const char wanted[] =
		"\x11\0\0\0\1\0\0" /* 17 follow; none */
		"\1\1\10src_path\3\1p"; /* at 1; the text p */
	const struct codec marks = {
		.attributes = keys, .attribute_count = 3, .segments = true};
	struct item *item = new_item(PAYLOAD_NONE);
	char bytes[256];

	(void)state;
	item->position = 1;
	item->attributes = attributes_set_text(NULL, &why, "x", 1);
	item->attributes =
		attributes_set_text(item->attributes, &of_segment, "p", 1);
	assert_true(codec_size(&marks, item) <= sizeof(bytes));
	struct slice all = {NULL, bytes,
		(size_t)(codec_write(&marks, item, bytes) - bytes)};
	item_unref(item);
	assert_int_equal(all.length, sizeof(wanted) - 1);
	assert_memory_equal(bytes, wanted, all.length);
	assert_true(codec_is_none(&all));
	item = new_item(PAYLOAD_NONE);
	assert_null(codec_read(&marks, &all, item));
	assert_int_equal(item->position, 1);
	assert_string_equal(
		attributes_get(item->attributes, &of_segment)->data, "p");
	assert_null(attributes_get(item->attributes, &why));
	item_unref(item);
	item = new_item(PAYLOAD_NONE);
	assert_string_equal(codec_read(&codec, &all, item),
		"the item has unknown attributes");
	item_unref(item);
	all = written(line("ab", 2));
	assert_false(codec_is_none(&all));
	buffer_unref(all.buffer);
	all.length = 5;
	assert_false(codec_is_none(&all));
}

/* RECORD: null, 1.0, "a", true, 1 us, -1 us, 1 byte, 1. */
static void records_are_as_described(void **state)
{
	static const char wanted[] = "\x1f\0\0\0\1\3\0\0\0\x08"
				     "\0"
				     "\2\0\0\0\0\0\0\xf0\x3f"
				     "\3\1a"
				     "\4\1"
				     "\5\2"
				     "\6\1"
				     "\7\1\xff"
				     "\x08\1"
				     "1";
	struct item *item = record(0);
	struct value *values = item->record.values;

	(void)state;
	values[1].real = 1.0;
	values[2] = text("a");
	values[3].boolean = true;
	values[4].integer = 1;
	values[5].integer = -1;
	values[6] = text("\xff");
	values[7] = text("1");
	struct slice bytes = written(item);
	assert_int_equal(bytes.length, sizeof(wanted) - 1);
	assert_memory_equal(bytes.data, wanted, bytes.length);
	buffer_unref(bytes.buffer);
}

static void same_value(
	unsigned type, const struct value *a, const struct value *b)
{
	assert_int_equal(a->null, b->null);
	if (a->null)
		return;
	if (type == VALUE_TEXT || type == VALUE_BYTES || type == VALUE_JSON) {
		assert_int_equal(a->length, b->length);
		assert_memory_equal(a->data, b->data, a->length);
	} else if (type == VALUE_BOOLEAN) {
		assert_int_equal(a->boolean, b->boolean);
	} else { /* all bits of reals, too */
		assert_true(a->integer == b->integer);
	}
}

static void records_are_read_again(void **state)
{
	(void)state;
	for (int row = 0; row < 5; row++) {
		struct item *wanted = record(row);
		struct item *item =
			read_again(PAYLOAD_RECORD, written(item_ref(wanted)));

		for (unsigned i = 0; i < FIELDS; i++)
			same_value(fields[i].type, &wanted->record.values[i],
				&item->record.values[i]);
		item_unref(wanted);
		item_unref(item);
	}
	assert_int_equal(budget.used_bytes, 0);
}

static void plain_items_are_read_again(void **state)
{
	struct item *item = line("one\ntwo", 7);

	(void)state;
	item->packed = true;
	item = read_again(PAYLOAD_LINE, written(item));
	assert_true(item->packed);
	assert_memory_equal(item->slice.data, "one\ntwo", 7);
	item_unref(item);

	item = read_again(PAYLOAD_LINE, written(line("", 0)));
	assert_int_equal(item->slice.length, 0);
	item_unref(item);

	item = line("\0\xff", 2);
	item->type = PAYLOAD_BYTES;
	item->position = UINT64_MAX;
	item = read_again(PAYLOAD_BYTES, written(item));
	assert_memory_equal(item->slice.data, "\0\xff", 2);
	assert_true(item->position == UINT64_MAX);
	item_unref(item);

	item = new_item(PAYLOAD_NONE);
	item->attributes = attributes_set_integer(NULL, &weight, INT64_MIN);
	item = read_again(PAYLOAD_NONE, written(item));
	assert_true(attributes_get(item->attributes, &weight)->integer ==
		INT64_MIN);
	item_unref(item);
	assert_int_equal(budget.used_bytes, 0);
}

static void values_stand_alone(void **state)
{
	struct value values[2] = {text("text"), {.integer = -5}};
	char bytes[64], *at = bytes;
	struct value value;

	(void)state;
	at = codec_write_value(VALUE_TEXT, &values[0], at);
	at = codec_write_value(VALUE_INTEGER, &values[1], at);
	assert_int_equal(at - bytes, 8);
	struct slice slice = {NULL, bytes, (size_t)(at - bytes)};
	assert_null(codec_read_value(VALUE_TEXT, &slice, &value));
	same_value(VALUE_TEXT, &value, &values[0]);
	assert_null(codec_read_value(VALUE_INTEGER, &slice, &value));
	assert_int_equal(value.integer, -5);
	assert_int_equal(slice.length, 0);
	assert_string_equal(codec_read_value(VALUE_INTEGER, &slice, &value),
		"the item is truncated");
}

/* ---- Bytes that nobody wrote -------------------------------------------- */

static const char *problem_of(unsigned type, const char *bytes, size_t length)
{
	struct item *item = new_item(type);
	char *exact = malloc(length ? length : 1);
	const char *problem;

	memcpy(exact, bytes, length);
	problem =
		codec_read(&codec, &(struct slice){NULL, exact, length}, item);
	if (!problem && type == PAYLOAD_RECORD) {
		const struct value *values = item->record.values;
		const struct value *j = &values[7];
		struct value value;

		assert_true(values[2].null ||
			text_valid(values[2].data, values[2].length) ==
				values[2].length);
		assert_true(values[1].null || values[1].real == values[1].real);
		assert_true(j->null ||
			!value_parse(
				&fields[7], j->data, j->length, false, &value));
	}
	item_unref(item);
	free(exact);
	return problem;
}

static void hostile_bytes_are_refused(void **state)
{
	static const struct {
		unsigned type;
		const char *bytes;
		size_t length;
		const char *problem;
	} rows[] = {
		{PAYLOAD_LINE, "", 0, "the item is truncated"},
		{PAYLOAD_LINE, "\1\0\0", 3, "the item is truncated"},
		{PAYLOAD_LINE, "\5\0\0\0\1\2\0\0", 8, "the item is truncated"},
		{PAYLOAD_LINE, "\4\0\0\0\1\2\0\0\0", 9, "the item is damaged"},
		{PAYLOAD_LINE, "\3\0\0\0\1\2\0", 7, "the item is truncated"},
		{PAYLOAD_LINE, "\5\0\0\0\2\2\0\0\0", 9,
			"the item was written by another version"},
		{PAYLOAD_LINE, "\5\0\0\0\1\1\0\0\0", 9,
			"the item is of another type"},
		{PAYLOAD_LINE, "\5\0\0\0\1\2\4\0\0", 9, "the item is damaged"},
		{PAYLOAD_BYTES, "\5\0\0\0\1\1\1\0\0", 9, "the item is damaged"},
		{PAYLOAD_LINE, "\6\0\0\0\1\2\1\0\0\r", 10,
			"the item is damaged"},
		{PAYLOAD_LINE, "\6\0\0\0\1\2\2\0\0\200", 10,
			"the item is damaged"},
		{PAYLOAD_LINE, "\6\0\0\0\1\2\2\0\0\0", 10,
			"the item is damaged"},
		/* a position of 65 bits */
		{PAYLOAD_LINE,
			"\16\0\0\0\1\2\0\377\377\377\377\377\377\377\377\377\3"
			"\0",
			18, "the item is damaged"},
		/* attributes: 2^63 of them, one that isn't known, one of the
		 * segment, one of another type */
		{PAYLOAD_LINE,
			"\16\0\0\0\1\2\0\0\200\200\200\200\200\200\200\200\200"
			"\1",
			18, "the item is truncated"},
		{PAYLOAD_LINE, "\10\0\0\0\1\2\0\0\1\1x\0", 12,
			"the item has unknown attributes"},
		{PAYLOAD_LINE, "\17\0\0\0\1\2\0\0\1\10src_path\0", 19,
			"the item has unknown attributes"},
		{PAYLOAD_LINE, "\13\0\0\0\1\2\0\0\1\3why\1\2", 15,
			"the item has values of other types"},
		{PAYLOAD_RECORD, "\6\0\0\0\1\3\0\0\0\7", 10,
			"the item has other fields"},
		{PAYLOAD_NONE, "\6\0\0\0\1\0\0\0\0\1", 10,
			"the item is damaged"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *problem =
			problem_of(rows[i].type, rows[i].bytes, rows[i].length);

		if (!problem || strcmp(problem, rows[i].problem) != 0)
			fail_msg("row %zu: %s", i, problem ? problem : "taken");
	}
}

/* A record whose values are null but the one of FIELD, which is VALUE. */
static void refused_value(unsigned field, const char *value, size_t length)
{
	char bytes[64] = "\0\0\0\0\1\3\0\0\0\10";
	size_t at = 10 + field;

	memcpy(bytes + at, value, length);
	at += length + FIELDS - field - 1;
	bytes[0] = (char)(at - CODEC_LENGTH_BYTES);
	assert_string_equal(
		problem_of(PAYLOAD_RECORD, bytes, at), "the item is damaged");
}

static void values_that_are_none_are_refused(void **state)
{
	(void)state;
	refused_value(1, "\2\0\0\0\0\0\0\370\177", 9); /* NaN */
	refused_value(2, "\3\1\377", 3); /* not UTF-8 */
	refused_value(2, "\3\1\0", 3); /* NUL */
	refused_value(3, "\4\2", 2);
	refused_value(7, "\10\1{", 3);
	refused_value(0, "\1\377\377\377\377\377\377\377\377\377\2", 11);
}

/* Each byte is changed in each bit and to each value, and cut everywhere. */
static void changed_bytes_never_crash(void **state)
{
	(void)state;
	for (int row = 0; row < 5; row++) {
		struct slice whole = written(record(row));
		char bytes[BUFFER];

		memcpy(bytes, whole.data, whole.length);
		for (size_t i = 0; i < whole.length; i++)
			assert_non_null(problem_of(PAYLOAD_RECORD, bytes, i));
		for (size_t i = 0; i < whole.length; i++)
			for (unsigned byte = 0; byte < 256; byte++) {
				bytes[i] = (char)byte;
				problem_of(PAYLOAD_RECORD, bytes, whole.length);
				problem_of(PAYLOAD_LINE, bytes, whole.length);
				bytes[i] = whole.data[i];
			}
		buffer_unref(whole.buffer);
	}
}

/* Cut, with a length that says so: what is left must be told from an item. */
static void cut_items_are_refused(void **state)
{
	struct slice whole = written(record(4));
	char bytes[BUFFER];

	(void)state;
	memcpy(bytes, whole.data, whole.length);
	for (size_t i = CODEC_LENGTH_BYTES; i < whole.length; i++) {
		bytes[0] = (char)(i - CODEC_LENGTH_BYTES);
		assert_non_null(problem_of(PAYLOAD_RECORD, bytes, i));
	}
	buffer_unref(whole.buffer);
}

/* Noise behind a head that is right, so that it is looked at. */
static void noise_never_crashes(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		char bytes[64] = "\0\0\0\0\1\3\0\0\0\10";

		random = random * 6364136223846793005u + 1442695040888963407u;
		size_t length = 16 + (random >> 60) * 3;
		for (size_t at = 7 + (random >> 32) % 4; at < length; at++) {
			random = random * 6364136223846793005u +
				1442695040888963407u;
			bytes[at] = (char)(random >> 56 & random >> 40);
		}
		bytes[0] = (char)(length - CODEC_LENGTH_BYTES);
		problem_of(PAYLOAD_RECORD, bytes, length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_are_as_described),
		cmocka_unit_test(segments_are_as_described),
		cmocka_unit_test(records_are_as_described),
		cmocka_unit_test(records_are_read_again),
		cmocka_unit_test(plain_items_are_read_again),
		cmocka_unit_test(values_stand_alone),
		cmocka_unit_test(hostile_bytes_are_refused),
		cmocka_unit_test(values_that_are_none_are_refused),
		cmocka_unit_test(changed_bytes_never_crash),
		cmocka_unit_test(cut_items_are_refused),
		cmocka_unit_test(noise_never_crashes),
	};

	slab_init(&slab, item_bytes_record(FIELDS));
	int failures = cmocka_run_group_tests(tests, NULL, NULL);
	slab_finish(&slab);
	return failures;
}
