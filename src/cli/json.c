/* SPDX-License-Identifier: MIT */
/* JSON for programs. */
#include "cli/json.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

void json_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		memory_abort();
}

void json_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		memory_abort();
}

json_t *json_name(const char *name)
{
	struct text text = {0};

	if (!name)
		return json_null();
	json_t *value = json_string(name);
	if (!value) {
		text_add_escaped(&text, name, strlen(name), SIZE_MAX);
		value = json_string(text.data);
		text_free(&text);
	}
	return value;
}

void json_print(json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(value);
}
