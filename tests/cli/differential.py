# SPDX-License-Identifier: MIT
"""Random sessions, random changes: what a run that remembers gives must be what
a run from nothing gives, and plan must have said what it does.

usage: differential.py LEAT SECONDS SEED [CASES]

In the working directory, which should be empty. Each case is a session of one
of the templates below, a few inputs, and several rounds of changes. After each
round the session runs twice: as it is, remembering, and from nothing into an
empty directory. What is expected comes from the second run alone.
"""
import gzip
import hashlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile

WORDS = ["ant", "bee", "cow", "dog", "eel", "fly"]


# ---- Sessions ---------------------------------------------------------------
#
# A template is a function of options to (operators, links); an option is asked
# for by name with what it may be. A change of the session changes one option.

class Options:
    def __init__(self, rng):
        self.rng, self.values, self.choices, self.env = rng, {}, {}, ""

    def __call__(self, name, *choices):
        self.choices[name] = choices
        if name not in self.values:
            self.values[name] = self.rng.choice(choices)
        return self.values[name]

    def change(self):
        names = sorted(n for n in self.choices if len(self.choices[n]) > 1)
        if not names:
            return "nothing"
        name = self.rng.choice(names)
        self.values[name] = self.rng.choice(
            [c for c in self.choices[name] if c != self.values[name]])
        return f"{name} := {self.values[name]!r}"


def source(o):
    match = o("match", '"in/*.log"', '"in/**"', '["in/b*.log", "in/*.log"]',
              '["in/*.log", "other/*.log"]', '"in/[a-d]*.log"')
    exclude = o("exclude", "", ", exclude: [c.log]", ", exclude: [sub]")
    return f"{{use: files, match: {match}, empty: allow{exclude}}}"


def sink(o, name="x", ext="txt"):
    path = o("path-" + name, name + ".", "{src_path}." + name + ".",
             "d/{src_dir}/{src_name}." + name + ".")
    mode = o("mode-" + name, "", ", mode: \"0600\"")
    return f'{{use: write-file, path: "${{out}}/{path}{ext}"{mode}}}'


def parse(o):
    pattern = o("pattern", r"^(?<k>\w+) (?<n>\d+)$", r"^(?<k>[a-d]\w+) (?<n>\d+)",
                r"^(?<k>\w+) (?<n>[0-5]\d*)$")
    tail = o("else", "", ", else: drop")
    return f"{{use: match, pattern: '{pattern}', types: {{n: integer}}{tail}}}"


def table(o, name="table"):
    return f"{{use: csv-encode, header: {o('header-' + name, 'true', 'false')}}}"


def copy(o):
    middle = o("middle", "", "split: lines", "split: {use: lines, max: 6, too-long: cut}",
               "keep: pass", "edit: {use: entry-edit, rename: a, with: " +
               o("with", "x", "a/") + ", set: {entry_mode: \"'0640'\"}}")
    operators = ["in: " + source(o)]
    chain = ["in"]
    if middle:
        operators.append(middle)
        chain.append(middle.split(":")[0])
    return operators + ["out: " + sink(o)], [" -> ".join(chain + ["out"])]


def report(o):
    per = o("per", "", "per: unit, ")
    group = o("group", "group: [k], ", "", 'group: {n: "n % 3"}, ')
    compute = o("compute", "{c: count(*), s: sum(n)}",
                "{q: 'quantile(n, 0.5)', a: avg(n), f: first(k), l: last(k)}",
                "{d: count_distinct(k), m: max(n), i: min(k)}")
    top = o("top", 1, 3, 100)
    return ["in: " + source(o), "split: lines", "parse: " + parse(o),
            f"sum: {{use: aggregate, {per}{group}compute: {compute}}}",
            f"first: {{use: head, {per}count: {top}}}", "table: " + table(o),
            "out: " + sink(o, ext="csv")], \
        ["in -> split -> parse -> sum -> first -> table -> out"]


def zipped(o):
    where = o("where", "n > 3", "n < 5", "k <> 'ant'", "src_size > 40",
              "src_name like 'b%'")
    template = o("template", "{k}={n};", "{n} ")
    return ['in: {use: files, match: "gz/*.gz", empty: allow}',
            "unpack: decompress", "split: lines", "parse: " + parse(o),
            f'some: {{use: filter, where: "{where}"}}',
            f'text: {{use: text-encode, template: "{template}", end: "\\n"}}',
            "out: " + sink(o)], \
        ["in -> unpack -> split -> parse -> some -> text -> out"]


def rejected(o):
    return ["in: " + source(o), "split: lines",
            "parse: {use: match, pattern: '^(?<k>\\w+) (?<n>[0-4]+)$'}",
            "table: " + table(o), "out: " + sink(o, "good", "csv"),
            "bad: " + sink(o, "bad")], \
        ["in -> split -> parse -> table -> out", "parse.rejected -> bad"]


def branches(o):
    by = o("by", "[k, n desc]", "[n, k]", "[length(k) desc]")
    per = o("per", "", ", per: unit")
    count = o("count", 2, 5, 0)
    first = o("which-first", "raw", "sorted")
    links = ["in -> split -> parse -> order -> cut -> table -> out",
             "in -> raw" if first == "raw" else "split -> raw"]
    return ["in: " + source(o), "split: lines", "parse: " + parse(o),
            f"order: {{use: sort, by: {by}{per}}}",
            f"cut: {{use: head, count: {count}{per}}}", "table: " + table(o),
            "out: " + sink(o, ext="csv"), "raw: " + sink(o, "raw")], links


