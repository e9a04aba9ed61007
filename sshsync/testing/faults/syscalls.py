"""A kill, or an error, at every system call of a kind: strace injects it into the program, or into a shell of the
program on the child.

    ./tools/bazel run //sshsync/testing/faults:syscalls                      # all of them: thousands of runs
    ./tools/bazel run //sshsync/testing/faults:syscalls -- --only controller/fsync/KILL --keep

For each kind the N-th call is hit, for N = 1, 2, ... until there is none: strace's own account shows whether it was
hit. Which session comes third on the child
differs from run to run, so that one run without an N-th call is no end: five in a row are. After each
run the laws are checked, and the same command without strace must end well. N counts within one thread or process. The
first kinds
are of the controller (its own threads; what it starts is left alone), the others of a session on the child and all that
runs in it.
Exits with 1 where a law was broken, with 77 where tracing is not allowed.
"""

import argparse
import collections
import os
import subprocess
import sys
import tempfile
import time

from sshsync.testing.faults import faults, scenarios, world

# (where, system calls, effects). The child's sessions are told apart by their order.
KINDS = [
    ("controller", "fsync,fdatasync", ["KILL", "EIO", "ENOSPC"]),
    ("controller", "write,pwrite64,writev", ["KILL", "ENOSPC", "EIO"]),
    ("controller", "rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat", ["KILL", "EACCES", "EROFS"]),
    ("controller", "openat", ["KILL", "EMFILE", "EACCES"]),
    ("controller", "pipe2,socketpair", ["KILL", "EMFILE"]),
    ("controller", "clone,clone3,vfork,fork", ["KILL", "EAGAIN"]),
    ("controller", "read,pread64", ["KILL", "EIO"]),
    ("controller", "poll,ppoll", ["KILL"]),
    ("controller", "fcntl,flock", ["KILL", "EIO"]),
    ("controller", "ftruncate,fchmod,chmod,fstat,newfstatat", ["KILL", "EIO"]),
    ("controller", "wait4,waitid", ["KILL"]),
] + [
    ("child%d" % session, calls, effects)
    for session in range(1, 5)
    for calls, effects in [
        ("rename,renameat,renameat2", ["KILL", "EIO", "ENOSPC"]),
        ("mkdir,mkdirat,unlink,unlinkat,rmdir,link,linkat,symlink,symlinkat", ["KILL", "EACCES", "ENOSPC"]),
        ("write", ["KILL", "ENOSPC", "EIO"]),
        ("openat", ["KILL", "EIO"]),
        ("fsync,fdatasync,sync_file_range,syncfs,utimensat,fchmodat,fchmod,chmod", ["KILL", "EIO"]),
        ("vfork,clone,fork,clone3", ["KILL", "EAGAIN"]),
    ]
]


def kinds():
    return [(where, calls, effect) for where, calls, effects in KINDS for effect in effects]


def name_of(kind):
    return "%s/%s/%s" % (kind[0], kind[1].partition(",")[0], kind[2])


