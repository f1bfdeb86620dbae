/* SPDX-License-Identifier: MIT */
/* The formats of compressed contents. */
#include "operators/support/codec/format.h"

#include <bzlib.h>
#include <lz4.h>
#include <lzma.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

const char *const compression_names[] = {
	[COMPRESSION_GZIP] = "gzip",
	[COMPRESSION_ZSTD] = "zstd",
	[COMPRESSION_XZ] = "xz",
	[COMPRESSION_BZIP2] = "bzip2",
	[COMPRESSION_LZ4] = "lz4",
	[COMPRESSION_ZLIB] = "zlib",
	[COMPRESSION_LZMA] = "lzma",
	[COMPRESSIONS] = NULL,
};

/* ---- Detection -------------------------------------------------------------- */

enum match { NO, YET, YES };

/* Whether a content starts with MARK, as far as it is known. */
static enum match match_mark(const unsigned char *start, size_t length,
	const char *mark, size_t mark_length)
{
	size_t known = length < mark_length ? length : mark_length;

	if (memcmp(start, mark, known) != 0)
		return NO;
	return length < mark_length ? YET : YES;
}

/* The usual first bytes, for the usual window and each level. */
static enum match match_zlib(const unsigned char *start, size_t length)
{
	if (length > 0 && start[0] != 0x78)
		return NO;
	if (length < 2)
		return YET;
	return strchr("\x01\x5e\x9c\xda", start[1]) && start[1] ? YES : NO;
}

/* A frame, or one that is to be skipped, as pzstd writes it. */
static enum match match_zstd(const unsigned char *start, size_t length)
{
	const char skipped[] = {
		(char)(0x50 | (length > 0 ? start[0] & 0x0f : 0)), 0x2a, 0x4d,
		0x18};
	enum match match = match_mark(start, length, "\x28\xb5\x2f\xfd", 4);

	return match ? match : match_mark(start, length, skipped, 4);
}

/* Behind the size of blocks is what each block begins with, or the end of a
 * content without any. */
static enum match match_bzip2(const unsigned char *start, size_t length)
{
	enum match match = match_mark(start, length, "BZh", 3);

	if (match != YES || length == 3)
		return match ? YET : NO;
	if (start[3] < '1' || start[3] > '9')
		return NO;
	match = match_mark(start + 4, length - 4, "1AY&SY", 6);
	return match ? match
		     : match_mark(start + 4, length - 4, "\x17rE8P\x90", 6);
}

static bool is_dictionary(uint32_t size)
{
	while (size > 0 && size % 2 == 0)
		size /= 2;
	return size == 1 || size == 3;
}

static enum match match_lzma(const unsigned char *start, size_t length)
{
	uint64_t dictionary = 0, size = 0;

	if (length > 0 && start[0] != 0x5d)
		return NO;
	if (length < 13)
		return YET;
	for (int i = 8; i-- > 0;)
		size = size << 8 | start[5 + i];
	for (int i = 4; i-- > 0;)
		dictionary = dictionary << 8 | start[1 + i];
	return is_dictionary((uint32_t)dictionary) &&
			(size == UINT64_MAX || size < UINT64_C(1) << 38)
		? YES
		: NO;
}

static enum match match_format(
	enum compression format, const unsigned char *start, size_t length)
{
	switch (format) {
	case COMPRESSION_GZIP: return match_mark(start, length, "\x1f\x8b", 2);
	case COMPRESSION_ZSTD: return match_zstd(start, length);
	case COMPRESSION_XZ:
		return match_mark(start, length,
			"\xfd"
			"7zXZ",
			6);
	case COMPRESSION_BZIP2: return match_bzip2(start, length);
	case COMPRESSION_LZ4:
		return match_mark(start, length, "\x04\x22\x4d\x18", 4);
	case COMPRESSION_ZLIB: return match_zlib(start, length);
	case COMPRESSION_LZMA: return match_lzma(start, length);
	default: return NO;
	}
}

enum compression compression_detect(const unsigned char *start, size_t length)
{
	unsigned format = 0;

	while (format < COMPRESSIONS &&
		match_format((enum compression)format, start, length) != YES)
		format++;
	return (enum compression)format;
}

bool compression_may_start(const unsigned char *start, size_t length)
{
	for (unsigned format = 0; format < COMPRESSIONS; format++)
		if (match_format((enum compression)format, start, length) ==
			YET)
			return true;
	return false;
}

/* ---- Writing ---------------------------------------------------------------- */

const struct compression_levels *compression_levels(enum compression format)
{
	/* Those of the programs, as is what is usual, but for xz: its 6 takes
	 * more memory than a run has if nothing is said. */
	static const struct compression_levels levels[] = {
		[COMPRESSION_GZIP] = {1, 9, 6},
		[COMPRESSION_ZSTD] = {1, 22, 3},
		[COMPRESSION_XZ] = {1, 9, 4},
		[COMPRESSION_BZIP2] = {1, 9, 9},
		[COMPRESSION_LZ4] = {1, 12, 1},
	};

	return &levels[format];
}

bool compression_has_threads(enum compression format)
{
	return format == COMPRESSION_XZ ||
		(format == COMPRESSION_ZSTD &&
			ZSTD_cParam_getBounds(ZSTD_c_nbWorkers).upperBound > 0);
}

void compression_add_library(enum compression format, struct text *text)
{
	switch (format) {
	case COMPRESSION_GZIP:
		text_add_format(text, "zlib %s", zlibVersion());
		break;
	case COMPRESSION_ZSTD:
		text_add_format(text, "libzstd %s", ZSTD_versionString());
		break;
	case COMPRESSION_XZ:
		text_add_format(text, "liblzma %s", lzma_version_string());
		break;
	case COMPRESSION_BZIP2:
		text_add_format(text, "libbz2 %s", BZ2_bzlibVersion());
		break;
	case COMPRESSION_LZ4:
		text_add_format(text, "liblz4 %s", LZ4_versionString());
		break;
	default: break;
	}
}
