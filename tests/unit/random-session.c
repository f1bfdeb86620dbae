/* SPDX-License-Identifier: MIT */
/* Sessions and inputs at random. */
#include "random-session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { LINES = 400, MOST_STEPS = 14, MOST_OPEN = 8 };

uint64_t random_draw(uint64_t *state, uint64_t below)
{
	/* splitmix64, Steele and others 2014. */
	uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return (z ^ z >> 31) % below;
}

/* ---- Inputs ------------------------------------------------------------------ */

static void spoil_crc(const char *path)
{
	FILE *file = fopen(path, "r+");

	assert_non_null(file);
	fseek(file, -8, SEEK_END);
	int byte = fgetc(file);
	fseek(file, -8, SEEK_END);
	fputc(byte ^ 0x40, file);
	fclose(file);
}

void random_inputs_write(const char *directory)
{
	uint64_t state = 1;
	char path[512];

	snprintf(path, sizeof(path), "%s/in-where.txt", directory);
	FILE *where = fopen(path, "w");
	assert_non_null(where);
	fputs("number % 5 > 1\n", where);
	fclose(where);
	for (unsigned unit = 0; unit < RANDOM_UNITS; unit++) {
		snprintf(path, sizeof(path), "%s/in-%u.gz", directory, unit);
		gzFile file = gzopen(path, "w");
		assert_non_null(file);
		for (unsigned i = 0; i < unit * LINES / 2; i++)
			gzprintf(file, "%u w%u\n",
				(unsigned)random_draw(&state, 1000),
				(unsigned)random_draw(&state, 20));
		gzclose(file);
		if (unit == 3)
			spoil_crc(path);
	}
}

/* ---- Random sessions ----------------------------------------------------------- */

/* An output that something may still be linked to. */
struct open {
	char name[16];
	bool counted; /* records of aggregate, else number and word */
	bool mixed; /* not just units of the files */
};

struct making {
	uint64_t state;
	const char *directory;
	FILE *operators, *links;
	struct open open[MOST_OPEN];
	unsigned open_count, operator_count;
};

static void add(struct making *making, unsigned which, const char *text)
{
	struct open *open = &making->open[which];
	char name[16];

	snprintf(name, sizeof(name), "o%u", making->operator_count++);
	fprintf(making->operators, "  %s: %s\n", name, text);
	fprintf(making->links, "  - %s -> %s\n", open->name, name);
	strcpy(open->name, name);
}

static void add_unary(struct making *making, unsigned which)
{
	static const char *const plain[] = {
		"pass",
		"{use: filter, where: number % 3 > 0}",
		"{use: filter, where: \"word < 'w5'\"}",
		"{use: map, select: {number: number * 7 % 1000, word: word}}",
		"{use: sort, by: [word, number]}",
		"{use: sort, by: number desc, per: unit}",
		"{use: head, count: 700}",
		"{use: head, count: 50, per: unit}",
	};
	static const char *const groups[] = {
		"{use: aggregate, group: [word],"
		" compute: {n: count(*), s: sum(number)}}",
		"{use: aggregate, group: [word], per: unit,"
		" compute: {n: count(*), s: sum(number)}}",
	};
	uint64_t choice = random_draw(&making->state, 10);

	if (making->open[which].counted)
		add(making, which, "pass");
	else if (choice < 8) {
		add(making, which, plain[choice]);
		making->open[which].mixed |= choice == 4;
	} else {
		add(making, which, groups[choice - 8]);
		making->open[which].counted = true;
	}
}

/* What the condition of the filter NUMBER is computed from. */
static void add_condition(struct making *making, unsigned number,
	const char *from, const char *per, unsigned most)
{
	fprintf(making->operators,
		"  o%uh: {use: head, count: %u}\n"
		"  o%um: {use: aggregate, per: %s, compute: {m: avg(number)}}\n"
		"  o%uw: {use: map, select: {w: \"'number > ' || m\"}}\n",
		number, most, number, per, number);
	fprintf(making->links, "  - %s -> o%uh -> o%um -> o%uw -> o%u@where\n",
		from, number, number, number, number);
}

static void add_source(
	struct making *making, unsigned number, const char *pattern)
{
	fprintf(making->operators,
		"  o%uf: {use: files, match: '%s/%s'}\n"
		"  o%uu: decompress\n  o%ul: lines\n",
		number, making->directory, pattern, number, number);
	fprintf(making->links, "  - o%uf -> o%uu -> o%ul -> ", number, number,
		number);
}

/* A filter whose condition comes by a link: from the same units, from a file,
 * or from units of another source. */
