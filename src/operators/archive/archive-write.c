/* SPDX-License-Identifier: MIT */
/* archive-write: archives of contents. These are its tables; the code that
 * writes is in the module. */
#include <string.h>

#include "engine/operator.h"
#include "operators/support/archive/entry.h"
#include "operators/support/archive/write-settings.h"
#include "operators/support/codec/compressor-check.h"
#include "registry/module.h"

static const struct pin_spec pins[] = {
	[ARCHIVE_WRITE_IN] = {.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM),
		.summary = "the contents of the entries"},
	[ARCHIVE_WRITE_OUT] = {.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_BYTES),
		.summary = "the archive"},
	{0},
};

/* The years 1 to 9999, as those of attributes; 11 digits in octal; 12 in
 * decimal, which is more. */
#define FIRST_MTIME_S INT64_C(-62135596800)
#define LAST_MTIME_S INT64_C(253402300799)
#define LAST_OCTAL_S INT64_C(077777777777)

const struct archive_format_row archive_format_rows[] = {
	[ARCHIVE_TAR] = {"tar", .links = true, .warns = true, .joins = true,
		.first_mtime_s = FIRST_MTIME_S, .last_mtime_s = LAST_MTIME_S},
	[ARCHIVE_USTAR] = {"ustar", .links = true, .joins = true,
		.last_mtime_s = LAST_OCTAL_S},
	[ARCHIVE_GNU] = {"gnu", .links = true, .joins = true,
		.last_mtime_s = LAST_OCTAL_S},
	[ARCHIVE_ZIP] = {"zip", .lists = true, .packs = true,
		.last_mtime_s = UINT32_MAX},
	[ARCHIVE_7Z] = {"7z", .lists = true, .packs = true,
		.last_mtime_s = LAST_MTIME_S},
	[ARCHIVE_CPIO] = {"cpio", .joins = true, .last_mtime_s = UINT32_MAX},
	[ARCHIVE_AR] = {"ar", .last_mtime_s = LAST_MTIME_S},
	[ARCHIVE_MTREE] = {"mtree", .lists = true,
		.first_mtime_s = FIRST_MTIME_S, .last_mtime_s = LAST_MTIME_S},
	{0},
};

static const char *const formats[] = {
	"tar", "ustar", "gnu", "zip", "7z", "cpio", "ar", "mtree", NULL};
static const char *const compressions[] = {
	"usual", "none", "gzip", "zstd", "xz", "bzip2", "lz4", NULL};
static const char *const orders[] = {"path", "unit", "none", NULL};

static const struct property_spec properties[] = {
	{
		.name = "format",
		.type = SETTING_CHOICE,
		.offset = offsetof(struct archive_write, format),
		.fallback = "tar",
		.choices = formats,
		.summary = "The format",
		.details =
			"`tar` is that of POSIX: ustar, with pax headers for "
			"what that can't say, such as long names, names that "
			"aren't ASCII, and large sizes. `ustar` has nothing "
			"else, `gnu` is that of GNU tar. `cpio` is \"newc\", "
			"`ar` that of BSD, which binutils and dpkg read; it "
			"has no directories. `mtree` is a list with a SHA-256 "
			"for each file.",
	},
	{
		.name = "compression",
		.type = SETTING_CHOICE,
		.offset = offsetof(struct archive_write, compression),
		.fallback = "usual",
		.choices = compressions,
		.summary = "How it is compressed",
		.details =
			"`usual`: zip by deflate, 7z by LZMA, and others not "
			"at all. In a zip or 7z file each content is "
			"compressed on its own, so that there is nothing to "
			"choose but `none`, which stores them as they are.",
	},
	{
		.name = "level",
		.type = SETTING_INTEGER,
		.offset = offsetof(struct archive_write, level),
		.minimum = 1,
		.maximum = 22,
		.unit = "steps",
		.summary = "From fast (1) to small, as the programs have it",
		.details =
			"As for `compress`; of zip up to 9, and 6 if "
			"nothing is said; of 7z up to 9, and 4, which takes "
			"48 MiB of memory. From 5 on, which 7z itself takes, "
			"it is 94 MiB, more than there is if `resources: "
			"memory` isn't raised; where there are many "
			"entries, 1 leaves more for their names.",
	},
	{
		.name = "threads",
		.type = SETTING_INTEGER,
		.offset = offsetof(struct archive_write, threads),
		.minimum = 1,
		.maximum = 64,
		.unit = "threads",
		.summary = "How many compress; with zstd and xz only",
		.details = "As for `compress`: it takes more memory, and gives "
			   "other bytes, the same for any number. Even one "
			   "compresses while entries are read.",
	},
	{
		.name = "path",
		.type = SETTING_TEMPLATE,
		.offset = offsetof(struct archive_write, path),
		.summary = "The name of an entry, with {attribute} in it",
		.details = "If it isn't given: {entry_path} for what comes out "
			   "of archives, else {src_path}.",
	},
	{
		.name = "order",
		.type = SETTING_CHOICE,
		.offset = offsetof(struct archive_write, order),
		.fallback = "path",
		.choices = orders,
		.summary = "The order of the entries",
		.details =
			"`path`: the bytewise one of their names, whatever "
			"they come in; contents are held until all are there, "
			"in memory or in a temporary file. `unit`: the same "
			"for each unit, one unit after the other. `none`: as "
			"they come; only one content is held, or none where "
			"its size is known.",
	},
	{
		.name = "preserve",
		.type = SETTING_BOOLEAN,
		.offset = offsetof(struct archive_write, preserve),
		.fallback = "false",
		.summary = "Whether modes, owners, times and the like are kept",
		.details =
			"By default a file has mode 0755 if its owner may "
			"execute it, else 0644, and a directory 0755; owner "
			"and group are 0, without names; times are those of "
			"`max-mtime` at most and 1970 at least, in whole "
			"seconds. So what entry-edit sets needs this, too. "
			"With it all bits of modes, ids and names of owners, "
			"times to the nanosecond where the format can say "
			"them (of files to the microsecond), and devices are "
			"kept; in a tar file also where an entry_sparse has "
			"holes: 4 KiB of zeros or more. A time that the format "
			"can't say becomes the nearest that it can, with a "
			"warning: those before 1970 of all but tar and mtree; "
			"after 2106 of zip and cpio, after 2242 of ustar and "
			"gnu. Times of reading, "
			"access control lists and extended attributes never "
			"are.",
	},
	{
		.name = "max-mtime",
		.type = SETTING_TIMESTAMP,
		.offset = offsetof(struct archive_write, max_mtime_us),
		.fallback = "source-date",
		.summary = "What is newer, or has no time, gets this one",
		.details =
			"`source-date` is what the variable SOURCE_DATE_EPOCH "
			"says, or 1970-01-01T00:00:00Z if it isn't set.",
	},
	{0},
};