def gathered(o):
    links = ["in -> split -> parse -> sum -> st -> both -> out",
             "parse -> cut -> ct -> both"]
    if o("turn", False, True):
        links = ["in -> split -> parse -> cut -> ct -> both -> out",
                 "parse -> sum -> st -> both"]
    per = o("per", "", ", per: unit")
    return ["in: " + source(o), "split: lines", "parse: " + parse(o),
            f"sum: {{use: aggregate{per}, group: [k], compute: {{n: sum(n)}}}}",
            "st: {use: csv-encode, header: false}",
            f"cut: {{use: head, count: {o('count', 1, 4)}{per}}}",
            "ct: {use: csv-encode, header: false}", "both: gather",
            "out: " + sink(o, ext="csv") if per else
            'out: {use: write-file, path: "${out}/both.csv"}'], links


def union(o):
    return ["in: " + source(o),
            'more: {use: files, match: "%s", empty: allow}' % o(
                "more", "other/*.log", "other/b*.log"),
            "all: gather", "split: lines", "out: " + o(
                "sink", '{use: write-file, path: "${out}/all.txt"}',
                '{use: write-file, path: "${out}/{src_name}.txt"}')
            if o("apart", 0, 1) else
            'out: {use: write-file, path: "${out}/all.txt"}'], \
        ["in -> all -> split -> out", "more -> all"]


def apart(o):
    """Sources that have nothing to do with each other."""
    return ["in: " + source(o), "split: lines", "out: " + sink(o),
            'more: {use: files, match: "%s", empty: allow}' % o(
                "more", "other/*.log", "in/*.log"),
            "cut: lines", "parse: " + parse(o),
            f"sum: {{use: aggregate, group: [k], compute: {{s: sum(n)}}}}",
            "table: " + table(o), "all: " + sink(o, "sums", "csv").replace(
                "{src_path}.", "").replace("d/{src_dir}/{src_name}.", "")], \
        ["in -> split -> out", "more -> cut -> parse -> sum -> table -> all"]


def several(o):
    """Three sources in the order of links, one of them twice."""
    order = o("turn", ["in", "more", "zip"], ["zip", "in", "more"],
              ["more", "zip", "in"])
    again = o("again", "", "in", "more")
    operators = ["in: " + source(o),
                 'more: {use: files, match: "other/*.log", empty: allow}',
                 'zip: {use: files, match: "gz/*.gz", empty: allow}',
                 "unpack: decompress", "all: gather", "both: gather"]
    links = ["zip -> unpack"] + [
        f"{x if x != 'zip' else 'unpack'} -> all" for x in order]
    links.append("all -> both")
    if again:
        links.append(f"{again} -> both")
    operators += ["split: lines", "parse: " + parse(o),
                  f"sum: {{use: aggregate, group: [k], compute: {{c: count(*), "
                  "f: first(n), l: last(n)}}", "table: " + table(o),
                  'out: {use: write-file, path: "${out}/sums.csv"}',
                  'text: {use: write-file, path: "${out}/all.txt"}',
                  f"few: {{use: head, count: {o('few', 3, 30, 3000)}}}"]
    links += ["both -> split -> parse -> sum -> table -> out",
              "split -> few -> text"]
    if o("raw", 0, 1):
        operators.append("raw: " + sink(o, "raw"))
        links.append("more -> raw")
    return operators, links


def behind(o):
    """Units of two sources, behind what spans those of one of them."""
    first = o("turn", "a", "b")
    second = "b" if first == "a" else "a"
    return ["in: " + source(o), "split: lines", "a: " + parse(o),
            'more: {use: files, match: "%s", empty: allow}' % o(
                "more", "other/*.log", "other/b*.log"),
            "cut: lines", "b: " + parse(o),
            "sum: {use: aggregate, group: [k], compute: {n: sum(n)}}",
            'same: {use: map, select: {k: k, n: "coalesce(n, 0)"}}',
            "all: gather", "table: " + table(o),
            'out: {use: write-file, path: "${out}/all.csv"}'], \
        ["in -> split -> a", "more -> cut -> b", f"{first} -> all",
         f"{second} -> all", "a -> sum -> same -> all -> table -> out"]


def each(o):
    """Files for each unit, behind what spans them."""
    match = o("match", "in/*.log", "in/**", "in/[a-d]*.log")
    return [f'in: {{use: files, match: "{match}", empty: allow}}', "split: lines",
            f"some: {{use: head, count: {o('count', 3, 30, 300000)}}}",
            "out: " + sink(o)] + ["raw: " + sink(o, "raw")] * o("raw", 0, 1), \
        ["in -> split -> some -> out"] + ["split -> raw"] * o("raw")


def sides(o):
    """A condition from other files, for what works within units."""
    where = ["cond: {use: files, match: cond}", "rule: lines"] if o(
        "from", 0, 1) else [
        'cond: {use: files, match: "other/*.log", empty: allow}',
        "words: lines", "pairs: " + parse(o),
        "mean: {use: aggregate, compute: {m: avg(n)}}",
        "rule: {use: map, select: {where: \"'n >= ' || coalesce(m, 0)\"}}"]
    links = ["cond -> rule -> some@where"] if o("from") else [
        "cond -> words -> pairs -> mean -> rule -> some@where"]
    return ["in: " + source(o),
            'more: {use: files, match: "gz/*.gz", empty: allow}',
            "unpack: decompress", "both: gather", "split: lines",
            "parse: " + parse(o), "some: filter", "table: " + table(o),
            "out: " + sink(o, ext="csv"),
            "sum: {use: aggregate, group: [k], compute: {s: sum(n)}}",
            "st: csv-encode", 'all: {use: write-file, path: "${out}/all.csv"}'
            ] + where, links + [
                "in -> both -> split -> parse -> some -> table -> out",
                "more -> unpack -> both", "some -> sum -> st -> all"]


