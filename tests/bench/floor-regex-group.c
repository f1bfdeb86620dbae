/* SPDX-License-Identifier: MIT */
/*
 * The floor of the suite regex-group: matches each line of FILE with the eight
 * groups of the suite's pattern, sums the bytes by status and prefix in a hash
 * table, and prints them sorted, as CSV. The same library as leat, one thread,
 * no checks beyond those that the result needs.
 *
 *	cc -O2 -o floor floor-regex-group.c -lpcre2-8
 *	floor FILE
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <fcntl.h>
#include <pcre2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	BLOCK_BYTES = 128 * 1024,
	LINE_BYTES = 64 * 1024,
	KEY_BYTES = 56,
	SLOTS = 4096, /* a power of two, more than there are keys */
	PREFIX = 5, /* numbers of groups */
	STATUS = 7,
	BYTES = 8,
	GROUPS = 9,
};

static const char pattern[] =
	"^(?<ip>\\S+) \\S+ (?<user>\\S+) \\[(?<ts>[^\\]]+)\\] "
	"\"(?<method>\\S+) (?<prefix>/[^/ ?]*)(?<rest>\\S*) [^\"]*\" "
	"(?<status>\\d{3}) (?<bytes>\\d+|-)";

struct sum {
	char key[KEY_BYTES]; /* "status,prefix" */
	size_t length; /* 0: the slot is free */
	uint64_t bytes;
};

struct report {
	pcre2_code *code;
	pcre2_match_data *match;
	struct sum sums[SLOTS];
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void prepare(struct report *report)
{
	size_t offset;
	int error;

	report->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
		0, &error, &offset, NULL);
	if (!report->code ||
		pcre2_jit_compile(report->code, PCRE2_JIT_COMPLETE))
		die("pattern");
	report->match = pcre2_match_data_create(GROUPS, NULL);
}

static struct sum *find(struct report *report, const char *key, size_t length)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a */
	struct sum *sum;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)key[i]) * 1099511628211u;
	for (size_t slot = hash;; slot++) {
		sum = &report->sums[slot % SLOTS];
		if (sum->length == length && !memcmp(sum->key, key, length))
			return sum;
		if (sum->length == 0)
			break;
	}
	memcpy(sum->key, key, length);
	sum->length = length;
	return sum;
}

static void add_line(struct report *report, const char *line, size_t length)
{
	const size_t *at = pcre2_get_ovector_pointer(report->match);
	char key[KEY_BYTES];
	uint64_t bytes = 0;

	if (pcre2_jit_match(report->code, (PCRE2_SPTR)line, length, 0, 0,
		    report->match, NULL) < 0)
		return;
	size_t prefix = at[2 * PREFIX + 1] - at[2 * PREFIX];
	if (prefix > KEY_BYTES - 5)
		prefix = KEY_BYTES - 5;
	memcpy(key, line + at[2 * STATUS], 3);
	key[3] = ',';
	memcpy(key + 4, line + at[2 * PREFIX], prefix);
	for (size_t i = at[2 * BYTES]; i < at[2 * BYTES + 1]; i++)
		if (line[i] != '-')
			bytes = bytes * 10 + (uint64_t)(line[i] - '0');
	find(report, key, prefix + 4)->bytes += bytes;
}

static void add_lines(struct report *report, const char *data, size_t size)
{
	const char *end = data + size, *lf;

	for (; data < end; data = lf + 1) {
		lf = memchr(data, '\n', (size_t)(end - data));
		if (!lf)
			lf = end;
		add_line(report, data, (size_t)(lf - data));
	}
}

static int compare(const void *left, const void *right)
{
	return strcmp(((const struct sum *)left)->key,
		((const struct sum *)right)->key);
}

static void print(struct report *report)
{
	qsort(report->sums, SLOTS, sizeof(report->sums[0]), compare);
	printf("status,prefix,bytes\n");
	for (size_t i = 0; i < SLOTS; i++)
		if (report->sums[i].length > 0)
			printf("%s,%llu\n", report->sums[i].key,
				(unsigned long long)report->sums[i].bytes);
}

int main(int argc, char **argv)
{
	struct report *report = calloc(1, sizeof(*report));
	char *block = malloc(LINE_BYTES + BLOCK_BYTES);
	size_t kept = 0;
	ssize_t got;

	if (argc != 2 || !block || !report)
		return 64;
	int file = open(argv[1], O_RDONLY);
	if (file < 0)
		die(argv[1]);
	prepare(report);
	while ((got = read(file, block + kept, BLOCK_BYTES)) > 0) {
		size_t size = kept + (size_t)got;
		const char *last = memrchr(block, '\n', size);
		size_t whole = last ? (size_t)(last + 1 - block) : 0;

		add_lines(report, block, whole);
		kept = size - whole;
		if (kept > LINE_BYTES)
			return 1;
		memmove(block, block + whole, kept);
	}
	add_lines(report, block, kept);
	print(report);
	return got < 0;
}
