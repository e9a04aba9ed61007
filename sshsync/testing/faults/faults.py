"""Runs with random faults: a cascade of three hosts over a stand-in for ssh, the real program, and the laws after each
run.

    ./tools/bazel run //sshsync/testing/faults -- --seeds 0:10000           # by hand; two workers unless --jobs says
    otherwise
    ./tools/bazel run //sshsync/testing/faults -- --seeds 17 --keep         # one of them again; its folder stays, with
    logs and trees

Each seed is a scenario (scenarios.py) in a world of its own (world.py). What broke is printed with its seed, its plan
and the command that
runs it again; faults strike by the byte, but threads run as they like, so that a seed may need a few tries to fail
again: --times N.
Exits with 1 where a law was broken. As root, or where user namespaces are allowed, everything lies in memory and some
disks are small.
A run takes about half a second of a core, for it is some thirty connections to three hosts, twice.
"""

import argparse
import collections
import ctypes
import json
import os
import shutil
import sys
import tempfile
import time
import traceback

from sshsync.testing import own_mounts
from sshsync.testing.faults import scenarios, world

_LIBC = ctypes.CDLL(None, use_errno=True)
_SUBREAPER = 36


def runfile(*path):
    return (
        os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], *path)
        if "TEST_SRCDIR" in os.environ
        else os.path.join(os.path.abspath(__file__).partition(".runfiles/")[0] + ".runfiles", "sshsync", *path)
    )


def become_reaper():
    """What loses its parents from now on is a child of this process."""
    _LIBC.prctl(_SUBREAPER, 1, 0, 0, 0)


class Tally:
    def __init__(self):
        self.runs = self.hit = self.broken = self.no_disk = 0
        self.exits = collections.Counter()

    def add(self, other):
        self.runs += other.runs
        self.hit += other.hit
        self.broken += other.broken
        self.no_disk += other.no_disk
        self.exits.update(other.exits)

    def line(self):
        exits = ", ".join(
            "%d of %s" % (count, "signal %d" % -code if code < 0 else "exit %d" % code)
            for code, count in sorted(self.exits.items())
        )
        return "%d runs, in %d a fault was hit, %d broke a law; %s" % (self.runs, self.hit, self.broken, exits)


PROGRAMS = [runfile("tools", "cli", "sshsync"), runfile("sshsync", "testing", "faults", "faulty_ssh")]


def _own_tmp(folder):
    """/tmp, where hosts have their scratch folders, is ours from now on; the programs, which may lie there, are copies.
    """
    copies = [shutil.copy(program, folder) for program in PROGRAMS]
    if not own_mounts.mount_memory("/tmp", "size=64m,mode=1777"):
        raise OSError("no memory disk over /tmp")
    return copies


def one(seed, folder, programs, disks, keep, tally, say):
    scenario = scenarios.draw(seed)
    if scenario.small_disk and not disks:
        scenario.small_disk = ""
        tally.no_disk += 1
    place = os.path.join(folder, "run-%d" % seed)
    made, hits = None, []
    started = time.monotonic()
    try:
        made = world.World(place, *programs, scenario)
        made.own_tmp = programs is not PROGRAMS
        problems = made.go()
        tally.exits[made.statuses[0]] += 1
        hits = made.hits()
    except Exception:
        problems = [traceback.format_exc()]
    tally.runs += 1
    tally.hit += bool(hits) or bool(scenario.small_disk)
    if problems:
        tally.broken += 1
        say(
            "seed %d broke a law (%s, %s, %s)\n" % (seed, scenario.kind, " ".join(scenario.steps), scenario.keys)
            + "".join("  %s\n" % problem for problem in problems)
            + "".join("  plan: %s%s\n" % (line, " (hit)" if line in hits else "") for line in scenario.plan)
            + ("  disk of %s: %d bytes free\n" % (scenario.small_disk, scenario.room) if scenario.small_disk else "")
            + "  again: ./tools/bazel run //sshsync/testing/faults -- --seeds %d --keep\n" % seed
        )
    if keep:
        say("seed %d took %.3f s; hit: %s; its folder: %s\n" % (seed, time.monotonic() - started, hits, place))
    elif made:
        made.remove()


def work(seeds, keep=False, disks=True, say=sys.stdout.write):
    """Runs these seeds in this process, which becomes the reaper of what they leave behind, and may get mounts of its
    own.
    """
    become_reaper()
    folder = tempfile.mkdtemp(prefix="sshsync-faults-", dir="/var/tmp")
    disks = disks and own_mounts.enter() and (keep or own_mounts.mount_memory(folder))
    programs = _own_tmp(folder) if disks and not keep else PROGRAMS
    tally = Tally()
    for seed in seeds:
        one(seed, folder, programs, disks, keep, tally, say)
    if not keep:
        if disks:
            own_mounts.unmount("/tmp")
            own_mounts.unmount(folder)
        os.rmdir(folder)
    return tally


def run_all(seeds, jobs, keep=False, disks=True):
    """Deals the seeds out to processes; the tally of all, and what they said."""
    ends = []
    for job in range(jobs):
        read, write = os.pipe()
        if os.fork() == 0:
            os.close(read)
            code = 1
            try:
                with os.fdopen(write, "w") as pipe:

                    def say(text, pipe=pipe):
                        pipe.write(text)
                        pipe.flush()

                    tally = work(seeds[job::jobs], keep, disks, say)
                    say(
                        "\0%d %d %d %d %s\n"
                        % (tally.runs, tally.hit, tally.broken, tally.no_disk, json.dumps(tally.exits))
                    )
                code = 0
            except BaseException:
                traceback.print_exc()
            os._exit(code)
        os.close(write)
        ends.append(os.fdopen(read))
    total, said = Tally(), []
    for end in ends:
        text, mark, numbers = end.read().partition("\0")
        said.append(text)
        end.close()
        if not mark:
            total.broken += 1
            said.append("a worker died\n")
            continue
        runs, hit, broken, no_disk, exits = numbers.split(" ", 4)
        part = Tally()
        part.runs, part.hit, part.broken, part.no_disk = map(int, (runs, hit, broken, no_disk))
        part.exits = collections.Counter({int(code): count for code, count in json.loads(exits).items()})
        total.add(part)
    for _ in ends:
        os.wait()
    return total, "".join(said)


def main():
    parser = argparse.ArgumentParser(
        description="Runs the program with random faults and checks the laws after each run."
    )
    parser.add_argument("--seeds", default="0:1000", help="one seed, or FROM:TO (default: 0:1000)")
    parser.add_argument("--times", type=int, default=1, help="run each so many times")
    parser.add_argument("--jobs", type=int, default=2, help="processes that work on them (default: 2)")
    parser.add_argument("--keep", action="store_true", help="keep the folders of the runs")
    options = parser.parse_args()
    first, colon, last = options.seeds.partition(":")
    seeds = list(range(int(first), int(last) if colon else int(first) + 1)) * options.times
    started = time.monotonic()
    tally, said = run_all(seeds, min(options.jobs, len(seeds)), options.keep)
    sys.stdout.write(said)
    print("%s; %.1f s" % (tally.line(), time.monotonic() - started))
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main())
