"""The files of the demonstration: made, changed, damaged, and looked at without sshsync."""

import hashlib
import os
import random

STAGE = ".sshsync"
MIB = 1 << 20


class Tree:
    """A folder of files, by relative path; what sshsync keeps for itself is left out."""

    def __init__(self, root):
        self._root = root

    def paths(self):
        found = []
        for folder, folders, files in os.walk(self._root):
            folders[:] = [name for name in folders if name != STAGE]
            found += [os.path.relpath(os.path.join(folder, name), self._root) for name in files]
        return sorted(found)

    def sizes(self):
        return [(path, os.path.getsize(os.path.join(self._root, path))) for path in self.paths()]

    def inodes(self):
        return {path: os.stat(os.path.join(self._root, path)).st_ino for path in self.paths()}

    def digests(self):
        found = {}
        for path in self.paths():
            with open(os.path.join(self._root, path), "rb") as file:
                found[path] = hashlib.sha256(file.read()).hexdigest()
        return found

    def leftovers(self):
        """Files that were received and never published."""
        return Tree(os.path.join(self._root, STAGE, "in")).paths()

    def largest_below(self):
        """The size of the largest file at this moment, while others come and go."""
        largest = 0
        for folder, _, files in os.walk(self._root):
            for name in files:
                try:
                    largest = max(largest, os.path.getsize(os.path.join(folder, name)))
                except FileNotFoundError:
                    pass
        return largest


def fill(host, big):
    """The first release, as the account of the host."""
    sizes = {
        "bin/app": 3 * MIB,
        "lib/libcore.so": 2 * MIB,
        "etc/app.conf": 700,
        "etc/it's on.conf": 90,
        'doc/"Read me" first.txt': 12_000,
        "doc/$(reboot); rm -rf ~.txt": 400,
        big: 24 * MIB,
    }
    for path, size in sizes.items():
        _write(host, path, random.Random(path).randbytes(size))


def release(host, paths):
    """A new version of some files, in the same places and of the same sizes."""
    for path in paths:
        with open(os.path.join(host.repo, path), "rb") as file:
            old = file.read()
        _write(host, path, random.Random(hashlib.sha256(old).digest()).randbytes(len(old)))


def flip_a_byte(path):
    """Damages a file so that neither size nor time tells."""
    stat = os.stat(path)
    with open(path, "r+b") as file:
        file.seek(stat.st_size // 2)
        byte = file.read(1)[0]
        file.seek(stat.st_size // 2)
        file.write(bytes([byte ^ 1]))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def _write(host, path, content):
    place = os.path.join(host.repo, path)
    folder = os.path.dirname(place)
    if not os.path.isdir(folder):
        os.makedirs(folder)
        os.chown(folder, host.uid, host.gid)
    with open(place, "wb") as file:
        file.write(content)
    os.chown(place, host.uid, host.gid)
