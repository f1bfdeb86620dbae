/* SPDX-License-Identifier: MIT */
/* Archives written by libarchive. */
#include "operators/support/archive/writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/system-error.h"

/* So much waits in memory at most, or what one call makes. */
enum { WAITING_BYTES = 1024 * 1024 };

struct archive_writer {
	const struct archive_write *settings;
	const struct archive_format_row *format;
	struct written *written;
	struct archive *archive;
	struct archive_entry *entry;
	bool abandoned; /* nothing more is written */
};

/* ---- What comes out --------------------------------------------------------- */

static bool hold(struct written *written, const void *data, size_t length)
{
	if (!written->more)
		written->more = content_create(written->budget);
	if (content_add(written->more, data, length))
		return true;
	written->error = errno;
	return false;
}

static la_ssize_t take(
	struct archive *archive, void *context, const void *data, size_t length)
{
	struct archive_writer *writer = context;
	struct written *written = writer->written;

	if (writer->abandoned)
		return -1;
	if (!written->more && written->bytes.length < WAITING_BYTES) {
		text_add(&written->bytes, data, length);
	} else if (!hold(written, data, length)) {
		archive_set_error(archive, written->error,
			"it can't be held in a temporary file: %s",
			system_error(written->error));
		return -1;
	}
	return (la_ssize_t)length;
}

/* ---- Failure ---------------------------------------------------------------- */

static bool fail(struct archive_writer *writer, const struct member *member,
	struct text *problem)
{
	const char *why = archive_error_string(writer->archive);

	problem->length = 0;
	if (member) {
		text_add_string(problem, "the entry `");
		text_add_escaped(
			problem, member->name, strlen(member->name), 1000);
		text_add_format(problem,
			"` can't be put into an archive of format %s: ",
			writer->format->name);
	}
	if (!why)
		why = system_error(archive_errno(writer->archive));
	text_add_escaped(problem, why, strlen(why), 1000);
	return false;
}

/* ---- Formats ---------------------------------------------------------------- */

static int set_format(
	const struct archive_write *settings, struct archive *archive)
{
	switch ((enum archive_format)settings->format) {
	case ARCHIVE_TAR:
		return settings->preserve
			? archive_write_set_format_pax(archive)
			: archive_write_set_format_pax_restricted(archive);
	case ARCHIVE_USTAR: return archive_write_set_format_ustar(archive);
	case ARCHIVE_GNU: return archive_write_set_format_gnutar(archive);
	case ARCHIVE_ZIP: return archive_write_set_format_zip(archive);
	case ARCHIVE_7Z: return archive_write_set_format_7zip(archive);
	case ARCHIVE_CPIO: return archive_write_set_format_cpio_newc(archive);
	case ARCHIVE_AR: return archive_write_set_format_ar_bsd(archive);
	case ARCHIVE_MTREE: return archive_write_set_format_mtree(archive);
	}
	return ARCHIVE_FATAL;
}

static int set_compression(
	const struct archive_write *settings, struct archive *archive)
{
	const bool store = settings->compression == ARCHIVE_STORE;
	const char *how = settings->format == ARCHIVE_ZIP ? "deflate" : "lzma1";
	char level[24];

	if (store)
		return archive_write_set_format_option(archive, NULL,
			"compression",
			settings->format == ARCHIVE_ZIP ? "store" : "copy");
	snprintf(level, sizeof(level), "%d", archive_level(settings));
	int result = archive_write_set_format_option(
		archive, NULL, "compression", how);
	return result == ARCHIVE_OK ? archive_write_set_format_option(archive,
					      NULL, "compression-level", level)
				    : result;
}

/* What would say more than the entries do is left out. */
static int set_keywords(
	const struct archive_write *settings, struct archive *archive)
{
	return archive_write_set_options(archive,
		settings->preserve
			? "!all,type,mode,size,time,link,sha256,uid,gid,uname,"
			  "gname,device"
			: "!all,type,mode,size,time,link,sha256");
}

