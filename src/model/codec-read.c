/* SPDX-License-Identifier: MIT */
/* Reads items back from strings of bytes that nobody vouches for. */
#include <string.h>

#include "model/codec-parts.h"

static const char truncated[] = "the item is truncated";
static const char damaged[] = "the item is damaged";

struct reader {
	const unsigned char *at, *end;
	const char *problem; /* the first; NULL: none */
};

static size_t left(const struct reader *reader)
{
	return (size_t)(reader->end - reader->at);
}

/* Notes the problem, unless there is one; nothing is read from then on. */
static void fail(struct reader *reader, const char *problem)
{
	if (!reader->problem)
		reader->problem = problem;
	reader->at = reader->end;
}

/* ---- Parts; what can't be read is 0, or empty --------------------------- */

static unsigned get_byte(struct reader *reader)
{
	if (left(reader) == 0) {
		fail(reader, truncated);
		return 0;
	}
	return *reader->at++;
}

static uint64_t get_little(struct reader *reader, size_t count)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < count; i++)
		bits |= (uint64_t)get_byte(reader) << 8 * i;
	return bits;
}

static uint64_t get_number(struct reader *reader)
{
	uint64_t number = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint64_t byte = get_byte(reader), bits = byte & 0x7f;

		if (bits << shift >> shift != bits)
			break;
		number |= bits << shift;
		if (byte == bits)
			return number;
	}
	fail(reader, damaged);
	return 0;
}

static const char *get_bytes(struct reader *reader, uint64_t length)
{
	const char *data = (const char *)reader->at;

	if (length > left(reader)) {
		fail(reader, truncated);
		return NULL;
	}
	reader->at += length;
	return data;
}

static int64_t get_integer(struct reader *reader)
{
	uint64_t number = get_number(reader);

	return (int64_t)(number >> 1 ^ (0 - (number & 1)));
}

static double get_real(struct reader *reader)
{
	uint64_t bits = get_little(reader, sizeof(bits));
	double real;

	memcpy(&real, &bits, sizeof(real));
	if (real != real) {
		fail(reader, damaged);
		return 0;
	}
	return real;
}

static bool get_boolean(struct reader *reader)
{
	unsigned byte = get_byte(reader);

	if (byte > 1)
		fail(reader, damaged);
	return byte == 1;
}

/* Text is checked to be text only where it is a field: attributes, such as
 * names of files, are as they were found. */
static void get_borrowed(struct reader *reader, enum value_type type,
	bool checked, struct value *value)
{
	struct field field = {.type = type};
	uint64_t length = get_number(reader);

	if (length > UINT32_MAX)
		fail(reader, damaged);
	value->data = get_bytes(reader, length);
	value->length = value->data ? (uint32_t)length : 0;
	if (checked && value->data &&
		value_parse(&field, value->data, value->length, false, value))
		fail(reader, damaged);
}

static struct value get_value(
	struct reader *reader, enum value_type type, bool checked)
{
	unsigned tag = get_byte(reader);
	struct value value = {.null = tag == 0};

	if (value.null)
		return value;
	if (tag != (unsigned)codec_tags[type]) {
		fail(reader, "the item has values of other types");
		return value;
	}
	switch (type) {
	case VALUE_INTEGER:
	case VALUE_TIMESTAMP:
	case VALUE_DURATION: value.integer = get_integer(reader); break;
	case VALUE_REAL: value.real = get_real(reader); break;
	case VALUE_BOOLEAN: value.boolean = get_boolean(reader); break;
	case VALUE_TEXT:
	case VALUE_BYTES:
	case VALUE_JSON: get_borrowed(reader, type, checked, &value); break;
	}
	return value;
}

/* ---- Attributes --------------------------------------------------------- */

static const struct attribute_spec *find_key(
	const struct codec *codec, const char *name, size_t length)
{
	for (size_t i = 0; name && i < codec->attribute_count; i++) {
		const struct attribute_spec *key = codec->attributes[i];

		if (codec_carries(codec, key) && strlen(key->name) == length &&
			memcmp(key->name, name, length) == 0)
			return key;
	}
	return NULL;
}

static void get_attributes(
	struct reader *reader, const struct codec *codec, struct item *item)
{
	uint64_t count = get_number(reader);

