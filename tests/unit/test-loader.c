/* SPDX-License-Identifier: MIT */
/* What the loader leaves: values in their places, links, ranks, shapes. Its
 * messages are in tests/sessions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "loader/param.h"
#include "loader/settings.h"
#include "registry/registry.h"

#define HEAD "leat: 1\nsession: test\n"

static char directory[] = "/tmp/test-loader-XXXXXX";

static int enter(void **state)
{
	(void)state;
	return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int leave(void **state)
{
	(void)state;
	remove("test.yaml");
	return chdir("/") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

static void write_file(const char *path, const char *text, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

/* What LIST prints, freed by the caller. */
static char *printed(struct diagnostics *list)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	diagnostics_print(list, file);
	fclose(file);
	diagnostics_destroy(list);
	return text;
}

/* Parses TEXT, which must be right. */
static struct session *parse(const char *text)
{
	struct diagnostics *list = diagnostics_create();

	write_file("test.yaml", text, strlen(text));
	struct session *session = session_parse("test.yaml", list);
	char *said = printed(list);
	assert_string_equal(said, "");
	free(said);
	assert_non_null(session);
	return session;
}

static void set(struct session *session, const char *name, const char *value)
{
	struct diagnostics *list = diagnostics_create();

	assert_true(session_set_param(session, name, value, "--x", list));
	diagnostics_destroy(list);
}

/* Builds, which must go well if WANTED is "", else say it. */
static void build(struct session *session, bool all, const char *wanted)
{
	struct diagnostics *list = diagnostics_create();

	assert_int_equal(session_build(session, all, list), !*wanted);
	char *said = printed(list);
	assert_string_equal(said, wanted);
	free(said);
}

/* ---- Properties and params ---------------------------------------------- */

/* Every type of property in one struct. */
struct all {
	const char *text, *path, *glob;
	int64_t integer, duration, size, date;
	double real;
	bool boolean;
	int choice;
	struct setting_text regex, sql, template, output;
	struct setting_list inputs, texts;
	struct setting_fields fields;
	struct setting_expressions map, names, order;
};

static const char *const choices[] = {"small", "large", NULL};

#define ROW(member, kind, ...)                                      \
	{                                                           \
		.name = #member, .type = SETTING_##kind,            \
		.offset = offsetof(struct all, member), __VA_ARGS__ \
	}

static const struct property_spec properties[] = {
	ROW(text, TEXT, .fallback = "no"),
	ROW(path, PATH, .fallback = NULL),
	ROW(glob, GLOB, .fallback = NULL),
	ROW(integer, INTEGER, .fallback = "7", .minimum = 1, .maximum = 9),
	ROW(duration, DURATION, .fallback = "1min30s"),
	ROW(size, SIZE, .fallback = "1MiB"),
	ROW(date, DATE, .fallback = "1970-01-02"),
	ROW(real, REAL, .fallback = "0.5"),
	ROW(boolean, BOOLEAN, .fallback = "true"),
	ROW(choice, CHOICE, .fallback = "large", .choices = choices),
	ROW(regex, REGEX, .fallback = NULL),
	ROW(sql, SQL, .fallback = NULL),
	ROW(template, TEMPLATE, .fallback = NULL),
	ROW(output, PATH_TEMPLATE, .fallback = NULL),
	ROW(inputs, INPUTS, .fallback = NULL),
	ROW(texts, TEXTS, .fallback = NULL),
	ROW(fields, FIELDS, .fallback = NULL),
	ROW(map, EXPRESSIONS, .fallback = NULL),
	ROW(names, EXPRESSIONS, .fallback = NULL),
	ROW(order, ORDER, .fallback = NULL),
	{.name = NULL},
};

/* A session whose file is PATH, with params and a map of properties. */
struct sample {
	struct session *session;
	struct loader loader;
	struct settings settings;
	struct location locations[32];
	struct all all;
};

/* Reads TEXT, which has the keys params and settings, as if it stood in
 * sub/x.yaml. */
