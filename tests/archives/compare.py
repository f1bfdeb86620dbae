#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""compare.py LEAT DIRECTORY: what leat finds in the archives in DIRECTORY, as
against bsdtar: for each entry its type, size, permissions, time, target and, if
it is a file, the SHA-256 of its content; an entry of which bsdtar says nothing
more than that it is there has no row of its own. Archives in .deb files are
opened, by leat in place, else by dpkg-deb. Prints what differs."""
import calendar
import csv
import hashlib
import os
import re
import subprocess
import sys
import time

SESSION = '''leat: 1
session: compare
params: {in: {type: inputs, args: true}, nested: {type: text}}
operators:
  in: {use: files, match: "${in}"}
  entries: {use: archive-read, nested: "${nested}"%s}
%s'''
LIST = SESSION % (', content: false', '''  show:
    use: map
    select: [entry_trail, entry_type, entry_size, entry_mode, entry_link, entry_mtime]
  table: {use: csv-encode, header: false}
  out: stdout
links: [in -> entries -> show -> table -> out]
''')
SUMS = SESSION % ('', '''  sum: hash
  show: {use: map, select: [entry_trail, sha256]}
  table: {use: csv-encode, header: false}
  out: stdout
links: [in -> entries -> sum, sum.digest -> show -> table -> out]
''')
MTREE = ['bsdtar', '-cf', '-', '--format=mtree',
         '--options=!all,type,sha256,size,mode,link,time']


def run_leat(leat, session, nested, names):
    """Rows of CSV by what stands in front of the first `!/`."""
    with open('../compare.yaml', 'w', encoding='utf-8') as file:
        file.write(session)
    run = subprocess.run([leat, 'run', '-k', '../compare.yaml', '--nested', nested]
                         + names, stdout=subprocess.PIPE, check=False)
    if run.returncode != 0:
        print('leat has ended with status', run.returncode)
    rows = {}
    for row in csv.reader(run.stdout.decode().splitlines()):
        rows.setdefault(row[0].split('!/')[0], []).append(row)
    return rows


def plain(path):
    """As entry_path is: without what says nothing."""
    parts = [part for part in path.split('/') if part not in ('', '.')]
    return '/'.join(parts) or '.'


def unescape(text):
    data = re.sub(rb'\\([0-7]{3})', lambda m: bytes([int(m[1], 8)]),
                  text.encode())
    return data.decode(errors='surrogateescape')


def is_readable(name):
    """Whether bsdtar can read it, and its names are UTF-8, as fields are."""
    try:
        return all(path.encode() for path, _ in read_mtree(
            MTREE + ['@' + name]))
    except (subprocess.CalledProcessError, UnicodeEncodeError):
        print(name, 'is left out')
        return False


def read_mtree(command, data=None):
    """What bsdtar says: path, then what is known."""
    said = subprocess.run(command, input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True).stdout
    entries = []
    for line in said.decode().splitlines():
        if line.startswith('#') or not line.strip():
            continue
        path, *pairs = line.split(' ')
        entries.append((plain(unescape(path)),
                        dict(pair.split('=', 1) for pair in pairs if pair)))
    return entries


def entries_of(name):
    """The same for an archive, for a .deb with what is in it."""
    entries = read_mtree(MTREE + ['@' + name])
    if not name.endswith('.deb'):
        return entries
    found = []
    for path, known in entries:
        option = {'control.tar': '--ctrl-tarfile', 'data.tar':
                  '--fsys-tarfile'}.get('.'.join(path.split('.')[:2]))
        if not option:
            found.append((path, known))
            continue
        data = subprocess.run(['dpkg-deb', option, name],
                              stdout=subprocess.PIPE, check=True).stdout
        found += [(path + '!/' + inner, more)
                  for inner, more in read_mtree(MTREE + ['@-'], data)]
    return found


EMPTY = hashlib.sha256().hexdigest()


def digest_of(command):
    return hashlib.sha256(subprocess.run(
        command, stdout=subprocess.PIPE, check=True).stdout).hexdigest()


TYPES = {'file': 'file', 'dir': 'directory', 'link': 'symlink',
         'char': 'char', 'block': 'block', 'fifo': 'fifo'}


def by_path(rows):
    """Rows by the way from the archive on. Of two with one name mtree has the
    last."""
    return {row[0].split('!/', 1)[1]: row[1:] for row in rows}


def check(name, listed, sums):
    wrong = 0

    def differs(path, what, ours, theirs):
        nonlocal wrong
        wrong += 1
        if wrong <= 5:
            print('%s: %s: %s: %s, not %s' % (name, path, what, ours, theirs))

    seen, digests = by_path(listed), by_path(sums)
    # The symbols of a library, which aren't an entry.
    theirs = [entry for entry in entries_of(name)
              if entry[0] != '.' or not name.endswith('.a')]
    twice = len(seen) < len(listed)
    for path, known in theirs:
        if path not in seen:
            differs(path, 'entry', 'missing', 'there')
            continue
        kind, size, mode, link, mtime = seen.pop(path)
        digest = digests.get(path, [None])[0]
        if kind == 'hardlink':
            continue  # mtree has files only
        if kind != TYPES[known['type']]:
            differs(path, 'type', kind, known['type'])
        if kind == 'file' and size and size != known['size']:
            differs(path, 'size', size, known['size'])
        if mode != str(int(known['mode'], 8) & 0o777) and \
                mode != str(int(known['mode'], 8)):
            differs(path, 'mode', mode, known['mode'])
        if kind == 'symlink' and link != unescape(known['link']):
            differs(path, 'target', link, known['link'])
        seconds = known.get('time', '').split('.')[0]
        if mtime and seconds and seconds != str(seconds_of(mtime)):
            differs(path, 'time', mtime, seconds)
        wanted = known.get('sha256digest')
        if not wanted and kind == 'file' and known['size'] != '0':
            # bsdtar says none of what ar wrote with a mode without a type
            # (which gives all that have the name)
            wanted = digest if twice else digest_of(['ar', 'p', name, path])
        if kind == 'file' and digest != (wanted or EMPTY):
            differs(path, 'content', digest, wanted)
    for path in seen:
        differs(path, 'entry', 'there', 'missing')
    return wrong, len(theirs)


def seconds_of(text):
    return calendar.timegm(time.strptime(text[:19], '%Y-%m-%dT%H:%M:%S'))


def main():
    leat, directory = sys.argv[1:]
    os.chdir(directory)
    names = sorted(filter(is_readable, os.listdir('.')))
    wrong = count = 0
    for nested, group in (
            ('false', [n for n in names if not n.endswith('.deb')]),
            ('*.tar*', [n for n in names if n.endswith('.deb')])):
        if not group:
            continue
        listed = run_leat(leat, LIST, nested, group)
        sums = run_leat(leat, SUMS, nested, group)
        for name in group:
            bad, entries = check(name, listed.get(name, []),
                                 sums.get(name, []))
            wrong += bad
            count += entries
    print('%d archives, %d entries, %d differ' % (len(names), count, wrong))
    sys.exit(wrong > 0)


main()
