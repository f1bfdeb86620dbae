/* SPDX-License-Identifier: MIT */
/* The versions of leat and of the libraries that it runs with. */
#include "cli/version.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <jansson.h>
#include <pcre2.h>
#include <sqlite3.h>
#include <yaml.h>
#include <zlib.h>
#ifdef HAVE_ISAL
#include <isa-l.h>
#endif

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

static void show(FILE *file, const char *name, const char *version)
{
	fprintf(file, "%-9s%s\n", name, version);
}

void version_show(FILE *file)
{
	char text[64];

	fprintf(file, "leat %s\n\n", PACKAGE_VERSION);
#ifdef HAVE_ISAL
	snprintf(text, sizeof(text), "%d.%d.%d", ISAL_MAJOR_VERSION,
		ISAL_MINOR_VERSION, ISAL_PATCH_VERSION);
	show(file, "isa-l", text);
#endif
	show(file, "jansson", jansson_version_str());
	show(file, "libyaml", yaml_get_version_string());
	if (pcre2_config(PCRE2_CONFIG_VERSION, text) > 0)
		show(file, "PCRE2", text);
	show(file, "SQLite", sqlite3_libversion());
	show(file, "zlib", zlibVersion());
}