static void read_sample(struct sample *sample, const char *text)
{
	struct session *session =
		parse(HEAD "operators: {in: stdin, "
			   "out: discard}\nlinks: [in -> out]\n");
	struct session_parts *parts = session->parts;

	memset(sample, 0, sizeof(*sample));
	sample->session = session;
	sample->loader = (struct loader){.session = session,
		.arena = parts->arena,
		.diagnostics = diagnostics_create(),
		.scope = &parts->scope};
	parts->scope.directory = "sub/";
	parts->scope.open = true;
	parts->source = (struct source){"x.yaml", text, strlen(text)};
	struct node *root = document_parse(parts->arena, &parts->source,
		sample->loader.diagnostics, &sample->loader.failed);
	assert_non_null(root);
	params_read(&sample->loader, node_get(root, "params"), &parts->scope);
	sample->settings = (struct settings){.specs = properties,
		.what = "a sample",
		.state = &sample->all,
		.locations = sample->locations};
	parts->root = node_get(root, "settings");
}

static void fill(struct sample *sample)
{
	settings_read(&sample->loader, sample->session->parts->root, NULL,
		&sample->settings);
	char *said = printed(sample->loader.diagnostics);
	assert_string_equal(said, "");
	free(said);
}

static void test_fallbacks(void **state)
{
	struct sample sample;

	(void)state;
	read_sample(&sample, "params: {}\nsettings: {}\n");
	fill(&sample);
	assert_string_equal(sample.all.text, "no");
	assert_null(sample.all.path);
	assert_int_equal(sample.all.integer, 7);
	assert_int_equal(sample.all.duration, 90000000);
	assert_int_equal(sample.all.size, 1048576);
	assert_int_equal(sample.all.date, 1);
	assert_true(sample.all.real == 0.5);
	assert_true(sample.all.boolean);
	assert_int_equal(sample.all.choice, 1);
	assert_null(sample.all.regex.text);
	assert_null(sample.locations[0].source);
	session_destroy(sample.session);
}

static void test_values(void **state)
{
	struct sample sample;
	struct all *all = &sample.all;

	(void)state;
	read_sample(&sample,
		"params: {}\n"
		"settings:\n"
		"  text: 1e3\n"
		"  path: a/b\n"
		"  glob: /x/*\n"
		"  regex: 'a''b'\n"
		"  template: '{x}$${y'\n"
		"  output: out/{a}/b\n"
		"  inputs: [a, \"b*\", -, /c]\n"
		"  texts: one\n"
		"  fields: {a: integer, b: {type: timestamp, format: clf}, "
		"c: {type: text, null-text: \"-\"}}\n"
		"  map: {a: x + 1, b: y}\n"
		"  names: [a, 'q\"r']\n"
		"  order: [a desc, b]\n");
	fill(&sample);
	assert_string_equal(all->text, "1e3");
	assert_string_equal(all->path, "sub/a/b");
	assert_string_equal(all->glob, "/x/*");
	assert_string_equal(all->regex.text, "a'b");
	assert_int_equal(all->regex.location.line, 6);
	assert_int_equal(all->regex.location.column, 11);
	assert_string_equal(all->template.text, "{x}${y");
	assert_string_equal(all->output.text, "sub/out/{a}/b");
	assert_int_equal(all->output.root_length, strlen("sub/out/"));
	assert_int_equal(all->inputs.count, 4);
	assert_string_equal(all->inputs.items[0].text, "sub/a");
	assert_true(all->inputs.items[0].literal);
	assert_string_equal(all->inputs.items[1].text, "sub/b*");
	assert_false(all->inputs.items[1].literal);
	assert_string_equal(all->inputs.items[2].text, "-");
	assert_string_equal(all->inputs.items[3].text, "/c");
	assert_int_equal(all->texts.count, 1);
	assert_int_equal(all->fields.schema.count, 3);
	assert_int_equal(all->fields.schema.fields[0].type, VALUE_INTEGER);
	assert_int_equal(all->fields.schema.fields[1].format, TIMESTAMP_CLF);
	assert_string_equal(all->fields.schema.fields[2].null_text, "-");
	assert_true(all->fields.schema.fields[2].nullable);
	assert_int_equal(all->fields.locations[1].column, 24);
	assert_int_equal(all->map.count, 2);
	assert_string_equal(all->map.items[0].name, "a");
	assert_string_equal(all->map.items[0].sql.text, "x + 1");
	assert_string_equal(all->names.items[1].name, "q\"r");
	assert_string_equal(all->names.items[1].sql.text, "\"q\"\"r\"");
	assert_null(all->order.items[0].name);
	assert_string_equal(all->order.items[0].sql.text, "a desc");
	session_destroy(sample.session);
}

