/* SPDX-License-Identifier: MIT */
/* What units have contributed: kept, and brought again. */
#include "session/publish-parts.h"

#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "session/stamp.h"

static unsigned frontier_number(
	const struct publisher *publisher, struct frontier frontier)
{
	const struct frontier *all = publisher->due->frontiers;
	unsigned number = 0;

	while (all[number].op != frontier.op || all[number].pin != frontier.pin)
		number++;
	return number;
}

const char *publisher_frontier_name(
	struct publisher *publisher, struct frontier frontier)
{
	struct text *name =
		&publisher->names[frontier_number(publisher, frontier)];

	if (name->length == 0)
		ranges_name(publisher->plan, frontier, name);
	return name->data;
}

/* What is kept of the unit at the frontier by itself: *KEPT holds for each unit
 * whether there is such a thing. */
static bool *kept_apart(const struct publisher *publisher,
	struct frontier frontier, const struct due_unit *unit)
{
	size_t index = (size_t)(unit - publisher->due->units);

	return &publisher->apart[index * publisher->due->frontier_count +
		frontier_number(publisher, frontier)];
}

/* Whether what was opened is what the run has found to be up to date: a stamp
 * may prove nothing, and somebody may write into it at any time. */
static bool is_remembered(int descriptor, const struct store_output *output,
	const struct file_state *state)
{
	struct digest digest;

	return stamp_same(&output->state, state, false) ||
		(digest_file(descriptor, &digest) &&
			digest_equal(&digest, &output->digest));
}

static void open_output(struct publisher *publisher,
	const struct store_output *output, struct last *last)
{
	struct stat stat;

	key_path(publisher->base, output->path, &publisher->path);
	last->descriptor = file_open_input(publisher->path.data, &stat);
	if (last->descriptor < 0)
		return;
	last->state = file_state_of(&stat);
	if (is_remembered(last->descriptor, output, &last->state))
		return;
	close(last->descriptor);
	last->descriptor = -1;
}

/* Opens the last output that the operator has written for all units; -1: it
 * can't be opened, or isn't that any more. It stays open until the end. */
static int open_last(struct publisher *publisher, struct frontier frontier)
{
	unsigned number = frontier_number(publisher, frontier);
	const char *name = publisher->plan->operators[frontier.op].name;
	const struct store_unit *whole = publisher->due->whole.all;
	struct last *last = &publisher->last[number];

	for (size_t i = 0; last->descriptor < 0 && i < whole->output_count; i++)
		if (strcmp(whole->outputs[i].operator, name) == 0)
			open_output(publisher, &whole->outputs[i], last);
	return last->descriptor;
}

bool publisher_check_last(struct publisher *publisher)
{
	for (unsigned i = 0; i < publisher->due->frontier_count; i++) {
		const struct last *last = &publisher->last[i];
		struct stat stat = {0};

		if (last->descriptor < 0)
			continue;
		bool known = fstat(last->descriptor, &stat) == 0;
		struct file_state now = file_state_of(&stat);
		if (known && !file_change(&last->state, &now))
			continue;
		free(publisher_report(publisher,
			"the last output was changed while it was read; run "
			"again"));
		publisher->whole_status = STATUS_IO_ERROR;
		return false;
	}
	return true;
}

static bool bring_range(struct publisher *publisher,
	const struct due_unit *unit, struct frontier frontier,
	struct brought *brought)
{
	const struct due_range *range = ranges_find(publisher->due,
		frontier_number(publisher, frontier),
		(size_t)(unit - publisher->due->units));

	if (!range)
		return false;
	brought->descriptor = open_last(publisher, frontier);
	brought->offset = range->offset;
	brought->length = range->length;
	return brought->descriptor >= 0;
}

bool publisher_details(void *context, unsigned source, uint64_t number,
	struct file_details *details)
{
	const struct publisher *publisher = context;
	const struct due_unit *due =
		due_unit_at(publisher->due, source, number);

	if (!due || !due->file.state.inode)
		return false;
	*details = due->file;
	return true;
}

bool publisher_contribution(void *context, const struct unit *unit,
	struct frontier frontier, struct brought *brought)
{
	struct publisher *publisher = context;
	const struct due_unit *due = due_unit(publisher->due, unit);
	size_t length = 0;

	free(publisher->brought);
	publisher->brought = NULL;
	if (bring_range(publisher, due, frontier, brought))
		return true;
	if (!store_partial(publisher->store, publisher->plan->name, due->key,
		    publisher_frontier_name(publisher, frontier),
		    &publisher->brought, &length))
		return publisher_report_store(publisher);
	if (publisher->brought) {
		*kept_apart(publisher, frontier, due) = true;
		brought->data =
			(struct slice){NULL, publisher->brought, length};
		return true;
	}
	free(publisher_report(publisher,
		"what was kept of %s is gone; run again", due->name));
	return false;
}

/* Of what isn't kept by itself, where it lies in the output is. */
void publisher_keep_range(void *context, const struct unit *unit,
	struct frontier frontier, uint64_t offset, uint64_t length)
{
	struct publisher *publisher = context;
	const struct due_unit *due = due_unit(publisher->due, unit);

	if (due && !*kept_apart(publisher, frontier, due))
		ranges_add(
			&publisher
				 ->ranges[frontier_number(publisher, frontier)],
			due->key, unit->brought ? due->run : publisher->run,
			offset, length);
}

/* Comes before or after the verdict: what is decided waits for the next
 * change, which takes along what is here by then. */
void publisher_keep(void *context, const struct unit *unit,
	struct frontier frontier, const void *data, size_t length)
{
	struct publisher *publisher = context;
	const struct due_unit *due = due_unit(publisher->due, unit);

	if (!due)
		return;
	struct kept **list = &publisher->kept[due - publisher->due->units];
	struct kept *kept = memory_alloc(sizeof(*kept) + length);

	kept->next = *list;
	kept->frontier =
		memory_string(publisher_frontier_name(publisher, frontier));
	kept->length = length;
	if (length > 0)
		memcpy(kept->data, data, length);
	*list = kept;
	*kept_apart(publisher, frontier, due) = true;
	publisher->kept_bytes += length;
}
