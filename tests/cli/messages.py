# SPDX-License-Identifier: MIT
"""messages.py SOURCES CASES

Prints the messages and hints in the C files beneath SOURCES, a list of
directories joined with colons, that no case reaches: no text beside a session
in CASES/tests/sessions, no script in CASES/tests/cli and no unit test. A message is any text of a source that reads like a
sentence or a part of one: what the C code doesn't say to people, and the
tables of operators, are left out by how they look."""

import glob
import re
import sys

# What no case can reach, and why it is there.
EXEMPT = {
    "leat: out of memory": "small allocations don't fail at will",
    "the list of columns isn't understood":
        "should SQLite read a list otherwise than we do: no way is known",
    "min and max of one value are over many items, an expression over one":
        "the same, once more for what gets past our own reading",
    "no such column: ": "SQLite's words, to compare with",
    "no such function: ": "SQLite's words, to compare with",
    "no tables specified": "SQLite's words, to compare with",
    "could not find expected ':'": "libyaml's words, to compare with",
    "pax extended attribute": "libarchive's words, to compare with",
    "is longer than 4 GiB": "takes that much memory",
    "is of an unknown format": "behind a switch over all of them",
    "the expression takes too many steps": "a backstop: it has no loops",
    "the pattern can't be matched to this line": "PCRE2's other failures",
    "what was kept of %s can't be used: %s": "the store finds damage before",
    "it doesn't end where its size says": "the time tells it before the size",
    "cannot read back what was held in a temporary file: %s": "a broken disk",
    "libcrypto doesn't do %s here": "another libcrypto",
    "its template is wrong": "a bug in leat: the loader checks it",
    "the memory budget is used up; raise `resources: memory`":
        "the first window is waited for, and used again",
    "the run was interrupted": "it is over, and reports nothing more",
    "it refers to bytes behind its end or before its start":
        "libarchive looks before",
    "it isn't as long as it says": "the same",
    "its archive was closed": "readers are closed before",
    "the content of `": "who says a size keeps to it, or fails before",
    "` has %s bytes than the %d that it should": "the same",
    # The engine's own: an operator, a worker or leat itself is wrong, which is
    # for those who write it. tests/unit/test-engine.c breaks the contract.
    "took more items than it was lent": "a contract that operators keep",
    "can't wait amid a stream, but got one that may block": "the same",
    "gave more items than there is room": "the same",
    "ended a segment that it didn't begin": "the same",
    "bug in leat: the operator `%s` %s": "the same",
    "waits, but not for a thing": "the same",
    "waits for what has happened": "the same",
    "did nothing, and says more": "the same",
    "failed without a word": "the same",
    "did not open, without a word": "the same",
    "waits for what nobody brings": "the same",
    "what a worker gave is wrong: %s": "a worker out of its mind",
    "what a worker reported of %s makes no sense": "the same",
    "there is no such frontier": "the same",
    "its segments make no sense": "the same",
    "a task makes no sense": "the same",
    "the worker ended with status %d": "no worker ends so",
    "the worker ran out of memory": "small allocations don't fail at will",
    "there is no memory left": "the same",
    "the sandbox of the worker can't be closed": "it could be a moment before",
    "the last output can't be read: %s": "a broken disk",
    "it is shorter now": "somebody else writes an output amid a run",
    "what was kept of %s is gone; run again": "the same, to the store",
    "the last output was changed while it was read; run again": "the same",
    "cannot sync the directory of %s: %s": "a broken disk",
    "the run store can't be used": "what is wrong with it was said before",
    "%s: %llu bytes more were said of it": "no operator says 64 KiB of a unit",
    "%zu bytes of %s don't fit in what is left of the memory budget of %zu "
    "bytes; raise `resources: memory`": "what spills needs less",
    "the graph is stuck: %s; the memory budget of %zu bytes is used up, raise "
    "`resources: memory`": "takes a graph that 1 MiB, the least, is too little for",
    "it needs %zu bytes more than what is left of the memory budget of %zu "
    "bytes; raise `resources: memory`": "the same",
    "room at ": "a part of that",
    "can't write standard output": "get.c says it behind a name",
    "cannot create %s: %s": "tests/cli/verify.sh reaches it by its beginning",
    "--sandbox on makes do with that": "the hint of a kernel without",
    " ... and at least %zu bytes more": "sandbox.sh has it as a pattern",
    "units failed": "a reason that the store has, and nobody shows",
    "`leat explain NAME` tells about one": "on a terminal only",
    # What waits for an operator, or for subgraphs.
    "%s gives more than contents": "no source of units has another pin",
    "name the %s of '%s' (%s)": "all that have such pins have in or out",
    "which fields the records have is not known here": "all are known",
    "a `map` in front can name them": "the same",
    "it ends before byte %llu": "nobody seeks",
    "has a NUL byte": "no attribute has one",
    "has a name that comes too often": "that is a million times",
    "it is a file, a link or a directory, and was something else":
        "the same archive makes the same",
    "it leads to something else": "the same",
    "it is one of the session: declare it under the params of the subgraph, "
    "and pass it as %s: \"${%s}\"": "subgraphs",
}

