/* SPDX-License-Identifier: MIT */
/* What the map of a link says beside its ends. */
#include <string.h>

#include "loader/graph.h"
#include "loader/plain.h"
#include "loader/substitute.h"

enum { MOST_ITEMS = 1024 * 1024 };

const char *const link_policy_names[] = {
	"blocking", "back-pressure", "leaky-producer", "leaky-consumer", NULL};
static const char *const convert_names[] = {"lossless", "none", NULL};

/* The value of a key with its params filled in; false: reported, or not known
 * yet. */
static bool read_text(struct loader *loader, const struct node *value,
	struct substitution *text)
{
	return substitute(loader, value, SUBSTITUTE_PLAIN, text) &&
		!text->unknown && !text->absent;
}

static bool read_choice(struct loader *loader, const struct node *value,
	const char *const *names, int64_t *choice)
{
	const struct plain_rule rule = {
		.type = SETTING_CHOICE, .choices = names};
	struct substitution text;
	struct plain plain;

	if (!read_text(loader, value, &text) ||
		!plain_check(loader, &rule, text.text, text.location, &plain))
		return false;
	*choice = plain.integer;
	return true;
}

static void read_policy(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	struct link_options *options = into;
	int64_t choice;

	(void)key;
	if (!read_choice(loader, value, link_policy_names, &choice))
		return;
	options->policy = (enum link_policy)choice;
	if (loader->session->reproducible && choice >= LINK_LEAKY_PRODUCER)
		loader_error(loader, value->content,
			"say reproducible: false at the top, if that is fine",
			"what a leaky link drops depends on how fast its "
			"consumer is, so the result isn't reproducible");
}

/* A number counts items, a size bytes. */
static void read_capacity(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	static const struct plain least = {.integer = 1};
	static const struct plain most[] = {
		{.integer = MOST_ITEMS}, {.integer = INT64_C(1) << 50}};
	struct link_options *options = into;
	struct substitution text;
	struct plain plain;

	(void)key;
	options->capacity_location = value->content;
	if (!read_text(loader, value, &text))
		return;
	bool bytes = strspn(text.text, "-0123456789") < strlen(text.text);
	const struct plain_rule rule = {
		.type = bytes ? SETTING_SIZE : SETTING_INTEGER,
		.minimum = &least,
		.maximum = &most[bytes]};
	if (!plain_check(loader, &rule, text.text, text.location, &plain))
		return;
	if (bytes)
		options->capacity_bytes = (size_t)plain.integer;
	else
		options->capacity_items = (size_t)plain.integer;
}

static void read_convert(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	struct link_options *options = into;
	int64_t choice;

	(void)key;
	if (read_choice(loader, value, convert_names, &choice))
		options->unconverted = choice == 1;
}

static const struct key_rule keys[] = {
	{"from", KEY_SCALAR, NULL},
	{"to", KEY_SCALAR, NULL},
	{"policy", KEY_SCALAR, read_policy},
	{"capacity", KEY_SCALAR, read_capacity},
	{"convert", KEY_SCALAR, read_convert},
	{NULL, KEY_ANY, NULL},
};

void link_read_options(struct loader *loader, const struct node *map,
	struct link_options *options)
{
	grammar_read(loader, map, keys, "a link", options);
	if (options->policy == LINK_BACK_PRESSURE &&
		options->capacity_location.source)
		loader_error(loader, options->capacity_location, NULL,
			"a link with back-pressure has no queue, so it has no "
			"capacity");
}
