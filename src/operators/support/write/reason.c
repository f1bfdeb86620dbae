/* SPDX-License-Identifier: MIT */
/* Why an output can't be made. */
#include "operators/support/write/reason.h"

#include <errno.h>

#include "base/system-error.h"

const char *write_reason(int error)
{
	switch (error) {
	case ENOTSUP: return "it exists and is not a regular file";
	case EISDIR:
		return "it is a directory; remove that first, or write to "
		       "another path";
	case ENOTDIR:
		return "something else is where a directory is needed; remove "
		       "that first, or write to another path";
	case EXDEV:
	case ELOOP:
		return "a symbolic link on its way leads out of its directory";
	default: return system_error(error);
	}
}
