/* SPDX-License-Identifier: MIT */
/* The exit statuses of leat, in one table; the manual prints them from it. */
#ifndef LEAT_BASE_EXIT_H
#define LEAT_BASE_EXIT_H

#include <sysexits.h>

enum exit_status {
	STATUS_OK = 0,
	STATUS_UNITS_FAILED = 1,
	STATUS_WORK = 2, /* `plan --detailed-exitcode` found some */
	STATUS_USAGE = EX_USAGE, /* 64 */
	STATUS_BAD_DATA = EX_DATAERR, /* 65 */
	STATUS_NO_INPUT = EX_NOINPUT, /* 66 */
	STATUS_UNAVAILABLE = EX_UNAVAILABLE, /* 69 */
	STATUS_BUG = EX_SOFTWARE, /* 70 */
	STATUS_SYSTEM = EX_OSERR, /* 71 */
	STATUS_CANNOT_CREATE = EX_CANTCREAT, /* 73 */
	STATUS_IO_ERROR = EX_IOERR, /* 74 */
	STATUS_LOCKED = EX_TEMPFAIL, /* 75 */
	STATUS_NOT_PERMITTED = EX_NOPERM, /* 77 */
	STATUS_SESSION_WRONG = EX_CONFIG, /* 78 */
};

#endif
