/* SPDX-License-Identifier: MIT */
/*
 * The floor of the suite regex-count: counts the lines of FILE that match
 * PATTERN, with the same library as leat and nothing else. It searches whole
 * blocks, which is right only for patterns that can't match across lines.
 *
 *	cc -O2 -o floor floor-regex-count.c -lpcre2-8
 *	floor FILE PATTERN
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <fcntl.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK_BYTES = 128 * 1024, LINE_BYTES = 64 * 1024 };

struct search {
	pcre2_code *code;
	pcre2_match_data *match;
	unsigned long count;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void prepare(struct search *search, const char *pattern)
{
	size_t offset;
	int error;

	search->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
		PCRE2_MULTILINE, &error, &offset, NULL);
	if (!search->code ||
		pcre2_jit_compile(search->code, PCRE2_JIT_COMPLETE))
		die("pattern");
	search->match = pcre2_match_data_create(1, NULL);
}

static void count_matches(struct search *search, const char *data, size_t size)
{
	const size_t *vector = pcre2_get_ovector_pointer(search->match);
	const char *end = data + size;

	while (data < end &&
		pcre2_jit_match(search->code, (PCRE2_SPTR)data,
			(size_t)(end - data), 0, 0, search->match, NULL) >= 0) {
		search->count++;
		data += vector[1];
		data = memchr(data, '\n', (size_t)(end - data));
		if (!data++)
			break;
	}
}

int main(int argc, char **argv)
{
	struct search search = {0};
	char *block = malloc(LINE_BYTES + BLOCK_BYTES);
	size_t kept = 0;
	ssize_t got;

	if (argc != 3 || !block)
		return 64;
	int file = open(argv[1], O_RDONLY);
	if (file < 0)
		die(argv[1]);
	prepare(&search, argv[2]);
	while ((got = read(file, block + kept, BLOCK_BYTES)) > 0) {
		size_t size = kept + (size_t)got;
		const char *last = memrchr(block, '\n', size);
		size_t whole = last ? (size_t)(last + 1 - block) : 0;

		count_matches(&search, block, whole);
		kept = size - whole;
		if (kept > LINE_BYTES)
			return 1;
		memmove(block, block + whole, kept);
	}
	count_matches(&search, block, kept);
	printf("count\n%lu\n", search.count);
	return got < 0;
}