def made(o):
    """What is generated, behind or in front of files."""
    links = ["in -> split -> parse -> all -> sum -> table -> out", "gen -> all"]
    if o("turn", 0, 1):
        links = ["gen -> all -> sum -> table -> out",
                 "in -> split -> parse -> all"]
    return ["in: " + source(o), "split: lines", "parse: " + parse(o),
            f"gen: {{use: generate, count: {o('count', 0, 4)}, "
            "fields: {k: \"'ant'\", n: number}}", "all: gather",
            "sum: {use: aggregate, group: [k], compute: {s: sum(n), f: first(n)}}",
            "table: " + table(o), 'out: {use: write-file, path: "${out}/s.csv"}'], \
        links


def sums(o):
    through = o("through", True, False)
    operators = ["in: " + source(o),
                 f"sum: {{use: hash, algorithm: {o('algorithm', 'sha256', 'xxh3')}}}",
                 "table: csv-encode" if o("plain", 0, 1) else
                 "text: {use: text-encode, template: \"{%s}  {src_path}\", end: \"\\n\"}"
                 % o("algorithm"), "list: " + sink(o, "list")]
    links = [f"sum.digest -> {operators[2].split(':')[0]} -> list",
             "in -> sum"]
    if through:
        operators.append("out: " + sink(o, "copy"))
        links[1] = "in -> sum -> out"
    return operators, links


def packed(o):
    return ["in: " + source(o),
            f"pack: {{use: compress, level: {o('level', 1, 9)}}}",
            "out: " + sink(o, ext="gz")], [
                "in -> pack -> out"]


def alive(o):
    per = o("per", "", ", per: unit")
    return ["in: " + source(o), "split: lines",
            f"cut: {{use: head, count: 1{per}}}", "out: " + sink(o),
            "limit: {use: files, match: limit}", "number: lines"], \
        ["in -> split -> cut -> out", "limit -> number -> cut@count"]


def above(o):
    value = o("value", "avg(n)", "min(n)")
    return ["in: " + source(o), "split: lines", "parse: " + parse(o),
            f"mean: {{use: aggregate, per: unit, compute: {{m: '{value}'}}}}",
            "condition: {use: map, select: {where: \"'n >= ' || coalesce(m, 0)\"}}",
            "some: filter", "table: " + table(o), "out: " + sink(o, ext="csv")], \
        ["in -> split -> parse -> some -> table -> out",
         "parse -> mean -> condition -> some@where"]


def attributes(o):
    what = o("what", "src_path", "src_name || src_ext", "src_size",
             "src_mtime", "src_dir")
    return ["in: " + source(o), "split: lines",
            f'look: {{use: map, select: {{a: "{what}", l: line}}}}',
            "table: " + table(o), "out: " + sink(o, ext="csv")], \
        ["in -> split -> look -> table -> out"]


def standard(o):
    return ["in: stdin", "split: lines", "parse: " + parse(o),
            "table: " + table(o), 'out: {use: write-file, path: "${out}/s.csv"}'], \
        ["in -> split -> parse -> table -> out"]


def numbers(o):
    return [f"in: {{use: generate, count: {o('count', 0, 3, 500)}, "
            f"fields: {{n: number, k: number % {o('mod', 2, 3)}}}}}",
            "sum: {use: aggregate, group: [k], compute: {c: count(*), s: sum(n)}}",
            "table: " + table(o), 'out: {use: write-file, path: "${out}/s.csv"}'], \
        ["in -> sum -> table -> out"]


def shown(o):
    operators, links = copy(o)
    return operators + ["show: stdout"], links + ["in -> show"]


def firsts(o):
    return ["in: " + source(o), f"some: {{use: head, count: {o('count', 1, 2, 50)}}}",
            "split: lines", 'out: {use: write-file, path: "${out}/all.txt"}'] + (
                ["raw: " + sink(o, "raw")] if o("tee", 0, 1) else []), \
        ["in -> some -> split -> out"] + (["in -> raw"] if o("tee") else [])


def heads(o):
    """head behind lines has enough before all units were read."""
    return ["in: " + source(o), "split: lines",
            f"some: {{use: head, count: {o('count', 1, 3, 8, 50)}}}",
            'out: {use: write-file, path: "${out}/all.txt"}'], \
        ["in -> split -> some -> out"]


def strict(o):
    """Lines that are no numbers fail their unit, or are skipped."""
    how = o("on-error", "fail", "skip", "quarantine")
    return ["in: " + source(o), "split: lines",
            "parse: {use: match, pattern: '^(?<k>\\w+) (?<n>\\d+)$', types: "
            f"{{n: integer}}, on-error: {how}}}",
            "sum: {use: aggregate, compute: {s: sum(n)}}", "table: csv-encode",
            'out: {use: write-file, path: "${out}/s.csv"}',
            "raw: " + sink(o, "raw", "csv"), "rt: csv-encode"], \
        ["in -> split -> parse -> sum -> table -> out", "parse -> rt -> raw"]


def within(o):
    """A subgraph; it is written at the top of the session."""
    return ["in: " + source(o),
            f"sub: {{use: words, wanted: {o('wanted', 'ant', 'bee', 'cow')}}}",
            "table: " + table(o), "out: " + sink(o, ext="csv")], \
        ["in -> sub -> table -> out"]


SUBGRAPH = r"""subgraphs:
  words:
    params: {wanted: {type: text}}
    operators:
      split: lines
      parse: {use: match, pattern: '^(?<k>\w+) (?<n>\d+)$', types: {n: integer}, else: drop}
      some: {use: filter, where: "k = ${wanted}"}
    links: [split -> parse -> some]
    pins: {in: split.in, out: some.out}
"""


