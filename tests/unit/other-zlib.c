/* SPDX-License-Identifier: MIT */
/* leat with this seems to use another version of zlib. */
#include <zlib.h>

const char *zlibVersion(void)
{
	return "99.1";
}
