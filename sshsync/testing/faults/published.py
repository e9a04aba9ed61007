"""L1 and L2 by the kernel's own account: what happens to the published paths of a folder, as inotify tells it.

    with published.Watch(folder, allowed) as watch:
        ...               # watch.drain() now and then
    watch.wrong           # sentences

A published file appears by a rename, with a content that is allowed for its path; nothing writes into it, and it goes
away only where that
is allowed. `allowed(path, content)` and `may_go(path)` decide. What lies in `.sshsync` is not looked at.
"""

import ctypes
import os
import struct

_MODIFY, _MOVED_FROM, _MOVED_TO, _CREATE, _DELETE, _IS_FOLDER, _OVERFLOW = (
    0x2,
    0x40,
    0x80,
    0x100,
    0x200,
    0x40000000,
    0x4000,
)
_LIBC = ctypes.CDLL(None, use_errno=True)


class Watch:
    def __init__(self, folder, allowed, may_go):
        self.wrong = []
        self.published = 0
        self._folder = os.fsencode(folder)
        self._allowed = allowed
        self._may_go = may_go
        self._folders = {}
        self.fd = _LIBC.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1")
        self._add(b"")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.drain()
        os.close(self.fd)

    def _add(self, path, look=False):
        mask = _MODIFY | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
        number = _LIBC.inotify_add_watch(self.fd, os.path.join(self._folder, path), mask)
        if number < 0:
            return  # gone again
        self._folders[number] = path
        for entry in os.scandir(os.path.join(self._folder, path)):
            below = os.path.join(path, entry.name)
            if below == b".sshsync":
                continue
            if entry.is_dir(follow_symlinks=False):
                self._add(below, look)
            elif look:
                self._appeared(below)

    def drain(self):
        while True:
            try:
                data = os.read(self.fd, 65536)
            except BlockingIOError:
                return
            at = 0
            while at < len(data):
                number, mask, _, size = struct.unpack_from("iIII", data, at)
                name = data[at + 16 : at + 16 + size].rstrip(b"\0")
                at += 16 + size
                if mask & _OVERFLOW:
                    self.wrong.append("more events than the kernel keeps")
                elif number in self._folders:
                    self._on(mask, os.path.join(self._folders[number], name))

    def _on(self, mask, path):
        if path == b".sshsync" or not path:
            return
        if mask & _IS_FOLDER:
            if mask & (_CREATE | _MOVED_TO):
                self._add(path, look=True)
            return
        if mask & _MODIFY:
            self.wrong.append("L1: %r was written to in place" % path)
        if mask & _CREATE:
            self.wrong.append("L1: %r appeared without a rename" % path)
        if mask & (_MOVED_FROM | _DELETE) and not self._may_go(path):
            self.wrong.append("L2: %r was taken away" % path)
        if mask & _MOVED_TO:
            self._appeared(path)

    def _appeared(self, path):
        self.published += 1
        try:
            with open(os.path.join(self._folder, path), "rb") as file:
                content = file.read()
        except FileNotFoundError:
            return
        if not self._allowed(path, content):
            self.wrong.append("L1: %r was published with %d bytes that are no version of it" % (path, len(content)))
