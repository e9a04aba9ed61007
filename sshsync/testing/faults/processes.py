"""Random faults over real sshd: any process of a run, on any host, is killed, or stopped and woken up when the run has
ended; by seed.

    ./tools/bazel run //sshsync/testing/faults:processes -- --seeds 0:300        # by hand: some fifteen minutes
    ./tools/bazel run //sshsync/testing/faults:processes -- --seeds 17 --times 5

Three hosts in a line. A seed says what they hold, how files move, when something happens and to which kind of process:
the program's own ssh, the sshd
of a session, a shell or a tool on a host, the program itself. A process that was stopped is what a host in trouble is:
it wakes up after others
have done its work, and writes on. So the laws are looked at once more when all of them have been woken. The threads run
as they like: a seed fails
again more or less often.
"""

import argparse
import concurrent.futures
import os
import random
import signal
import sys
import time
import traceback

from sshsync.testing.acceptance import laws, trees
from sshsync.testing.acceptance.rig import CASCADE, Rig, slow_scp, slow_ssh, standing

HOSTS = ("repomaster", "repoproxy", "appnode1")
CHILDREN = HOSTS[1:]
STEPS = ("--sync", "repoproxy", "--sync", "appnode1")
EXTRA = {b"extra/mine": b"not the parent's"}


class Case:
    def __init__(self, fleet, seed):
        self.draw = random.Random(seed)
        self.rig = Rig(fleet, {name: CASCADE[name] for name in HOSTS})
        self.stopped = []
        self.did = []
        self.run = None
        self.killed = False  # the program itself

    def prepare(self):
        draw, rig = self.draw, self.rig
        tree = {
            b"d%d/file %02d" % (number % 3, number): draw.randbytes(draw.choice([0, 1, 4096, 9000]))
            for number in range(draw.choice([3, 30, 200]))
        }
        tree[trees.BIG] = draw.randbytes(draw.choice([300 << 10, 2 << 20, 4 << 20]) + draw.choice([0, 1]))
        rig.populate(tree)
        for name in CHILDREN:
            mine = {path: draw.choice([data, b"old of " + path]) for path, data in tree.items() if draw.random() < 0.5}
            rig.put({**mine, **EXTRA}, name)
        self.delete = draw.random() < 0.3
        keys = {"timeout": "4", "wait": "3", "connect_timeout": "2", "retries": "3", "chunk": "256K"}
        if self.delete:
            keys.update(delete="yes", max_delete="100%")
        if draw.random() < 0.3:
            keys["trash"] = "yes"
        if draw.random() < 0.3:
            keys["publish"] = "together"
        self.way = draw.choice(["C0", "C0", "C0", "C1"])
        rate = draw.choice([1, 3, 30])
        if self.way == "C0":
            rig.builtin()
            rig.configure(defaults=keys, **{name: {"peerssh": slow_ssh(rig, name, rate)} for name in CHILDREN})
        else:
            rig.configure(defaults=keys, **{name: {"synccmd": slow_scp(rig.host(name), rate)} for name in CHILDREN})
        self.keys = keys

    # What may be hit.

    def _victims(self):
        """Processes by kind."""
        rig, found = self.rig, {"program": [self.run.process.pid], "ssh": []}
        for task in os.listdir("/proc/%d/task" % self.run.process.pid):
            with open("/proc/%d/task/%s/children" % (self.run.process.pid, task)) as file:
                found["ssh"] += map(int, file.read().split())
        for name in HOSTS:
            found["sshd of " + name] = rig.fleet.sessions(name)
            found["on " + name] = list(rig.fleet.processes(name))
        return {kind: pids for kind, pids in found.items() if pids}

    def _when(self):
        """Returns at the moment that was drawn, or when the run has ended."""
        lines, part, name = self.draw.randrange(1, 60), self.draw.random(), self.draw.choice(CHILDREN)
        by_log = self.draw.random() < 0.5
        size = os.path.getsize(self.rig.repo("repomaster", "big.bin"))
        limit = time.monotonic() + 5

        def reached():
            return (
                self.run.process.poll() is not None
                or time.monotonic() > limit
                or (self.run.log.count(b"\n") >= lines if by_log else self.rig.staged(name) >= max(1, part * size))
            )

        laws.wait_until(reached, 30, "a moment of the run")

    def _strike(self):
        self._when()
        try:
            victims = self._victims()
            kind = self.draw.choice(sorted(victims))
            if kind == "program" and self.draw.random() < 0.5:
                kind = self.draw.choice(sorted(victims))
            number = signal.SIGKILL if kind == "program" or self.draw.random() < 0.5 else signal.SIGSTOP
            pid = self.draw.choice(victims[kind])
            with open("/proc/%d/cmdline" % pid, "rb") as file:
                command = file.read().replace(b"\0", b" ")[:100]
            os.kill(pid, number)
        except (ProcessLookupError, FileNotFoundError):
            return  # it has just ended
        self.killed |= kind == "program"
        self.did.append("%s of %s: %s" % (signal.Signals(number).name, kind, command.decode(errors="replace")))
        if number == signal.SIGSTOP:
            self.stopped.append(pid)

    def wake(self):
        for pid in self.stopped:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass
        self.stopped = []

    # The run, and what holds.

    def go(self):
        self.prepare()
        rig = self.rig
        with rig.watch() as watcher:
            self.run = rig.start(*STEPS)
            for _ in range(self.draw.choice([1, 1, 2, 3])):
                self._strike()
            try:
                self.run.wait()
                self._check_exit()
            finally:
                self.wake()
            laws.check_leftovers(rig.fleet, HOSTS)
            self._nothing_lost()
            rig.configure(defaults=self.keys)
            again = rig.run(*STEPS)
            assert again.exit == 0, "L6: " + str(again)
            rig.same()
            for name in CHILDREN:
                stage = rig.repo(name, ".sshsync", "in")
                assert not os.path.exists(stage) or not os.listdir(stage), "L6: the stage of %s holds %s" % (
                    name,
                    os.listdir(stage),
                )
        watcher.check()
        rig.check_laws()

    def _check_exit(self):
        run = self.run
        if self.killed and run.exit < 0:
            return
        assert run.exit in (0, 6), "L5: " + str(run)
        if run.exit == 0:
            self.rig.same()
        else:
            assert any(run.told("ERROR", name) for name in HOSTS), "L5: " + str(run)

    def _nothing_lost(self):
        for name in CHILDREN:
            for path, data in EXTRA.items():
                place = os.path.join(os.fsencode(self.rig.repo(name)), path)
                assert self.delete or open(place, "rb").read() == data, "L2: %s lost %r" % (name, path)

    def close(self):
        self.wake()
        self.rig.close()


