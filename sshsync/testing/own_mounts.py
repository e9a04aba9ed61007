"""Disks of a test's own: a mount namespace, in which tmpfs can be mounted without anybody else seeing it."""

import ctypes
import os

_LIBC = ctypes.CDLL(None, use_errno=True)
_NEW_MOUNTS, _NEW_USER, _PRIVATE = 0x20000, 0x10000000, (1 << 18) | (1 << 14)


def enter():
    """Gives this process, and what it starts, a mount namespace of its own: as root, or by a user namespace.

    False where that is not allowed.
    """
    uid, gid = os.getuid(), os.getgid()
    if _LIBC.unshare(_NEW_MOUNTS) != 0:
        if _LIBC.unshare(_NEW_MOUNTS | _NEW_USER) != 0:
            return False
        for name, text in (("setgroups", "deny"), ("uid_map", "0 %d 1" % uid), ("gid_map", "0 %d 1" % gid)):
            with open("/proc/self/" + name, "w") as file:
                file.write(text)
    return _LIBC.mount(b"none", b"/", None, _PRIVATE, None) == 0


def mount_memory(folder, options="size=512m"):
    """Whether a tmpfs lies over the folder now."""
    return _LIBC.mount(b"none", os.fsencode(folder), b"tmpfs", 0, options.encode()) == 0


def unmount(folder):
    _LIBC.umount2(os.fsencode(folder), 2)  # as soon as nobody uses it
