/* SPDX-License-Identifier: MIT */
/* hash: digests of contents, which pass through. What it does is in its
 * module. */
#include "engine/operator.h"
#include "operators/support/hash/settings.h"

enum { IN = HASH_IN, OUT = HASH_OUT, DIGEST = HASH_DIGEST };

static const struct pin_spec pins[] = {
	{
		.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM) |
			PAYLOAD_BIT(PAYLOAD_BYTES),
		.summary = "contents",
	},
	{
		.name = "out",
		.direction = PIN_OUTPUT,
		.flags = PIN_OPTIONAL,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM) |
			PAYLOAD_BIT(PAYLOAD_BYTES),
		.summary = "the same contents",
	},
	{
		.name = "digest",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_RECORD),
		.summary = "a record for each content",
	},
	{0},
};

const char *const hash_algorithms[] = {"sha256", "xxh3", NULL};

static const struct property_spec properties[] = {
	{
		.name = "algorithm",
		.type = SETTING_CHOICE,
		.offset = offsetof(struct hash, algorithm),
		.fallback = "sha256",
		.choices = hash_algorithms,
		.summary = "Which digest, also the name of the record's field",
		.details = "`sha256` is SHA-256, as `sha256sum` prints it: it "
			   "also tells what was changed on purpose. `xxh3` is "
			   "XXH3 with 128 bits, as `xxhsum -H2` prints it: "
			   "many times faster, and good enough to tell what "
			   "was changed by accident.",
	},
	{0},
};

static const struct field fields[] = {
	[HASH_SHA256] = {.name = "sha256", .type = VALUE_TEXT},
	[HASH_XXH3] = {.name = "xxh3", .type = VALUE_TEXT},
};

const struct schema hash_schemas[] = {
	[HASH_SHA256] = {1, &fields[HASH_SHA256]},
	[HASH_XXH3] = {1, &fields[HASH_XXH3]},
};

static void relate(struct relation *relation)
{
	const struct hash *settings = relation_settings(relation);
	const struct shape *input = relation_input(relation, IN);

	if (!input->known)
		return;
	relation_output(relation, OUT, input);
	if (relation_unknown(relation, "algorithm"))
		return;
	struct shape shape = relation_shape(relation, input, PAYLOAD_RECORD,
		&hash_schemas[settings->algorithm]);
	relation_output(relation, DIGEST, &shape);
}

const struct operator_spec spec_hash = {
	.name = "hash",
	.family = "io",
	.module = "hash",
	.summary = "Digests of contents, which pass through",
	.description =
		"Gives for each content, that is for each innermost segment, a "
		"record at its pin `digest`. It has one text, the digest in "
		"small hexadecimal digits, in the field `sha256` or `xxh3`; "
		"the attributes of the segment, such as src_path, go with "
		"it.\n\n"
		"The contents themselves come out at `out`, and are digested "
		"while they are read there. What the reader leaves unread, as "
		"`head` behind it may, is read for the digest all the same, "
		"and so is everything where `out` isn't linked: the digest is "
		"always that of the whole content. It comes when the reader "
		"has released the content.\n\n"
		"A content that can't be read to its end gives no digest. "
		"When nobody takes digests any more, contents just pass.\n\n",
	.example = "leat: 1\n"
		   "session: digest\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  sum: hash\n"
		   "  table: csv-encode\n"
		   "  out: stdout\n"
		   "links:\n"
		   "  - in -> sum\n"
		   "  - sum.digest -> table -> out\n",
	.example_input = "leat\n",
	.example_output = "sha256\n"
			  "c892e603fd93e4dddc96ce1308dd1aaa3cc0df71d44061bafd53"
			  "a32132c9ffd1\n",
	.flags = OPERATOR_RESUMABLE,
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.properties = properties,
	.state_size = sizeof(struct hash),
	.relate = relate,
};
