/* SPDX-License-Identifier: MIT */
/* Run stores for tests: each is that of session `one`, in the working directory
 * (files.h). What goes wrong fails the test. */
#ifndef LEAT_TESTS_UNIT_STORES_H
#define LEAT_TESTS_UNIT_STORES_H

#include "store/run-store.h"

/* How they are opened. */
extern const struct store_opening usual;

struct run_store *open_store(void);
struct run_store *open_reader(void);
void close_store(struct run_store *store);

/* It can't be opened: the status, and what is said. */
void expect_refusal(const struct store_opening *opening,
	enum exit_status wanted, const char *saying);

/* A unit whose fields all follow from NUMBER; in a change. */
void put_unit(struct run_store *store, const char *graph, const char *key,
	unsigned number);

/* One change with five units, and what belongs to one of them. */
void put_some(struct run_store *store);

/* The units of the graph are those that were put: "graph:key=number " each. */
void expect_units(
	struct run_store *store, const char *graph, const char *wanted);

/* For store_units: checks a unit that was put, and adds that to CONTEXT, a
 * text; true. */
bool list_unit(void *context, struct store_unit *unit);

/* Does WORK in a child that dies of SIGKILL where WORK returns. */
void do_and_die(void (*work)(void));

/* The absolute path of a name in the working directory; one of the last
 * four. */
const char *absolute(const char *name);

#endif
