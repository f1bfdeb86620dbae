/* SPDX-License-Identifier: MIT */
/* Outputs: how they come to be, as temporaries in the directories of their
 * targets. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/link-target.h"
#include "base/memory.h"
#include "base/place.h"
#include "engine/output-parts.h"

/* Opens the directory of the target beneath its root. */
static struct output_place *open_place(
	struct output *output, size_t root_length)
{
	const char *slash = strrchr(output->path + root_length, '/');
	size_t length = slash ? (size_t)(slash - output->path) : root_length;

	output->name = output->path + root_length;
	while (root_length > 0 && *output->name == '/')
		output->name++;
	if (slash)
		output->name = slash + 1;
	return output_place_get(output->pool, output->path,
		length > root_length ? length : root_length, root_length);
}

/* Whether it is a link to what a process has open, as /dev/stdout is: a shell
 * may have put a regular file there, or nothing. */
static bool is_descriptor(int directory, const char *name)
{
	static const char prefix[] = "/proc/";
	char target[sizeof(prefix) - 1];

	return readlinkat(directory, name, target, sizeof(target)) ==
		(ssize_t)sizeof(target) &&
		memcmp(target, prefix, sizeof(target)) == 0;
}

/* Whether what is there gives way: devices and directories are not replaced,
 * neither are links to them by files, unless OVER_LINKS. */
static bool check_target(const struct output *output, bool over_links)
{
	int directory = output_place_descriptor(output->place);
	int flags = output->kind == FILE_REGULAR && !over_links
		? 0
		: AT_SYMLINK_NOFOLLOW;
	struct stat stat;

	if (!*output->name || strcmp(output->name, ".") == 0 ||
		strcmp(output->name, "..") == 0) {
		errno = EISDIR;
		return false;
	}
	if (flags == 0 && is_descriptor(directory, output->name)) {
		errno = ENOTSUP;
		return false;
	}
	if (fstatat(directory, output->name, &stat, flags) < 0)
		return errno == ENOENT || errno == ELOOP || errno == EACCES;
	if (output->kind == FILE_DIRECTORY) {
		errno = ENOTDIR;
		return S_ISDIR(stat.st_mode);
	}
	errno = S_ISDIR(stat.st_mode) ? EISDIR : ENOTSUP;
	return S_ISREG(stat.st_mode) || S_ISLNK(stat.st_mode);
}

static struct output *new_output(
	struct output_pool *pool, const struct output_request *request)
{
	size_t size = strlen(request->path) + 1;
	struct output *output = memory_zeroed(sizeof(*output) + size);

	memcpy(output->path, request->path, size);
	output->stage = GONE;
	output->kind = request->kind;
	output->mode = request->mode;
	output->depth = place_depth(request->path + request->root_length);
	output->has_mtime = request->has_mtime;
	output->mtime_us = request->mtime_us;
	output->descriptor = -1;
	output->pool = pool ? output_pool_ref(pool) : output_pool_create();
	output->waiting.output = output;
	return output;
}

static void set_target(struct output *output, const char *target)
{
	output->length_bytes = strlen(target);
	output->digest = digest_of(target, output->length_bytes);
}

/* It doesn't lead out of the root, whatever else it does. */
static bool check_link(const struct output_request *request)
{
	const char *beneath = request->path + request->root_length;
	struct text result = {0};

	while (*beneath == '/')
		beneath++;
	bool ok = request->target &&
		!link_target_resolve(beneath, request->target, &result);
	text_free(&result);
	errno = EXDEV;
	return ok;
}

static bool make_link(struct output *output, const char *target,
	const char *prefix, bool scratch)
{
	int directory = output_place_descriptor(output->place);

	set_target(output, target);
	output->stage = FINISHED;
	if (scratch)
		return true;
	output->stage = GONE;
	if (!file_create_link(directory, target, prefix, output->temporary))
		return false;
	output->stage = FINISHED;
	output_place_change(output->place);
	return !output->has_mtime ||
		file_set_time_at(
			directory, output->temporary, output->mtime_us);
}

static bool make_directory(struct output *output)
{
	int directory = output_place_descriptor(output->place);
	struct stat stat;

	output->made = mkdirat(directory, output->name, output->mode) == 0;
	if (output->made)
		output_place_change(output->place);
	else if (errno != EEXIST)
		return false;
	output->stage = FINISHED;
	if (fstatat(directory, output->name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	output->file.inode = stat.st_ino;
	return true;
}

static bool make_file(struct output *output, const char *prefix)
{
	output->descriptor =
		file_create_temporary(output_place_descriptor(output->place),
			output->mode, prefix, output->temporary);
	if (output->descriptor < 0)
		return false;
	output->stage = WRITING;
	output->digester = digester_create();
	return true;
}

static bool make(struct output *output, const struct output_request *request,
	const char *prefix, const char *scratch)
{
	size_t length = scratch ? strlen(scratch) : 0;

	output->place = scratch
		? output_place_get(output->pool, scratch, length, length)
		: open_place(output, request->root_length);
	if (!output->place ||
		(!scratch && !check_target(output, request->over_links)))
		return false;
	switch (output->kind) {
	case FILE_REGULAR: return make_file(output, prefix);
	case FILE_LINK:
		return make_link(output, request->target, prefix, scratch);
	case FILE_DIRECTORY:
		output->stage = scratch ? FINISHED : GONE;
		return scratch || make_directory(output);
	case FILE_KINDS: break;
	}
	errno = EINVAL;
	return false;
}

struct output *output_create(struct output_pool *pool,
	const struct output_request *request, const char *prefix,
	const char *scratch)
{
	if (request->kind == FILE_LINK && !check_link(request))
		return NULL;
	struct output *output = new_output(pool, request);
	if (make(output, request, prefix, scratch))
		return output;
	int saved = errno;
	output_destroy(output);
	errno = saved;
	return NULL;
}

struct output *output_adopt(struct output_pool *pool,
	const struct output_request *request, int descriptor)
{
	struct output *output = new_output(pool, request);

	if (output->kind == FILE_LINK)
		set_target(output, request->target);
	output->stage = FINISHED;
	if (output->kind != FILE_REGULAR)
		return output;
	output->descriptor = descriptor;
	output->stage = WRITING;
	output->digester = digester_create();
	return output;
}
