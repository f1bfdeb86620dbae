/* SPDX-License-Identifier: MIT */
/* Lines of CSV. */
#include "operators/support/write/csv-writer.h"

#include <string.h>

#include "base/memory.h"
#include "model/packer.h"

enum {
	INTEGER_BYTES = 20, /* of the text of an integer, at most */
	OTHER_BYTES = 48, /* of that of another value that isn't bytes */
};

/* What a byte means to a field. */
enum { BYTE_SPECIAL = 1, BYTE_HIGH = 2 };

static size_t most_bytes(const struct csv_writer *writer, enum value_type type)
{
	switch (type) {
	case VALUE_TEXT:
	case VALUE_BYTES:
	case VALUE_JSON: return 2 + 1; /* quotes, and what is behind */
	case VALUE_INTEGER:
		if (writer->plain_integers)
			return INTEGER_BYTES + 1;
		break;
	default: break;
	}
	return OTHER_BYTES + 2 + 1;
}

void csv_writer_init(
	struct csv_writer *writer, const struct schema *schema, char delimiter)
{
	*writer = (struct csv_writer){
		.schema = schema,
		.delimiter = delimiter,
		.plain_integers = !strchr("-0123456789", delimiter),
		.ascii = true,
		.fixed_bytes = 1,
	};
	memset(writer->meaning + 128, BYTE_HIGH, 128);
	writer->meaning[0] = BYTE_HIGH; /* no text has it, but bytes may */
	writer->meaning['"'] = BYTE_SPECIAL;
	writer->meaning['\r'] = BYTE_SPECIAL;
	writer->meaning['\n'] = BYTE_SPECIAL;
	writer->meaning[(unsigned char)delimiter] = BYTE_SPECIAL;
	for (size_t i = 0; i < schema->count; i++)
		writer->fixed_bytes +=
			most_bytes(writer, schema->fields[i].type);
}

void csv_writer_finish(struct csv_writer *writer)
{
	text_free(&writer->number);
}

static char *put_quoted(char *at, const char *data, size_t length)
{
	*at++ = '"';
	for (size_t i = 0; i < length; i++) {
		if (data[i] == '"')
			*at++ = '"';
		*at++ = data[i];
	}
	*at++ = '"';
	return at;
}

/* Puts text, of at most 2 * LENGTH + 2 bytes with its quotes. Null is nothing,
 * so an empty text has quotes. */
static inline char *put_text(
	struct csv_writer *writer, char *at, const char *data, size_t length)
{
	unsigned found = length == 0 ? BYTE_SPECIAL : 0;

	for (size_t i = 0; i < length; i++) {
		at[i] = data[i];
		found |= writer->meaning[(unsigned char)data[i]];
	}
	if (found & BYTE_HIGH)
		writer->ascii = false;
	return found & BYTE_SPECIAL ? put_quoted(at, data, length)
				    : at + length;
}

static char *put_integer(char *at, int64_t integer)
{
	uint64_t number = (uint64_t)integer;
	char digits[INTEGER_BYTES];
	size_t first = sizeof(digits);

	if (integer < 0) {
		*at++ = '-';
		number = 0 - number;
	}
	do {
		digits[--first] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	memcpy(at, digits + first, sizeof(digits) - first);
	return at + sizeof(digits) - first;
}

/* The delimiter may stand in numbers and times, too. */
static char *put_other(struct csv_writer *writer, char *at,
	enum value_type type, const struct value *value)
{
	struct text *number = &writer->number;

	number->length = 0;
	value_format(type, value, number);
	return put_text(writer, at, number->data, number->length);
}

static inline char *put_value(struct csv_writer *writer, char *at,
	enum value_type type, const struct value *value)
{
	if (value->null)
		return at;
	switch (type) {
	case VALUE_TEXT:
	case VALUE_BYTES:
	case VALUE_JSON:
		return put_text(writer, at, value->data, value->length);
	case VALUE_INTEGER:
		if (writer->plain_integers)
			return put_integer(at, value->integer);
		break;
	default: break;
	}
	return put_other(writer, at, type, value);
}

char *csv_put_record(
	struct csv_writer *writer, char *at, const struct value *values)
{
	const struct schema *schema = writer->schema;

	for (size_t i = 0; i < schema->count; i++) {
		if (i > 0)
			*at++ = writer->delimiter;
		at = put_value(writer, at, schema->fields[i].type, &values[i]);
	}
	*at++ = '\n';
	return at;
}

size_t csv_record_bytes(
	const struct csv_writer *writer, const struct item *record)
{
	return writer->fixed_bytes + 2 * record_bytes(record);
}

void csv_add_names(struct csv_writer *writer, struct text *line)
{
	for (size_t i = 0; i < writer->schema->count; i++) {
		const char *name = writer->schema->fields[i].name;
		size_t length = strlen(name);
		char *field = memory_alloc(2 * length + 2);
		char *end = put_text(writer, field, name, length);

		if (i > 0)
			text_add(line, &writer->delimiter, 1);
		text_add(line, field, (size_t)(end - field));
		free(field);
	}
	text_add(line, "\n", 1);
}
