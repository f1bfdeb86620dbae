/* SPDX-License-Identifier: MIT */
/* The exit statuses of leat in words. */
#ifndef LEAT_CLI_STATUSES_H
#define LEAT_CLI_STATUSES_H

#include <stdio.h>

/* Lists them for help; a test compares the list with the manual. */
void statuses_show(FILE *file);

#endif
