/* SPDX-License-Identifier: MIT */
/* Sessions at random, with diamonds and with units that fail, over some
 * files. */
#ifndef LEAT_TESTS_UNIT_RANDOM_SESSION_H
#define LEAT_TESTS_UNIT_RANDOM_SESSION_H

#include <stdint.h>

enum { RANDOM_UNITS = 6 };

/* A number below BELOW; STATE is any at first. */
uint64_t random_draw(uint64_t *state, uint64_t below);

/* Writes files in-0.gz ... of lines "NUMBER WORD"; number 3 has a wrong CRC, so
 * that it fails behind its last line. And a condition in a file of its own. */
void random_inputs_write(const char *directory);

/* Writes the session of SEED to PATH. It reads those files in DIRECTORY, and
 * makes out-*.csv and raw-* there. */
void random_session_write(
	const char *path, const char *directory, uint64_t seed);

#endif
