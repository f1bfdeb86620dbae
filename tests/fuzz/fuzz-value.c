/* SPDX-License-Identifier: MIT */
/*
 * The texts of values, of every type and format. The first byte says which,
 * the rest is the text. What is read, written and read again is the same.
 */
#include "fuzz.h"

#include "base/units.h"
#include "model/value.h"

static void check_units(const char *text)
{
	int64_t integer;
	double real;
	bool boolean;

	units_integer(text, &integer);
	units_real(text, &real);
	units_boolean(text, &boolean);
	units_size(text, &integer);
	units_bitrate(text, &integer);
	units_duration(text, &integer);
	units_date(text, &integer);
}

static void check_again(const struct field *field, const struct value *value)
{
	struct field canonical = *field;
	struct text text = {0};
	struct value again;

	canonical.format = TIMESTAMP_RFC3339;
	canonical.null_text = NULL;
	value_format(field->type, value, &text);
	const char *problem = value_parse(&canonical,
		text.data ? text.data : "", text.length, false, &again);
	fuzz_check(!problem, "what was written can't be read");
	fuzz_check(value_compare(field->type, value, &again) == 0,
		"what was written is another value");
	text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct field field = {.name = "field"};
	struct value value, other;

	if (size == 0)
		return 0;
	field.type = data[0] % (VALUE_JSON + 1);
	field.format = data[0] / 8 % (TIMESTAMP_UNIX + 1);
	field.null_text = data[0] & 0x80 ? "-" : NULL;
	field.nullable = field.null_text;
	char *text = fuzz_copy(data + 1, size - 1);
	bool clean = text_valid(text, size - 1) == size - 1;
	const char *problem =
		value_parse(&field, text, size - 1, false, &value);
	if (clean) {
		const char *same =
			value_parse(&field, text, size - 1, true, &other);

		fuzz_check(!same == !problem, "a clean text isn't the same");
	}
	if (!problem && !value.null)
		check_again(&field, &value);
	check_units(text);
	free(text);
	return 0;
}