def archived(o):
    kind = o("format", "tar", "gnu", "cpio", "zip", "7z", "mtree")
    around = "" if kind in ("zip", "7z") else o(
        "around", "", ", compression: gzip", ", compression: zstd")
    middle = o("middle", "", "some: {use: filter, where: src_size > 40}",
               "keep: pass")
    return ["in: " + source(o)] + [middle] * bool(middle) + [
        f"pack: {{use: archive-write, format: {kind}{around}, "
        f"order: {o('order', 'path', 'unit', 'none')}, "
        f"preserve: {o('preserve', 'false', 'true')}}}",
        "out: " + sink(o, ext="a")], \
        [" -> ".join(["in"] + [middle.split(":")[0]] * bool(middle) +
                     ["pack", "out"])]


def extracted(o):
    """Archives as trees; some entries are refused, and then skipped."""
    where = "${out}/" + o("where", "{src_stem}", "x/{src_name}")
    # That would make directories of files, and files of directories.
    nested = o("nested", o.rng.choice(["", ", nested: true"]))
    middle = o("middle", "",
               "some: {use: filter, where: \"entry_type <> 'symlink'\"}",
               "edit: {use: entry-edit, rename: '^a', with: b}")
    rejected = o("rejected", 0, 1)
    operators = ['in: {use: files, match: "tar/*", empty: allow}',
                 f"entries: {{use: archive-read{nested}}}",
                 f'tree: {{use: extract, directory: "{where}", '
                 f"links: {o('links', 'refuse', 'inside')}, "
                 f"collisions: {o('collisions', 'fail', 'skip', 'rename')}, "
                 f"times: {o('times', 'true', 'false')}"
                 + ("" if rejected else
                    o("on-error", ", on-error: skip", "")) + "}"]
    links = ["in -> entries"] + [
        " -> ".join(["entries"] + [middle.split(":")[0]] * bool(middle) +
                    ["tree"])]
    if rejected:
        operators += ["why: {use: map, select: [entry_path, reject_reason]}",
                      "table: csv-encode",
                      'bad: {use: write-file, path: "${out}/bad.csv"}']
        links.append("tree.rejected -> why -> table -> bad")
    return [x for x in operators + [middle] if x], links


def reals(o):
    """Sums of which the last bits depend on the order."""
    x = ("CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN 1e16 / (n + 1) "
         "WHEN 2 THEN -1e16 / n WHEN 3 THEN -0.0 * n ELSE n * 0.1 END")
    group = o("group", "", "group: [k], ", "group: {y: n * 0.1}, ")
    compute = o("compute", "{s: sum(x), a: avg(x), c: count(x)}",
                "{d: count_distinct(x), m: max(x), i: min(x)}",
                "{q: 'quantile(x, 0.3)', f: first(x), l: last(x)}")
    return ["in: " + source(o), "split: lines", "parse: " + parse(o),
            f'more: {{use: map, select: {{k: k, n: n, x: "{x}"}}}}',
            f"sum: {{use: aggregate, {group}compute: {compute}}}",
            "table: " + table(o), 'out: {use: write-file, path: "${out}/s.csv"}'], \
        ["in -> split -> parse -> more -> sum -> table -> out"]


def spanned(o):
    """Documents of all units."""
    form = o("format", "gzip", "zstd", "xz")
    operators = ["in: " + source(o), "split: lines",
                 f"pack: {{use: compress, format: {form}}}",
                 'out: {use: write-file, path: "${out}/all.z"}',
                 'raw: {use: write-file, path: "${out}/all.txt"}',
                 "each: " + sink(o)]
    links = ["in -> pack -> out" if o("whole", 0, 1) else
             "in -> split -> pack -> out"]
    links.append(o("second", "in", "split") + " -> raw")
    links.append("split -> each")
    return operators, links


def asked(o):
    """Values from the environment."""
    kind = o("kind", "", ", secret: true")
    o("env-WANTED", "ant", "bee", "c.w")
    o.env = f"env: {{WANTED: {{required: true{kind}}}}}"
    which = o("which", "k = ${env:WANTED}", "k <> ${env:WANTED} and n > 2")
    return ["in: " + source(o), "split: lines",
            "parse: {use: match, pattern: '^(?<k>\\w+) (?<n>\\d+)$', "
            "types: {n: integer}, else: drop}",
            f'some: {{use: filter, where: "{which}"}}', "table: " + table(o),
            "out: " + sink(o, ext="csv"),
            "count: {use: aggregate, compute: {c: count(*)}}", "ct: csv-encode",
            'all: {use: write-file, path: "${out}/count.csv"}'], \
        ["in -> split -> parse -> some -> table -> out",
         "some -> count -> ct -> all"]


def ordered(o):
    by = o("by", "[k, n desc]", "[n]", "[k]")
    return ["in: " + source(o), "split: lines", "parse: " + parse(o),
            f"order: {{use: sort, by: {by}}}",
            f"cut: {{use: head, count: {o('count', 3, 50, 10**9)}}}",
            "table: " + table(o), 'out: {use: write-file, path: "${out}/s.csv"}'], \
        ["in -> split -> parse -> order -> cut -> table -> out"]


TEMPLATES = [copy, report, zipped, rejected, branches, gathered, union, apart,
             several, behind, each, sides, made, sums, packed, alive, above, attributes,
             standard, numbers, shown, firsts, heads, strict, within,
             archived, extracted, reals, spanned, asked, ordered]