#define PARAMS                                             \
	"params:\n"                                        \
	"  n: {type: integer, default: 3}\n"               \
	"  t: {type: text, default: 'a.{b}'}\n"            \
	"  r: {type: regex, default: 'x|y'}\n"             \
	"  d: {type: directory, default: out}\n"           \
	"  l: {type: text, list: true, default: [p, q]}\n" \
	"  i: {type: inputs, default: [a, \"b*\"]}\n"      \
	"  s: {type: sql, default: a OR b}\n"              \
	"  o: {type: text, required: false}\n"             \
	"  m: {type: text}\n"

static void test_substitution(void **state)
{
	struct sample sample;
	struct all *all = &sample.all;

	(void)state;
	read_sample(&sample,
		PARAMS
		"settings:\n"
		"  integer: ${n}\n"
		"  text: ${t}-${n}-$${n}\n"
		"  path: ${d}/x\n"
		"  regex: ${t}${r}\n"
		"  sql: n = ${n} AND t IN (${l}) AND ${s} AND ${o} -- ${z}\n"
		"  template: '{x}${t}'\n"
		"  output: '${d}/{x}/${t}'\n"
		"  inputs: [\"${i}\", c]\n"
		"  texts: ${l}\n");
	fill(&sample);
	assert_int_equal(all->integer, 3);
	assert_string_equal(all->text, "a.{b}-3-${n}");
	assert_string_equal(all->path, "sub/out/x");
	assert_string_equal(all->regex.text, "a\\.\\{b\\}(?:x|y)");
	assert_string_equal(all->sql.text,
		"n = ?1   AND t IN (?2, ?3) AND (a OR b) AND ?4   -- ${z}");
	assert_int_equal(all->sql.binding_count, 4);
	assert_int_equal(all->sql.bindings[0].type, VALUE_INTEGER);
	assert_int_equal(all->sql.bindings[0].value.integer, 3);
	assert_memory_equal(all->sql.bindings[2].value.data, "q", 1);
	assert_true(all->sql.bindings[3].value.null);
	assert_string_equal(all->template.text, "{x}a.{{b}}");
	assert_string_equal(all->output.text, "sub/out/{x}/a.{{b}}");
	assert_int_equal(all->output.root_length, strlen("sub/out/"));
	assert_int_equal(all->inputs.count, 3);
	assert_string_equal(all->inputs.items[0].text, "sub/a");
	assert_string_equal(all->inputs.items[1].text, "sub/b*");
	assert_string_equal(all->inputs.items[2].text, "sub/c");
	assert_int_equal(all->texts.count, 2);
	/* The optional param has no value yet: only the SQL depends on it. */
	assert_int_equal(sample.settings.unknown, UINT64_C(1) << 11);
	session_destroy(sample.session);
}

static void test_absent(void **state)
{
	struct sample sample;

	(void)state;
	read_sample(&sample,
		PARAMS "settings: {text: \"${o}\", template: \"a${o}\", path: "
		       "\"${m}\"}\n");
	sample.loader.scope->open = false;
	fill(&sample);
	assert_string_equal(sample.all.text, "no");
	assert_null(sample.locations[0].source);
	assert_string_equal(sample.all.template.text, "a");
	assert_int_equal(sample.settings.unknown, UINT64_C(1) << 1);
	session_destroy(sample.session);
}