# Texts for other programs, help, and what digests are made of.
SILENT = {"metrics.c", "junit.c", "help.c", "statuses.c", "statistics.c",
          "params.c", "fingerprint.c", "due-units.c"}

TOKENS = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)
    |(?P<text>"(?:[^"\\\n]|\\.)*")
    |(?P<char>'(?:[^'\\\n]|\\.)+')
    |(?P<macro>PRI[a-zA-Z0-9]+)
    |(?P<define>^\#[^\n]*)
    |(?P<word>[A-Za-z0-9_]+)
    |(?P<space>\s+|\\\n)
    |(?P<other>.)""",
    re.X | re.S | re.M,
)
CONVERSION = re.compile(r"%[-+ #0]*[0-9.*]*(?:hh|h|ll|l|z|j|t)?[a-zA-Z%]")
# Tables that manuals are made of, not messages.
TABLE = re.compile(
    r"""^(?:static\ )?const\ struct\ (?:\w+_spec|aggregate_function|
    text_option|option|verb|status)\ \w+(?:\[\w*\])?\ =\ \{$.*?^\};$""",
    re.X | re.S | re.M,
)


def unescape(literal):
    return re.sub(
        r"\\(x[0-9a-fA-F]+|[0-7]{1,3}|.)",
        lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1] if len(m[1]) == 1 else " "),
        literal[1:-1],
    )


def literals(path):
    """The texts in a C file, each with its line; neighbours are joined as the
    compiler does."""
    source = open(path, encoding="utf-8").read()
    source = TABLE.sub(lambda table: "\n" * table[0].count("\n"), source)
    line, start, parts = 1, 0, []
    for token in TOKENS.finditer(source):
        kind, value = token.lastgroup, token[0]
        if kind == "text":
            start = start if parts else line
            parts.append(unescape(value))
        elif kind == "macro" and parts:
            # the % of "%" PRIu64 is at hand; this is its letter
            parts.append("d")
        elif kind not in ("space", "comment"):
            if parts:
                yield start, "".join(parts)
                parts = []
        line += value.count("\n")


def is_message(text):
    """Whether TEXT says something to people."""
    if re.fullmatch(r" ([a-z_0-9]+ )+", text):
        return False  # a list of names
    if re.fullmatch(r"\{[a-zIO?*{}\[\] ]+\}", text):
        return False  # how jansson packs
    if re.match(r"\nExit status|see `leat help ", text):
        return False
    words = re.findall(r"[a-z]{2,}", CONVERSION.sub(" ", text))
    spaced = re.search(r"[a-z,:'] [a-z'%]|[a-z]% ?", text)
    return len(words) >= 2 and bool(spaced)


def pattern(text):
    """TEXT as a regular expression for what is printed."""
    parts, at = [], 0
    for conversion in CONVERSION.finditer(text):
        parts.append(re.escape(text[at:conversion.start()]))
        parts.append("%" if conversion[0] == "%%" else "[^\n]*?")
        at = conversion.end()
    parts.append(re.escape(text[at:]))
    return re.compile("".join(parts))


def read(paths):
    return [open(path, encoding="utf-8", errors="replace").read() for path in paths]


def scripts(top):
    """What the scripts of tests hold, without their comments; lines that go on
    are joined, in quotes of either kind. The control holds no cases."""
    paths = glob.glob(top + "/tests/cli/*.sh")
    for text in read(set(paths) - {top + "/tests/cli/messages.sh"}):
        text = re.sub(r"(?m)^\s*#.*\n", "", text)
        text = text.replace("\\\n", "").replace("'\\''", "'").replace("\\`", "`")
        yield text.replace('\\"', '"').replace("\\$", "$")


def quoted(top):
    """What scripts and unit tests have in quotes: perhaps a part of a message
    that they look for."""
    for text in scripts(top):
        for pair in re.findall(r"\"([^\"\n]{12,})\"|'([^'\n]{12,})'", text):
            yield max(pair)
    for path in glob.glob(top + "/tests/unit/*.c"):
        for _, text in literals(path):
            if len(text) >= 12:
                yield text


def reaches(cases, parts, text):
    """Whether a case has TEXT, or looks for a telling part of it."""
    fixed = CONVERSION.sub("\n", text)
    return pattern(text).search(cases) or any(
        part in fixed and 3 * len(part) > len(fixed) for part in parts)


def main():
    directories, top = sys.argv[1].split(":"), sys.argv[2]
    cases = read(glob.glob(top + "/tests/sessions/*.txt"))
    cases += scripts(top)
    cases += [
        text
        for path in glob.glob(top + "/tests/unit/*.c")
        for _, text in literals(path)
    ]
    cases = "\n".join(cases)
    parts = set(quoted(top))
    unreached = 0
    for directory in directories:
        for path in sorted(glob.glob(directory + "/**/*.c", recursive=True)):
            if path.rsplit("/", 1)[1] in SILENT:
                continue
            for line, text in literals(path):
                text = text.rstrip("\n")
                if not is_message(text) or text in EXEMPT:
                    continue
                if not reaches(cases, parts, text):
                    print(f"{path}:{line}: no case reaches: {text}")
                    unreached += 1
    return 1 if unreached else 0


sys.exit(main())
