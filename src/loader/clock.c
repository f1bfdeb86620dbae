/* SPDX-License-Identifier: MIT */
/* The one instant that a session takes for now. */
#include "loader/clock.h"

#include <stdlib.h>
#include <time.h>

#include "base/units.h"

enum { SECOND_US = 1000000 };

/* The last second of the year 9999. */
static const int64_t last_second = INT64_C(253402300799);

void clock_read(struct loader *loader)
{
	static const struct source source = {.name = "SOURCE_DATE_EPOCH"};
	const char *epoch = getenv(source.name);
	struct timespec now;
	int64_t seconds;

	clock_gettime(CLOCK_REALTIME, &now);
	loader->session->now_us =
		(int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
	if (!epoch)
		return;
	if (units_integer(epoch, &seconds) || seconds < 0 ||
		seconds > last_second)
		loader_error(loader, (struct location){&source, 0, 0, 1, NULL},
			NULL, "'%s' is not a number of seconds since 1970",
			epoch);
	else
		loader->session->source_date_us = loader->session->now_us =
			seconds * SECOND_US;
}
