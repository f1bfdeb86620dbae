/* SPDX-License-Identifier: MIT */
/* What is said on standard error at the end of a run. */
#ifndef LEAT_CLI_SUMMARY_H
#define LEAT_CLI_SUMMARY_H

#include "session/run.h"

/* Where several units failed they are listed for people with their reasons, the
 * first of them. TALK: also says how a run went in which none did. */
void summary_show(const struct run_result *result,
	const struct journal *journal, bool talk, const struct log *log);

#endif
