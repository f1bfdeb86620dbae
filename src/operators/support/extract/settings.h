/* SPDX-License-Identifier: MIT */
/* The settings of extract, which its tables and its module share. */
#ifndef LEAT_OPERATORS_SUPPORT_EXTRACT_SETTINGS_H
#define LEAT_OPERATORS_SUPPORT_EXTRACT_SETTINGS_H

#include "registry/spec.h"

enum { EXTRACT_IN, EXTRACT_REJECTED };

enum extract_links { EXTRACT_LINKS_REFUSE, EXTRACT_LINKS_INSIDE };

enum extract_collisions {
	EXTRACT_COLLISIONS_FAIL,
	EXTRACT_COLLISIONS_SKIP,
	EXTRACT_COLLISIONS_RENAME,
};

struct extracting; /* the module's */

struct extract {
	struct setting_text directory;
	int links; /* enum extract_links */
	int collisions; /* enum extract_collisions */
	bool flat;
	bool portable_names;
	bool times;

	struct extracting *extracting;
};

#endif
