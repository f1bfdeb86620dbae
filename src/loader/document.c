/* SPDX-License-Identifier: MIT */
/* The text of a session file, checked before it is parsed. */
#include "loader/document.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/system-error.h"
#include "base/text.h"

/* Where byte OFFSET of a source stands. */
static struct location place(const struct source *source, size_t offset)
{
	struct location location = {source, 1, 1, 1, NULL};

	for (size_t i = 0; i < offset; i++) {
		if (source->text[i] == '\n') {
			location.line++;
			location.column = 1;
		} else if ((source->text[i] & 0xc0) != 0x80)
			location.column++;
	}
	return location;
}

static bool is_utf16(const char *text, size_t length)
{
	return length >= 2 &&
		(memcmp(text, "\xff\xfe", 2) == 0 ||
			memcmp(text, "\xfe\xff", 2) == 0);
}

/* The offset of the first line end that is one for YAML 1.1, but not for
 * editors and compilers, whose lines we count: a CR without LF, NEL, LS or PS.
 * LENGTH: there is none. */
static size_t find_odd_end(const char *text, size_t length)
{
	static const char *const ends[] = {
		"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};

	for (size_t at = 0; at < length; at++) {
		if (text[at] == '\r' &&
			(at + 1 == length || text[at + 1] != '\n'))
			return at;
		if (text[at] != ends[0][0] && text[at] != ends[1][0])
			continue;
		for (size_t i = 0; i < 3; i++)
			if (length - at >= strlen(ends[i]) &&
				!memcmp(text + at, ends[i], strlen(ends[i])))
				return at;
	}
	return length;
}

static bool check_line_ends(
	const struct source *source, struct diagnostics *diagnostics)
{
	size_t at = find_odd_end(source->text, source->length);

	if (at == source->length)
		return true;
	bool cr = source->text[at] == '\r';
	diagnostics_add(diagnostics, SEVERITY_ERROR, place(source, at),
		cr ? "save the file with Unix line ends"
		   : "leave it out, or write \"\\N\", \"\\L\" or \"\\P\" in "
		     "double quotes",
		cr ? "a CR without LF ends a line here"
		   : "a character that is a line end in some places only");
	return false;
}

/* Takes a byte order mark off; false when SOURCE isn't UTF-8. */
static bool check_encoding(
	struct source *source, struct diagnostics *diagnostics)
{
	struct location whole = {source, 0, 0, 1, NULL};

	if (is_utf16(source->text, source->length)) {
		diagnostics_add(diagnostics, SEVERITY_ERROR, whole,
			"save it as UTF-8", "the file is encoded in UTF-16");
		return false;
	}
	if (source->length >= 3 &&
		memcmp(source->text, "\xef\xbb\xbf", 3) == 0) {
		source->text += 3;
		source->length -= 3;
	}
	size_t valid = text_valid(source->text, source->length);
	if (valid == source->length)
		return check_line_ends(source, diagnostics);
	bool nul = source->text[valid] == '\0';
	diagnostics_add(diagnostics, SEVERITY_ERROR, place(source, valid),
		nul ? NULL : "save the file as UTF-8",
		nul ? "NUL in a session file" : "this is not UTF-8");
	return false;
}

/* Opens PATH if it is a regular file; else says why not in *PROBLEM. A FIFO
 * must not block. */
static FILE *open_regular(const char *path, const char **problem)
{
	int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat status;
	FILE *file = NULL;

	if (descriptor < 0 || fstat(descriptor, &status) != 0)
		*problem = system_error(errno);
	else if (!S_ISREG(status.st_mode))
		*problem = "it is not a regular file";
	else if (!(file = fdopen(descriptor, "r")))
		memory_abort();
	if (!file && descriptor >= 0)
		close(descriptor);
	return file;
}

bool document_read(struct arena *arena, const char *path, const char *what,
	struct source *source, struct diagnostics *diagnostics)
{
	struct location whole = {source, 0, 0, 1, NULL};
	char *buffer = memory_alloc(DOCUMENT_BYTES + 1);
	const char *problem = "";
	FILE *file = open_regular(path, &problem);

	*source = (struct source){path, "", 0};
	if (file)
		source->length = fread(buffer, 1, DOCUMENT_BYTES + 1, file);
	if (file && ferror(file))
		problem = system_error(errno);
	if (file)
		fclose(file);
	source->text = arena_copy(arena, buffer, source->length);
	free(buffer);
	if (*problem || source->length > DOCUMENT_BYTES) {
		diagnostics_add(diagnostics, SEVERITY_ERROR, whole, NULL,
			*problem ? "cannot read the %s: %s"
				 : "the %s is larger than 1 MiB%s",
			what, problem);
		return false;
	}
	return check_encoding(source, diagnostics);
}

struct node *node_get(const struct node *map, const char *key)
{
	for (size_t i = 0; map->keys && i < map->count; i++)
		if (strcmp(map->keys[i]->text, key) == 0)
			return map->items[i];
	return NULL;
}

struct location node_place(
	const struct node *scalar, size_t offset, size_t width)
{
	struct location location = scalar->content;

	if (scalar->style == STYLE_PLAIN &&
		scalar->end_line == scalar->location.line)
		for (size_t i = 0; i < offset; i++)
			location.column += (scalar->text[i + 1] & 0xc0) != 0x80;
	else
		location = location_within(location, offset);
	location.width = width ? (unsigned)width : 1;
	return location;
}

const char *node_kind_name(const struct node *node)
{
	static const char *const names[] = {"a text", "a list", "a map"};

	return names[node->kind];
}

bool node_is_empty(const struct node *node)
{
	return node->kind == NODE_SCALAR && node->style == STYLE_PLAIN &&
		node->length == 0;
}
