/* SPDX-License-Identifier: MIT */
/* The versions of leat and of the libraries that it runs with. */
#ifndef LEAT_CLI_VERSION_H
#define LEAT_CLI_VERSION_H

#include <stdio.h>

void version_show(FILE *file);

#endif
