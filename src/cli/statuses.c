/* SPDX-License-Identifier: MIT */
/* The exit statuses of leat in words. */
#include "cli/statuses.h"

#include "base/exit.h"
#include "cli/show.h"

static const struct {
	enum exit_status status;
	const char *summary;
} statuses[] = {
	{STATUS_OK, "Done"},
	{STATUS_UNITS_FAILED,
		"Units of a collection failed: some of its files "
		"could not be read or held bad data; or --verify found "
		"what isn't the same"},
	{STATUS_WORK, "plan --detailed-exitcode found something to do"},
	{STATUS_USAGE, "The command line is wrong"},
	{STATUS_BAD_DATA,
		"Bad data where no unit is to blame, as on standard "
		"input"},
	{STATUS_NO_INPUT, "The session file or an input doesn't exist"},
	{STATUS_BUG, "A bug in leat"},
	{STATUS_SYSTEM, "The system refused a resource, such as memory"},
	{STATUS_CANNOT_CREATE, "An output can't be created"},
	{STATUS_IO_ERROR, "Reading or writing failed"},
	{STATUS_LOCKED, "Another run of the session is at work"},
	{STATUS_NOT_PERMITTED, "Not permitted"},
	{STATUS_SESSION_WRONG, "The session file is wrong"},
};

void statuses_show(FILE *file)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		char number[16];

		snprintf(number, sizeof(number), "%d", statuses[i].status);
		show_row(file, number, statuses[i].summary);
	}
}
