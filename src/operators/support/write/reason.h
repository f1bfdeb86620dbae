/* SPDX-License-Identifier: MIT */
/* Why an output can't be made, in words. */
#ifndef LEAT_OPERATORS_SUPPORT_WRITE_REASON_H
#define LEAT_OPERATORS_SUPPORT_WRITE_REASON_H

/* ERROR: errno of operator_output, or of what follows; see output_create. */
const char *write_reason(int error);

#endif