class Session:
    def __init__(self, rng, only=None):
        self.rng = rng
        self.foreign = set()  # outputs that leat may not remove
        several = rng.random() < 0.15
        self.graphs = [
            (rng.choice([t for t in TEMPLATES if (not only or t.__name__ == only)
                         and t.__name__ not in SKIP]),
             Options(rng)) for _ in range(2 if several else 1)]
        if several and sum(t in (standard, shown) for t, _ in self.graphs):
            self.graphs = self.graphs[:1]
        # The second graph reads what the first one writes.
        # The times of outputs are those of the runs.
        self.chained = (len(self.graphs) > 1 and rng.random() < 0.5 and
                        not self.graphs[1][0] in (archived, attributes))
        self.included = rng.random() < 0.5

    def text(self):
        lines = ["leat: 1", "session: test",
                 "params: {out: {type: directory, default: out}}"]
        if self.uses(within) and self.included:
            write("words.yaml", ("leat: 1\n" + SUBGRAPH).encode())
            lines.append("include: [words.yaml]")
        elif self.uses(within):
            lines.append(SUBGRAPH.rstrip())
        several = len(self.graphs) > 1
        pad = ""
        if several:
            lines.append("graphs:")
            pad = "    "
        for number, (template, options) in enumerate(self.graphs):
            operators, links = template(options)
            if several:
                lines.append(f"  g{number}:")
                operators = [x.replace("${out}", "${out}/g%d" % number)
                             for x in operators]
                if self.chained and number == 1:
                    operators = [re.sub(r"use: files, match: (\[.*?\]|[^,}]*)",
                                        'use: files, match: "${out}/g0/**"', x, 1)
                                 if x.startswith("in:") else x
                                 for x in operators]
            if options("order", 0, 1):
                operators = operators[::-1]
            lines.append(pad + "operators:")
            lines += [pad + "  " + x for x in operators]
            lines.append(pad + "links:")
            lines += [pad + "  - " + x for x in links]
        env = [o.env for _, o in self.graphs if o.env]
        return "\n".join(lines + env[:1]) + "\n"

    def environment(self):
        return {name[4:]: value for _, o in self.graphs
                for name, value in o.values.items() if name.startswith("env-")}

    def change(self):
        return self.rng.choice(self.graphs)[1].change()

    def uses(self, *templates):
        return any(t in templates for t, _ in self.graphs)


# ---- Inputs -----------------------------------------------------------------

def lines(rng, least=0):
    count = rng.choice([0, 1, 2, 3, 5, 9, 40])
    # Now and then more than is kept of a unit.
    count = 150000 if rng.random() < 0.003 else count
    made = [f"{rng.choice(WORDS)} {rng.randrange(12)}"
            for _ in range(max(count, least))]
    if made and rng.random() < 0.15:
        made[rng.randrange(len(made))] = "odd one out"
    end = "" if rng.random() < 0.1 else "\n"
    return ("\n".join(made) + (end if made else "")).encode()


# What extract is given: a name is of one kind always, since what is a file doesn't
# give way to a directory.
ENTRIES = {"a": "file", "b": "file", "d/f": "file", "d/e/g": "file",
           "h": "hard", "d/h": "hard", "l": "link", "d/l": "link",
           "d": "directory", "n": "directory", "d/n": "directory",
           "x.tar": "inner"}


def entry(rng, name, tar, inner):
    info = tarfile.TarInfo(name)
    info.mode = rng.choice([0o644, 0o600, 0o755])
    info.mtime = 10**9 + rng.choice([0, 0.5, 86400])
    kind, data = ENTRIES[name], b""
    if kind == "file":
        data = lines(rng)
    elif kind == "inner":
        data = b"none" if inner else tarred(rng, True)
    elif kind == "directory":
        info.type, info.mode = tarfile.DIRTYPE, rng.choice([0o755, 0o700])
    else:
        info.type = tarfile.SYMTYPE if kind == "link" else tarfile.LNKTYPE
        info.linkname = rng.choice(
            ["a", "b", "d", "d/f", "../a", "/a"] if kind == "link" else
            ["a", "d/f", "b"])
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def tarred(rng, inner=False):
    made = io.BytesIO()
    names = rng.sample(sorted(ENTRIES), rng.randrange(len(ENTRIES)))
    # Most hard links are to lead to what is before them.
    if rng.random() < 0.8:
        names.sort(key=lambda name: ENTRIES[name] == "hard")
        names = [n for n in names if ENTRIES[n] != "hard" or
                 {"a", "b", "d/f"} <= set(names)]
    names += rng.sample(names, 1) if names and rng.random() < 0.1 else []
    # An archive without entries is taken for a file.
    names = names or ["a"] * inner
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in names:
            entry(rng, name, tar, inner)
    return made.getvalue()


def zipped_files(rng):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name in rng.sample(["a", "b", "d/f", "d/e/g"], rng.randrange(5)):
            file.writestr(zipfile.ZipInfo(name), lines(rng))
    return made.getvalue()


def content(rng, path):
    if not path.startswith("tar/"):
        return lines(rng)
    return zipped_files(rng) if path.endswith(".zip") else tarred(rng)


def family(path):
    """Files of one can stand for each other."""
    return path[:3] if path.startswith("tar/") else path.endswith(".gz")


def write(path, data):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    if path.endswith(".gz"):
        data = gzip.compress(data, mtime=0)
    with open(path, "wb") as file:
        file.write(data)


def inputs():
    found = []
    for top in ("in", "other", "gz", "tar"):
        for directory, _, names in os.walk(top):
            found += [os.path.join(directory, name) for name in names]
    for path in [p for p in found if not os.path.exists(p)]:
        os.remove(path)  # a link that leads nowhere
        found.remove(path)
    return sorted(found)


NAMES = ["in/a.log", "in/b.log", "in/bb.log", "in/c.log", "in/d.log",
         "in/sub/a.log", "in/sub/x.log", "in/e.txt", "other/b.log",
         "other/o.log", "gz/a.gz", "gz/b.gz", "gz/c.log.gz"]
