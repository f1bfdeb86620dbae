/* SPDX-License-Identifier: MIT */
/* Limits on what comes out of archives. */
#include "operators/support/archive/limits.h"

static bool exceeds(uint64_t bytes, uint64_t ratio, uint64_t read)
{
	return bytes > LIMITS_FREE_BYTES && bytes / ratio > read;
}

bool limits_add(struct limits *limits, uint64_t *counter, uint64_t bytes,
	struct text *problem)
{
	problem->length = 0;
	*counter += bytes;
	if (*counter > limits->bytes || *counter < bytes) {
		text_add_format(problem,
			"it holds more than %llu bytes; raise `max-bytes` if "
			"that is right",
			(unsigned long long)limits->bytes);
		return false;
	}
	if (!exceeds(*counter, limits->ratio, limits->input->position))
		return true;
	text_add_format(problem,
		"it holds more than %llu times the bytes that it has; raise "
		"`max-ratio` if that is right",
		(unsigned long long)limits->ratio);
	return false;
}
