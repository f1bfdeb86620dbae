/* SPDX-License-Identifier: MIT */
/* How far a run is, in words and as a bar. */
#include "cli/progress-text.h"

#include <string.h>

/* The parts in the order in which they stand. */
enum part { NAME, BAR, PERCENT, UNITS, FAILED, RATE, LEFT, PARTS };

/* What is shown as long as there is room, the most important first. */
static const enum part importance[] = {
	PERCENT, UNITS, LEFT, FAILED, RATE, NAME, BAR};

enum { BAR_LEAST = 10, BAR_MOST = 40 };

/* Between 0 and 1; negative: not known. Bytes tell more than units, once they
 * are counted. */
static double fraction(const struct run_progress *far)
{
	double units = -1, bytes = -1;

	if (far->units_total > 0)
		units = (double)far->units_done / (double)far->units_total;
	if (far->bytes_total > 0 && far->bytes_done > 0)
		bytes = (double)far->bytes_done / (double)far->bytes_total;
	double known = bytes >= 0 ? bytes : units;
	return known > 1 ? 1 : known;
}

static void add_rate(struct text *text, const struct run_progress *far)
{
	static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	double seconds = (double)far->elapsed_ns / 1e9;
	double rate = (double)far->bytes_done / seconds;
	size_t unit = 0;

	if (far->elapsed_ns <= 0)
		return;
	if (far->bytes_done == 0) {
		if (far->units_done > 0)
			text_add_format(text, "%.1f units/s",
				(double)far->units_done / seconds);
		return;
	}
	for (; rate >= 1024 && unit < 4; unit++)
		rate /= 1024;
	text_add_format(
		text, unit ? "%.1f %s/s" : "%.0f %s/s", rate, names[unit]);
}

/* By what it took so far. */
static void add_left(struct text *text, const struct run_progress *far)
{
	double done = fraction(far);
	double seconds;

	if (done <= 0)
		return;
	seconds = (double)far->elapsed_ns / 1e9 * (1 - done) / done + 0.5;
	if (seconds >= 3600 * 1000)
		return;
	unsigned whole = (unsigned)seconds;
	if (whole >= 3600)
		text_add_format(text, "%u:%02u:%02u", whole / 3600,
			whole / 60 % 60, whole % 60);
	else
		text_add_format(text, "%u:%02u", whole / 60, whole % 60);
}

static void add_percent(struct text *text, const struct run_progress *far)
{
	double done = fraction(far);

	if (done >= 0)
		text_add_format(text, "%u%%", (unsigned)(done * 100));
}

static void add_units(struct text *text, const struct run_progress *far,
	const char *of, const char *one, const char *many)
{
	uint64_t counted =
		far->units_total > 0 ? far->units_total : far->units_done;

	text_add_format(text, "%llu", (unsigned long long)far->units_done);
	if (far->units_total > 0)
		text_add_format(text, "%s%llu", of,
			(unsigned long long)far->units_total);
	text_add_string(text, counted == 1 ? one : many);
}

static void add_failed(struct text *text, const struct run_progress *far)
{
	if (far->units_failed > 0)
		text_add_format(text, "%llu failed",
			(unsigned long long)far->units_failed);
}

static void describe(struct text parts[PARTS], const struct run_progress *far)
{
	add_percent(&parts[PERCENT], far);
	add_failed(&parts[FAILED], far);
	add_rate(&parts[RATE], far);
	add_left(&parts[LEFT], far);
}

static void free_parts(struct text parts[PARTS])
{
	for (size_t i = 0; i < PARTS; i++)
		text_free(&parts[i]);
}

void progress_add_line(struct text *text, const struct run_progress *how_far)
{
	struct text parts[PARTS] = {{NULL, 0, 0}};
	const char *between = "";

	describe(parts, how_far);
	add_units(&parts[UNITS], how_far, " of ", " unit", " units");
	if (parts[LEFT].length > 0)
		text_add_string(&parts[LEFT], " left");
	for (size_t i = PERCENT; i < PARTS; i++) {
		if (parts[i].length == 0)
			continue;
		text_add_format(text, "%s%s", between, parts[i].data);
		between = ", ";
	}
	free_parts(parts);
}

static void fill_bar(
	struct text *text, const struct run_progress *far, size_t columns)
{
	double done = fraction(far);
	size_t inner = (columns < BAR_MOST ? columns : BAR_MOST) - 2;

	if (done < 0)
		return;
	text_add_string(text, "[");
	for (size_t i = 0; i < inner; i++)
		text_add_string(text,
			(double)i + 0.5 < done * (double)inner ? "#" : "-");
	text_add_string(text, "]");
}

void progress_add_bar(struct text *text, const char *name,
	const struct run_progress *how_far, size_t columns)
{
	struct text parts[PARTS] = {{NULL, 0, 0}};
	bool shown[PARTS] = {false};
	size_t used = 0;

	describe(parts, how_far);
	add_units(&parts[UNITS], how_far, "/", "", "");
	text_add_string(&parts[NAME], name);
	for (size_t i = 0; i < PARTS; i++) {
		enum part part = importance[i];
		size_t space = used > 0;

		if (part == BAR && columns >= used + space + BAR_LEAST)
			fill_bar(&parts[BAR], how_far, columns - used - space);
		if (parts[part].length == 0 ||
			used + space + parts[part].length > columns)
			continue;
		shown[part] = true;
		used += space + parts[part].length;
	}
	for (size_t i = 0; i < PARTS; i++)
		if (shown[i])
			text_add_format(text, "%s%s", text->length ? " " : "",
				parts[i].data);
	free_parts(parts);
}
