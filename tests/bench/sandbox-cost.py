#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""sandbox-cost.py LEAT [ROUNDS]: what the sandbox costs. Processor time and wall
time, with it and without, of one small archive, of 1000 of them, and of one of
200 MB; and what follows for each unit. The least of all rounds counts."""
import io
import os
import resource
import subprocess
import sys
import tarfile
import tempfile
import time

SESSION = '''leat: 1
session: cost
params: {in: {type: inputs}}
operators:
  in: {use: files, match: "${in}"}
  entries: archive-read
  sum: hash
  row: {use: map, select: "entry_path AS name, sha256"}
  table: csv-encode
  out: {use: write-file, path: result.csv}
links: [in -> entries -> sum, sum.digest -> row -> table -> out]
'''


def make(path, count, size):
    with tarfile.open(path, 'w') as tar:
        for i in range(count):
            entry = tarfile.TarInfo('f%d' % i)
            entry.size = size
            tar.addfile(entry, io.BytesIO(b'%d' % i * (size // len('%d' % i))
                                          + bytes(size % len('%d' % i))))


def measure(leat, pattern, sandbox, rounds):
    best = [1e9, 1e9]
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        subprocess.run([leat, 'run', '-j', '1', '--state', 'none', '--sandbox',
                        sandbox, 'cost.yaml', '--in', pattern], check=True)
        wall = time.monotonic() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = (after.ru_utime + after.ru_stime -
               before.ru_utime - before.ru_stime)
        best = [min(best[0], cpu), min(best[1], wall)]
    return best


def main():
    leat = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        os.mkdir('small')
        for i in range(1000):
            make('small/%04d.tar' % i, 3, 1000)
        make('large.tar', 2000, 100000)
        with open('cost.yaml', 'w', encoding='utf-8') as file:
            file.write(SESSION)
        print('%-22s %12s %12s %12s %12s' % (
            'ms', 'cpu, with', 'without', 'wall, with', 'without'))
        found = {}
        for name, pattern in (('one', 'small/0000.tar'),
                              ('1000', 'small/*.tar'), ('200 MB', 'large.tar')):
            both = [measure(leat, pattern, sandbox, rounds)
                    for sandbox in ('on', 'off')]
            found[name] = [1000 * (both[0][i] - both[1][i]) for i in (0, 1)]
            print('%-22s %12.1f %12.1f %12.1f %12.1f' % (
                name, 1000 * both[0][0], 1000 * both[1][0],
                1000 * both[0][1], 1000 * both[1][1]))
        for i, what in enumerate(('cpu', 'wall')):
            print('each unit costs %.3f ms of %s more' % (
                (found['1000'][i] - found['one'][i]) / 999, what))


main()
