# SPDX-License-Identifier: MIT
"""What a disk may hold when the power fails.

power.py TRACE TREE STEP SEED TO [IGNORED]

TRACE is what `strace -f -y -xx -s 100000000` wrote of a run in the directory
TREE.../work, which was a copy of TREE when it began; TREE is durable. At every
STEP-th call that changes something, states are made of the tree as they may be
found when the power fails just then, as TO/1, TO/2 and so on:

 - nothing is there but what was synced: contents by a sync of the file, names
   by one of the directory;
 - all names are there, but no content that wasn't synced: new files are empty;
 - a part of the names, in their order, and any part of the contents, torn.

TO/end is the first of these after the last call. Syncs of paths that match the
regular expression IGNORED are taken for none.
"""
import os
import random
import re
import sys

UNQUOTED = re.compile(r'\\x([0-9a-f]{2})')
CALL = re.compile(r'(\w+)\((.*)\) += (-?\d+)')
PLACE = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"([^"]*)"')
PATH = re.compile(r'\d+<([^>]*)>')


def decode(text):
    return bytes.fromhex(''.join(UNQUOTED.findall(text)))


def name_of(text):
    """The path in <>, which has escapes, or not, as the version of strace
    has it."""
    return decode(text).decode() if text.startswith('\\x') else text


class File:
    def __init__(self, content=b''):
        self.durable = self.now = content
        self.pending = []

    def change(self, offset, data):
        """DATA None: it ends at the offset."""
        self.pending.append((offset, data))
        self.now = self.apply(self.now, offset, data)

    @staticmethod
    def apply(content, offset, data):
        if data is None:
            return content[:offset].ljust(offset, b'\0')
        content = content.ljust(offset, b'\0')
        return content[:offset] + data + content[offset + len(data):]

    def sync(self):
        self.durable = self.now
        self.pending = []

    def state(self, how, chance):
        content = self.durable
        if how == 'torn':
            for offset, data in self.pending:
                if chance.random() < 0.3:
                    continue
                if data and chance.random() < 0.3:
                    data = data[:chance.randrange(len(data))]
                content = self.apply(content, offset, data)
        return content


class Directory:
    def __init__(self):
        self.durable, self.now, self.pending = {}, {}, []

    def change(self, names):
        """NAMES maps a name to what it becomes; None: nothing."""
        self.pending.append(names)
        self.now = self.apply(self.now, names)

    @staticmethod
    def apply(entries, names):
        entries = {**entries, **names}
        return {name: node for name, node in entries.items() if node}

    def sync(self):
        self.durable = self.now
        self.pending = []

    def state(self, how, chance):
        if how == 'names':
            return self.now
        entries = self.durable
        if how == 'torn':
            for names in self.pending[:chance.randint(0, len(self.pending))]:
                entries = self.apply(entries, names)
        return entries


class Tree:
    def __init__(self, top, top_as_run, ignored):
        self.root = self.load(top)
        self.top = top_as_run
        self.ignored = re.compile(ignored) if ignored else None

    def load(self, path):
        if not os.path.isdir(path):
            with open(path, 'rb') as file:
                return File(file.read())
        directory = Directory()
        for name in os.listdir(path):
            if name != 'in':
                directory.now[name] = self.load(os.path.join(path, name))
        directory.sync()
        return directory

    def within(self, path):
        """The components of a path, None when it isn't in the tree."""
        path = os.path.normpath(os.path.join(self.top, path))
        if path == self.top:
            return []
        if not path.startswith(self.top + '/') or path.endswith('-shm'):
            return None
        return path[len(self.top) + 1:].split('/')

    def find(self, path):
        parts = self.within(path)
        node = self.root if parts is not None else None
        for part in parts or []:
            node = isinstance(node, Directory) and node.now.get(part)
        return node or None

    def place(self, path):
        parts = self.within(path)
        if not parts or parts[0] == 'in':
            return None, None
        return self.find('/'.join(parts[:-1]) or '.'), parts[-1]

    # ---- What calls do; true: something changed -------------------------

    def open(self, path, flags):
        directory, name = self.place(path)
        if not directory or 'O_TMPFILE' in flags:
            return False
        found = directory.now.get(name)
        if found and 'O_TRUNC' in flags:
            found.change(0, None)
        elif not found and 'O_CREAT' in flags:
            directory.change({name: File()})
        else:
            return False
        return True

    def make(self, path):
        directory, name = self.place(path)
        if directory:
            directory.change({name: Directory()})
        return bool(directory)

    def rename(self, old, new):
        directory, name = self.place(old)
        other, new_name = self.place(new)
        if directory is not other:
            sys.exit('a rename into another directory')
        if directory:
            directory.change({name: None, new_name: directory.now[name]})
        return bool(directory)

    def remove(self, path):
        directory, name = self.place(path)
        if directory:
            directory.change({name: None})
        return bool(directory)

    def write(self, path, data, offset):
        file = self.find(path)
        if file:
            file.change(len(file.now) if offset is None else offset, data)
        return bool(file)

    def sync(self, path):
        node = self.find(path)
        if node and not (self.ignored and self.ignored.search(path)):
            node.sync()
        return bool(node)

    # ---- What is left ----------------------------------------------------

    def list(self, how, chance, node=None, path=''):
        """All paths with their contents, None for directories."""
        entries = (node or self.root).state(how, chance)
        for name in sorted(entries):
            at = os.path.join(path, name)
            if isinstance(entries[name], Directory):
                yield at, None
                yield from self.list(how, chance, entries[name], at)
            else:
                yield at, entries[name].state(how, chance)


