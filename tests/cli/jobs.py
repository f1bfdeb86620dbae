# SPDX-License-Identifier: MIT
"""Random sessions of differential.py, with inputs that are large enough for
workers: with any number of jobs a run makes the same, says the same, ends the
same and counts the same, but for what leat(1) says of --stats.

usage: jobs.py LEAT SECONDS SEED [CASES [TEMPLATE]]
"""
import json
import os
import random
import re
import shutil
import subprocess

import differential
from differential import Session, Wrong, leat, tree, write


def lines(rng, least=0):
    count = rng.choice([0, 3, 4000, 40000, 100000, 160000])
    made = [f"{word} {rng.randrange(12)}" for word in rng.choices(
        differential.WORDS, k=max(count, least))]
    if made and rng.random() < 0.15:
        made[rng.randrange(len(made))] = "odd one out"
    return "".join(line + "\n" for line in made).encode()


def make_inputs(rng, session):
    for name in ("in", "other", "gz", "tar"):
        shutil.rmtree(name, ignore_errors=True)
    names = differential.NAMES
    for name in rng.sample(names, rng.randrange(6, len(names))):
        write(name, lines(rng))
    packed = [path for path in differential.inputs() if path.endswith(".gz")]
    if packed and rng.random() < 0.2:
        path = rng.choice(packed)
        os.truncate(path, os.path.getsize(path) - 3)
    write("limit", b"2\n")
    write("cond", b"n > 4\n")
    for name in differential.ARCHIVES if session.uses(
            differential.extracted) else []:
        write(name, differential.content(rng, name))


# Bytes come in as many pieces as there happen to be.
TAKES_BYTES = {"write-file", "compress", "stdout"}
GIVES_BYTES = {"csv-encode", "text-encode", "compress", "archive-write"}


def figures(text):
    counted = []
    for graph in json.loads(text)["graphs"]:
        for op in graph["operators"]:
            names = ["bytes_in", "bytes_out", "rejected"]
            names += ["items_in"] * (op["use"] not in TAKES_BYTES)
            names += ["items_out"] * (op["use"] not in GIVES_BYTES)
            counted.append((op["name"], {name: op[name] for name in names}))
    return counted


def run(jobs, options, session):
    shutil.rmtree("out", ignore_errors=True)
    done = leat("run", "-v", "--stats", "json", "-j", jobs, *options,
                "test.yaml", state="none", stdin=b"ant 1\nbee 2\nodd\n")
    said = done.stderr.decode(errors="replace").splitlines()
    counted = [figures(line) for line in said if line.startswith("{")]
    # What is behind the last line that anybody wants, or behind the failure of
    # a unit, may have been read.
    if "use: head" in session.text() or done.returncode:
        counted = None
    said = [re.sub(r", [0-9.]* s$", "", line) for line in said
            if not line.startswith("{")]
    return {
        "the status": done.returncode,
        "what is said": "\n".join(said),
        "standard output": done.stdout,
        "what is counted": counted,
        "what is made": {path: state[:2]
                         for path, state in tree("out").items()},
    }


def show(what, one, many):
    if what == "what is made":
        one, many = ({p: one.get(p) for p in one if one[p] != many.get(p)},
                     {p: many.get(p) for p in many if many[p] != one.get(p)})
    return f"  with one:  {str(one)[-1000:]}\n  with many: {str(many)[-1000:]}"


def case(seed, only):
    rng = random.Random(seed)
    session = Session(rng, only)
    make_inputs(rng, session)
    write("test.yaml", session.text().encode())
    options = ["-k"] if rng.random() < 0.5 else []
    try:
        one = run("1", options, session)
        for jobs in "2", "5":
            many = run(jobs, options, session)
            for what in one:
                if one[what] != many[what]:
                    raise Wrong(f"{what} differs with {jobs} jobs:\n"
                                + show(what, one[what], many[what]))
    except (Wrong, subprocess.TimeoutExpired) as wrong:
        names = "+".join(t.__name__ for t, _ in session.graphs)
        print(f"FAIL: case {seed} ({names}) {options}: {wrong}")
        print("  " + "\n  ".join(session.text().splitlines()))
        return False
    return True


if __name__ == "__main__":
    differential.lines = lines
    differential.search(case)
