/* SPDX-License-Identifier: MIT */
/* files: a collection of files, one unit and one stream each. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/system-error.h"
#include "engine/operator.h"
#include "operators/support/file/names.h"
#include "operators/support/file/set.h"
#include "operators/support/file/stream.h"

enum { OUT };

enum empty { EMPTY_ERROR, EMPTY_ALLOW };

struct state {
	struct setting_list match, exclude;
	const char *list; /* or NULL */
	bool recursive, ignore_case, hidden;
	int symlinks; /* enum file_links */
	int empty;

	const char **excluded;
	struct file_set_options options;
	struct file_set *files;
	struct buffer_pool *pool;
	size_t next; /* file */
};

static const struct pin_spec pins[] = {
	{
		.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM),
		.summary = "the content of each file, as one stream",
	},
	{0},
};

static const char *const links[] = {"files", "follow", "skip", NULL};
static const char *const empties[] = {"error", "allow", NULL};

static const struct property_spec properties[] = {
	{
		.name = "match",
		.type = SETTING_INPUTS,
		.offset = offsetof(struct state, match),
		.summary = "Paths and patterns of the files to read",
		.details = "Patterns are those of glob(7): * and ? match "
			   "anything but a slash, [a-z] one of some "
			   "characters, and ** as a whole component any number "
			   "of directories. Files come in the bytewise order "
			   "of their paths, each once.",
	},
	{
		.name = "list",
		.type = SETTING_FILE,
		.offset = offsetof(struct state, list),
		.summary = "A file with paths of files to read, one a line",
		.details = "They are taken as they are, besides what `match` "
			   "finds; relative ones from the working directory. "
			   "Empty lines are passed over.",
	},
	{
		.name = "exclude",
		.type = SETTING_TEXTS,
		.offset = offsetof(struct state, exclude),
		.summary = "Patterns of what to leave out",
		.details =
			"A pattern without a slash leaves out all files "
			"and directories of such a name. One with a slash is "
			"for the path from the directory in front of the "
			"first wildcard of `match`, as in {src_path}: "
			"`tmp/**` leaves out what is below tmp.",
	},
	{
		.name = "recursive",
		.type = SETTING_BOOLEAN,
		.offset = offsetof(struct state, recursive),
		.fallback = "false",
		.summary = "Read all files below directories that match",
	},
	{
		.name = "ignore-case",
		.type = SETTING_BOOLEAN,
		.offset = offsetof(struct state, ignore_case),
		.fallback = "false",
		.summary = "Upper and lower case are the same in patterns",
		.details = "The directories in front of the first wildcard "
			   "are taken as they are written.",
	},
	{
		.name = "hidden",
		.type = SETTING_BOOLEAN,
		.offset = offsetof(struct state, hidden),
		.fallback = "false",
		.summary = "Wildcards match names that start with a dot, too",
	},
	{
		.name = "symlinks",
		.type = SETTING_CHOICE,
		.offset = offsetof(struct state, symlinks),
		.fallback = "files",
		.choices = links,
		.summary = "Which symbolic links patterns find",
		.details =
			"`files`: links to files; ** and `recursive` go "
			"through none to a directory. `follow`: they do, but "
			"not to one that they are in already, be it far above: "
			"that is warned of, unless `exclude` leaves the link "
			"out. `skip`: none. A path "
			"that is given as it is may be a link in any case.",
	},
	{
		.name = "empty",
		.type = SETTING_CHOICE,
		.offset = offsetof(struct state, empty),
		.fallback = "error",
		.choices = empties,
		.summary = "What it means that there is no file at all",
	},
	{0},
};

/* ---- Checking --------------------------------------------------------------- */

