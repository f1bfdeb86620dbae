/* SPDX-License-Identifier: MIT */
/*
 * Archives, read as a session reads them from standard input: all formats,
 * archives in archives, digests of the contents and the way to each. The last
 * byte says what the session wants. Damage fails the unit; nothing is a bug.
 */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/diagnostic.h"
#include "base/log.h"
#include "engine/graph.h"
#include "loader/session.h"

enum { SESSIONS = 4 };

static const char format[] =
	"leat: 1\n"
	"session: fuzz\n"
	"operators:\n"
	"  in: stdin\n"
	"  entries: {use: archive-read, nested: true, plain: pass,\n"
	"    formats: [tar, zip, 7z, cpio, ar, iso, rar, xar, lha, cab, "
	"mtree,\n"
	"      warc], max-bytes: 16MiB, max-entries: 500,\n"
	"    trailing: %s, content: %s, verify: %s}\n"
	"  why: {use: map, select: [reject_reason, reject_position]}\n"
	"  reasons: csv-encode\n"
	"  nowhere: discard\n"
	"%s"
	"links:\n"
	"  - entries.rejected -> why -> reasons -> nowhere\n";

static const char digests[] =
	"  sum: hash\n"
	"  show: {use: map, select: [entry_trail, src_path, entry_mtime,\n"
	"    entry_link, sha256]}\n"
	"  table: csv-encode\n"
	"  out: discard\n";
static const char names[] =
	"  show: {use: map, select: [entry_trail, entry_path, entry_size]}\n"
	"  table: csv-encode\n"
	"  out: discard\n";
static const char digest_links[] = "  - in -> entries -> sum\n"
				   "  - sum.digest -> show -> table -> out\n";
static const char name_links[] = "  - in -> entries -> show -> table -> out\n";

static FILE *nowhere;

/* Makes DESCRIPTOR a file in memory that holds LENGTH bytes. */
static void fill(int descriptor, const void *data, size_t length)
{
	fuzz_check(ftruncate(descriptor, 0) == 0 &&
			pwrite(descriptor, data, length, 0) ==
				(ssize_t)length &&
			lseek(descriptor, 0, SEEK_SET) == 0,
		"the file in memory can't be written");
}

static struct session *load(bool trailing, bool content)
{
	struct diagnostics *diagnostics = diagnostics_create();
	int descriptor = memfd_create("session", MFD_CLOEXEC);
	char path[64], *text = NULL;

	fuzz_check(
		asprintf(&text, format, trailing ? "allow" : "error",
			content ? "true" : "false", trailing ? "true" : "false",
			content ? digests : names) > 0,
		"no session");
	fill(descriptor, text, strlen(text));
	free(text);
	text = strdup(content ? digest_links : name_links);
	fuzz_check(text &&
			pwrite(descriptor, text, strlen(text),
				lseek(descriptor, 0, SEEK_END)) > 0,
		"no links");
	free(text);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
	struct session *session = session_parse(path, diagnostics);
	bool built = session && session_build(session, true, diagnostics);
	diagnostics_print(diagnostics, stderr);
	fuzz_check(built, "the session is wrong");
	diagnostics_destroy(diagnostics);
	close(descriptor);
	return session;
}

static void run(const struct session *session)
{
	const struct log log = {.file = nowhere};
	const struct graph_settings settings = {
		.memory_bytes = 64 << 20, .log = &log};
	struct graph *graph = graph_create(session->graphs, &settings);
	struct graph_result result = graph_run(graph);

	fuzz_check(result.status != STATUS_BUG, "a bug in leat");
	fuzz_check(result.status == STATUS_OK ||
			result.status == STATUS_BAD_DATA ||
			result.status == STATUS_SYSTEM,
		"a status that bad data can't have");
	graph_destroy(graph);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct session *sessions[SESSIONS];
	static int input = -1;
	unsigned which = size ? data[size - 1] % SESSIONS : 0;

	if (input < 0) {
		input = memfd_create("input", MFD_CLOEXEC);
		nowhere = fopen("/dev/null", "w");
		fuzz_check(nowhere && dup2(input, STDIN_FILENO) == 0,
			"no standard input");
	}
	if (!sessions[which])
		sessions[which] = load(which & 1, !(which & 2));
	fill(STDIN_FILENO, data, size);
	run(sessions[which]);
	return 0;
}