ODD_NAMES = ["in/b \n.log", "in/a\udcff.log", "in/{k}.log", "in/[a].log",
             "in/-rf.log", "in/%n'\".log", "in/b\u00e9.log", "in/ .log",
             "other/~.log", "in/\\.log", "in/a//b.log".replace("//", ":")]
ARCHIVES = ["tar/a.tar", "tar/b.tar", "tar/c.tar.gz", "tar/z.zip"]


def edit(rng, path):
    """Changes the file's content, in one of the ways people do."""
    before = os.stat(path)
    how = rng.choice(["append", "replace", "same-size", "swap-in"])
    if path.startswith("tar/") and rng.random() < 0.8:
        how = "replace"
    if how == "append":
        with open(path, "ab") as file:
            file.write(gzip.compress(b"fly 7\n", mtime=0)
                       if path.endswith(".gz") else b"fly 7\n")
    elif how == "same-size" and not path.endswith(".gz"):
        data = open(path, "rb").read().translate(
            bytes.maketrans(b"01234", b"12340"))
        with open(path, "r+b") as file:
            file.write(data)
        if rng.random() < 0.7:
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
            how += " with its time"
    elif how == "swap-in":
        new = path + ".new"
        write(new, content(rng, path))
        if path.endswith(".gz"):
            data = open(new, "rb").read()
            with open(new, "wb") as file:
                file.write(gzip.compress(data, mtime=0))
        os.rename(new, path)
    else:
        write(path, content(rng, path))
    return how


def change_inputs(rng, session):
    found = inputs()
    names = NAMES + (ARCHIVES if session.uses(extracted) else [])
    names += ODD_NAMES if session.odd else []
    kind = rng.choice(["edit", "edit", "touch", "add", "remove", "rename",
                       "swap", "chmod", "damage", "limit", "old", "link",
                       "copy"])
    if kind == "add" or not found:
        path = rng.choice(names)
        write(path, content(rng, path))
        return f"write {path}"
    path = rng.choice(found)
    if kind == "edit":
        return f"edit {path} ({edit(rng, path)})"
    if kind == "touch":
        os.utime(path)
    elif kind == "old":
        os.utime(path, ns=(0, rng.choice([-5, 0, 10**9, 4 * 10**18])))
    elif kind == "remove":
        os.remove(path)
    elif kind == "rename":
        to = rng.choice([n for n in names if family(n) == family(path)])
        os.makedirs(os.path.dirname(to), exist_ok=True)
        os.rename(path, to)
        return f"rename {path} {to}"
    elif kind == "swap":
        other = rng.choice([n for n in found if family(n) == family(path)])
        os.rename(path, "swap")
        if other != path:
            os.rename(other, path)
        os.rename("swap", other)
        return f"swap {path} {other}"
    elif kind in ("link", "copy"):
        to = rng.choice([n for n in names if family(n) == family(path)])
        if os.path.lexists(to):
            return "nothing"
        os.makedirs(os.path.dirname(to), exist_ok=True)
        how = "copy" if kind == "copy" else rng.choice(["hard", "symbolic"])
        if how == "copy":
            shutil.copy2(path, to)
        elif how == "hard":
            os.link(path, to)
        else:
            os.symlink(os.path.relpath(path, os.path.dirname(to)), to)
        return f"{how} {kind} {path!r} {to!r}"
    elif kind == "chmod":
        os.chmod(path, rng.choice([0o644, 0o600]))
    elif kind == "damage" and path.endswith(".gz"):
        data = open(path, "rb").read()
        with open(path, "wb") as file:
            file.write(data[:-3])
    elif kind == "limit":
        write("limit", b"%d\n" % rng.randrange(5))
        write("cond", b"n %s %d\n" % (rng.choice([b"<", b">"]),
                                      rng.randrange(9)))
    return f"{kind} {path}"


def change_outputs(rng, session):
    found = [os.path.join("out", name) for name in tree("out")]
    if not found:
        return "no output"
    path = rng.choice(sorted(found))
    session.foreign.add(os.path.relpath(path, "out"))
    kind = rng.choice(["remove", "edit", "same-size", "touch", "replace"])
    if os.path.islink(path) and kind != "remove":
        kind = "lead elsewhere"
        os.remove(path)
        os.symlink("elsewhere", path)
    elif kind == "remove":
        os.remove(path)
    elif kind == "edit":
        with open(path, "ab") as file:
            file.write(b"mine")
    elif kind == "same-size" and os.path.getsize(path):
        with open(path, "r+b") as file:
            file.write(b"#")
    elif kind == "touch":
        os.utime(path)
    elif kind == "replace":
        shutil.copy(path, path + ".new")
        os.rename(path + ".new", path)
    return f"{kind} {path}"


def change_state(rng, session):
    kind = rng.choice(["gc", "remove", "move", "rebuild"])
    if kind == "remove" and not session.chained:
        leat("run", "-n", "test.yaml")
        for path in tree("out"):
            if os.path.basename(path).startswith(".leat-"):
                os.remove(os.path.join("out", path))
        shutil.rmtree(".leat", ignore_errors=True)
        session.foreign |= set(tree("out"))
    elif kind == "move":
        move()
    elif kind == "rebuild":
        leat("gc", "--rebuild", "test.yaml")
    elif kind == "gc":
        leat("gc", "--keep", "1", "test.yaml")
    return f"state {kind}"