def strings(text):
    return [(name_of(directory), decode(name).decode())
            for directory, name in PLACE.findall(text)]


def perform(tree, call, text, result):
    if call in ('open', 'openat', 'openat2'):
        directory, name = strings(text)[0]
        return tree.open(os.path.join(directory, name), text)
    if call in ('mkdir', 'mkdirat'):
        directory, name = strings(text)[0]
        return tree.make(os.path.join(directory, name))
    if call in ('rename', 'renameat', 'renameat2'):
        old, new = strings(text)
        return tree.rename(os.path.join(*old), os.path.join(*new))
    if call in ('unlink', 'unlinkat'):
        directory, name = strings(text)[0]
        return tree.remove(os.path.join(directory, name))
    path = name_of(PATH.match(text).group(1))
    if call in ('write', 'pwrite64'):
        data = decode(text.split('"')[1])[:result]
        if len(data) < result:
            sys.exit('the trace is cut')
        offset = int(text.split(', ')[-1]) if call == 'pwrite64' else None
        return tree.write(path, data, offset)
    if call == 'ftruncate':
        return tree.write(path, None, int(text.split(', ')[-1]))
    if call in ('fsync', 'fdatasync'):
        return tree.sync(path)
    sys.exit('what does ' + call + ' do?')


def calls(trace):
    """The calls of all processes, in the order of their ends."""
    begun = {}
    for line in trace:
        process, line = line.rstrip('\n').split(None, 1)
        if line.endswith('<unfinished ...>'):
            begun[process] = line[:-len('<unfinished ...>')].rstrip()
            continue
        if line.startswith('<... '):
            line = begun.pop(process) + line.split('resumed>', 1)[1]
        match = CALL.match(line)
        if match and int(match.group(3)) >= 0:
            yield match.group(1), match.group(2), int(match.group(3))


def save(state, to):
    os.mkdir(to)
    for path, content in state:
        if content is None:
            os.mkdir(os.path.join(to, path))
        else:
            with open(os.path.join(to, path), 'wb') as file:
                file.write(content)


def main(trace, top, step, seed, to, ignored=None):
    tree = Tree(top, os.path.join(os.path.dirname(os.path.abspath(top)),
                                  'work'), ignored)
    chance = random.Random(int(seed))
    known, changes = set(), chance.randrange(int(step))
    with open(trace) as lines:
        for call, text, result in calls(lines):
            if not perform(tree, call, text, result):
                continue
            changes += 1
            if changes % int(step):
                continue
            for how in 'synced', 'names', 'torn':
                state = list(tree.list(how, chance))
                if hash(tuple(state)) not in known:
                    known.add(hash(tuple(state)))
                    save(state, os.path.join(
                        to, '%d-%s' % (changes, how)))
    save(tree.list('synced', chance), os.path.join(to, 'end'))


main(*sys.argv[1:])
