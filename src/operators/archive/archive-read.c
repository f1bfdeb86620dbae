/* SPDX-License-Identifier: MIT */
/* archive-read: the entries of archives. These are its tables; the code that
 * reads is in the module. */
#include <string.h>
#include <strings.h>

#include "engine/operator.h"
#include "operators/support/archive/entry.h"
#include "operators/support/archive/kind.h"
#include "operators/support/archive/read-settings.h"
#include "operators/support/file/names.h"

static const struct pin_spec pins[] = {
	[ARCHIVE_READ_IN] = {.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM),
		.summary = "archives, compressed or not"},
	[ARCHIVE_READ_OUT] = {.name = "out",
		.direction = PIN_OUTPUT,
		.types =
			PAYLOAD_BIT(PAYLOAD_STREAM) | PAYLOAD_BIT(PAYLOAD_NONE),
		.summary = "the contents of their entries"},
	[ARCHIVE_READ_REJECTED] = {.name = "rejected",
		.direction = PIN_OUTPUT,
		.flags = PIN_OPTIONAL,
		.types = PAYLOAD_BIT(PAYLOAD_NONE),
		.summary = "entries that nobody should use, or can"},
	{0},
};

static const char *const plains[] = {"error", "pass", NULL};
static const char *const trailings[] = {"error", "allow", NULL};

static const struct property_spec properties[] = {
	{
		.name = "formats",
		.type = SETTING_TEXTS,
		.offset = offsetof(struct archive_read, formats),
		.summary = "Which formats are opened",
		.details =
			"Of tar, zip, 7z, cpio, ar (also .deb), which are "
			"opened if nothing is said, and iso, rar, xar, lha, "
			"cab, mtree, warc, which are only if they are named. "
			"The content tells which it is, whatever the name.",
	},
	{
		.name = "nested",
		.type = SETTING_TEXT,
		.offset = offsetof(struct archive_read, nested),
		.fallback = "false",
		.summary = "Whether archives in archives are opened",
		.details = "`true`: up to 8 deep; what lies deeper is an "
			   "error. A number: so deep; what lies deeper is an "
			   "entry as others are. A pattern such as *.zip: "
			   "those whose name, or path if it has a slash, "
			   "matches. Their entries come in their place.",
	},
	{
		.name = "content",
		.type = SETTING_BOOLEAN,
		.offset = offsetof(struct archive_read, content),
		.fallback = "true",
		.summary = "Whether contents are wanted, or only the list",
		.details = "With `false` there is an item without a payload "
			   "for each entry, and contents are skipped, or not "
			   "read at all in a zip or 7z file.",
	},
	{
		.name = "verify",
		.type = SETTING_BOOLEAN,
		.offset = offsetof(struct archive_read, verify),
		.fallback = "false",
		.summary = "Whether contents are checked before they come out",
		.details =
			"With `true` each is read to its end first, and held "
			"in memory or in a temporary file: an entry that is "
			"damaged is rejected, and those around it come, as "
			"far as the format lets them be found.",
	},
	{
		.name = "plain",
		.type = SETTING_CHOICE,
		.offset = offsetof(struct archive_read, plain),
		.fallback = "error",
		.choices = plains,
		.summary = "What a stream is that is no archive",
		.details = "With `pass` it comes out as it is, in a segment of "
			   "its own, without attributes of entries.",
	},
	{
		.name = "trailing",
		.type = SETTING_CHOICE,
		.offset = offsetof(struct archive_read, trailing),
		.fallback = "error",
		.choices = trailings,
		.summary = "What it is that something follows the end",
		.details =
			"With `allow` there is a warning, and it isn't read, "
			"also if it is another archive: in a tar, cpio or 7z "
			"file whatever it is, in a zip file up to 16 KiB. "
			"Zeros may always follow a tar or cpio file. What "
			"follows compressed data stays an error.",
	},
	{
		.name = "passphrases",
		.type = SETTING_FILE,
		.offset = offsetof(struct archive_read, passphrases),
		.summary = "A file with passphrases, one a line",
		.details = "They are tried one after the other on zip entries "
			   "that are encrypted.",
	},
	{
		.name = "max-entries",
		.type = SETTING_INTEGER,
		.offset = offsetof(struct archive_read, max_entries),
		.fallback = "1000000",
		.minimum = 1,
		.maximum = INT64_MAX,
		.unit = "entries",
		.summary = "So many entries one stream may have",
	},
	{
		.name = "max-bytes",
		.type = SETTING_SIZE,
		.offset = offsetof(struct archive_read, max_bytes),
		.fallback = "1TiB",
		.minimum = 1,
		.maximum = INT64_MAX,
		.summary = "So many bytes one stream may hold",
	},
	{
		.name = "max-ratio",
		.type = SETTING_INTEGER,
		.offset = offsetof(struct archive_read, max_ratio),
		.fallback = "200",
		.minimum = 1,
		.maximum = INT64_MAX,
		.unit = "times",
		.summary = "So many times its own size one stream may hold",
		.details = "It counts once 64 MiB have come out.",
	},
	{0},
};