/* Finds what can't name a file, whatever there is. */
static void check_match(struct relation *relation, const struct state *settings)
{
	if (relation_unknown(relation, "match"))
		return;
	for (size_t i = 0; i < settings->match.count; i++) {
		const struct setting_item *item = &settings->match.items[i];
		size_t length = strlen(item->text);

		if (length && item->text[length - 1] == '/' &&
			!settings->recursive)
			relation_error(relation, item->location,
				"end it in `/**`, or set `recursive: true`",
				"'%s' names a directory", item->text);
		if (!item->literal && strchr(item->text, '[') &&
			!strchr(strchr(item->text, '['), ']'))
			relation_warning(relation, item->location,
				"write [[] for the character",
				"nothing closes the [ in '%s', so it stands "
				"for itself",
				item->text);
	}
}

/* Whether a pattern is for what no name begins with that stands behind a
 * directory. */
static bool begins_elsewhere(const char *pattern)
{
	return !*pattern || *pattern == '/' || strncmp(pattern, "./", 2) == 0 ||
		strncmp(pattern, "../", 3) == 0;
}

static void relate(struct relation *relation)
{
	const struct state *settings = relation_settings(relation);
	struct shape shape = relation_unnamed(PAYLOAD_STREAM, NULL);

	shape.scope = SCOPE_UNIT;
	for (int i = 0; i < SOURCE_ATTRIBUTES; i++)
		relation_add_attribute(relation, &shape, &source_attributes[i]);
	relation_output(relation, OUT, &shape);

	if (!relation_given(relation, "match") &&
		!relation_given(relation, "list") &&
		!relation_unknown(relation, "match"))
		relation_error(relation, relation_location(relation, "match"),
			"say which files, as in match: \"logs/*.gz\"",
			"'files' has neither 'match' nor 'list'");
	check_match(relation, settings);
	for (size_t i = 0; i < settings->exclude.count; i++) {
		const struct setting_item *item = &settings->exclude.items[i];
		size_t length = strlen(item->text);

		if (begins_elsewhere(item->text))
			relation_error(relation, item->location,
				"start it behind the directory in front of "
				"the first wildcard of `match`",
				"'%s' would exclude nothing", item->text);
		else if (item->text[length - 1] == '/')
			relation_error(relation, item->location,
				"leave out the last slash",
				"'%s' would exclude nothing", item->text);
	}
}

/* ---- Which files ------------------------------------------------------------ */

static void find_files(struct state *state)
{
	state->excluded = memory_zeroed(
		(state->exclude.count + 1) * sizeof(*state->excluded));
	for (size_t i = 0; i < state->exclude.count; i++)
		state->excluded[i] = state->exclude.items[i].text;
	state->options = (struct file_set_options){
		.recursive = state->recursive,
		.ignore_case = state->ignore_case,
		.hidden = state->hidden,
		.links = (enum file_links)state->symlinks,
		.exclude = state->excluded,
		.exclude_count = state->exclude.count,
	};
	state->files = file_set_create(&state->options);
	for (size_t i = 0; i < state->match.count; i++) {
		const struct setting_item *item = &state->match.items[i];

		if (item->literal)
			file_set_add_path(state->files, item->text);
		else
			file_set_add_pattern(state->files, item->text);
	}
}

/* Whether what stands in front of the first wildcard isn't there. */
static bool lacks_directory(const char *pattern)
{
	size_t length = strcspn(pattern, "*?[");
	struct text directory = {0};

	while (length > 0 && pattern[length - 1] != '/')
		length--;
	if (length < 2)
		return false;
	text_add(&directory, pattern, length - 1);
	const bool lacks = access(directory.data, F_OK) < 0 && errno == ENOENT;
	text_free(&directory);
	return lacks;
}

static void fail_empty(struct operator *op, struct state *state)
{
	struct text what = {0};

	for (size_t i = 0; i < state->match.count; i++) {
		const char *text = state->match.items[i].text;

		text_add_string(&what, i > 0 ? ", " : " ");
		text_add_escaped(&what, text, strlen(text), 200);
		/* Without its name, which may be a part of a secret. */
		if (lacks_directory(text))
			text_add_string(&what, ", whose directory is missing");
		if (what.length > 1000) {
			text_add_string(&what, " and so on");
			break;
		}
	}
	if (file_set_directories(state->files) > 0)
		text_add_string(&what,
			", only directories do: end it in `/**`, or set "
			"`recursive: true`");
	operator_fail(op, STATUS_NO_INPUT, "no input matches%s%s",
		what.data ? what.data : ": the list is empty",
		file_set_directories(state->files) > 0
			? ""
			: "; `empty: allow` permits that");
	text_free(&what);
}

