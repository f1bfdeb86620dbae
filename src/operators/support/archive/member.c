/* SPDX-License-Identifier: MIT */
/* Members of archives, from what is known of segments. */
#include "operators/support/archive/member.h"

#include <limits.h>
#include <string.h>

#include "base/memory.h"
#include "operators/support/archive/entry.h"
#include "operators/support/file/names.h"

enum { OWNER_EXECUTES = 0100, SECOND_US = 1000000 };

/* What libarchive keeps of an entry until the end, about, besides its name. */
enum { LISTED_BYTES = 320 };

/* ---- What arrives ----------------------------------------------------------- */

bool member_maker_init(struct member_maker *maker,
	const struct archive_write *settings, const struct shape *shape)
{
	const char *form = settings->path.text ? settings->path.text
					       : archive_usual_path(shape);
	const bool both = !settings->path.text &&
		shape_attribute(shape, "src_path") &&
		shape_attribute(shape, "entry_path");

	*maker = (struct member_maker){.settings = settings};
	maker->form = form ? template_create(form, true, shape) : NULL;
	if (both)
		maker->plain = template_create("{src_path}", true, shape);
	return maker->form;
}

void member_maker_finish(struct member_maker *maker)
{
	template_destroy(maker->form);
	template_destroy(maker->plain);
	text_free(&maker->name);
	text_free(&maker->link);
	text_free(&maker->problem);
}

static const struct value *find(
	const struct segment *segment, const struct attribute_spec *key)
{
	const struct value *value =
		segment ? attributes_get(segment->attributes, key) : NULL;

	return value && !value->null ? value : NULL;
}

static const struct value *entry_value(
	const struct segment *segment, enum entry_attribute key)
{
	return find(segment, &entry_attributes[key]);
}

static int64_t integer_of(
	const struct segment *segment, enum entry_attribute key)
{
	const struct value *value = entry_value(segment, key);

	return value ? value->integer : 0;
}

static const char *entry_type(const struct segment *segment)
{
	const struct value *type = entry_value(segment, ENTRY_TYPE);

	return type ? type->data : NULL;
}

bool member_is_bare(const struct segment *segment)
{
	const char *type = entry_type(segment);

	return type && strcmp(type, "file") != 0;
}

bool member_is_root(const struct segment *segment)
{
	const struct value *path = entry_value(segment, ENTRY_PATH);

	return path && strcmp(path->data, ".") == 0;
}

/* ---- Names ------------------------------------------------------------------ */

static bool fail(struct member_maker *maker, const char *what,
	const struct text *name, const char *why)
{
	maker->problem.length = 0;
	text_add_string(&maker->problem, what);
	text_add_string(&maker->problem, "`");
	if (name->length > 0)
		text_add_escaped(
			&maker->problem, name->data, name->length, 1000);
	text_add_format(&maker->problem, "` %s", why);
	return false;
}

/* What is filled in is a name of a file, however it is spelled. */
static bool fill(struct member_maker *maker, const struct item *item,
	const struct segment *segment, struct text *name)
{
	const struct text_template *form =
		maker->plain && !entry_value(segment, ENTRY_PATH) ? maker->plain
								  : maker->form;
	struct text raw = {0};
	const char *why = NULL;
	bool ok = template_fill(form, item, segment, &raw, &maker->problem);

	name->length = 0;
	if (ok)
		why = memchr(raw.data, '\0', raw.length)
			? "has a NUL byte"
			: entry_name_problem(raw.data, raw.length);
	if (why)
		ok = fail(maker, "the name ", &raw, why);
	else if (ok)
		entry_add_path(name, raw.data, raw.length);
	if (ok && strcmp(name->data, ".") == 0)
		ok = fail(maker, "the name ", &raw, "is that of a directory");
	text_free(&raw);
	return ok;
}

/* The attributes of an entry as if it had the name of what its link leads to,
 * in the same archive. */
static struct attributes *at_target(
	const struct segment *segment, const struct text *target)
{
	const struct value *path = entry_value(segment, ENTRY_PATH);
	const struct value *whole =
		find(segment, &source_attributes[SOURCE_PATH]);
	struct attributes *set =
		attributes_inherit(attributes_create(), segment->attributes);
	struct text full = {0};

	set = attributes_set_text(set, &entry_attributes[ENTRY_PATH],
		target->data, target->length);
	if (!whole || !path || whole->length < path->length)
		return set;
	text_add(&full, whole->data, whole->length - path->length);
	text_add(&full, target->data, target->length);
	set = source_names_set(set, full.data);
	text_free(&full);
	return set;
}

/* The name that the target of a hard link has in the archive. */
static bool find_target(
	struct member_maker *maker, const struct segment *segment)
{
	const struct value *link = entry_value(segment, ENTRY_LINK);
	struct text target = {0};

