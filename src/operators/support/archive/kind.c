/* SPDX-License-Identifier: MIT */
/* Kinds of archives. */
#include "operators/support/archive/kind.h"

#include <string.h>

const char *const kind_names[] = {
	[KIND_TAR] = "tar",
	[KIND_ZIP] = "zip",
	[KIND_7Z] = "7z",
	[KIND_CPIO] = "cpio",
	[KIND_AR] = "ar",
	[KIND_ISO] = "iso",
	[KIND_RAR] = "rar",
	[KIND_XAR] = "xar",
	[KIND_LHA] = "lha",
	[KIND_CAB] = "cab",
	[KIND_MTREE] = "mtree",
	[KIND_WARC] = "warc",
	[KINDS] = NULL,
};

/* POSIX.1, pax: all of a tar file is blocks. */
enum { TAR_BLOCK_BYTES = 512 };

/* The number in octal in the field of a tar header for its checksum, or -1. */
static long parse_checksum(const unsigned char *field)
{
	long sum = 0;
	int at = 0;

	while (at < 8 && field[at] == ' ')
		at++;
	if (at == 8 || field[at] < '0' || field[at] > '7')
		return -1;
	for (; at < 8 && field[at] >= '0' && field[at] <= '7'; at++)
		sum = sum * 8 + (field[at] - '0');
	return sum;
}

/* POSIX.1, pax: the sum of all bytes of a header, with spaces for the sum
 * itself. Some writers add signed bytes. */
static bool is_tar(const unsigned char *head)
{
	long sum = 0, sum_signed = 0, wanted = parse_checksum(head + 148);

	for (int i = 0; i < TAR_BLOCK_BYTES; i++) {
		unsigned char byte = i >= 148 && i < 156 ? ' ' : head[i];

		sum += byte;
		sum_signed += (signed char)byte;
	}
	return memcmp(head + 257, "ustar", 5) == 0 || sum == wanted ||
		sum_signed == wanted;
}

/* The old header of cpio has a short mark, but also the length of the name
 * that follows, with the NUL in which that ends. */
static bool is_binary_cpio(const unsigned char *head, size_t length)
{
	enum { HEADER_BYTES = 26, NAME_SIZE = 20 };
	size_t name;

	if (length < HEADER_BYTES)
		return false;
	if (head[0] == 0xc7 && head[1] == 0x71)
		name = head[NAME_SIZE] | (size_t)head[NAME_SIZE + 1] << 8;
	else if (head[0] == 0x71 && head[1] == 0xc7)
		name = head[NAME_SIZE + 1] | (size_t)head[NAME_SIZE] << 8;
	else
		return false;
	return name > 1 && HEADER_BYTES + name <= length &&
		head[HEADER_BYTES + name - 1] == '\0' &&
		head[HEADER_BYTES + name - 2] != '\0';
}

bool kind_is_zero(const unsigned char *head, size_t length)
{
	for (size_t i = 0; i < length && i < TAR_BLOCK_BYTES; i++)
		if (head[i] != 0)
			return false;
	return true;
}

/* GNU tar's manual, "The Standard Format": an entry of type V gives the volume
 * a name, one of type M has the rest of a content. */
bool kind_is_continued(const unsigned char *head, size_t length)
{
	enum { TYPE = 156 };
	size_t at = 0;

	if (length >= 2 * TAR_BLOCK_BYTES && head[TYPE] == 'V')
		at = TAR_BLOCK_BYTES;
	return length >= at + TAR_BLOCK_BYTES && is_tar(head + at) &&
		head[at + TYPE] == 'M';
}

enum archive_kind kind_detect(const unsigned char *head, size_t length)
{
	static const struct {
		enum archive_kind kind;
		size_t length;
		const char *mark;
	} marks[] = {
		{KIND_ZIP, 4, "PK\3\4"},
		{KIND_ZIP, 4, "PK\5\6"}, /* an empty one */
		{KIND_7Z, 6, "7z\xbc\xaf\x27\x1c"},
		{KIND_CPIO, 6, "070701"},
		{KIND_CPIO, 6, "070702"},
		{KIND_CPIO, 6, "070707"},
		{KIND_AR, 8, "!<arch>\n"},
	};

	if (length >= TAR_BLOCK_BYTES &&
		(is_tar(head) || kind_is_zero(head, length)))
		return KIND_TAR;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (length >= marks[i].length &&
			memcmp(head, marks[i].mark, marks[i].length) == 0)
			return marks[i].kind;
	return is_binary_cpio(head, length) ? KIND_CPIO : KIND_NONE;
}
