/* SPDX-License-Identifier: MIT */
/* A bug on purpose: the rig must find it, or it finds nothing elsewhere. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *exact = fuzz_copy(data, size);
	volatile char last = '\0';

	if (size > 3 && exact[0] == 'b' && exact[1] == 'u' && exact[2] == 'g')
		last = exact[size + 1]; /* one too far */
	(void)last;
	free(exact);
	return 0;
}
