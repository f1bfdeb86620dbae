/* SPDX-License-Identifier: MIT */
/* Modules: found and loaded. */
#include "registry/module.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/system-error.h"

/* Where the program is: the bytes of its path up to the last slash. */
static int program_directory(char *path, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", path, size - 1);
	const char *slash;

	if (length < 0)
		return 0;
	path[length] = '\0';
	slash = strrchr(path, '/');
	return slash ? (int)(slash - path) : 0;
}

static void find_module(const char *name, char *path, size_t size)
{
	const char *given = getenv("LEAT_MODULES");
	char program[PATH_MAX];

	if (given && *given) {
		snprintf(path, size, "%s/leat-%s.so", given, name);
		return;
	}
	snprintf(path, size, "%.*s/leat-%s.so",
		program_directory(program, sizeof(program)), program, name);
	if (access(path, R_OK) < 0)
		snprintf(path, size, "%s/leat-%s.so", LEAT_MODULE_DIRECTORY,
			name);
}

/* The symbol of the operator: its name with underscores. */
static void *find_code(void *module, const char *name)
{
	char symbol[64];

	snprintf(symbol, sizeof(symbol), "code_%s", name);
	for (char *at = symbol; *at; at++)
		if (*at == '-')
			*at = '_';
	return dlsym(module, symbol);
}

/* Too many open files are told as others are, with what to do. */
static const char *load_problem(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	int error = file < 0 ? errno : 0;

	if (file >= 0)
		close(file);
	return error == EMFILE ? system_error(error) : dlerror();
}

const struct operator_code *module_code(
	const struct operator_spec *spec, struct text *problem)
{
	char path[PATH_MAX];

	find_module(spec->module, path, sizeof(path));
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void *code = module ? find_code(module, spec->name) : NULL;
	if (!code)
		text_add_format(problem,
			"the module `%s`, which it is in, cannot be loaded: "
			"%s",
			spec->module, load_problem(path));
	return code;
}
