/* SPDX-License-Identifier: MIT */
/* Errors of the system, in words. */
#include "base/system-error.h"

#include <errno.h>
#include <string.h>

const char *system_error(int error)
{
	return error == EMFILE ? "Too many open files; raise `ulimit -n`"
			       : strerror(error);
}
