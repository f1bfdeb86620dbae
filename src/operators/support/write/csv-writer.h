/* SPDX-License-Identifier: MIT */
/* Lines of CSV: RFC 4180, but that lines end in LF. */
#ifndef LEAT_OPERATORS_SUPPORT_WRITE_CSV_WRITER_H
#define LEAT_OPERATORS_SUPPORT_WRITE_CSV_WRITER_H

#include "model/item.h"

struct csv_writer {
	const struct schema *schema;
	char delimiter;
	bool plain_integers; /* none has the delimiter in it */
	bool ascii; /* all that was put since somebody set it, without NUL */
	unsigned char meaning[256]; /* of bytes */
	size_t fixed_bytes; /* of a record without its texts, at most */
	struct text number; /* scratch */
};

/* Borrows SCHEMA. */
void csv_writer_init(
	struct csv_writer *writer, const struct schema *schema, char delimiter);
void csv_writer_finish(struct csv_writer *writer);

/* The line with the names of the fields. */
void csv_add_names(struct csv_writer *writer, struct text *line);

/* The bytes that a record takes at most. */
size_t csv_record_bytes(
	const struct csv_writer *writer, const struct item *record);

/* Puts a record of the schema at AT, and returns what is behind it. */
char *csv_put_record(
	struct csv_writer *writer, char *at, const struct value *values);

#endif
