/* SPDX-License-Identifier: MIT */
/* Why a system call has failed, to be shown to people. */
#ifndef LEAT_BASE_SYSTEM_ERROR_H
#define LEAT_BASE_SYSTEM_ERROR_H

/* What strerror(3) says of ERROR, an errno; and what to do where a limit that
 * users set is the reason. It holds until the next call. */
const char *system_error(int error);

#endif