/* ---- Checking --------------------------------------------------------------- */

const char *archive_usual_path(const struct shape *shape)
{
	if (shape_attribute(shape, "entry_path"))
		return "{entry_path}";
	return shape_attribute(shape, "src_path") ? "{src_path}" : NULL;
}

static bool is_around(const struct archive_write *settings)
{
	return settings->compression >= ARCHIVE_AROUND;
}

static enum compression around(const struct archive_write *settings)
{
	return (enum compression)(settings->compression - ARCHIVE_AROUND);
}

int archive_level(const struct archive_write *settings)
{
	if (settings->level)
		return (int)settings->level;
	if (is_around(settings))
		return compression_levels(around(settings))->usual;
	return settings->format == ARCHIVE_7Z ? 4 : 6;
}

/* What isn't compressed as a whole. */
static void check_packed(
	struct relation *relation, const struct archive_write *settings)
{
	const struct archive_format_row *row =
		&archive_format_rows[settings->format];

	if (settings->threads)
		compressor_refuse_threads(relation, row->name);
	else if (settings->level &&
		(!row->packs || settings->compression == ARCHIVE_STORE))
		relation_error(relation, relation_location(relation, "level"),
			row->packs ? "leave out `compression`"
				   : "say how, as in compression: zstd",
			"nothing is compressed");
	else
		compressor_check_level(relation, row->name, settings->level, 9);
}

static void check_compression(
	struct relation *relation, const struct archive_write *settings)
{
	const struct archive_format_row *row =
		&archive_format_rows[settings->format];

	if (!is_around(settings))
		check_packed(relation, settings);
	else if (row->packs)
		relation_error(relation,
			relation_location(relation, "compression"),
			"leave it out, or write none to store them as they are",
			"%s compresses its entries by itself", row->name);
	else
		compressor_check(relation, around(settings), settings->level,
			settings->threads);
}

/* A name that needn't be filled in is known. */
static void check_path(struct relation *relation)
{
	const struct archive_write *settings = relation_settings(relation);
	const struct shape *input = relation_input(relation, ARCHIVE_WRITE_IN);
	const char *path = settings->path.text;
	const char *problem = path && !strpbrk(path, "{}")
		? entry_name_problem(path, strlen(path))
		: NULL;

	if (relation_unknown(relation, "path"))
		return;
	if (problem)
		relation_error(relation, relation_location(relation, "path"),
			"write it as it is to be unpacked in some directory",
			"'%s' is no name for an entry: it %s", path, problem);
	else if (input->known && !path && !archive_usual_path(input))
		relation_error(relation, relation_location(relation, "path"),
			"say what it is called, as in path: report.csv",
			"nothing that arrives has a path");
}