def scenario():
    """One hop with a bit of all: a big file that is old on the child, a small one that is missing, one that is old, one
    that is equal.
    """
    base = scenarios.draw(0)
    content = bytes(range(256)) * (3 * scenarios.CHUNK // 256) + b"end"
    base.kind, base.steps, base.keys, base.plan, base.extras = (
        "C0d",
        ["--sync", "p"],
        {},
        [],
        {"p": {b"extra": b"mine"}},
    )
    base.root = {b"big.bin": content, b"d/missing": b"1", b"older": b"new content", b"equal": b"the same"}
    base.children = {
        "p": {b"big.bin": content[:1000] + b"?" + content[1001:], b"older": b"old content", b"equal": b"the same"}
    }
    base.versions, base.scripts, base.gone, base.small_disk, base.ends = {}, {}, set(), "", False
    return base


def strace(folder, calls, effect, number):
    """Words in front of a command. -b execve: what the traced program starts is let go once it is another program."""
    inject = "signal=KILL" if effect == "KILL" else "error=" + effect
    return [
        "strace",
        "-f",
        "-qqq",
        "-o",
        os.path.join(folder, "trace"),
        "-e",
        "trace=" + calls,
        "-e",
        "inject=%s:%s:when=%d" % (calls, inject, number),
    ]


class Hit:
    """What one run with one injection showed."""

    def __init__(self, kind, number, folder, program=None):
        where, calls, effect = kind
        ssh = faults.runfile("sshsync", "testing", "faults", "faulty_ssh")
        self.world = world.World(folder, program or faults.runfile("tools", "cli", "sshsync"), ssh, scenario())
        self.world.any_end = True
        words = strace(folder, calls, effect, number)
        if where == "controller":
            self.world.through = words + ["-b", "execve"]
        else:
            self._trace_session(int(where[len("child") :]), words)
        self.problems = self.world.go()
        trace = os.path.join(folder, "trace")
        text = open(trace, errors="replace").read() if os.path.exists(trace) else ""
        self.was_hit = "(INJECTED)" in text or "killed by SIGKILL" in text and effect == "KILL"
        self.started = bool(text) or where == "controller"

    def _trace_session(self, session, words):
        """The child's shell is a script that has its n-th instance traced, in the run with faults only."""
        shell = os.path.join(self.world.folder, "bin", "shell")
        with open(shell, "w") as file:
            file.write(
                '#!/bin/sh\n[ -s "$FAULTY_SSH_ROOT/plan" ] || exec /bin/sh "$@"\necho'
                ' >>"$FAULTY_SSH_ROOT/count.shell"\n[ "$(wc -l <"$FAULTY_SSH_ROOT/count.shell")" -eq %d ] || exec'
                ' /bin/sh "$@"\nexec %s /bin/sh "$@"\n' % (session, " ".join(words))
            )
        os.chmod(shell, 0o755)
        self.world.keys["shell"] = shell
        self.world.configure()
        with open(os.path.join(self.world.folder, "plan"), "w") as file:
            file.write("- nobody 0 in 0 stall 0\n")


def tracing_is_allowed():
    try:
        return (
            subprocess.run(
                ["strace", "-qqq", "-o", os.devnull, "-e", "trace=none", "true"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
            ).returncode
            == 0
        )
    except FileNotFoundError:
        return False


def run_kind(kind, numbers, folder, tally, say, keep=False, misses=1):
    """Runs N = each of `numbers` until so many runs in a row had no N-th call."""
    missed = 0
    for number in numbers:
        place = os.path.join(folder, "%s-%d" % (name_of(kind).replace("/", "-"), number))
        hit = Hit(kind, number, place)
        if hit.was_hit:
            tally[name_of(kind)] += 1
        if hit.problems:
            tally["broken"] += 1
            say(
                "%s, call %d (exit %s) broke a law\n" % (name_of(kind), number, hit.world.statuses)
                + "".join("  %s\n" % problem for problem in hit.problems)
                + "  again: ./tools/bazel run //sshsync/testing/faults:syscalls -- --only %s --first %d --last %d"
                " --keep\n" % (name_of(kind), number, number)
            )
        if not keep:
            hit.world.remove()
        missed = 0 if hit.was_hit else missed + 1
        if missed == misses:
            return


def main():
    parser = argparse.ArgumentParser(
        description="Injects a kill or an error at every system call of a kind and checks the laws."
    )
    parser.add_argument(
        "--only", default="", help="kinds whose name contains this, like controller/fsync/KILL or child2/"
    )
    parser.add_argument("--first", type=int, default=1, help="begin with this call (default: 1)")
    parser.add_argument("--last", type=int, default=1000000, help="end with this call")
    parser.add_argument("--step", type=int, default=1, help="every so many calls (default: 1)")
    parser.add_argument("--keep", action="store_true", help="keep the folders of the runs")
    options = parser.parse_args()
    if not tracing_is_allowed():
        print("strace cannot trace here")
        return 77
    chosen = [kind for kind in kinds() if options.only in name_of(kind)]
    folder = tempfile.mkdtemp(prefix="sshsync-syscalls-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp")
    faults.become_reaper()
    total = collections.Counter()
    for kind in chosen:
        started = time.monotonic()
        tally = collections.Counter()
        run_kind(
            kind,
            range(options.first, options.last + 1, options.step),
            folder,
            tally,
            sys.stdout.write,
            options.keep,
            misses=5,
        )
        print(
            "%s: %d calls hit, %d broke a law; %.1f s"
            % (name_of(kind), tally[name_of(kind)], tally["broken"], time.monotonic() - started),
            flush=True,
        )
        total["hit"] += tally[name_of(kind)]
        total["broken"] += tally["broken"]
    if options.keep:
        print("the folders are below " + folder)
    else:
        os.rmdir(folder)
    print("%d calls hit, %d broke a law" % (total["hit"], total["broken"]))
    return 1 if total["broken"] or not total["hit"] else 0


if __name__ == "__main__":
    sys.exit(main())
