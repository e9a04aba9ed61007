"""The data: folders as they are before and after an update.

Contents are random bytes, so that nothing compresses them.
"""

import os
import random
import time

MANY_FOLDERS = 100


class Scale:
    """How much of it: whole for figures, tiny for a test that all still works."""

    def __init__(self, small_files=10000, unit=1 << 20):
        self.small_files = small_files
        self.unit = unit  # what stands for a MiB

    def size(self, mebibytes):
        return mebibytes * self.unit


WHOLE = Scale()
TINY = Scale(small_files=200, unit=4 << 10)

_SMALL = 4 << 10
_OLD = int(time.time()) - 7 * 86400


def small_files(folder, scale):
    """Many files of 4 KiB, in folders of a hundred or so."""
    _files(folder, scale.small_files)


def few_files(folder, scale):
    """A hundredth of that, in folders of ten."""
    _files(folder, max(2, scale.small_files // 100))


def _files(folder, count):
    for number in range(count):
        parent = os.path.join(folder, "part%02d" % (number % min(MANY_FOLDERS, max(1, count // 10))))
        os.makedirs(parent, exist_ok=True)
        _write(os.path.join(parent, "file-%05d.bin" % number), os.urandom(_SMALL), _OLD)


def change_small_files(folder, scale):
    """One file in a hundred gets other content of the same size."""
    paths = sorted(os.path.join(parent, name) for parent, _, names in os.walk(folder) for name in names)
    for path in paths[:: min(100, len(paths))]:
        _write(path, os.urandom(_SMALL), _OLD + 3600)


def big_file(folder, size):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "big.bin")
    with open(path, "wb") as file:
        for start in range(0, size, 8 << 20):
            file.write(os.urandom(min(8 << 20, size - start)))
    os.utime(path, (_OLD, _OLD))


def change_big_file(folder, scale):
    """One hundredth of the content, in ten places, gets other content in place, as a database or a disk image does it.
    """
    path = os.path.join(folder, "big.bin")
    size = os.path.getsize(path)
    places = random.Random(3)
    with open(path, "r+b") as file:
        for _ in range(10):
            length = max(1, size // 1000)
            file.seek(places.randrange(size - length))
            file.write(os.urandom(length))
    os.utime(path, (_OLD + 3600, _OLD + 3600))


def append_to_big_file(folder, scale):
    """One hundredth more, at its end, as a log or an archive grows."""
    path = os.path.join(folder, "big.bin")
    length = max(1, os.path.getsize(path) // 100)
    with open(path, "ab") as file:
        file.write(os.urandom(length))
    os.utime(path, (_OLD + 3600, _OLD + 3600))


def total(folder):
    """(files, bytes) of a folder."""
    sizes = [os.path.getsize(os.path.join(parent, name)) for parent, _, names in os.walk(folder) for name in names]
    return len(sizes), sum(sizes)


def _write(path, content, mtime):
    with open(path, "wb") as file:
        file.write(content)
    os.utime(path, (mtime, mtime))
