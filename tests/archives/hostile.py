#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the archives that must be refused, in the directory that it is given:
bad-*, and good-* that look like them and are fine. Nothing of them is taken
from anywhere: the formats are those of POSIX.1 (pax, ustar), of GNU tar and of
PKWARE's APPNOTE."""
import gzip
import lzma
import os
import struct
import sys
import zlib


def tar_header(name, size=0, kind=b'0', link=b'', mode=0o644, mtime=b'0'):
    if isinstance(name, str):
        name = name.encode()
    if isinstance(size, int):
        size = b'%011o' % size
    header = bytearray(512)
    for at, value in ((0, name[:100]), (100, b'%07o' % mode), (108, b'0000000'),
                      (116, b'0000000'), (124, size), (136, mtime),
                      (156, kind), (157, link), (257, b'ustar\0' b'00')):
        header[at:at + len(value)] = value
    header[148:156] = b' ' * 8
    header[148:156] = b'%06o\0 ' % sum(header)
    return bytes(header)


def padded(data):
    return data + bytes(-len(data) % 512)


def tar_entry(name, data=b'x\n', **more):
    return tar_header(name, len(data), **more) + padded(data)


END = bytes(1024)


def pax(records, name=b'pax'):
    data = b''
    for key, value in records:
        body = b' %s=%s\n' % (key, value)
        length = len(body)
        while len(b'%d' % length) + len(body) != length:
            length = len(b'%d' % length) + len(body)
        data += b'%d%s' % (length, body)
    return tar_header(name, len(data), b'x') + padded(data)


def base256(value):
    return b'\x80' + value.to_bytes(11, 'big')


