/* SPDX-License-Identifier: MIT */
/* Tests on real files. */
#include "files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"

int files_enter(void **state)
{
	char *name = memory_string("/tmp/test-leat-XXXXXX");

	assert_non_null(mkdtemp(name));
	assert_int_equal(chdir(name), 0);
	*state = name;
	return 0;
}

int files_leave(void **state)
{
	char command[64];

	assert_int_equal(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -rf %s", (char *)*state);
	assert_int_equal(system(command), 0);
	free(*state);
	return 0;
}

void files_put(const char *path, const char *content)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(content, file);
	assert_int_equal(fclose(file), 0);
}

void files_expect(const char *path, const char *content)
{
	char found[4096] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	found[fread(found, 1, sizeof(found) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(found, content);
}

void files_expect_names(const char *directory, const char *names)
{
	char command[256], found[1024] = "";

	snprintf(
		command, sizeof(command), "ls -A %s | tr '\\n' ' '", directory);
	FILE *pipe = popen(command, "r");
	assert_non_null(pipe);
	found[fread(found, 1, sizeof(found) - 1, pipe)] = '\0';
	pclose(pipe);
	assert_string_equal(found, names);
}