def run_all(seeds, say=print, jobs=2):
    """Deals the seeds out to processes with a fleet each; how many were hit, and how many broke a law.

    Mostly they wait.
    """
    hit = broken = 0
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        for some_hit, some_broken, said in pool.map(
            _run_some, filter(None, (list(seeds)[job::jobs] for job in range(jobs)))
        ):
            hit += some_hit
            broken += some_broken
            for text in said:
                say(text)
    return hit, broken


def _run_some(seeds):
    hit = broken = 0
    said = []
    with standing({name: CASCADE[name] for name in HOSTS}) as fleet:
        for seed in seeds:
            case = Case(fleet, seed)
            try:
                case.go()
            except Exception:
                broken += 1
                said.append(
                    "seed %d broke a law (%s, %s)\n  %s\n%s  again: ./tools/bazel run"
                    " //sshsync/testing/faults:processes -- --seeds %d"
                    % (
                        seed,
                        getattr(case, "way", ""),
                        getattr(case, "keys", ""),
                        "\n  ".join(case.did),
                        traceback.format_exc(),
                        seed,
                    )
                )
            finally:
                case.close()
            hit += bool(case.did)
    return hit, broken, said


def main():
    parser = argparse.ArgumentParser(
        description="Kills and stops processes of runs over real sshd and checks the laws after each."
    )
    parser.add_argument("--seeds", default="0:300", help="one seed, or FROM:TO (default: 0:300)")
    parser.add_argument("--times", type=int, default=1, help="run each so many times")
    options = parser.parse_args()
    os.environ.setdefault("TEST_SRCDIR", os.path.abspath(__file__).partition(".runfiles/")[0] + ".runfiles")
    os.environ.setdefault("TEST_WORKSPACE", "sshsync")
    first, colon, last = options.seeds.partition(":")
    seeds = list(range(int(first), int(last) if colon else int(first) + 1)) * options.times
    started = time.monotonic()
    hit, broken = run_all(seeds, lambda text: print(text, flush=True))
    print(
        "%d runs, in %d a process was hit, %d broke a law; %.1f s"
        % (len(seeds), hit, broken, time.monotonic() - started)
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