static void warn_circles(struct operator *op, const struct file_set *files)
{
	const size_t count = file_set_circles(files);
	struct text what = {0};

	if (count == 0)
		return;
	const char *first = file_set_circle(files);
	text_add_escaped(&what, first, strlen(first), 1000);
	text_add_string(&what,
		" leads to a directory that it lies in: it isn't entered");
	if (count > 1)
		text_add_format(
			&what, ", nor are %zu others like it", count - 1);
	operator_warn(op, "%s; `exclude` can leave it out", what.data);
	text_free(&what);
}

static bool open(struct operator *op, void *memory)
{
	struct state *state = memory;

	find_files(state);
	state->pool = buffer_pool_create(operator_budget(op), BUFFER_BYTES);
	const char *problem = state->list
		? file_set_add_list(state->files, state->list)
		: NULL;
	if (problem) {
		operator_fail(op, STATUS_NO_INPUT,
			"the list %s cannot be read: %s", state->list, problem);
		return false;
	}
	file_set_sort(state->files);
	warn_circles(op, state->files);
	if (file_set_count(state->files) > 0 || state->empty == EMPTY_ALLOW)
		return true;
	fail_empty(op, state);
	return false;
}

/* ---- Units ------------------------------------------------------------------ */

/* Whether it is a symbolic link. */
static bool is_link(const char *path)
{
	struct stat found;

	return lstat(path, &found) == 0 && S_ISLNK(found.st_mode);
}

/* What looking at the file has told: an error, or that it isn't a regular
 * file. */
static void refuse(
	const struct found_file *file, int error, mode_t mode, struct text *why)
{
	if (file->error)
		text_add_format(why, "the directory cannot be listed: %s",
			system_error(error));
	else if (error == ENOENT && is_link(file->path))
		text_add_string(why,
			"it is a symbolic link to what isn't there; `exclude` "
			"leaves it out");
	else if (error)
		text_add_format(
			why, "it cannot be read: %s", system_error(error));
	else if (S_ISDIR(mode))
		text_add_string(why,
			"it is a directory; to read what is in it, end it in "
			"`/**` or set `recursive: true`");
	else
		text_add_format(why,
			"it %s; only regular files are read, what flows comes "
			"by way of `stdin`",
			file_refusal(mode));
}

/* Looks at the file, unless it isn't run and somebody has already; returns
 * errno, or 0. */
static int look(const struct operator *op, const struct found_file *file,
	uint64_t number, struct file_details *details)
{
	struct stat found;

	if (file->error)
		return file->error;
	if (operator_knows_file(op, number, details))
		return 0;
	if (stat(file->path, &found) < 0)
		return errno;
	*details = file_details_of(&found);
	return 0;
}

static struct segment *segment(struct operator *op, void *memory,
	uint64_t number, struct refusal *refusal)
{
	struct state *state = memory;
	const struct found_file *file =
		file_set_get(state->files, (size_t)number);
	struct file_details details = {0};
	int error = look(op, file, number, &details);
	struct segment *segment = segment_create_unit(
		file->path, number, source_file_set(file->relative, &details));

	segment->unit->is_file = true;
	segment->unit->file = details.state;
	segment->unit->wants_digest = operator_remembers(op);
	if (!error && !file_refusal(details.mode))
		return segment;
	refusal->status = error ? file_input_status(error) : STATUS_NO_INPUT;
	refuse(file, error, details.mode, &refusal->text);
	return segment;
}

static void give(struct operator *op, struct stream *stream)
{
	struct item *item = operator_stream_item(op, OUT, stream);

	operator_give(op, OUT, &item, 1);
}

static void content(struct operator *op, void *memory, struct segment *segment,
	int descriptor, int error)
{
	struct state *state = memory;

	give(op, file_stream_adopt(descriptor, error, segment, state->pool));
}