static void test_command_line(void **state)
{
	struct session *session = parse(HEAD
		"params:\n"
		"  i: {type: inputs, default: x, args: true}\n"
		"  n: {type: integer, min: 1, default: 1}\n"
		"  s: {type: size, secret: true, required: false}\n"
		"  m: {type: text}\n"
		"operators: {in: {use: files, match: \"${i}\"}, out: discard}\n"
		"links: [in -> out]\n");
	struct diagnostics *list = diagnostics_create();
	const struct param_value *values = session->parts->scope.values;

	(void)state;
	assert_true(session_param(session, "i")->has_value);
	assert_string_equal(session_param(session, "i")->fallback, "x");
	assert_true(session_param(session, "m")->required);
	assert_false(session_param(session, "s")->required);
	assert_null(session_param(session, "z"));
	set(session, "i", "test.yaml");
	set(session, "i", "*.none");
	assert_int_equal(values[0].count, 2);
	assert_true(values[0].items[0].literal);
	assert_false(values[0].items[1].literal);
	set(session, "n", "5");
	set(session, "n", "6");
	assert_int_equal(values[1].count, 1);
	assert_string_equal(values[1].items[0].text, "6");
	assert_false(session_set_param(session, "n", "0", "--n", list));
	assert_false(session_set_param(session, "s", "hush", "--s", list));
	assert_false(session_set_param(session, "z", "1", "--z", list));
	char *said = printed(list);
	assert_string_equal(said,
		"--n: error: 0 is too small: the least is 1\n"
		"--s: error: '***' is not a valid size: expected digits\n"
		"leat: error: --z: the session has no param 'z'\n");
	free(said);
	build(session, true,
		"test.yaml: error: this param has no value: m\n"
		"hint: give --m VALUE\n");
	session_destroy(session);
}

/* ---- Graphs ------------------------------------------------------------- */

static unsigned find(const struct graph_plan *graph, const char *name)
{
	for (unsigned i = 0; i < graph->operator_count; i++)
		if (strcmp(graph->operators[i].name, name) == 0)
			return i;
	fail_msg("no operator %s", name);
	return 0;
}

static bool linked(const struct graph_plan *graph, const char *from,
	unsigned from_pin, const char *to, unsigned to_pin)
{
	unsigned source = find(graph, from), target = find(graph, to);

	for (unsigned i = 0; i < graph->link_count; i++) {
		const struct link_plan *link = &graph->links[i];

		if (link->from == source && link->from_pin == from_pin &&
			link->to == target && link->to_pin == to_pin)
			return graph->operators[source].pins[from_pin].link ==
				(int)i &&
				graph->operators[target].pins[to_pin].link ==
				(int)i;
	}
	return false;
}

/* Every link leads to a later rank, and every operator has one. */
static void check_ranks(const struct graph_plan *graph)
{
	unsigned *rank = calloc(graph->operator_count, sizeof(*rank));

	for (unsigned i = 0; i < graph->operator_count; i++)
		rank[graph->ranks[i]] = i + 1;
	for (unsigned i = 0; i < graph->link_count; i++)
		assert_true(
			rank[graph->links[i].from] < rank[graph->links[i].to]);
	for (unsigned i = 0; i < graph->operator_count; i++)
		assert_true(rank[i] > 0);
	free(rank);
}

static unsigned pin(const char *op, const char *name)
{
	return (unsigned)spec_pin(registry_operator(op), name);
}

static void test_links(void **state)
{
	struct session *session =
		parse(HEAD "operators:\n"
			   "  out: discard\n"
			   "  copy: discard\n"
			   "  bad: discard\n"
			   "  both: gather\n"
			   "  split-b: lines\n"
			   "  split: lines\n"
			   "  in: stdin\n"
			   "  in-b: {use: files, match: x}\n"
			   "links:\n"
			   "  - in -> split -> both.in -> out\n"
			   "  - {from: in-b.out, to: split-b}\n"
			   "  - split-b -> both\n"
			   "  - split -> copy\n"
			   "rejected: bad\n");
	unsigned in = pin("gather", "in"), tee = pin("tee", "out");

	(void)state;
	build(session, true, "");
	struct graph_plan *graph = &session->graphs[0];
	assert_int_equal(session->graph_count, 1);
	assert_string_equal(graph->name, "test");
	assert_true(linked(graph, "in", 0, "split", pin("lines", "in")));
	assert_true(linked(graph, "split", pin("lines", "out"), "split.tee",
		pin("tee", "in")));
	assert_true(linked(graph, "split.tee", tee, "both", in));
	assert_true(linked(graph, "split.tee", tee + 1, "copy", 0));
	assert_true(
		linked(graph, "split-b", pin("lines", "out"), "both", in + 1));
	assert_true(linked(
		graph, "split-b", pin("lines", "rejected"), "bad.gather", in));
	assert_true(
		linked(graph, "bad.gather", pin("gather", "out"), "bad", 0));
	assert_int_equal(graph->operators[find(graph, "both")].pin_count,
		spec_pin_count(registry_operator("gather")) + 1);
	check_ranks(graph);
	session_destroy(session);
}

