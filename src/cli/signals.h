/* SPDX-License-Identifier: MIT */
/*
 * Signals while a session runs: SIGINT, SIGTERM and SIGHUP ask it to stop, and
 * leat dies of the signal once it has cleaned up. What was ignored when leat
 * was started stays ignored.
 */
#ifndef LEAT_CLI_SIGNALS_H
#define LEAT_CLI_SIGNALS_H

#include <signal.h>

/* Catches them from now on. Returns the number of requests so far: after one,
 * sources end; after two, the run is given up; the third kills. */
const volatile sig_atomic_t *signals_catch(void);

/* Catches SIGUSR2 from now on. Returns how often it has come: each time
 * somebody wants to know how far the run is. */
const volatile sig_atomic_t *signals_catch_progress(void);

/* Dies of the signal. */
void signals_die(int number);

/* Dies of the signal that asked to stop, if one did. */
void signals_die_if_caught(void);

#endif
