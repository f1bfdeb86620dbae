/* SPDX-License-Identifier: MIT */
/*
 * A text with ${...} and {...} as each kind of property: plain, a pattern, a
 * template, SQL. It is put into a session as a scalar in double quotes. The
 * first line of the input is the value of a param.
 */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "loader/session.h"

static void add_quoted(
	struct text *yaml, const char *key, const uint8_t *data, size_t length)
{
	text_add_format(yaml, ", %s: \"", key);
	for (size_t i = 0; i < length; i++)
		if (data[i] < ' ' || data[i] > '~' || strchr("\"\\", data[i]))
			text_add_format(yaml, "\\x%02x", data[i]);
		else
			text_add_format(yaml, "%c", data[i]);
	text_add_string(yaml, "\"}\n");
}

static void add_session(struct text *yaml, const uint8_t *text, size_t length)
{
	text_add_string(yaml,
		"leat: 1\nsession: s\n"
		"params:\n"
		"  given: {type: text}\n"
		"  open: {type: text}\n"
		"  n: {type: integer, default: 5}\n"
		"  size: {type: size, default: 1KiB}\n"
		"  when: {type: date, default: 2024-02-29}\n"
		"  re: {type: regex, default: 'a|b'}\n"
		"  many: {type: text, list: true, default: [a, b]}\n"
		"  secret: {type: text, secret: true, default: x}\n"
		"  gone: {type: text, required: false}\n"
		"operators:\n"
		"  lines: lines\n  tee: tee\n  one: csv-encode\n");
	text_add_string(yaml, "  files: {use: files");
	add_quoted(yaml, "match", text, length);
	text_add_string(yaml, "  match: {use: match");
	add_quoted(yaml, "pattern", text, length);
	text_add_string(yaml, "  filter: {use: filter");
	add_quoted(yaml, "where", text, length);
	text_add_string(yaml, "  map: {use: map");
	add_quoted(yaml, "select", text, length);
	text_add_string(yaml, "  out: {use: write-file");
	add_quoted(yaml, "path", text, length);
	text_add_string(yaml,
		"links:\n"
		"- files -> lines -> match -> filter -> map -> one -> out\n");
}

static void build(const char *path, const char *value, bool all)
{
	struct diagnostics *diagnostics = diagnostics_create();
	struct session *session = session_parse(path, diagnostics);

	if (session) {
		if (all)
			session_set_param(
				session, "given", value, "given", diagnostics);
		session_build(session, false, diagnostics);
	}
	diagnostics_destroy(diagnostics);
	session_destroy(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int descriptor = -1;
	struct text yaml = {0};
	char path[64];
	size_t length;
	const uint8_t *rest;
	char *value = fuzz_first_line(data, size, &rest, &length);

	if (descriptor < 0)
		descriptor = memfd_create("session", MFD_CLOEXEC);
	add_session(&yaml, rest, length);
	fuzz_check(ftruncate(descriptor, 0) == 0 &&
			pwrite(descriptor, yaml.data, yaml.length, 0) ==
				(ssize_t)yaml.length,
		"the session can't be written");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
	build(path, value, false);
	build(path, value, true);
	text_free(&yaml);
	free(value);
	return 0;
}
