"""The laws that hold after every acceptance case (L1 to L9 of the contract), as things that can be looked at."""

import hashlib
import os
import re
import threading
import time

from sshsync.testing.acceptance import trees

_RECORD = re.compile(rb"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (DEBUG|INFO|WARNING|ERROR|CRITICAL) \S")
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")


def wait_until(condition, seconds, what):
    """Polls; returns what the condition gave, as soon as that is true."""
    limit = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < limit, "not within %g s: %s" % (seconds, what)
        time.sleep(0.01)


class Watcher:
    """L1: looks at every published path of some folders again and again, and knows which contents it may find there.

        with Watcher({child.repo: allowed}) as watcher:
            ...
        watcher.check()

    `allowed` is {path: set of digests}; what has other names is let be.
    """

    def __init__(self, allowed):
        self._allowed = allowed
        self._seen = {}
        self._stop = threading.Event()
        self._torn = []
        self._looks = 0
        self._thread = threading.Thread(target=self._loop, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        self._look()

    def check(self):
        assert self._looks > 1, "nobody looked"
        assert not self._torn, "torn publish: %s" % self._torn

    def _loop(self):
        while not self._stop.is_set():
            self._look()
            self._stop.wait(0.005)

    def _look(self):
        self._looks += 1
        for folder, tree in self._allowed.items():
            for path, digests in tree.items():
                self._look_at(os.path.join(os.fsencode(folder), path), digests)

    def _look_at(self, path, digests):
        try:
            # The open file is one version, whatever is renamed over its name meanwhile.
            with open(path, "rb") as file:
                stat = os.fstat(file.fileno())
                version = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
                if self._seen.get(path) == version:
                    return
                found = hashlib.sha256(file.read()).hexdigest()
        except FileNotFoundError:
            return
        self._seen[path] = version
        if found not in digests:
            self._torn.append("%r holds %d bytes that are no version of it" % (path, version[1]))


def check_source(before, folder):
    """L3."""
    assert trees.stats(folder) == before, "the source was touched"


def check_log(log):
    """L9: each line is a record, in UTF-8, without control bytes."""
    log.decode("utf-8")
    for line in log.splitlines():
        assert _RECORD.match(line), "no record: %r" % line
    assert not _CONTROL.search(log), "control bytes: %r" % _CONTROL.search(log)


def check_output(output):
    """L9, for what people read."""
    output.decode("utf-8")
    assert not _CONTROL.search(output), "control bytes: %r" % output


def check_secret(secret, folder, *texts):
    """L8: nowhere in what was printed, nor in any file of the folder (state, log)."""
    for text in texts:
        assert secret.encode() not in text, text
    for place, _, files in os.walk(folder):
        for name in files:
            with open(os.path.join(place, name), "rb") as file:
                assert secret.encode() not in file.read(), os.path.join(place, name)


def check_leftovers(fleet, names):
    """L7: ten seconds after the end nothing of the run lives on a host."""

    def alive():
        return {name: left for name in names for left in [fleet.processes(name)] if left}

    limit = time.monotonic() + 10
    while alive() and time.monotonic() < limit:
        time.sleep(0.02)
    assert not alive(), "left over: %s" % alive()


def commands_below(pid):
    """The command lines of a process and of all that it started."""
    found = {pid: _command(pid)}
    parents = {int(entry): _parent(entry) for entry in os.listdir("/proc") if entry.isdigit()}
    grown = True
    while grown:
        grown = [child for child, parent in parents.items() if parent in found and child not in found]
        found.update({child: _command(child) for child in grown})
    return list(found.values())


def _command(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _parent(pid):
    try:
        with open("/proc/%s/stat" % pid, errors="replace") as file:
            return int(file.read().rpartition(") ")[2].split()[1])
    except OSError:
        return 0