	if (link)
		entry_add_path(&target, link->data, link->length);
	struct segment moved = *segment;
	moved.attributes = at_target(segment, &target);
	bool ok = fill(maker, NULL, &moved, &maker->link);
	attributes_unref(moved.attributes);
	text_free(&target);
	return ok;
}

static bool find_link(struct member_maker *maker, const struct segment *segment,
	enum member_type type)
{
	const struct value *link = entry_value(segment, ENTRY_LINK);

	maker->link.length = 0;
	if (type != MEMBER_HARDLINK && type != MEMBER_SYMLINK)
		return true;
	if (!link || link->length == 0)
		return fail(maker, "the link ", &maker->name, "leads nowhere");
	if (type == MEMBER_HARDLINK)
		return find_target(maker, segment);
	/* Some formats could hold it, but then nobody could read them. */
	if (link->length >= PATH_MAX)
		return fail(maker, "the link ", &maker->name,
			"leads to a name that is longer than 4095 bytes");
	text_add(&maker->link, link->data, link->length);
	return true;
}

/* Whether each is a number that a system can have. */
static bool check_device(
	struct member_maker *maker, const struct segment *segment)
{
	const int64_t major = integer_of(segment, ENTRY_MAJOR);
	const int64_t minor = integer_of(segment, ENTRY_MINOR);

	return (major >= 0 && major <= UINT32_MAX && minor >= 0 &&
		       minor <= UINT32_MAX) ||
		fail(maker, "the device ", &maker->name,
			"has a number that no system has");
}

static bool find_type(struct member_maker *maker, const struct segment *segment,
	enum member_type *type)
{
	const char *name = entry_type(segment);

	if (strcmp(name, "directory") == 0)
		*type = MEMBER_DIRECTORY;
	else if (strcmp(name, "symlink") == 0)
		*type = MEMBER_SYMLINK;
	else if (strcmp(name, "hardlink") == 0)
		*type = MEMBER_HARDLINK;
	else if (strcmp(name, "fifo") == 0)
		*type = MEMBER_FIFO;
	else if (strcmp(name, "socket") == 0)
		return fail(maker, "the entry ", &maker->name,
			"is a socket, which archives don't keep; `filter` can "
			"drop it");
	else if (!maker->settings->preserve)
		return fail(maker, "the entry ", &maker->name,
			"is a device, which only `preserve: true` keeps; "
			"`filter` can drop it");
	else
		*type = *name == 'c' ? MEMBER_CHAR : MEMBER_BLOCK;
	return (*type != MEMBER_CHAR && *type != MEMBER_BLOCK) ||
		check_device(maker, segment);
}

/* ---- What else is known ----------------------------------------------------- */

static unsigned usual_mode(enum member_type type, bool executes)
{
	switch (type) {
	case MEMBER_DIRECTORY: return 0755;
	case MEMBER_SYMLINK: return 0777;
	case MEMBER_FIFO:
	case MEMBER_CHAR:
	case MEMBER_BLOCK: return 0644;
	case MEMBER_FILE:
	case MEMBER_HARDLINK: break;
	}
	return executes ? 0755 : 0644;
}

static void set_mode(struct member *member, const struct member_maker *maker,
	const struct value *mode)
{
	if (mode && maker->settings->preserve)
		member->mode = mode->integer & 07777;
	else
		member->mode = usual_mode((enum member_type)member->type,
			mode && mode->integer & OWNER_EXECUTES);
}

/* What isn't preserved lies between 1970 and the latest time: where that is
 * 1970, no time of a file is in the archive. */
static int64_t clamp_time(int64_t time_us, int64_t most_us)
{
	if (time_us < 0 || time_us > most_us)
		time_us = time_us < 0 && most_us > 0 ? 0 : most_us;
	return time_us - time_us % SECOND_US;
}

static void set_mtime(struct member *member, const struct member_maker *maker,
	const struct value *mtime, unsigned nanoseconds)
{
	const int64_t most_us = maker->settings->max_mtime_us;

	if (!mtime) {
		member->mtime_us = most_us;
	} else if (maker->settings->preserve) {
		member->mtime_us = mtime->integer;
		member->mtime_ns = nanoseconds % 1000;
	} else {
		member->mtime_us = clamp_time(mtime->integer, most_us);
	}
}

/* Whether the time is another one now: libarchive would write one that is quite
 * another where its number doesn't fit. */
static bool fit_mtime(
	struct member *member, const struct archive_format_row *format)
{
	const int64_t first_us = format->first_mtime_s * SECOND_US;
	const int64_t end_us = (format->last_mtime_s + 1) * SECOND_US;

	if (member->mtime_us >= first_us && member->mtime_us < end_us)
		return false;
	member->mtime_us =
		member->mtime_us < first_us ? first_us : end_us - SECOND_US;
	member->mtime_ns = 0;
	return true;
}

static void set_owner(struct member *member, const struct member_maker *maker,
	const struct value *uid, const struct value *gid)
{
	if (!maker->settings->preserve)
		return;
	member->uid = uid ? uid->integer : 0;
	member->gid = gid ? gid->integer : 0;
}