def move():
    """All of it is in another place, as if it came out of a cache."""
    here = os.getcwd()
    there = here + ".moved"
    shutil.copytree(here, there, symlinks=True)
    for name in os.listdir(here):
        path = os.path.join(here, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.remove(path)
    for name in os.listdir(there):
        os.rename(os.path.join(there, name), os.path.join(here, name))
    os.rmdir(there)


def disturb(rng, session):
    """A run that is killed, or amid which inputs change."""
    how = rng.choice(["kill", "kill", "stop", "change", "change"])
    story = [f"disturbed: {how}"]
    session.killed = True
    process = subprocess.Popen(
        [LEAT, "run", "-j", rng.choice("125"), *rng.choice([[], ["-k"]]),
         "test.yaml"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, env=environment(rng, session))
    # From before main to behind the end.
    time.sleep(rng.random() ** 2 * 0.04)
    if how == "kill":
        process.kill()
    elif how == "stop":
        process.terminate()
    else:
        for _ in range(rng.randrange(1, 4)):
            story.append("  " + change_inputs(rng, session))
            time.sleep(rng.random() * 0.003)
    said = process.communicate(timeout=60)[1]
    if process.returncode in (70, 99) or -process.returncode in (6, 8, 11):
        raise Wrong(f"{story}: {process.returncode}: {said}")
    return "; ".join(story)


# ---- Runs -------------------------------------------------------------------

def environment(rng=None, session=None, state=None):
    values = dict(os.environ)
    values.pop("LEAT_STATE", None)
    if state:
        values["LEAT_STATE"] = state
    if session:
        values.update(session.environment())
    if rng:
        values["TZ"] = rng.choice(["UTC", "Asia/Kolkata", "America/St_Johns"])
        values["LC_ALL"] = rng.choice(["C", "C.UTF-8", "POSIX"])
    return values


SESSION = None


def leat(*arguments, state=None, stdin=b""):
    rng = SESSION.rng if SESSION else None
    done = subprocess.run([LEAT, *arguments], input=stdin,
                          env=environment(rng, SESSION, state),
                          capture_output=True, timeout=60)
    if done.returncode < 0 or done.returncode in (70, 99):
        raise Wrong(f"{arguments}: status {done.returncode}\n"
                    + done.stderr.decode(errors="replace"))
    return done


def tree(top):
    """All files and links."""
    found = {}
    for directory, directories, names in os.walk(top):
        for name in names + directories:
            path = os.path.join(directory, name)
            stat = os.lstat(path)
            known = (stat.st_mode, stat.st_ino)
            relative = os.path.relpath(path, top)
            if os.path.islink(path):
                found[relative] = (b"-> " + os.readlink(path).encode(), *known)
            elif name in names:
                with open(path, "rb") as file:
                    found[relative] = (file.read(), *known)
    return found


def state_digest():
    digest = hashlib.sha256()
    for directory, _, names in sorted(os.walk(".leat")):
        for name in sorted(names):
            path = os.path.join(directory, name)
            digest.update(path.encode() + open(path, "rb").read())
            digest.update(str(os.stat(path).st_mtime_ns).encode())
    return digest.digest()


class Wrong(Exception):
    pass


def counts(done):
    said = done.stderr.decode(errors="replace")
    match = re.search(r"^test: (\d+) units?(?:, (\d+) of them failed)?"
                      r"(?:, (\d+) up to date)?", said, re.M)
    return tuple(int(x or 0) for x in match.groups()) if match else None


def planned(stdin):
    before = state_digest()
    done = leat("plan", "--json", "test.yaml", stdin=stdin)
    if done.returncode:
        return None
    if state_digest() != before:
        raise Wrong("plan changed the state")
    return json.loads(done.stdout)


def look(path):
    """What else an entry of an archive gives a file or a link that is made."""
    stat = os.lstat(path)
    return stat.st_mode, stat.st_mtime_ns


def compare_looks(session, wanted):
    """Of what has a time of long ago; nobody but leat has touched it."""
    for path in sorted(set(wanted) - session.foreign):
        looks = [look(os.path.join(top, path)) for top in ("out", "nothing")]
        if looks[1][1] < 1.2 * 10**18 and looks[0] != looks[1]:
            raise Wrong(f"{path} looks like {looks[0]}, from nothing "
                        f"{looks[1]}")
    for directory, names, _ in os.walk("nothing"):
        for name in names:
            path = os.path.join("out", os.path.relpath(directory, "nothing"),
                                name)
            if not os.path.isdir(path):
                raise Wrong(f"the directory {path} is missing")


def compare(old, new, wanted, killed):
    for path in sorted(wanted):
        if path not in new:
            raise Wrong(f"{path} is missing")
        if new[path][0] != wanted[path][0]:
            raise Wrong(f"{path} differs:\n  from nothing: "
                        f"{wanted[path][0][:300]!r}\n  incremental: "
                        f"{new[path][0][:300]!r}")
    for path in sorted(set(new) - set(wanted)):
        if not killed and (path not in old or old[path][0] != new[path][0]):
            raise Wrong(f"{path} is new, but isn't made from nothing")
        if path.startswith(".leat-") or "/.leat-" in path:
            raise Wrong(f"{path} is left")


def check(rng, session, keep, prune):
    stdin = b"ant 1\nbee 2\nodd\n"
    options = ["-j", rng.choice("125")] + (["-k"] if keep else [])
    old = tree("out")
    killed, session.killed = session.killed, False
    plan = planned(stdin)
    shutil.rmtree("nothing", ignore_errors=True)
    wanted = leat("run", "-v", *options, "test.yaml", "--out", "nothing",
                  state="none", stdin=stdin)
    done = leat("run", "-v", *options, *(["--prune"] if prune else []),
                "test.yaml", stdin=stdin)
    # Two units with one output, which their names tell before anything runs.
    clash = [b"would be written" in x.stderr for x in (done, wanted)]
    if any(clash):
        if not all(clash) or {done.returncode, wanted.returncode} != {73}:
            raise Wrong(f"not the same clash: {done.stderr} {wanted.stderr}")
        # What entry-edit makes of names is known when the units are begun,
        # and what head leaves of them when it has what it is told.
        if b"entry-edit" not in open("test.yaml", "rb").read() and \
                not session.uses(alive) and (
                plan is not None or
                len(session.graphs) == 1 and tree("out") != old):
            raise Wrong("a clash is found too late")
        return
    # What is in quarantine isn't tried again.
    rests = session.uses(strict) and {
        done.returncode, wanted.returncode} == {0, 1} and done.returncode == 0
    if done.returncode != wanted.returncode and not rests:
        raise Wrong(f"status {done.returncode}, from nothing "
                    f"{wanted.returncode}:\n{done.stderr.decode()}"
                    f"--- from nothing\n{wanted.stderr.decode()}")
    if wanted.returncode == 78:
        return
    new = tree("out")
    if wanted.returncode == 0 or keep:
        compare(old, new, tree("nothing"), killed)
        compare_looks(session, tree("nothing"))
    if done.returncode:
        return
    left = set(new) - set(tree("nothing")) - session.foreign
    if prune and left:
        raise Wrong(f"prune left {left}")
    if done.stdout != wanted.stdout:
        raise Wrong("standard output differs")
    # What was decided when a run was killed is done by the next one.
    if not session.chained and not killed:
        check_plan(plan, done, session)
    check_again(session, new, stdin)
    # Of what was left unread nothing is known that is young.
    if rng.random() < 0.3 and not session.uses(heads, firsts, alive):
        check_verified(session, stdin)


def check_plan(plan, done, session):
    if plan is None:
        raise Wrong("plan fails where run doesn't")
    does = [unit["does"] for graph in plan["graphs"] if graph["runs"]
            for unit in graph["units"]]
    ran = counts(done)
    if session.uses(standard):
        return
    # Where head had enough less is run than was planned.
    if session.uses(heads, firsts, each, alive):
        if ran[0] > does.count("run"):
            raise Wrong(f"more runs than planned: {ran}")
    elif ran[0] != does.count("run"):
        raise Wrong(f"planned {does}, but {done.stderr.decode()}")


def check_again(session, before, stdin):
    plan = leat("plan", "--detailed-exitcode", "test.yaml", stdin=stdin)
    again = leat("run", "-v", "test.yaml", stdin=stdin)
    if again.returncode:
        raise Wrong("the second run fails: " + again.stderr.decode())
    after = tree("out")
    if {p: v[0] for p, v in after.items()} != {p: v[0] for p, v in before.items()}:
        raise Wrong("the second run changes something")
    # What head or filter left unread is known by its times alone, if at all.
    if session.uses(standard, shown, heads, firsts, each, alive) or (
            session.uses(archived) and "src_size > 40" in session.text()):
        return
    if counts(again)[0] != 0 or after != before:
        raise Wrong("the second run has something to do: "
                    + again.stderr.decode() + leat(
                        "plan", "test.yaml").stdout.decode())
    if plan.returncode != 0:
        raise Wrong("plan finds something to do after a run:\n"
                    + plan.stdout.decode())


def check_verified(session, stdin):
    before = tree("out")
    done = leat("run", "--verify", "-j", session.rng.choice("125"),
                "test.yaml", stdin=stdin)
    if done.returncode:
        raise Wrong("verify finds a difference: " + done.stderr.decode())
    if tree("out") != before:
        raise Wrong("verify changes something")


def case(seed, only):
    global SESSION
    rng = random.Random(seed)
    for name in (".leat", "in", "other", "gz", "tar", "out", "nothing"):
        shutil.rmtree(name, ignore_errors=True)
    for name in rng.sample(NAMES, rng.randrange(3, len(NAMES))):
        write(name, lines(rng))
    write("limit", b"2\n")
    write("cond", b"n > 4\n")
    session = SESSION = Session(rng, only)
    session.odd, session.killed = rng.random() < 0.25, False
    for name in ARCHIVES if session.uses(extracted) else []:
        write(name, content(rng, name))
    story = []
    try:
        for _ in range(rng.randrange(3, 9)):
            write("test.yaml", session.text().encode())
            keep = rng.random() < 0.5 and not session.chained
            prune = rng.random() < 0.15 or session.chained
            story.append(f"run{' -k' * keep}{' --prune' * prune}")
            check(rng, session, keep, prune)
            if rng.random() < 0.3:
                time.sleep(0.05)
            for _ in range(rng.choice([0, 1, 1, 1, 2, 4])):
                what = rng.random()
                if what < 0.6:
                    story.append(change_inputs(rng, session))
                elif what < 0.67:
                    story.append(disturb(rng, session))
                elif what < 0.75 and not session.chained:
                    story.append(change_outputs(rng, session))
                elif what < 0.95:
                    story.append(session.change())
                else:
                    story.append(change_state(rng, session))
    except (Wrong, subprocess.TimeoutExpired) as wrong:
        names = "+".join(t.__name__ for t, _ in session.graphs)
        print(f"FAIL: case {seed} ({names}): "
              + str(wrong).encode(errors="backslashreplace").decode())
        print("  " + "\n  ".join(ascii(x) for x in story))
        print("  " + "\n  ".join(session.text().splitlines()))
        return False
    return True


SKIP = set(os.environ.get("SKIP", "").split())


def search(case):
    """What a program of such cases does: LEAT SECONDS SEED [MOST [ONLY]]"""
    global LEAT
    LEAT, seconds, seed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    most = int(sys.argv[4]) if len(sys.argv) > 4 else 10**9
    only = sys.argv[5] if len(sys.argv) > 5 else None
    end = time.monotonic() + seconds
    failures = done = 0
    while time.monotonic() < end and done < most and failures < 12:
        failures += not case(seed + done, only)
        done += 1
    print(f"{done} cases, {failures} failed")
    sys.exit(failures > 0)


if __name__ == "__main__":
    search(case)
