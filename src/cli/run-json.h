/* SPDX-License-Identifier: MIT */
/* What is known of runs, as JSON: for programs, and to be shown in words. */
#ifndef LEAT_CLI_RUN_JSON_H
#define LEAT_CLI_RUN_JSON_H

#include <jansson.h>

#include "store/run-store.h"

/* Adds an object for each run to the array RUNS, the newest first. False: the
 * store failed. */
bool run_list(struct run_store *store, json_t *runs);

/* Adds to a run of such a list what its operators did ("telemetry", or null)
 * and the units that it made, as far as no later run made them again
 * ("made"). */
bool run_add_details(struct run_store *store, json_t *run);

/* What differs between two of a list, but for what each has of its own: an
 * object of arrays of both values; the caller's. */
json_t *run_differences(json_t *one, const json_t *two);

#endif
