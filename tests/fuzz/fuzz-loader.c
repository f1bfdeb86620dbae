/* SPDX-License-Identifier: MIT */
/*
 * A whole session file: parsed, its params set, built, and its messages
 * printed; then built again with all params required. The file is one in
 * memory, so that it is read as any other is.
 */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/diagnostic.h"
#include "loader/session.h"

static FILE *nowhere;

/* The path of a file that holds the bytes. */
static const char *write_file(const uint8_t *data, size_t size)
{
	static char path[64];
	static int descriptor = -1;

	if (descriptor < 0) {
		descriptor = memfd_create("session", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
		nowhere = fopen("/dev/null", "w");
	}
	fuzz_check(nowhere && ftruncate(descriptor, 0) == 0 &&
			pwrite(descriptor, data, size, 0) == (ssize_t)size,
		"the session can't be written");
	return path;
}

static void set_params(struct session *session, struct diagnostics *diagnostics)
{
	static const char *const values[] = {"1", "a", "true", "2024-02-29",
		"1h", "2024-02-29T12:00:00Z", "(a|b", "-"};

	for (unsigned i = 0; i < session->param_count; i++)
		session_set_param(session, session->params[i].name,
			values[i % (sizeof(values) / sizeof(*values))],
			session->params[i].name, diagnostics);
}

static void build(const char *path, bool all)
{
	struct diagnostics *diagnostics = diagnostics_create();
	struct session *session = session_parse(path, diagnostics);
	size_t before = diagnostics_count(diagnostics, SEVERITY_ERROR);

	fuzz_check(!session == (before > 0), "session_parse lies");
	if (session && all)
		set_params(session, diagnostics);
	before = diagnostics_count(diagnostics, SEVERITY_ERROR);
	if (session) {
		bool built = session_build(session, all, diagnostics);
		size_t now = diagnostics_count(diagnostics, SEVERITY_ERROR);

		fuzz_check(built || now > 0, "it failed without a message");
		fuzz_check(!built || now == before, "it built with errors");
	}
	diagnostics_print(diagnostics, nowhere);
	diagnostics_destroy(diagnostics);
	session_destroy(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = write_file(data, size);

	build(path, false);
	build(path, true);
	return 0;
}
