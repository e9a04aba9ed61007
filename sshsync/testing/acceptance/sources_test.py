"""A parent that changes while it is read: replaced, written to, deleted."""

import hashlib
import os
import threading

from sshsync.testing import python_cases
from sshsync.testing.acceptance import laws, trees
from sshsync.testing.acceptance.rig import DIGESTCMD, both_ways, rig, site, slow_scp, slow_ssh  # noqa: F401

STEP = ("--sync", "repoproxy")
BIG = 8 * trees.MIB


def prepare(rig, way):
    rig.populate(trees.few(BIG))
    rig.put({trees.BIG: trees.content(trees.MIB, 77)}, "repoproxy")
    if way == "C0":
        rig.builtin()
        rig.configure(repoproxy={"peerssh": slow_ssh(rig, "repoproxy", 6)})
    else:
        rig.configure(repoproxy={"synccmd": slow_scp(rig.host("repoproxy"), 6)})
    rig.forget_source()


def digest_of(data):
    return hashlib.sha256(data).hexdigest()


@both_ways
def test_a64_a_new_version_that_is_moved_over_the_old_one_arrives_whole(rig, way):
    prepare(rig, way)
    newer = trees.content(BIG, 99)
    with rig.watch("repoproxy", more={trees.BIG: {digest_of(newer)}}) as watcher:
        run = rig.start(*STEP)
        rig.mid(run, "repoproxy", BIG)
        trees.write(rig.host("repomaster").home, {b"arriving": newer}, rig.owner("repomaster"))
        os.rename(os.path.join(rig.host("repomaster").home, "arriving"), rig.repo("repomaster", "big.bin"))
        run.wait()
        assert run.exit in (0, 6), str(run)
        if run.exit == 0:
            rig.same("repoproxy")
        rig.converges("repoproxy", steps=STEP)
    watcher.check()


@both_ways
def test_a65_a_file_that_is_written_to_all_the_time_is_never_torn_and_holds_up_nobody(rig, way):
    prepare(rig, way)
    path = rig.repo("repomaster", "big.bin")
    end = threading.Event()

    def append():
        number = 0
        while not end.wait(0.05):
            with open(path, "ab") as file:
                file.write(trees.content(1024, number))
            number += 1

    old = digest_of(trees.content(trees.MIB, 77))
    with laws.Watcher({rig.repo("repoproxy"): _Prefixes(path, old)}) as watcher:
        writer = threading.Thread(target=append)
        writer.start()
        try:
            run = rig.run(*STEP)
        finally:
            end.set()
            writer.join()
        assert run.exit in (0, 6), str(run)
        if run.exit == 6:
            assert run.told("ERROR", "big.bin failed", "changing"), str(run)
        rig.same("repoproxy", names=list(trees.few()))
        rig.converges("repoproxy", steps=STEP)
    watcher.check()


class _Prefixes(dict):
    """The versions of a file that only grows: its beginnings, at the steps in which it grew; and the one before."""

    def __init__(self, path, old):
        super().__init__({trees.BIG: self})
        self._path = path
        self._old = old

    def __contains__(self, digest):
        with open(self._path, "rb") as file:
            hashed = hashlib.sha256(file.read(BIG))
            while True:
                if hashed.hexdigest() == digest:
                    return True
                more = file.read(1024)
                if not more:
                    return digest == self._old
                hashed.update(more)


def test_a67_a_file_that_goes_away_before_it_is_read_is_a_warning(rig):
    rig.populate(trees.few())
    rig.put({b"one": b"the child's"}, "repoproxy")
    rig.forget_source()
    rig.configure(repomaster={"digestcmd": "rm -f ${REPOPATH}/one; " + DIGESTCMD})
    run = rig.run(*STEP)
    assert run.exit == 0 and run.told("WARNING", "one"), str(run)
    rig.same("repoproxy")
    with open(rig.repo("repoproxy", "one")) as file:
        assert file.read() == "the child's"
    rig.converges("repoproxy", steps=STEP)


@both_ways
def test_a67_a_file_that_goes_away_while_it_is_read_is_a_warning(rig, way):
    prepare(rig, way)
    run = rig.start(*STEP)
    rig.mid(run, "repoproxy", BIG)
    os.unlink(rig.repo("repomaster", "big.bin"))
    run.wait()
    assert run.exit == 0 and run.told("WARNING", "big.bin"), str(run)
    rig.same("repoproxy")
    assert os.path.getsize(rig.repo("repoproxy", "big.bin")) == trees.MIB
    rig.converges("repoproxy", steps=STEP)


if __name__ == "__main__":
    python_cases.main(__file__)
