"""Trees of files: the data sets of the acceptance cases, and what a folder holds.

A tree is a dict from relative path to content, both bytes: names are what a file system takes, not what a locale can
read.
"""

import hashlib
import os
import random
import shutil

MIB = 1 << 20
BIG = b"big.bin"


def content(size, seed):
    return random.Random(seed).randbytes(size)


def few(big=0):
    """Five files around a block's edges, in two folders; `big.bin` of that size where it is wanted."""
    tree = {
        b"empty": b"",
        b"one": b"1",
        b"d/4096": content(4096, 1),
        b"d/4097": content(4097, 2),
        b"d/e/10k": content(10240, 3),
    }
    if big:
        tree[BIG] = content(big, 4)
    return tree


def t0(big):
    """Twenty files: the sizes at which copying goes wrong, one of 1 MiB, a big one, and the rest in three folders."""
    tree = {b"size-%d" % size: content(size, size) for size in (0, 1, 4095, 4096, 4097, MIB)}
    tree[BIG] = content(big, 4)
    for number in range(13):
        tree[b"folder%d/file%02d" % (number % 3, number)] = content(10240, 100 + number)
    return tree


def write(folder, tree, owner=None):
    """Puts the files of a tree below a folder; `owner` is (uid, gid), of the files and of the folders that were
    missing.
    """
    folder = os.fsencode(folder)
    for path, data in tree.items():
        make_folder(os.path.dirname(os.path.join(folder, path)), owner)
        with open(os.path.join(folder, path), "wb") as file:
            file.write(data)
        if owner:
            os.chown(os.path.join(folder, path), *owner)


def make_folder(folder, owner=None):
    if os.path.isdir(folder):
        return
    make_folder(os.path.dirname(folder), owner)
    os.mkdir(folder)
    if owner:
        os.chown(folder, *owner)


def empty(folder, keep=()):
    """Removes what is in a folder, whatever its modes are."""
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if name in keep:
            continue
        if os.path.islink(path) or not os.path.isdir(path):
            os.unlink(path)
            continue
        for place, folders, _ in os.walk(path):
            for below in folders:
                if not os.path.islink(os.path.join(place, below)):
                    os.chmod(os.path.join(place, below), 0o700)
        os.chmod(path, 0o700)
        shutil.rmtree(path)


def paths(folder):
    """Relative paths of everything below a folder that is no folder, without the tool's own; links are not followed."""
    folder = os.fsencode(folder)
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != b".sshsync"]
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        found += [os.path.relpath(os.path.join(place, name), folder) for name in files + links]
    return sorted(found)


def digest(path):
    with open(path, "rb") as file:
        return (
            hashlib.file_digest(file, "sha256").hexdigest()
            if hasattr(hashlib, "file_digest")
            else hashlib.sha256(file.read()).hexdigest()
        )


def digests(folder):
    """What a folder holds, as {path: digest}; a link is told by where it leads."""
    found = {}
    for path in paths(folder):
        place = os.path.join(os.fsencode(folder), path)
        found[path] = "-> " + os.fsdecode(os.readlink(place)) if os.path.islink(place) else digest(place)
    return found


def stats(folder):
    """What tells whether somebody touched a file, as {path: (inode, size, mtime, mode)}."""
    found = {}
    for path in paths(folder):
        stat = os.lstat(os.path.join(os.fsencode(folder), path))
        found[path] = (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_mode)
    return found