/* What is known of an entry; of a file, what the file system says unless
 * somebody has said something else. */
static const struct value *figure(const struct segment *segment,
	enum entry_attribute key, enum source_attribute file_key)
{
	const struct value *value = entry_value(segment, key);

	return value || entry_type(segment)
		? value
		: find(segment, &source_attributes[file_key]);
}

static void set_figures(struct member *member, const struct member_maker *maker,
	const struct segment *segment)
{
	set_mode(member, maker, figure(segment, ENTRY_MODE, SOURCE_MODE));
	set_mtime(member, maker, figure(segment, ENTRY_MTIME, SOURCE_MTIME),
		(unsigned)integer_of(segment, ENTRY_MTIME_NS));
	set_owner(member, maker, figure(segment, ENTRY_UID, SOURCE_UID),
		figure(segment, ENTRY_GID, SOURCE_GID));
}

/* ---- Members ---------------------------------------------------------------- */

static const char *origin_of(const struct segment *segment)
{
	const struct value *trail = entry_value(segment, ENTRY_TRAIL);

	if (trail)
		return trail->data;
	return segment && segment->unit ? segment->unit->name : "all units";
}

/* How much of ORIGIN stands before the name, where it ends in that, as that of
 * an entry mostly does; else all of it. */
static size_t origin_before(
	const struct member_maker *maker, const char *origin)
{
	const size_t whole = strlen(origin), name = maker->name.length;

	return name <= whole &&
			memcmp(origin + whole - name, maker->name.data, name) ==
				0
		? whole - name
		: whole;
}

void member_add_origin(const struct member *member, struct text *text)
{
	text_add_string(text, member->origin);
	if (member->comes_named)
		text_add_string(text, member->name);
}

/* Copies TEXT to *AT, which moves on. */
static const char *put(char **at, const char *text)
{
	size_t size = text ? strlen(text) + 1 : 0;
	const char *copy = text ? *at : NULL;

	if (text)
		memcpy(*at, text, size);
	*at += size;
	return copy;
}

static size_t size_of(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static const char *owner_name(const struct member_maker *maker,
	const struct segment *segment, enum entry_attribute key)
{
	const struct value *name =
		maker->settings->preserve ? entry_value(segment, key) : NULL;

	return name ? name->data : NULL;
}

/* Whether it is a file with holes that the format can have, too. */
static bool has_holes(const struct member_maker *maker,
	const struct segment *segment, enum member_type type)
{
	return type == MEMBER_FILE && maker->settings->preserve &&
		maker->settings->format == ARCHIVE_TAR &&
		integer_of(segment, ENTRY_SPARSE);
}

/* One block with all texts behind it. */
static struct member *build(struct member_maker *maker,
	const struct segment *segment, enum member_type type)
{
	const char *origin = origin_of(segment);
	const size_t origin_length = origin_before(maker, origin);
	const char *user = owner_name(maker, segment, ENTRY_USER);
	const char *group = owner_name(maker, segment, ENTRY_GROUP);
	const char *link = maker->link.length > 0 ? maker->link.data : NULL;
	size_t bytes = sizeof(struct member) + size_of(maker->name.data) +
		size_of(link) + origin_length + 1 + size_of(user) +
		size_of(group);
	struct member *member = memory_alloc(bytes);
	char *at = (char *)(member + 1);

	*member = (struct member){.type = type,
		.bytes = (uint32_t)bytes,
		.comes_named = origin[origin_length] != '\0'};
	if (archive_format_rows[maker->settings->format].lists)
		member->bytes +=
			LISTED_BYTES + 2 * (uint32_t)maker->name.length;
	member->name = put(&at, maker->name.data);
	member->link = put(&at, link);
	member->origin = memcpy(at, origin, origin_length);
	at[origin_length] = '\0';
	at += origin_length + 1;
	member->user = put(&at, user);
	member->group = put(&at, group);
	set_figures(member, maker, segment);
	maker->clamped = fit_mtime(
		member, &archive_format_rows[maker->settings->format]);
	member->major = (uint32_t)integer_of(segment, ENTRY_MAJOR);
	member->minor = (uint32_t)integer_of(segment, ENTRY_MINOR);
	if (has_holes(maker, segment, type))
		member->holes = memory_zeroed(sizeof(*member->holes));
	return member;
}

void member_destroy(struct member *member)
{
	if (!member)
		return;
	if (member->holes)
		holes_finish(member->holes);
	free(member->holes);
	free(member);
}

struct member *member_create(struct member_maker *maker,
	const struct item *item, const struct segment *segment)
{
	enum member_type type = MEMBER_FILE;

	if (!fill(maker, item, segment, &maker->name) ||
		(!item && !find_type(maker, segment, &type)) ||
		!find_link(maker, segment, type))
		return NULL;
	return build(maker, segment, type);
}
