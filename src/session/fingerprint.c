/* SPDX-License-Identifier: MIT */
/* What results are made of. */
#include "session/fingerprint.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/secrets.h"
#include "session/link-end.h"
#include "session/setting-text.h"

/* Grows when leat makes something else of the same session. */
enum { REVISION = 1 };

/* ---- Components ------------------------------------------------------------ */

static void add(
	struct fingerprint *fingerprint, const char *name, const char *value)
{
	fingerprint->components = memory_grow(fingerprint->components,
		fingerprint->count, &fingerprint->capacity,
		sizeof(*fingerprint->components));
	fingerprint->components[fingerprint->count++] =
		(struct store_component){
			arena_string(fingerprint->arena, name),
			arena_string(fingerprint->arena, value),
		};
}

static void add_property(struct fingerprint *fingerprint,
	const struct operator_plan *op, const struct property_spec *spec,
	const struct key_base *base)
{
	struct text value = {0};

	setting_add(
		&value, spec, (const char *)op->settings + spec->offset, base);
	add(fingerprint,
		arena_format(fingerprint->arena, "%s.%s", op->name, spec->name),
		value.data ? value.data : "");
	text_free(&value);
}

static void add_libraries(
	struct fingerprint *fingerprint, const struct operator_plan *op)
{
	struct text value = {0};

	op->spec->libraries(op->settings, &value);
	add(fingerprint, arena_format(fingerprint->arena, "%s by", op->name),
		value.data);
	text_free(&value);
}

/* Where units are files, it is their content that counts, not how they were
 * found. */
static bool finds_files(const struct operator_plan *op)
{
	return strcmp(op->spec->name, "files") == 0;
}

static void add_operator(struct fingerprint *fingerprint,
	const struct operator_plan *op, const struct key_base *base)
{
	add(fingerprint, op->name,
		arena_format(fingerprint->arena, "%s, per %s, on-error %s",
			op->spec->name, scope_names[op->per],
			on_error_names[op->on_error]));
	const struct property_spec *spec = op->spec->properties;
	for (; spec && spec->name && !finds_files(op); spec++)
		add_property(fingerprint, op, spec, base);
	if (op->spec->libraries)
		add_libraries(fingerprint, op);
}

static void add_link(struct fingerprint *fingerprint,
	const struct graph_plan *plan, const struct link_plan *link)
{
	const struct operator_plan *to = &plan->operators[link->to];
	const struct link_options *options = &link->options;
	const char *from = arena_format(fingerprint->arena, "%s>%u",
		plan->operators[link->from].name, link->from_pin);

	if (options->policy >= LINK_LEAKY_PRODUCER)
		from = arena_format(fingerprint->arena, "%s leaky %d %zu %zu",
			from, (int)options->policy, options->capacity_items,
			options->capacity_bytes);
	struct text end = {0};
	link_end_add(&end, to, link->to_pin);
	add(fingerprint, arena_format(fingerprint->arena, "<%s", end.data),
		from);
	text_free(&end);
}

static void make_digest(struct fingerprint *fingerprint)
{
	struct digester *digester = digester_create();

	for (size_t i = 0; i < fingerprint->count; i++) {
		const struct store_component *at = &fingerprint->components[i];

		digester_add(digester, at->name, strlen(at->name) + 1);
		digester_add(digester, at->value, strlen(at->value) + 1);
	}
	fingerprint->digest = digester_result(digester);
	digester_destroy(digester);
}

/* Found while nothing is hidden: a secret may be part of a name. */
static void find_file_facts(struct fingerprint *fingerprint)
{
	for (size_t i = 0; i < fingerprint->count; i++) {
		const char *value = fingerprint->components[i].value;

		if (strcasestr(value, "src_mtime"))
			fingerprint->file_facts |= FILE_TIMES;
		if (strcasestr(value, "src_mode") ||
			strcasestr(value, "src_uid") ||
			strcasestr(value, "src_gid"))
			fingerprint->file_facts |= FILE_MODES;
	}
}

/* Hides SECRET, also as it stands in quotes. */
static void add_secret(struct secrets *secrets, const char *secret)
{
	struct text quoted = {0};

	setting_add_quoted(&quoted, secret);
	quoted.data[quoted.length - 1] = '\0';
	secrets_add(secrets, secret);
	secrets_add(secrets, quoted.data + 1);
	text_free(&quoted);
}

/* The same as it stands in a pattern, where all but letters and digits has a
 * backslash; see the loader's substitution. */
static void add_secret_pattern(struct secrets *secrets, const char *secret)
{
	struct text pattern = {0};

	for (; *secret; secret++) {
		unsigned char c = (unsigned char)*secret;

		if (c < 0x80 && !isalnum(c) && c != '_')
			text_add_string(&pattern, "\\");
		text_add(&pattern, secret, 1);
	}
	if (pattern.data)
		add_secret(secrets, pattern.data);
	text_free(&pattern);
}

/* Puts *** in place of what is secret, once it has gone into the digest. */
static void hide(struct fingerprint *fingerprint, const char *const *secret)
{
	struct secrets secrets = {0};

	for (; secret && *secret; secret++) {
		add_secret(&secrets, *secret);
		add_secret_pattern(&secrets, *secret);
	}
	for (size_t i = 0; i < fingerprint->count; i++) {
		struct store_component *at = &fingerprint->components[i];
		struct text value = {0};

		text_add_string(&value, at->value);
		secrets_hide(&secrets, &value);
		at->value = arena_string(fingerprint->arena, value.data);
		text_free(&value);
	}
	secrets_free(&secrets);
}

/* Marks what a unit's contributions depend on: what works within units, and
 * what takes them. */
static void mark(const struct graph *graph, const struct graph_plan *plan,
	enum fingerprint_part part, bool *wanted)
{
	for (unsigned i = 0; i < plan->operator_count; i++)
		wanted[i] =
			part == FINGERPRINT_GRAPH || graph_is_within(graph, i);
	for (unsigned i = 0; i < graph_frontier_count(graph); i++)
		wanted[graph_frontier(graph, i).op] = true;
}

void fingerprint_make(struct fingerprint *fingerprint,
	const struct graph *graph, const struct graph_plan *plan,
	enum fingerprint_part part, const struct key_base *base)
{
	bool *wanted = memory_zeroed(plan->operator_count + 1);

	*fingerprint = (struct fingerprint){.arena = arena_create()};
	mark(graph, plan, part, wanted);
	add(fingerprint, "leat",
		arena_format(fingerprint->arena, "revision %d", REVISION));
	for (unsigned i = 0; i < plan->operator_count; i++)
		if (wanted[i])
			add_operator(fingerprint, &plan->operators[i], base);
	for (unsigned i = 0; i < plan->link_count; i++)
		if (wanted[plan->links[i].from] && wanted[plan->links[i].to])
			add_link(fingerprint, plan, &plan->links[i]);
	make_digest(fingerprint);
	find_file_facts(fingerprint);
	hide(fingerprint, plan->secrets);
	free(wanted);
}

void fingerprint_extend(
	struct fingerprint *fingerprint, const char *name, const char *value)
{
	struct digester *digester = digester_create();

	add(fingerprint, name, value);
	digester_add(digester, fingerprint->digest.bytes, DIGEST_BYTES);
	digester_add(digester, name, strlen(name) + 1);
	digester_add(digester, value, strlen(value) + 1);
	fingerprint->digest = digester_result(digester);
	digester_destroy(digester);
}

void fingerprint_finish(struct fingerprint *fingerprint)
{
	free(fingerprint->components);
	arena_destroy(fingerprint->arena);
}