static void check_settings(struct relation *relation)
{
	const struct archive_write *settings = relation_settings(relation);

	if (!relation_unknown(relation, "format") &&
		!relation_unknown(relation, "compression") &&
		!relation_unknown(relation, "level") &&
		!relation_unknown(relation, "threads"))
		check_compression(relation, settings);
	if (settings->preserve && relation_given(relation, "max-mtime") &&
		!relation_unknown(relation, "preserve"))
		relation_error(relation,
			relation_location(relation, "max-mtime"),
			"leave out one of them", "`preserve` keeps all times");
	check_path(relation);
}

/* What is known of entries ends here. */
static struct shape archive_shape(
	struct relation *relation, const struct shape *input)
{
	struct shape empty = *input;

	empty.attributes = NULL;
	empty.attribute_count = 0;
	struct shape shape =
		relation_shape(relation, &empty, PAYLOAD_BYTES, NULL);
	/* Those of files go on; archives in what has no name only seem to have
	 * some. */
	for (size_t i = 0; i < input->attribute_count &&
		shape_attribute(input, "src_size");
		i++)
		if (strncmp(input->attributes[i]->name, "src_", 4) == 0)
			relation_add_attribute(
				relation, &shape, input->attributes[i]);
	if (shape.scope == SCOPE_SEGMENT)
		shape.scope = SCOPE_UNIT;
	return shape;
}

static void relate(struct relation *relation)
{
	const struct archive_write *settings = relation_settings(relation);
	const struct shape *input = relation_input(relation, ARCHIVE_WRITE_IN);

	check_settings(relation);
	if (settings->order != ARCHIVE_BY_PATH &&
		archive_format_rows[settings->format].joins)
		relation_set_parts(relation);
	if (!input->known)
		return;
	if (!shape_attribute(input, "entry_type"))
		relation_uses_files(relation,
			settings->preserve || settings->max_mtime_us > 0
				? FILE_MODES | FILE_TIMES
				: FILE_MODES);
	struct shape shape = archive_shape(relation, input);
	relation_output(relation, ARCHIVE_WRITE_OUT, &shape);
}

/* ---- The operator ----------------------------------------------------------- */

extern const struct operator_spec spec_archive_write;

static void libraries(const void *state, struct text *text)
{
	const struct archive_write *settings = state;
	struct text problem = {0};
	const struct operator_code *code =
		module_code(&spec_archive_write, &problem);

	if (code)
		code->libraries(state, text);
	else
		text_add_string(text, "none");
	text_free(&problem);
	if (is_around(settings)) {
		text_add_string(text, ", ");
		compression_add_library(around(settings), text);
	}
}

const struct operator_spec spec_archive_write = {
	.name = "archive-write",
	.module = "archive",
	.family = "archive",
	.summary = "Archives of contents, the same bytes everywhere",
	.description =
		"Makes an archive of each document, that is of what goes into "
		"one file behind it: with out/{src_stem}.tar for each unit, "
		"with all.tar for all. A stream is an entry. Segments of "
		"archive-read that have none are kept, too, if they are "
		"directories, links or pipes; a file whose stream was dropped "
		"is left out, and so is the root of an archive, which has no "
		"name.\n\n"
		"The same entries give the same bytes, in whatever order they "
		"come, on any day and machine, as long as the version of "
		"libarchive and of what compresses is the same: entries are "
		"in the order of their names, and nothing of the owner, the "
		"host or the time of packing goes in.\n\n"
		"A name that is empty, absolute, leads out by `..`, starts "
		"with the letter of a drive or is longer than file systems "
		"allow fails its unit, and so does one that comes twice, "
		"unless both are directories; with `order: path` also one "
		"that would lie in a file or a link; and a symbolic link to a "
		"name that is longer. A hard link becomes one to the first of "
		"its names; formats without them get a copy. Its target must "
		"be in the archive. Devices are kept only with `preserve`, and "
		"sockets never: without it, and in a format that has none, "
		"they fail the unit, unless a `filter` drops them.\n\n"
		"An archive of all units holds nothing of those that failed. "
		"When one of them changes all run again. With `order: unit` "
		"or `none` in a tar or cpio file each unit is a part of its "
		"own, and only those that changed run again; but then names "
		"that two units have in common aren't found.\n\n",
	.example = "leat: 1\n"
		   "session: pack-lines\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  pack: {use: archive-write, format: tar, path: a/b.txt}\n"
		   "  again: spool\n"
		   "  entries: archive-read\n"
		   "  split: lines\n"
		   "  out: stdout\n"
		   "links: [in -> pack -> again -> entries -> split -> out]\n",
	.example_input = "one\ntwo\n",
	.example_output = "one\ntwo\n",
	.flags = OPERATOR_RESUMABLE | OPERATOR_BY_DOCUMENT | OPERATOR_NESTED,
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.properties = properties,
	.state_size = sizeof(struct archive_write),
	.relate = relate,
	.libraries = libraries,
};