/* Begins the next unit, or has it brought. */
static void give_unit(struct operator *op, struct state *state, bool brought)
{
	struct refusal refusal = {.status = STATUS_OK};
	struct segment *unit = segment(op, state, state->next, &refusal);

	if (brought) {
		operator_bring(op, OUT, unit);
	} else {
		operator_begin(op, OUT, unit);
		if (refusal.status != STATUS_OK)
			operator_fail_unit(op, OUT, refusal.status,
				(struct place){0}, "%s", refusal.text.data);
		else
			give(op,
				file_stream_create(
					unit->unit->name, unit, state->pool));
		operator_end(op, OUT);
	}
	text_free(&refusal.text);
	segment_unref(unit);
}

static enum step step(struct operator *op, void *memory)
{
	struct state *state = memory;
	enum turn turn;

	if (state->next == file_set_count(state->files))
		return STEP_END;
	if (operator_room(op, OUT) == 0)
		return operator_wait_output(op, OUT);
	turn = operator_turn(op, state->next);
	if (turn == TURN_WAIT)
		return STEP_WAIT;
	if (turn != TURN_SKIP)
		give_unit(op, state, turn == TURN_BRING);
	state->next++;
	return STEP_MORE;
}

static bool unit(struct operator *op, void *memory, uint64_t number,
	struct found_unit *unit)
{
	struct state *state = memory;

	(void)op;
	if (number >= file_set_count(state->files))
		return false;
	const struct found_file *file =
		file_set_get(state->files, (size_t)number);
	*unit = (struct found_unit){
		.name = file->path,
		.identity = file->relative,
		.is_file = true,
	};
	return true;
}

static struct attributes *named(
	struct operator *op, void *memory, uint64_t number)
{
	struct state *state = memory;

	(void)op;
	return source_names_set(
		NULL, file_set_get(state->files, (size_t)number)->relative);
}

/* The list names its files one by one; those are there or not. */
static bool finds(struct operator *op, void *memory, const char *path)
{
	struct state *state = memory;
	bool found = false;

	(void)op;
	for (size_t i = 0; i < state->match.count && !found; i++)
		found = file_pattern_finds(
			state->match.items[i].text, path, &state->options);
	return found;
}

static void close_state(struct operator *op, void *memory)
{
	struct state *state = memory;

	(void)op;
	file_set_destroy(state->files);
	buffer_pool_unref(state->pool);
	free(state->excluded);
}

const struct operator_spec spec_files = {
	.name = "files",
	.family = "io",
	.summary = "A collection of files, one unit and one stream each",
	.description =
		"Yields one stream for each file that `match` names, in the "
		"bytewise order of the paths. Each file is a unit, and is "
		"opened when somebody reads it.\n\n"
		"What isn't a regular file, can't be read, vanishes, or "
		"changes while it is read fails its unit. That no file "
		"matches is an error.\n\n"
		"The attributes src_path, src_dir, src_name, src_stem and "
		"src_ext tell where a file comes from, relative to the "
		"directory in front of the first wildcard: logs/*/*.gz finds "
		"logs/web/a.tar.gz with the src_path web/a.tar.gz, the src_dir "
		"web, the src_stem a and the src_ext tar.gz. Of a path that is "
		"given as it is, src_path is the last component.\n\n",
	.example = "leat: 1\n"
		   "session: all-text\n"
		   "operators:\n"
		   "  texts: {use: files, match: 'no-such-directory/**/*.txt', "
		   "exclude: ['*.old.txt'], empty: allow}\n"
		   "  out: stdout\n"
		   "links: [texts -> out]\n",
	.example_output = "",
	.scope = SCOPE_UNIT,
	.pins = pins,
	.properties = properties,
	.attributes = source_attributes,
	.state_size = sizeof(struct state),
	.relate = relate,
	.open = open,
	.unit = unit,
	.named = named,
	.finds = finds,
	.segment = segment,
	.content = content,
	.step = step,
	.close = close_state,
};
