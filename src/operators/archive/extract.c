/* SPDX-License-Identifier: MIT */
/* extract: entries of archives as files beneath a directory. These are its
 * tables; the code is in the module. */
#include <string.h>

#include "engine/operator.h"
#include "operators/support/archive/entry.h"
#include "operators/support/extract/settings.h"
#include "operators/support/write/template.h"

static const struct pin_spec pins[] = {
	[EXTRACT_IN] = {.name = "in",
		.direction = PIN_INPUT,
		.flags = PIN_TAKES_PACKED,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM) |
			PAYLOAD_BIT(PAYLOAD_BYTES) | PAYLOAD_BIT(PAYLOAD_LINE),
		.summary = "the contents of entries; a line gets its line "
			   "feed"},
	[EXTRACT_REJECTED] = {.name = "rejected",
		.direction = PIN_OUTPUT,
		.flags = PIN_OPTIONAL,
		.types = PAYLOAD_BIT(PAYLOAD_NONE),
		.summary = "entries that are refused"},
	{0},
};

static const char *const links[] = {"refuse", "inside", NULL};
static const char *const collisions[] = {"fail", "skip", "rename", NULL};

static const struct property_spec properties[] = {
	{
		.name = "directory",
		.type = SETTING_PATH_TEMPLATE,
		.offset = offsetof(struct extract, directory),
		.flags = PROPERTY_REQUIRED | PROPERTY_DIRECTORY,
		.summary = "Where the entries go, with {attribute} in it",
		.details = "The attributes are those of the unit, which mostly "
			   "is the archive: out/{src_stem} gives each a "
			   "directory of its own. It is made if it is missing; "
			   "no entry leaves it.",
	},
	{
		.name = "links",
		.type = SETTING_CHOICE,
		.offset = offsetof(struct extract, links),
		.fallback = "refuse",
		.choices = links,
		.summary = "What becomes of symbolic and hard links",
		.details =
			"With `inside` a symbolic link is made if it leads, "
			"by a relative path that doesn't go up again, to a "
			"file or a directory that the same archive puts "
			"beneath the directory, and not to or through another "
			"link. Nothing is written through one: links are made "
			"last. A hard link becomes a copy of the regular entry "
			"before it that it names.",
	},
	{
		.name = "collisions",
		.type = SETTING_CHOICE,
		.offset = offsetof(struct extract, collisions),
		.fallback = "fail",
		.choices = collisions,
		.summary = "What becomes of an entry whose name is taken",
		.details =
			"That is, taken by one before it in the same archive: "
			"`fail` refuses it, `skip` leaves it out, `rename` "
			"appends .2, or the next number that is free. A "
			"directory may come several times; a file where a "
			"directory is needed is always refused.",
	},
	{
		.name = "flat",
		.type = SETTING_BOOLEAN,
		.offset = offsetof(struct extract, flat),
		.fallback = "false",
		.summary = "Whether archives in archives get no directories",
		.details = "Their entries then lie where those of the archive "
			   "around them do, as those of data.tar in a Debian "
			   "package. Names that two of them have in common are "
			   "up to `collisions`.",
	},
	{
		.name = "portable-names",
		.type = SETTING_BOOLEAN,
		.offset = offsetof(struct extract, portable_names),
		.fallback = "false",
		.summary = "Whether names that are nearly the same are refused",
		.details = "Those that differ only in case or in the form of "
			   "Unicode, which are one file on other systems. "
			   "Without it there is a warning.",
	},
	{
		.name = "times",
		.type = SETTING_BOOLEAN,
		.offset = offsetof(struct extract, times),
		.fallback = "true",
		.summary = "Whether files get the times of their entries",
		.details = "So do links, and directories, when all that is in "
			   "them is there. Without it they have the time at "
			   "which they were made.",
	},
	{0},
};

/* ---- Checking --------------------------------------------------------------- */

/* Whether an attribute of entries is in the template. */
static bool names_entry(const char *text)
{
	for (size_t i = 0; i < ENTRY_ATTRIBUTES; i++) {
		const char *name = entry_attributes[i].name;
		const char *at = strstr(text, name);

		if (at && at > text && at[-1] == '{' && at[strlen(name)] == '}')
			return true;
	}
	return false;
}

static void check_directory(
	struct relation *relation, const struct shape *shape)
{
	const struct extract *settings = relation_settings(relation);
	const char *text = settings->directory.text;
	struct text_template *form;
	bool needs_items;