static void test_options(void **state)
{
	struct session *session = parse(
		HEAD "on-error: skip\n"
		     "resources: {memory: 2MiB}\n"
		     "graphs:\n"
		     "  one:\n"
		     "    operators: {in: {use: files, match: x}, "
		     "out: discard}\n"
		     "    links: [in -> out]\n"
		     "  two:\n"
		     "    on-error: fail\n"
		     "    operators: {in: stdin, cut: {use: head, per: unit}, "
		     "out: {use: discard, on-error: skip}}\n"
		     "    links: [in -> cut -> out]\n");

	(void)state;
	build(session, false, "");
	assert_int_equal(session->memory_bytes, 2 * 1024 * 1024);
	assert_int_equal(session->graph_count, 2);
	assert_string_equal(session->graphs[1].name, "two");
	assert_int_equal(
		session->graphs[0].operators[0].on_error, ON_ERROR_SKIP);
	assert_int_equal(
		session->graphs[1].operators[0].on_error, ON_ERROR_FAIL);
	assert_int_equal(session->graphs[1].operators[1].per, SCOPE_UNIT);
	assert_int_equal(session->graphs[1].operators[1].scope, SCOPE_UNIT);
	assert_int_equal(
		session->graphs[1].operators[2].on_error, ON_ERROR_SKIP);
	session_destroy(session);
}

/* 10,000 operators: linear, so it ends well within the test's limit. */
static void test_size(void **state)
{
	struct text text = {0};
	unsigned count = 10000;

	(void)state;
	text_add_string(&text, HEAD "operators:\n  in: stdin\n");
	for (unsigned i = 0; i < count; i++)
		text_add_format(&text, "  p%u: pass\n", i);
	text_add_string(&text, "  out: discard\nlinks:\n  - in -> p0\n");
	for (unsigned i = 1; i < count; i++)
		text_add_format(&text, "  - p%u -> p%u\n", i - 1, i);
	text_add_format(&text, "  - p%u -> out\n", count - 1);
	struct session *session = parse(text.data);
	build(session, true, "");
	assert_int_equal(session->graphs[0].link_count, count + 1);
	check_ranks(&session->graphs[0]);
	session_destroy(session);
	text_free(&text);
}

/* ---- Files -------------------------------------------------------------- */

static void check_refused(const char *path, const char *wanted)
{
	struct diagnostics *list = diagnostics_create();

	assert_null(session_parse(path, list));
	char *said = printed(list);
	assert_string_equal(said, wanted);
	free(said);
}

static void test_files(void **state)
{
	size_t size = 1024 * 1024;
	char *text = malloc(size + 1);

	(void)state;
	memset(text, '#', size + 1);
	write_file("test.yaml", text, size + 1);
	check_refused("test.yaml",
		"test.yaml: error: the session is larger than 1 MiB\n");
	write_file("test.yaml", text, size);
	check_refused("test.yaml", "test.yaml: error: empty session\n");
	free(text);
	check_refused(".",
		".: error: cannot read the session: it is not a "
		"regular file\n");
	check_refused("none.yaml",
		"none.yaml: error: cannot read the session: "
		"No such file or directory\n");
	assert_int_equal(mkfifo("fifo", 0600), 0);
	check_refused("fifo",
		"fifo: error: cannot read the session: it is not "
		"a regular file\n");
	remove("fifo");
	session_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fallbacks),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_substitution),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