def deflate(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


class Zip:
    """A zip file in which anything can be wrong."""

    def __init__(self):
        self.data, self.central, self.count = b'', b'', 0

    def add(self, name, content=b'x\n', other_name=None, crc=None, method=0,
            local_size=None, flags=0, offset=None, packed=None):
        name = name.encode() if isinstance(name, str) else name
        packed = content if packed is None else packed
        crc = zlib.crc32(content) if crc is None else crc
        at = len(self.data) if offset is None else offset
        size = len(content)
        fields = struct.pack('<HHHHHIIIHH', 20, flags, method, 0, 33, crc,
                             len(packed), size, len(name), 0)
        local = name if other_name is None else other_name.encode()
        if offset is None:
            self.data += b'PK\3\4' + struct.pack(
                '<HHHHHIIIHH', 20, flags, method, 0, 33, crc, len(packed),
                size if local_size is None else local_size, len(local),
                0) + local + packed
        self.central += b'PK\1\2' + struct.pack('<H', 20) + fields + \
            struct.pack('<HHHII', 0, 0, 0, 0o100644 << 16, at) + name
        self.count += 1
        return self

    def bytes(self, count=None, offset=0, tail=b''):
        count = self.count if count is None else count
        return self.data + self.central + b'PK\5\6' + struct.pack(
            '<HHHHIIH', 0, 0, count, count, len(self.central),
            len(self.data) + offset, 0) + tail


def end64(size, offset):
    """The end of a large zip file with one entry, and what leads to it."""
    return b'PK\6\6' + struct.pack('<QHHIIQQQQ', 44, 45, 45, 0, 0, 1, 1, size,
                                   offset) + \
        b'PK\6\7' + struct.pack('<IQI', 0, offset + size, 1)


def two_directories():
    """The end says that of `a`; what precedes it, at the end of the comment of
    `a`, leads to that of `b`. unzip sees `a`, libarchive `b`."""
    one, two = Zip().add('a'), Zip().add('a').add('b')
    other = two.central[len(one.central):]
    wide = end64(len(other), len(two.data))
    central = one.central[:32] + struct.pack('<H', 20) + one.central[34:] + \
        wide[-20:]
    return two.data + other + wide[:-20] + central + b'PK\5\6' + struct.pack(
        '<HHHHIIH', 0, 0, 1, 1, len(central), len(two.data + other) + 56, 0)


def ends_in_comment():
    """The directory of `b` and an end for it, whose own comment is too long for
    the file, lie in the comment of a file with `a`."""
    one, two = Zip().add('a'), Zip().add('a').add('b')
    other = two.central[len(one.central):]
    whole = two.data + one.central
    comment = other + b'PK\5\6' + struct.pack(
        '<HHHHIIH', 0, 0, 1, 1, len(other), len(whole) + 22, 9)
    return whole + b'PK\5\6' + struct.pack(
        '<HHHHIIH', 0, 0, 1, 1, len(one.central), len(two.data),
        len(comment)) + comment


def unicode_path(*names):
    """Extra fields of an entry `good` with other names (APPNOTE.TXT 4.6.9)."""
    return b''.join(
        struct.pack('<HHBI', 0x7075, 5 + len(name), 1, zlib.crc32(b'good')) +
        name for name in names)


def extras(local, central):
    """A zip file with the entry `good`, which has extra fields."""
    one = Zip().add('good')
    data = one.data[:28] + struct.pack('<H', len(local)) + b'good' + local + \
        one.data[34:]
    directory = one.central[:30] + struct.pack('<H', len(central)) + \
        one.central[32:] + central
    return data + directory + b'PK\5\6' + struct.pack(
        '<HHHHIIH', 0, 0, 1, 1, len(directory), len(data), 0)


def streamed():
    """What zip 3.0 writes of its standard input: the end for large files, and
    that for small ones, which says the same."""
    one = Zip().add('-')
    return one.data + one.central + end64(len(one.central), len(one.data)) + \
        one.bytes()[-22:]


def seven_zip(dictionary):
    """A 7z file with the entry `a`, as 7zFormat.txt has it; the property of
    LZMA2 says the size of its dictionary."""
    content = b'x\n'
    packed = lzma.compress(content, lzma.FORMAT_RAW, filters=[
        {'id': lzma.FILTER_LZMA2, 'dict_size': 4096}])
    name = 'a\0'.encode('utf-16-le')
    header = bytes([1, 4, 6, 0, 1, 9, len(packed), 0, 7, 11, 1, 0, 1, 0x21,
                    0x21, 1, dictionary, 12, len(content), 10, 1]) + \
        struct.pack('<I', zlib.crc32(content)) + bytes([0, 8, 0, 0, 5, 1, 17]) + \
        bytes([len(name) + 1, 0]) + name + bytes(2)
    start = struct.pack('<QQI', len(packed), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf'\x1c" + b'\0\4' + struct.pack(
        '<I', zlib.crc32(start)) + start + packed + header


def many(count):
    return b''.join(tar_header('f%d' % i) for i in range(count)) + END


def nest(depth):
    data = b'core\n'
    for i in range(depth):
        data = tar_entry('n%d.tar' % i, data) + END
    return data


def nine(data):
    for _ in range(9):
        data = gzip.compress(data, mtime=0)
    return data


HUGE = bytes(100 << 20)

# The directory says more bytes than there are; the header none.
FIT = Zip().add('a', flags=8)
FIT.central = FIT.central[:20] + struct.pack('<I', 1 << 20) + FIT.central[24:]
# The same of so many that the sum is where the entry starts, in 64 bits.
WRAP = Zip().add('a', flags=8)
WRAP.central = WRAP.central[:20] + b'\xff' * 4 + WRAP.central[24:30] + \
    struct.pack('<H', 12) + WRAP.central[32:] + \
    struct.pack('<HHQ', 1, 8, (1 << 64) - 31)
# The size is said to follow, but doesn't.
WIDE = Zip().add('a')
WIDE.central = WIDE.central[:24] + b'\xff' * 4 + WIDE.central[28:30] + \
    struct.pack('<H', 4) + WIDE.central[32:] + struct.pack('<HH', 1, 0)

def within(inner):
    """A good archive with one inside that can't be opened."""
    return tar_entry('before') + tar_entry('inner', inner) + \
        tar_entry('after') + END


PACKED = gzip.compress(tar_entry('a', b'text\n' * 500) + END, mtime=0)

INNER = {  # what is wrong is an entry
    'header-sum.tar': within(bytes([65 ^ 1]) + tar_entry('A')[1:] + END),
    'half.zip.tar': within(Zip().add('a').bytes()[:60]),
    'count.zip.tar': within(Zip().add('a').bytes(count=2)),
    'short.7z.tar': within(b"7z\xbc\xaf'\x1c" + bytes(30)),
    'damaged.tar.gz.tar': within(PACKED[:12] + b'\xff' * 9 + PACKED[21:]),
    'short.tar.gz.tar': within(PACKED[:20]),
    'damaged.tar.bz2.tar': within(b'BZh91AY&SY' + b'garbage' * 50),
    'damaged.tar.xz.tar': within(b'\xfd7zXZ\0' + b'garbage' * 50),
    'damaged.tar.zst.tar': within(b'\x28\xb5\x2f\xfd' + b'\xff' * 50),
    'damaged.tar.lz4.tar': within(b'\x04\x22\x4d\x18' + b'\xff' * 50),
    'damaged.tar.lzma.tar': within(b']\0\0\x80\0' + b'\xff' * 8 +
                                   b'\xff' * 50),
    'digits.cpio.tar': within(b'070707 is no more than a number\n' * 9),
    'nine.tar': within(nine(tar_entry('a') + END)),
    'encrypted.zip': Zip().add('before').add(
        'inner', b'x' * 20, flags=1).add('after').bytes(),
}

REJECTED = {  # the name of an entry that nobody should use
    'dots.tar': tar_entry('a/../../b') + END,
    'dots-end.tar': tar_entry('a/..') + END,
    'absolute.tar': tar_entry('/etc/passwd') + END,
    'backslash.tar': tar_entry('..\\..\\b') + END,
    'backslash-root.tar': tar_entry('\\b') + END,
    'drive.tar': tar_entry('C:/b') + END,
    'component.tar': pax([(b'path', b'n' * 256)]) + tar_entry('x') + END,
    'long.tar': pax([(b'path', b'/'.join([b'n' * 250] * 17))]) +
    tar_entry('x') + END,
    'deep.tar': pax([(b'path', b'd/' * 65 + b'f')]) + tar_entry('x') + END,
    'dots.zip': Zip().add('../b').bytes(),
    'absolute.zip': Zip().add('/b').bytes(),
}

FAILED = {
    'empty': b'',
    'zero-bytes': bytes(100),
    'header-sum.tar': bytes([65 ^ 1]) + tar_entry('A')[1:] + tar_entry('b') +
    END,
    'second-sum.tar': tar_entry('a') + b'c' + tar_entry('b')[1:] + END,
    'no-end.tar': tar_entry('a'),
    'half-end.tar': tar_entry('a') + bytes(512),
    'no-end-zeros.tar': tar_entry('a', bytes(2048)),
    'between.tar': tar_entry('a') + tar_entry('b'),
    'garbage.tar': tar_entry('a') + END + b'garbage',
    'appended.tar': (tar_entry('a') + END) * 2,
    'size.tar': tar_header('a', base256(1 << 62)) + END,
    'negative.tar': tar_header('a', b'\xff' * 12) + END,
    'pax-8m.tar': tar_header('p', 8 << 20, b'x') + padded(
        b'8388608 comment=' + b'x' * ((8 << 20) - 17) + b'\n') +
    tar_entry('a') + END,
    'ratio.tar.gz': gzip.compress(tar_entry('a', HUGE) + END, mtime=0),
    'ratio.zip': Zip().add('a', HUGE, method=8, packed=deflate(HUGE)).bytes(),
    'sparse.tar': pax([(b'GNU.sparse.major', b'1'), (b'GNU.sparse.minor', b'0'),
                       (b'GNU.sparse.name', b'a'),
                       (b'GNU.sparse.realsize', b'%d' % (1 << 60))]) +
    tar_entry('a', padded(b'1\n%d\n1\n' % ((1 << 60) - 1)) + b'x') + END,
    'crc.tar.gz': gzip.compress(tar_entry('a') + END, mtime=0)[:-8] + b'12345678',
    'garbage.tar.gz': gzip.compress(tar_entry('a') + END, mtime=0) + b'garbage',
    'crc.zip': Zip().add('a', crc=1).bytes(),
    'names.zip': Zip().add('a', other_name='b').bytes(),
    'name-length.zip': Zip().add('a', other_name='aa').bytes(),
    'sizes.zip': Zip().add('a', local_size=5).bytes(),
    'count-more.zip': Zip().add('a').bytes(count=2),
    'count-less.zip': Zip().add('a').add('b').bytes(count=1),
    'offset.zip': Zip().add('a').bytes(offset=3),
    'overlap.zip': Zip().add('a').add('a', offset=0).bytes(),
    'garbage.zip': Zip().add('a').bytes(tail=b'garbage'),
    'prefix.zip': b'PK\3\4' + Zip().add('a').bytes(),
    'parts.zip': Zip().add('a').bytes()[:-18] + b'\1' +
    Zip().add('a').bytes()[-17:],
    'wide.zip': Zip().add('a').bytes()[:-10] + b'\xff' * 8 + bytes(2),
    'wide-end.zip': Zip().add('a').bytes()[:-22] + b'PK\6\7' + bytes(16) +
    Zip().add('a').bytes()[-22:-10] + b'\xff' * 8 + bytes(2),
    'wide-size.zip': WIDE.bytes(),
    'wide-other.zip': two_directories(),
    'unicode-local.zip': extras(unicode_path(b'evil'), b''),
    'unicode-central.zip': extras(b'', unicode_path(b'evil')),
    'unicode-other.zip': extras(unicode_path(b'evil'), unicode_path(b'good')),
    'unicode-two.zip': extras(*2 * [unicode_path(b'evil', b'good')]),
    'comment.zip': ends_in_comment(),
    'comment-17k.zip': Zip().add('a').bytes()[:-2] +
    struct.pack('<H', 17000) + bytes(17000),
    'place.zip': Zip().add('a').add('b', offset=1).bytes(),
    'behind.zip': Zip().add('a').add('b', offset=1 << 31).bytes(),
    'fit.zip': FIT.bytes(),
    'wrap.zip': WRAP.bytes(),
    'directory.zip': Zip().add('a').bytes().replace(b'PK\1\2', b'PK\1\3'),
    'directory-name.zip': Zip().add('a').bytes()[:-22 - 19] + b'\xff' +
    Zip().add('a').bytes()[-22 - 18:],
    'directory-64m.zip': b'PK\3\4' + bytes(65 << 20) + b'PK\5\6' +
    struct.pack('<HHHHIIH', 0, 0, 1, 1, 65 << 20, 4, 0),
    'nine.gz': nine(tar_entry('a') + END),
    'cut.ar': b'!<arch>\n' + b'%-16s%-12d%-6d%-6d%-8s%-10d`\n' % (
        b'a/', 0, 0, 0, b'100644', 6) + b'ab',
    'cut.cpio': b'070701' + b'00000000' * 13 + b'\0',
}

for length in (b'999999', b'0', b'1', b'-12'):
    FAILED['pax-%s.tar' % length.decode()] = tar_header(
        'pax', 512, b'x') + padded(length + b' path=../a\n') + \
        tar_entry('a') + END
FAILED['longer.zip'] = Zip().add(
    'a', b'x' * 10, method=8, packed=deflate(b'x' * 1000)).bytes()
FAILED['pax-equals.tar'] = tar_header('pax', 11, b'x') + \
    padded(b'11 pathabc\n') + tar_entry('a') + END

GOOD = {
    'empty.tar': bytes(10240),
    'empty.zip': Zip().bytes(),
    'mode.tar': tar_entry('a', mode=0o7777777) + END,
    'names.tar': b''.join(tar_entry(n) for n in (
        '-rf', 'a\nb', 'c\x1b[31m', '%n%s', '$(id)', '"q"', "'", '=cmd', 'a\\b',
        b'\xff\xfe', './x', 'y//z', 'a..b/...')) + END,
    'kinds.tar': tar_header('dir/', 0, b'5') +
    tar_header('fifo', 0, b'6') + tar_header('char', 0, b'3') +
    tar_header('block', 0, b'4') + tar_header('sym', 0, b'2', b'/etc/passwd') +
    tar_header('hard', 0, b'1', b'../x') + tar_entry('file') + END,
    'mtime.tar': tar_header('a', 0, mtime=base256(1 << 62)) + END,
    'sparse.tar': pax([(b'GNU.sparse.major', b'1'),
                       (b'GNU.sparse.minor', b'0'), (b'GNU.sparse.name', b'a'),
                       (b'GNU.sparse.realsize', b'3000')]) +
    tar_entry('a', padded(b'2\n1000\n1\n3000\n0\n') + b'x') + END,
    'nested-8.tar': nest(9),
    'nested-9.tar': nest(10),
    'many.tar': many(2000),
    'weak-marks.tar': tar_entry('a', b'BZhello\n' * 99) +
    tar_entry('b', b']\0\0 is no dictionary\n') +
    tar_entry('c', b'\x1f\x8b\x08\xff\n') + END,
    'dictionary.7z': seven_zip(12),  # 256 KiB
    'descriptor.zip': Zip().add('a').add('b').bytes(),
    'streamed.zip': streamed(),
    'unicode.zip': extras(*2 * [unicode_path(b'name')]),
}

DAMAGED = {  # the content of one entry is
    'crc.zip': Zip().add('before').add('inner', crc=1).add('after').bytes(),
    'deflate.zip': Zip().add('before').add(
        'inner', b'x' * 99, method=8, packed=deflate(b'x' * 99)[:-1] + b'?'
    ).add('after').bytes(),
    'garbage.zip': Zip().add('before').add(
        'inner', b'x' * 99, method=8, packed=b'\xff' * 50).add('after').bytes(),
    'method.zip': Zip().add('before').add(
        'inner', b'x' * 99, method=9, packed=b'\xff' * 50).add('after').bytes(),
    'late.zip': Zip().add('before').add(
        'inner', bytes(300000), crc=1).add('after').bytes(),
}

LARGE = {  # dictionaries of 512 MiB and 4 GiB
    'dictionary-512m.7z': seven_zip(34),
    'dictionary-4g.7z': seven_zip(40),
}


def symlink(name, target):
    return tar_header(name, 0, b'2', target)


def hardlink(name, target, size=0):
    return tar_header(name, size, b'1', target)


F, D = tar_entry('f'), tar_header('d/', 0, b'5')

# What nobody should unpack: the entry that is refused has `victim` in its name.
UNPACKED = {
    'sym-absolute.tar': symlink('victim', b'/etc/passwd') + END,
    'sym-out.tar': D + symlink('d/victim', b'../../f') + F + END,
    'sym-up.tar': D + symlink('victim', b'd/../../f') + END,
    'sym-down-up.tar': D + F + symlink('victim', b'd/../f') + END,
    'sym-nothing.tar': symlink('victim', b'nowhere') + END,
    'sym-through-file.tar': F + symlink('victim', b'f/x') + END,
    'sym-self.tar': symlink('victim', b'victim') + END,
    'sym-empty.tar': pax([(b'linkpath', b'')]) + symlink('victim', b'') + END,
    'chain.tar': F + symlink('a', b'f') + symlink('victim', b'a') + END,
    'chain-directory.tar': D + tar_entry('d/f') + symlink('a', b'd') +
    symlink('victim', b'a/f') + END,
    'chain-forward.tar': symlink('victim', b'b') + symlink('b', b'f') + F + END,
    'written-through.tar': D + symlink('l', b'd') + tar_entry('l/victim') + END,
    'written-out.tar': symlink('victim', b'..') + tar_entry('victim/f') + END,
    'hard-out.tar': hardlink('victim', b'../f') + END,
    'hard-absolute.tar': hardlink('victim', b'/etc/passwd') + END,
    'hard-self.tar': hardlink('victim', b'victim') + END,
    'hard-forward.tar': hardlink('victim', b'f') + F + END,
    'hard-symlink.tar': F + symlink('l', b'f') + hardlink('victim', b'l') + END,
    'hard-directory.tar': D + hardlink('victim', b'd') + END,
    'hard-nothing.tar': hardlink('victim', b'g') + F + END,
    'char.tar': tar_header('victim', 0, b'3') + END,
    'block.tar': tar_header('victim', 0, b'4') + END,
    'fifo.tar': tar_header('victim', 0, b'6') + END,
    'twice.tar': tar_entry('victim') * 2 + END,
    'twice-dots.tar': tar_entry('d/victim') + tar_entry('./d//./victim') + END,
    'file-directory.tar': tar_header('victim/', 0, b'5') + tar_entry('victim') +
    END,
    'directory-file.tar': tar_entry('victim') +
    tar_header('victim/', 0, b'5') + END,
    'beneath-file.tar': F + tar_entry('f/victim') + END,
    'implied.tar': tar_entry('victim/f') + tar_entry('victim') + END,
    'state.tar': tar_entry('x/.leat/victim') + END,
    'root.tar': tar_entry('.') + tar_entry('victim') + END,
}

# Names that are one file elsewhere: case, and e with an accent in two forms.
ALIKE = {
    'case.tar': tar_entry('README') + tar_entry('readme') + END,
    'unicode.tar': tar_entry('caf\u00e9') + tar_entry('cafe\u0301') + END,
    'case-directory.tar': tar_entry('A/x') + tar_entry('a/y') + END,
    'sharp.tar': tar_entry('stra\u00dfe') + tar_entry('STRASSE') + END,
}

os.chdir(sys.argv[1])
for prefix, group in (('rejected-', REJECTED), ('inner-', INNER),
                      ('bad-', FAILED), ('large-', LARGE),
                      ('damaged-', DAMAGED), ('good-', GOOD),
                      ('unpacked-', UNPACKED), ('alike-', ALIKE)):
    for name, data in group.items():
        with open(prefix + name, 'wb') as file:
            file.write(data)