static int set_options(
	const struct archive_write *settings, struct archive *archive)
{
	if (archive_format_rows[settings->format].packs)
		return set_compression(settings, archive);
	return settings->format == ARCHIVE_MTREE
		? set_keywords(settings, archive)
		: ARCHIVE_OK;
}

/* ---- Archives --------------------------------------------------------------- */

size_t archive_writer_bytes(const struct archive_write *settings)
{
	/* What xz(1) says that its levels take, in MiB; they are those of
	 * LZMA1, too. */
	static const unsigned char lzma[] = {
		0, 9, 17, 32, 48, 94, 94, 186, 255, 255};
	size_t bytes = 2 * WAITING_BYTES;

	if (settings->format == ARCHIVE_7Z &&
		settings->compression != ARCHIVE_STORE)
		bytes += (size_t)lzma[archive_level(settings)] << 20;
	return bytes;
}

struct archive_writer *archive_writer_create(
	const struct archive_write *settings, struct written *written,
	struct text *problem)
{
	struct archive_writer *writer = memory_zeroed(sizeof(*writer));

	writer->settings = settings;
	writer->format = &archive_format_rows[settings->format];
	writer->written = written;
	writer->archive = archive_write_new();
	writer->entry = archive_entry_new();
	if (!writer->archive || !writer->entry)
		memory_abort();
	/* The bytes come as they are made, without blocks around them. */
	if (set_format(settings, writer->archive) == ARCHIVE_OK &&
		set_options(settings, writer->archive) == ARCHIVE_OK &&
		archive_write_set_bytes_per_block(writer->archive, 0) ==
			ARCHIVE_OK &&
		archive_write_open(writer->archive, writer, NULL, take, NULL) ==
			ARCHIVE_OK)
		return writer;
	fail(writer, NULL, problem);
	archive_writer_destroy(writer);
	return NULL;
}

void archive_writer_destroy(struct archive_writer *writer)
{
	if (!writer)
		return;
	/* It would be completed. What archive_write_fail is called for isn't,
	 * but then not all is freed. */
	writer->abandoned = true;
	archive_write_free(writer->archive);
	archive_entry_free(writer->entry);
	free(writer);
}

/* ---- Entries ---------------------------------------------------------------- */

static unsigned file_type(enum member_type type)
{
	switch (type) {
	case MEMBER_DIRECTORY: return AE_IFDIR;
	case MEMBER_SYMLINK: return AE_IFLNK;
	case MEMBER_FIFO: return AE_IFIFO;
	case MEMBER_CHAR: return AE_IFCHR;
	case MEMBER_BLOCK: return AE_IFBLK;
	case MEMBER_FILE:
	case MEMBER_HARDLINK: break;
	}
	return AE_IFREG;
}

/* Where there is one extent, and it is all, there is no hole. */
static void describe_holes(
	struct archive_entry *entry, const struct member *shown)
{
	const struct holes *holes = shown->holes;

	if (holes->count == 1 && holes->extents[0].length == shown->size)
		return;
	for (size_t i = 0; i < holes->count; i++)
		archive_entry_sparse_add_entry(entry,
			(int64_t)holes->extents[i].offset,
			(int64_t)holes->extents[i].length);
}