	while (count-- > 0 && !reader->problem) {
		uint64_t length = get_number(reader);
		const char *name = get_bytes(reader, length);
		const struct attribute_spec *key =
			find_key(codec, name, (size_t)length);

		if (!key) {
			fail(reader, "the item has unknown attributes");
			return;
		}
		struct value value = get_value(reader, key->type, false);
		if (!reader->problem)
			item->attributes =
				attributes_set(item->attributes, key, &value);
	}
}

/* ---- Contents ----------------------------------------------------------- */

static bool is_ascii(const char *data, size_t length)
{
	unsigned char high = 0, nul = 0;

	for (size_t i = 0; i < length; i++) {
		high |= (unsigned char)data[i];
		nul |= data[i] == 0;
	}
	return high < 0x80 && !nul;
}

static void get_slice(struct reader *reader, struct item *item)
{
	struct slice *slice = &item->slice;

	slice->length = left(reader);
	slice->data = get_bytes(reader, slice->length);
	if (item->packed && item->type != PAYLOAD_LINE)
		fail(reader, damaged);
	if (item->packed && memchr(slice->data, '\r', slice->length))
		fail(reader, damaged);
	if (item->ascii && !is_ascii(slice->data, slice->length))
		fail(reader, damaged);
}

static void get_record(
	struct reader *reader, const struct codec *codec, struct item *item)
{
	const struct schema *schema = codec->schema;

	if (item->packed || item->ascii)
		fail(reader, damaged);
	if (get_number(reader) != schema->count)
		fail(reader, "the item has other fields");
	for (size_t i = 0; i < schema->count && !reader->problem; i++)
		item->record.values[i] =
			get_value(reader, schema->fields[i].type, true);
}

static void get_item(
	struct reader *reader, const struct codec *codec, struct item *item)
{
	unsigned flags;

	if (get_byte(reader) != CODEC_VERSION)
		fail(reader, "the item was written by another version");
	if (get_byte(reader) != (unsigned)codec_types[item->type])
		fail(reader, "the item is of another type");
	flags = get_byte(reader);
	if (flags & ~(unsigned)(CODEC_PACKED | CODEC_ASCII))
		fail(reader, damaged);
	item->packed = flags & CODEC_PACKED;
	item->ascii = flags & CODEC_ASCII;
	item->position = get_number(reader);
	get_attributes(reader, codec, item);
	if (item->type == PAYLOAD_RECORD)
		get_record(reader, codec, item);
	else if (item->type != PAYLOAD_NONE)
		get_slice(reader, item);
	if (reader->at < reader->end)
		fail(reader, damaged);
}

/* ---- Items -------------------------------------------------------------- */

size_t codec_length(const char *at)
{
	size_t length = CODEC_LENGTH_BYTES;

	for (size_t i = 0; i < CODEC_LENGTH_BYTES; i++)
		length += (size_t)(unsigned char)at[i] << 8 * i;
	return length;
}

bool codec_is_none(const struct slice *bytes)
{
	size_t type = CODEC_LENGTH_BYTES + 1; /* behind the version */

	return bytes->length > type &&
		bytes->data[type] == codec_types[PAYLOAD_NONE];
}

const char *codec_read(
	const struct codec *codec, const struct slice *bytes, struct item *item)
{
	const unsigned char *data = (const unsigned char *)bytes->data;
	struct reader reader = {data, data + bytes->length, NULL};

	if (item->type == PAYLOAD_RECORD) {
		item->record.schema = codec->schema;
		item->record.buffer = buffer_ref(bytes->buffer);
	} else if (item->type != PAYLOAD_NONE) {
		item->slice = (struct slice){buffer_ref(bytes->buffer), "", 0};
	}
	if (bytes->length < CODEC_LENGTH_BYTES ||
		bytes->length < codec_length(bytes->data))
		return truncated;
	if (bytes->length > codec_length(bytes->data))
		return damaged;
	reader.at += CODEC_LENGTH_BYTES;
	get_item(&reader, codec, item);
	return reader.problem;
}

const char *codec_read_value(
	enum value_type type, struct slice *bytes, struct value *value)
{
	const unsigned char *data = (const unsigned char *)bytes->data;
	struct reader reader = {data, data + bytes->length, NULL};

	*value = get_value(&reader, type, true);
	bytes->data = (const char *)reader.at;
	bytes->length = left(&reader);
	return reader.problem;
}
