/* SPDX-License-Identifier: MIT */
/* Writes items as strings of bytes. */
#include <string.h>

#include "model/codec-parts.h"

enum { NUMBER_BYTES = 10, HEAD_BYTES = 3 };

/* ---- Sizes -------------------------------------------------------------- */

static bool has_bytes(enum value_type type)
{
	return type == VALUE_TEXT || type == VALUE_BYTES || type == VALUE_JSON;
}

size_t codec_value_size(enum value_type type, const struct value *value)
{
	size_t bytes = has_bytes(type) && !value->null ? value->length : 0;

	return 1 + NUMBER_BYTES + bytes;
}

/* The next attribute of the item that is carried, from the key at *AT on. */
static const struct value *next_attribute(const struct codec *codec,
	const struct item *item, size_t *at, const struct attribute_spec **key)
{
	const struct value *value = NULL;

	while (!value && *at < codec->attribute_count) {
		*key = codec->attributes[(*at)++];
		if (codec_carries(codec, *key))
			value = attributes_get(item->attributes, *key);
	}
	return value;
}

static size_t attributes_size(
	const struct codec *codec, const struct item *item)
{
	const struct attribute_spec *key;
	const struct value *value;
	size_t size = NUMBER_BYTES, at = 0;

	if (item->attributes)
		while ((value = next_attribute(codec, item, &at, &key)))
			size += NUMBER_BYTES + strlen(key->name) +
				codec_value_size(key->type, value);
	return size;
}

size_t codec_size(const struct codec *codec, const struct item *item)
{
	size_t size = CODEC_LENGTH_BYTES + HEAD_BYTES + NUMBER_BYTES +
		attributes_size(codec, item);

	if (item->type == PAYLOAD_BYTES || item->type == PAYLOAD_LINE)
		return size + item->slice.length;
	if (item->type != PAYLOAD_RECORD)
		return size;
	const struct schema *schema = item->record.schema;
	size += NUMBER_BYTES;
	for (size_t i = 0; i < schema->count; i++)
		size += codec_value_size(
			schema->fields[i].type, &item->record.values[i]);
	return size;
}

/* ---- Parts -------------------------------------------------------------- */

static char *put_little(char *at, uint64_t bits, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*at++ = (char)(bits >> 8 * i);
	return at;
}

static char *put_number(char *at, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		*at++ = (char)(number | 0x80);
	*at++ = (char)number;
	return at;
}

static char *put_bytes(char *at, const char *data, size_t length)
{
	if (length > 0)
		memcpy(at, data, length);
	return at + length;
}

static char *put_integer(char *at, int64_t integer)
{
	uint64_t sign = integer < 0 ? UINT64_MAX : 0;

	return put_number(at, ((uint64_t)integer << 1) ^ sign);
}

static char *put_real(char *at, double real)
{
	uint64_t bits;

	memcpy(&bits, &real, sizeof(bits));
	return put_little(at, bits, sizeof(bits));
}

char *codec_write_value(
	enum value_type type, const struct value *value, char *at)
{
	*at++ = value->null ? 0 : codec_tags[type];
	if (value->null)
		return at;
	switch (type) {
	case VALUE_INTEGER:
	case VALUE_TIMESTAMP:
	case VALUE_DURATION: return put_integer(at, value->integer);
	case VALUE_REAL: return put_real(at, value->real);
	case VALUE_BOOLEAN: *at++ = value->boolean; return at;
	case VALUE_TEXT:
	case VALUE_BYTES:
	case VALUE_JSON: break;
	}
	at = put_number(at, value->length);
	return put_bytes(at, value->data, value->length);
}

static char *put_attributes(
	const struct codec *codec, const struct item *item, char *at)
{
	const struct attribute_spec *key;
	size_t count = 0, i = 0;

	while (item->attributes && next_attribute(codec, item, &i, &key))
		count++;
	at = put_number(at, count);
	for (i = 0; count > 0; count--) {
		const struct value *value =
			next_attribute(codec, item, &i, &key);

		at = put_number(at, strlen(key->name));
		at = put_bytes(at, key->name, strlen(key->name));
		at = codec_write_value(key->type, value, at);
	}
	return at;
}

static char *put_record(char *at, const struct record *record)
{
	const struct schema *schema = record->schema;

	at = put_number(at, schema->count);
	for (size_t i = 0; i < schema->count; i++)
		at = codec_write_value(
			schema->fields[i].type, &record->values[i], at);
	return at;
}

/* ---- Items -------------------------------------------------------------- */

const char codec_tags[] = {
	[VALUE_INTEGER] = 1,
	[VALUE_REAL] = 2,
	[VALUE_TEXT] = 3,
	[VALUE_BOOLEAN] = 4,
	[VALUE_TIMESTAMP] = 5,
	[VALUE_DURATION] = 6,
	[VALUE_BYTES] = 7,
	[VALUE_JSON] = 8,
};

const char codec_types[PAYLOAD_TYPES] = {
	[PAYLOAD_NONE] = 0,
	[PAYLOAD_BYTES] = 1,
	[PAYLOAD_LINE] = 2,
	[PAYLOAD_RECORD] = 3,
};

char *codec_write(const struct codec *codec, const struct item *item, char *at)
{
	char *start = at;

	at += CODEC_LENGTH_BYTES;
	*at++ = CODEC_VERSION;
	*at++ = codec_types[item->type];
	*at++ = (char)((item->packed ? CODEC_PACKED : 0) |
		(item->ascii ? CODEC_ASCII : 0));
	at = put_number(at, item->position);
	at = put_attributes(codec, item, at);
	if (item->type == PAYLOAD_RECORD)
		at = put_record(at, &item->record);
	else if (item->type != PAYLOAD_NONE)
		at = put_bytes(at, item->slice.data, item->slice.length);
	put_little(start, (uint64_t)(at - start) - CODEC_LENGTH_BYTES,
		CODEC_LENGTH_BYTES);
	return at;
}