static void describe(struct archive_entry *entry, const struct member *member,
	const struct member *shown, const char *link)
{
	int64_t seconds = shown->mtime_us / 1000000;
	int64_t rest_ns =
		shown->mtime_us % 1000000 * 1000 + (int64_t)shown->mtime_ns;

	/* Not all read a fraction of a time before 1970 alike. */
	if (seconds < 0 || rest_ns < 0) {
		seconds -= rest_ns < 0;
		rest_ns = 0;
	}
	archive_entry_clear(entry);
	archive_entry_copy_pathname(entry, member->name);
	archive_entry_set_filetype(
		entry, file_type((enum member_type)shown->type));
	archive_entry_set_perm(entry, shown->mode);
	archive_entry_set_mtime(entry, seconds, (long)rest_ns);
	archive_entry_set_uid(entry, shown->uid);
	archive_entry_set_gid(entry, shown->gid);
	archive_entry_set_nlink(entry, 1);
	if (shown->type == MEMBER_CHAR || shown->type == MEMBER_BLOCK) {
		archive_entry_set_rdevmajor(entry, (dev_t)shown->major);
		archive_entry_set_rdevminor(entry, (dev_t)shown->minor);
	}
	archive_entry_set_size(entry,
		!link && shown->type == MEMBER_FILE ? (int64_t)shown->size : 0);
	if (shown->user)
		archive_entry_copy_uname(entry, shown->user);
	if (shown->group)
		archive_entry_copy_gname(entry, shown->group);
	if (link)
		archive_entry_copy_hardlink(entry, link);
	else if (shown->type == MEMBER_SYMLINK)
		archive_entry_copy_symlink(entry, shown->link);
	if (!link && shown->holes)
		describe_holes(entry, shown);
}

static bool refuse(const struct archive_writer *writer,
	const struct member *member, const char *why, struct text *problem)
{
	problem->length = 0;
	text_add_string(problem, "the entry `");
	text_add_escaped(problem, member->name, strlen(member->name), 1000);
	text_add_format(problem,
		"` can't be put into an archive of format %s: %s",
		writer->format->name, why);
	return false;
}

/* What libarchive would write even though nobody could read it. */
static bool check(const struct archive_writer *writer,
	const struct member *member, const struct member *shown,
	const char *link, struct text *problem)
{
	const char *name = member->name;
	size_t length = strlen(name);
	const enum archive_format format =
		(enum archive_format)writer->settings->format;

	if (link && !writer->format->links)
		return refuse(writer, member,
			"it has no hard links; `order: path` makes copies",
			problem);
	if (writer->format->packs && text_valid(name, length) < length)
		return refuse(writer, member, "its name isn't UTF-8", problem);
	if (format == ARCHIVE_AR && strchr(name, '/'))
		return refuse(writer, member,
			"it has no directories; `path: \"{src_name}\"` leaves "
			"them out",
			problem);
	if (format == ARCHIVE_AR && shown->type != MEMBER_FILE)
		return refuse(
			writer, member, "it has nothing but files", problem);
	if (writer->format->packs && shown->type == MEMBER_FIFO)
		return refuse(writer, member, "it has no pipes", problem);
	if (writer->format->packs &&
		(shown->type == MEMBER_CHAR || shown->type == MEMBER_BLOCK))
		return refuse(writer, member, "it has no devices", problem);
	return true;
}

bool archive_writer_begin(struct archive_writer *writer,
	const struct member *member, const struct member *shown,
	const char *link, struct text *problem)
{
	if (!check(writer, member, shown, link, problem))
		return false;
	describe(writer->entry, member, shown, link);
	int result = archive_write_header(writer->archive, writer->entry);
	/* A name that isn't UTF-8 is written as it is. */
	return result == ARCHIVE_OK ||
		(result == ARCHIVE_WARN && writer->format->warns) ||
		fail(writer, member, problem);
}

bool archive_writer_add(struct archive_writer *writer, const void *data,
	size_t length, struct text *problem)
{
	return archive_write_data(writer->archive, data, length) ==
		(la_ssize_t)length ||
		fail(writer, NULL, problem);
}

bool archive_writer_end(struct archive_writer *writer, struct text *problem)
{
	return archive_write_finish_entry(writer->archive) == ARCHIVE_OK ||
		fail(writer, NULL, problem);
}

bool archive_writer_finish(struct archive_writer *writer, struct text *problem)
{
	return archive_write_close(writer->archive) == ARCHIVE_OK ||
		fail(writer, NULL, problem);
}
