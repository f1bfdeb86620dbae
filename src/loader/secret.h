/* SPDX-License-Identifier: MIT */
/* The values of params and variables that must not be shown. */
#ifndef LEAT_LOADER_SECRET_H
#define LEAT_LOADER_SECRET_H

#include "loader/loader.h"

/* Keeps TEXT out of what the loader says from now on, and by session->secrets
 * out of what the run says. Borrows TEXT for the life of the session. */
void secret_add(struct loader *loader, const char *text);

/* Adds the defaults in ROOT that are secret, before anything is said of the
 * lines that they stand in. */
void secret_add_defaults(struct loader *loader, const struct node *root);

#endif
