/* SPDX-License-Identifier: MIT */
/*
 * What a graph asks of whoever runs it: which units needn't be run, what they
 * had contributed, and what is to become of those that were. So the engine
 * knows neither the run store nor other processes.
 *
 * Operators are of three kinds. Those *within* units treat each unit without
 * regard to others. Those that *span* units don't. Those *behind* have one
 * that spans somewhere in front of them. A link into the second or third kind
 * from the first is a *frontier*: what a unit has contributed there is all
 * that is needed of it. So a unit that doesn't run is brought by putting its
 * contributions into the frontiers, in its place among the others.
 */
#ifndef LEAT_ENGINE_HOST_H
#define LEAT_ENGINE_HOST_H

#include "base/text.h"
#include "engine/output.h"
#include "model/segment.h"

enum unit_way {
	UNIT_RUNS,
	UNIT_SKIPPED, /* nothing of it is wanted */
	UNIT_BROUGHT, /* its contributions are */
};

/* An input of an operator at a frontier. */
struct frontier {
	unsigned op, pin; /* as in the plan */
};

/* What a unit has contributed, as it was kept; borrowed until the next call. */
struct brought {
	struct slice data;
	/* Not -1: it is LENGTH bytes of that file in place of DATA. */
	int descriptor;
	uint64_t offset, length;
};

struct graph_host {
	/* What is known of the file of the unit NUMBER of a source, which is
	 * to be brought. False: nothing. May be NULL. */
	bool (*details)(void *context, unsigned source, uint64_t number,
		struct file_details *details);

	/* False: there is nothing that can be used, which has been reported;
	 * the run fails. */
	bool (*contribution)(void *context, const struct unit *unit,
		struct frontier frontier, struct brought *brought);

	/* A unit that ran has contributed DATA at a frontier, and has
	 * succeeded. Called for each frontier, before or after `decided`; not
	 * called where it was too much to be kept. */
	void (*keep)(void *context, const struct unit *unit,
		struct frontier frontier, const void *data, size_t length);

	/* At a frontier of OPERATOR_RANGES: what a unit has contributed, be it
	 * by running or brought, is in the output that spans units, at OFFSET.
	 * The output may fail to be published. */
	void (*keep_range)(void *context, const struct unit *unit,
		struct frontier frontier, uint64_t offset, uint64_t length);

	/* Whether somebody else than the unit, or what spans them where it is
	 * NULL, writes the file PATH, such as a unit that isn't run this time:
	 * who, as shown to people, or NULL. Called once for each file, before
	 * anything of the unit is published. */
	const char *(*owner)(
		void *context, const char *path, const struct unit *unit);

	/* A temporary for the file PATH, which lies DEPTH deep (base/place.h),
	 * is about to be made. False: it can't, errno says why. */
	bool (*creates)(void *context, const char *path, unsigned depth);

	/* A unit that ran, or was brought and has outputs, was decided; UNIT
	 * NULL: what spans units has succeeded as a whole. Of one that
	 * succeeded OUTPUTS are to be published; the outputs become the host's,
	 * the array doesn't. NULL: that can be done. Else why it can't, which
	 * has been reported, without secrets; to be freed; the unit fails. */
	char *(*decided)(void *context, const struct unit *unit,
		struct output *const *outputs, size_t count);
};

#endif