static void add_live(struct making *making, unsigned which)
{
	struct open *open = &making->open[which];
	unsigned number = making->operator_count;
	uint64_t kind = open->mixed ? 2 + random_draw(&making->state, 2)
				    : random_draw(&making->state, 4);
	char from[16];

	if (open->counted)
		return;
	strcpy(from, open->name);
	add(making, which, "filter");
	if (kind < 2) {
		add_condition(making, number, from, "unit",
			kind == 0 ? 1000000 : 500);
	} else if (kind == 2) {
		add_source(making, number, "in-where.txt");
		fprintf(making->links, "o%u@where\n", number);
	} else {
		add_source(making, number, "in-*.gz");
		fprintf(making->links, "o%up\n", number);
		fprintf(making->operators,
			"  o%up: {use: match, pattern: '(?<number>\\d+)',"
			" types: {number: integer}}\n",
			number);
		snprintf(from, sizeof(from), "o%up", number);
		add_condition(making, number, from, "graph", 1000000);
	}
}

/* Units of another source, to be gathered with others. */
static void add_open_source(struct making *making)
{
	struct open *open = &making->open[making->open_count];
	unsigned number = making->operator_count++;

	if (making->open_count == MOST_OPEN)
		return;
	add_source(making, number, "in-*.gz");
	fprintf(making->links, "o%u\n", number);
	fprintf(making->operators,
		"  o%u: {use: match, pattern: '(?<number>\\d+) "
		"(?<word>\\w+)', types: {number: integer}}\n",
		number);
	*open = (struct open){.mixed = true};
	snprintf(open->name, sizeof(open->name), "o%u", number);
	making->open_count++;
}

static void add_tee(struct making *making, unsigned which)
{
	if (making->open_count == MOST_OPEN)
		return;
	making->open[making->open_count++] = making->open[which];
}

static void add_gather(struct making *making, unsigned which)
{
	unsigned other =
		(unsigned)random_draw(&making->state, making->open_count);
	struct open *left = &making->open[which];
	struct open *right = &making->open[other];
	char name[16];

	if (other == which || left->counted != right->counted)
		return;
	snprintf(name, sizeof(name), "o%u", making->operator_count++);
	fprintf(making->operators, "  %s: gather\n", name);
	fprintf(making->links, "  - %s -> %s\n  - %s -> %s\n", left->name, name,
		right->name, name);
	strcpy(left->name, name);
	left->mixed = true;
	*right = making->open[--making->open_count];
}

/* The way to the lines: some streams are held, or read twice. */
static void make_front(struct making *making, const char *directory)
{
	static const char *const ways[] = {
		"  - files -> unpack -> split -> o\n",
		"  - files -> unpack -> whole -> split -> o\n",
		"  - files -> pieces -> whole -> unpack -> split -> o\n",
		"  - files -> unpack -> split -> o\n  - unpack -> raw\n",
		"  - files -> unpack -> split -> o\n  - files -> raw\n",
	};
	uint64_t way = random_draw(&making->state, 5);

	if (way == 1 || way == 2)
		fprintf(making->operators, "  whole: spool\n");
	if (way == 2)
		fprintf(making->operators, "  pieces: chunk\n");
	if (way > 2)
		fprintf(making->operators,
			"  raw: {use: write-file, path: "
			"'%s/raw-{src_name}'}\n",
			directory);
	fprintf(making->links, "%s", ways[way]);
}

static void make_graph(struct making *making, const char *directory)
{
	uint64_t steps = 2 + random_draw(&making->state, MOST_STEPS);

	fprintf(making->operators,
		"  files: {use: files, match: '%s/in-*.gz'}\n"
		"  unpack: decompress\n"
		"  split: lines\n"
		"  o: {use: match, pattern: '(?<number>\\d+) (?<word>\\w+)',"
		" types: {number: integer}}\n",
		directory);
	make_front(making, directory);
	strcpy(making->open[0].name, "o");
	making->open_count = 1;
	while (steps-- > 0) {
		unsigned which = (unsigned)random_draw(
			&making->state, making->open_count);
		uint64_t kind = random_draw(&making->state, 13);

		if (kind < 2)
			add_live(making, which);
		else if (kind < 8)
			add_unary(making, which);
		else if (kind < 10)
			add_tee(making, which);
		else if (kind < 12)
			add_gather(making, which);
		else
			add_open_source(making);
	}
	for (unsigned i = 0; i < making->open_count; i++) {
		char sink[600];

		add(making, i, "csv-encode");
		if (random_draw(&making->state, 4) == 0)
			add(making, i, "lines"); /* a spool comes between */
		snprintf(sink, sizeof(sink),
			"{use: write-file, path: '%s/out-%u.csv'}", directory,
			i);
		add(making, i, sink);
	}
}

void random_session_write(
	const char *path, const char *directory, uint64_t seed)
{
	struct making making = {.state = seed, .directory = directory};
	char *texts[2];
	size_t lengths[2];

	making.operators = open_memstream(&texts[0], &lengths[0]);
	making.links = open_memstream(&texts[1], &lengths[1]);
	make_graph(&making, directory);
	fclose(making.operators);
	fclose(making.links);

	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "leat: 1\nsession: random\noperators:\n%slinks:\n%s",
		texts[0], texts[1]);
	fclose(file);
	free(texts[0]);
	free(texts[1]);
}