	if (!text || relation_unknown(relation, "directory"))
		return;
	form = template_create(text, true, shape);
	needs_items = form && template_needs_items(form);
	template_destroy(form);
	if (needs_items || names_entry(text))
		relation_error(relation,
			relation_location(relation, "directory"),
			"use attributes of units, such as {src_stem}",
			"an attribute of entries or items can't choose the "
			"directory");
}

static void relate(struct relation *relation)
{
	const struct shape *in = relation_input(relation, EXTRACT_IN);

	if (!in->known)
		return;
	if (!shape_attribute(in, "entry_path")) {
		relation_error(relation, relation_location(relation, "in"),
			"put it behind archive-read or entry-edit",
			"what arrives here isn't the entries of an archive");
		return;
	}
	check_directory(relation, in);
	struct shape rejected =
		relation_shape(relation, in, PAYLOAD_NONE, NULL);
	rejected.scope = SCOPE_UNIT;
	operator_relate_rejected(relation, EXTRACT_REJECTED, rejected);
	relation_set_scope(relation, SCOPE_SEGMENT);
}

const struct operator_spec spec_extract = {
	.name = "extract",
	.module = "archive",
	.family = "archive",
	.summary = "Entries of archives as files beneath a directory",
	.description =
		"Writes each entry that archive-read yields, and perhaps "
		"entry-edit or others have changed, beneath `directory`, by "
		"its entry_path; the entries of an archive in an archive go "
		"into a directory with the name of that, unless it is `flat`. "
		"All outputs of a unit "
		"take their places together when it has succeeded; until then, "
		"and if it fails, what was there before stays as it was. What "
		"the next version of an archive doesn't have any more is "
		"stale, and removed by --prune. A file and a link take the "
		"place of each other, but not of a directory, nor a directory "
		"theirs, also if leat has made them: the unit fails until "
		"somebody has removed what is in the way.\n\n"
		"Nothing is ever written outside of `directory`, whatever an "
		"archive holds and whoever moves directories meanwhile: "
		"symbolic links on the way are not followed. These entries "
		"are refused:\n\n"
		"- names that are empty, absolute, have `..`, start with the "
		"letter of a drive, have components of more than 255 bytes, "
		"more than 64 of them, or one that is .leat, where leat keeps "
		"its state; with the directory, paths of more than 4095 "
		"bytes.\n\n"
		"- symbolic and hard links, unless `links` is `inside`. Then "
		"those that are absolute, lead out, lead to or through "
		"another link, or to nothing that the archive has; a hard link "
		"to anything but a regular entry before it, or with a content "
		"of its own.\n\n"
		"- devices, FIFOs and sockets, always.\n\n"
		"- names that came before in the same archive, as `collisions` "
		"says, and those beneath what isn't a directory.\n\n"
		"- names that are nearly the same, with `portable-names`.\n\n"
		"A refused entry goes to `rejected` if that is linked. If it "
		"isn't, on-error decides: by default the unit fails, and "
		"nothing of it is published.\n\n"
		"Permissions are those of the entry less the umask; an entry "
		"without any gets 0644, a directory 0755. The owner can read "
		"all files, and use all directories, so that the next run "
		"can. Set-user-ID, set-group-ID and sticky bits are cleared, "
		"and owners, ACLs and extended attributes are not restored; "
		"there is no way to ask for them. Times of the last change "
		"are restored, to the microsecond, since they stand in the "
		"archive and are the "
		"same in each run; those before 1970 or after 2106 become the "
		"nearest within, with a warning. Windows of zeros become "
		"holes.\n\n",
	.example = "leat: 1\n"
		   "session: unpack\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  entries: {use: archive-read, plain: pass}\n"
		   "  files: {use: filter, where: entry_type = 'file'}\n"
		   "  both: tee\n"
		   "  tree: {use: extract, directory: leat-tree}\n"
		   "  split: lines\n"
		   "  out: stdout\n"
		   "links:\n"
		   "  - in -> entries -> files -> both -> tree\n"
		   "  - both -> split -> out\n",
	.example_input =
		"!<arch>\n"
		"hello.txt/      0           0     0     100644  6         `\n"
		"hello\n",
	.example_output = "hello\n",
	.flags = OPERATOR_RESUMABLE | OPERATOR_WRITES,
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.properties = properties,
	.attributes = reject_attributes,
	.state_size = sizeof(struct extract),
	.relate = relate,
};
