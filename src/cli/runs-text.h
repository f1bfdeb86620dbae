/* SPDX-License-Identifier: MIT */
/* Runs, as people read them, on standard output. All are made by
 * cli/run-json. */
#ifndef LEAT_CLI_RUNS_TEXT_H
#define LEAT_CLI_RUNS_TEXT_H

#include <jansson.h>

void runs_show_list(const json_t *runs);
void runs_show_one(json_t *run); /* with its details */
void runs_show_differences(json_t *differences);

#endif