/* ---- Checking --------------------------------------------------------------- */

/* Words for true and false in other places; no archive is called so. */
static bool is_word(const char *text)
{
	static const char *const words[] = {
		"yes", "no", "on", "off", "all", "none", "true", "false", NULL};

	for (size_t i = 0; words[i]; i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

bool nesting_parse(const char *text, struct nesting *nesting)
{
	size_t digits = strspn(text, "0123456789");

	*nesting = (struct nesting){.depth = 8};
	if (strcmp(text, "false") == 0) {
		nesting->depth = 0;
	} else if (strcmp(text, "true") == 0) {
		nesting->strict = true;
	} else if (digits > 0 && text[digits] == '\0') {
		nesting->depth = digits > 2 ? NESTED_MAX + 1
					    : (unsigned)strtoul(text, NULL, 10);
	} else {
		nesting->strict = true;
		nesting->pattern = text;
	}
	return *text && nesting->depth <= NESTED_MAX &&
		!(nesting->pattern && is_word(text));
}

static bool is_kind(const char *name)
{
	for (size_t i = 0; kind_names[i]; i++)
		if (strcmp(kind_names[i], name) == 0)
			return true;
	return false;
}

static void check_settings(struct relation *relation)
{
	const struct archive_read *settings = relation_settings(relation);
	struct nesting nesting;

	if (relation_given(relation, "formats") &&
		!relation_unknown(relation, "formats") &&
		settings->formats.count == 0)
		relation_error(relation, relation_location(relation, "formats"),
			"name some, or leave it out for the usual ones",
			"no format is named");
	for (size_t i = 0; i < settings->formats.count; i++) {
		const struct setting_item *item = &settings->formats.items[i];

		if (!is_kind(item->text))
			relation_error(relation, item->location,
				"they are tar, zip, 7z, cpio, ar, iso, rar, "
				"xar, lha, cab, mtree and warc",
				"there is no format '%s'", item->text);
	}
	if (!relation_unknown(relation, "nested") &&
		!nesting_parse(settings->nested, &nesting))
		relation_error(relation, relation_location(relation, "nested"),
			"write true, false, a number up to 16, or a pattern "
			"such as \"*.zip\"",
			"'%s' doesn't say how deep", settings->nested);
}

static void relate(struct relation *relation)
{
	const struct archive_read *settings = relation_settings(relation);
	const struct shape *input = relation_input(relation, ARCHIVE_READ_IN);

	check_settings(relation);
	if (!input->known)
		return;
	struct shape rejected =
		relation_shape(relation, input, PAYLOAD_NONE, NULL);
	for (size_t i = 0; i < ENTRY_ATTRIBUTES; i++)
		relation_add_attribute(
			relation, &rejected, &entry_attributes[i]);
	struct shape out = relation_shape(relation, &rejected,
		settings->content ? PAYLOAD_STREAM : PAYLOAD_NONE, NULL);
	for (size_t i = 0; i < SOURCE_NAMES; i++)
		relation_add_attribute(relation, &out, &source_attributes[i]);
	out.scope = SCOPE_SEGMENT;
	relation_output(relation, ARCHIVE_READ_OUT, &out);
	operator_relate_rejected(relation, ARCHIVE_READ_REJECTED, rejected);
}

const struct operator_spec spec_archive_read = {
	.name = "archive-read",
	.module = "archive",
	.family = "archive",
	.summary = "The entries of archives, also of archives in archives",
	.description =
		"Opens archives where they are and yields a stream for each "
		"file in them, one after the other; nothing is unpacked to "
		"disk. Compression around an archive is undone: gzip, bzip2, "
		"xz, lzma, zstd, lz4, also several of them; one that asks for "
		"more memory than the run may take is refused. Zip and 7z are "
		"read from their end: one that comes by a pipe or is "
		"compressed is held first, in memory or in a temporary "
		"file.\n\n"
		"Each entry is a segment with attributes of its own: what is "
		"known of it, and src_path and its kin, in which the path of "
		"the entry follows that of the archive, so that "
		"out/{src_path} puts the entries of a.zip beneath out/a.zip. "
		"Only regular files have a content; directories, links and "
		"devices are segments without one, which name no file.\n\n"
		"Names that are empty, absolute, lead out by `..`, start with "
		"the letter of a drive, or are longer than file systems allow "
		"are never made harmless: such an entry is rejected. "
		"Backslashes count as slashes for that, and stay, but for "
		"those of a zip entry whose name has no slash, which become "
		"some. Names in UTF-8 of pax headers and zip files come in "
		"Unicode's composed form (NFC), all others byte by byte.\n\n"
		"An archive that is damaged, truncated, also between two "
		"entries, or followed by something else (see `trailing`) "
		"fails its unit, and so does an entry whose checksum is wrong, "
		"even if nobody reads it. A zip file whose directory says "
		"something else than the headers of its entries, or whose end "
		"leads to two directories, is refused; one with something in "
		"front of it, such as the program that unpacks it, counts as "
		"no archive. The limits are for all that comes from one "
		"stream, however deep.\n\n"
		"Just an entry is rejected, and those around it come, if it "
		"is encrypted and there is no passphrase that fits, or it "
		"isn't in a zip file; if nothing of it can be read, as where a "
		"zip file has it compressed in a way that libarchive doesn't "
		"know; or if with `nested` it begins as an archive or "
		"compressed data do but can't be opened. Once part of an "
		"archive in it has come out, what is wrong with that fails the "
		"unit, and so does what is wrong with a content, of which part "
		"has gone on to where it can't be taken back, unless `verify` "
		"is set. What begins in another "
		"volume of a tar file is rejected, too, but is in the list "
		"without `content`. Global headers of pax have no effect.\n\n"
		"A file with several names comes as a file by one of them, and "
		"then by the others as hard links to that. In a cpio file of "
		"the format newc the content stands behind one of the names, "
		"usually the last: those before it wait until it has come, or "
		"come, the first as an empty file, when all are there or the "
		"archive ends. So entry_index, which counts as the archive "
		"does, isn't always in order. What waits may take 16 "
		"MiB.\n\n",
	.example = "leat: 1\n"
		   "session: cat-archive\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  entries: {use: archive-read, plain: pass}\n"
		   "  split: lines\n"
		   "  out: stdout\n"
		   "links: [in -> entries -> split -> out]\n",
	.example_input =
		"!<arch>\n"
		"hello.txt/      0           0     0     100644  6         `\n"
		"hello\n"
		"world.txt/      0           0     0     100644  6         `\n"
		"world\n",
	.example_output = "hello\nworld\n",
	.flags = OPERATOR_RESUMABLE | OPERATOR_UNTRUSTED,
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.properties = properties,
	.attributes = entry_attributes,
	.state_size = sizeof(struct archive_read),
	.relate = relate,
};
