"""The cases over a whole cascade by the builtin transfer: files flow through the proxy while it still receives them,
and something ends or changes.
"""

import contextlib
import hashlib
import os
import signal

import pytest

from sshsync.testing import own_mounts, python_cases
from sshsync.testing.acceptance import laws, trees
from sshsync.testing.acceptance.rig import CASCADE, counted, counting_ssh, rig, standing  # noqa: F401

ALL = ("--sync", "repoproxy", "--sync", "appnode1")
CHILDREN = ("repoproxy", "appnode1")
BIG = 8 * trees.MIB
CHUNK = 256 << 10
STREAMS = 4
OLD = trees.content(trees.MIB, 77)


@pytest.fixture(scope="module")
def site():
    can_mount = own_mounts.enter()
    with standing({name: CASCADE[name] for name in ("repomaster", "repoproxy", "appnode1")}) as fleet:
        fleet.can_mount = can_mount
        yield fleet


def prepare(rig, **defaults):
    rig.populate(trees.few(BIG))
    for name in CHILDREN:
        rig.put({trees.BIG: OLD, b"one": b"old"}, name)
    rig.builtin()
    keys = {"chunk": "256K", "streams": str(STREAMS), **defaults}
    rig.configure(defaults=keys, **{name: {"peerssh": counting_ssh(rig, name, 3)} for name in CHILDREN})


def check_economy(rig):
    """Over all runs each hop brought each byte once, and what was in flight."""
    needed = sum(map(len, trees.few(BIG).values()))
    for name in CHILDREN:
        assert (
            needed <= counted(rig, name) <= needed + 2 * CHUNK * STREAMS + 200000
        ), "%s: %d bytes, of which %d were needed" % (name, counted(rig, name), needed)


def test_the_last_hop_begins_while_the_first_is_under_way(rig):
    prepare(rig)
    run = rig.start(*ALL)
    rig.mid(run, "appnode1", BIG)
    assert os.path.getsize(rig.repo("repoproxy", "big.bin")) == len(OLD), "the proxy had published it by then"
    rig.equal(run.wait(), *CHILDREN)
    check_economy(rig)


@pytest.mark.parametrize("host", ["repomaster", "repoproxy", "appnode1"])
def test_a40_a41_sessions_that_are_cut_on_any_host_of_the_cascade_cost_a_try(rig, host):
    prepare(rig)
    with rig.watch() as watcher:
        run = rig.start(*ALL)
        rig.mid(run, "appnode1", BIG)
        rig.fleet.cut_sessions(host)
        run.wait()
        assert run.exit in (0, 6), str(run)
        if run.exit == 0:
            rig.same()
        else:
            assert run.told("ERROR", "repoproxy") or run.told("ERROR", "appnode1"), str(run)
        laws.check_leftovers(rig.fleet, rig.fleet.hosts)
        rig.converges(steps=ALL)
    watcher.check()


@pytest.mark.parametrize("end,exit_code", [(signal.SIGKILL, -9), (signal.SIGTERM, 143)])
def test_a48_a68_resume_finishes_a_cascade_and_sends_nothing_twice_on_any_hop(rig, end, exit_code):
    prepare(rig)
    with rig.watch() as watcher:
        run = rig.start(*ALL)
        rig.mid(run, "appnode1", BIG)
        run.process.send_signal(end)
        run.wait()
        assert run.exit == exit_code, str(run)
        laws.check_leftovers(rig.fleet, rig.fleet.hosts)
        rig.equal(rig.run("resume"), *CHILDREN)
    watcher.check()
    check_economy(rig)


def test_a_host_in_the_middle_that_goes_away_is_waited_for_by_those_below(rig):
    prepare(rig, retries="0", wait="0", connect_timeout="2")
    with rig.watch() as watcher:
        run = rig.start(*ALL)
        rig.mid(run, "appnode1", BIG)
        rig.fleet.stop_sshd("repoproxy")
        run.wait()
        rig.failed(run, "repoproxy")
        assert run.told("ERROR", "appnode1"), str(run)
        laws.check_leftovers(rig.fleet, rig.fleet.hosts)
        rig.fleet.start_sshd("repoproxy")
        rig.equal(rig.run("resume"), *CHILDREN)
    watcher.check()
    check_economy(rig)


@pytest.mark.parametrize("change", ["replaced", "deleted"])
def test_a64_a67_what_changes_at_the_root_under_way_is_torn_nowhere(rig, change):
    prepare(rig)
    rig.forget_source()
    newer = trees.content(BIG, 99)
    with rig.watch(more={trees.BIG: {hashlib.sha256(newer).hexdigest()}}) as watcher:
        run = rig.start(*ALL)
        rig.mid(run, "appnode1", BIG)
        if change == "replaced":
            trees.write(rig.host("repomaster").home, {b"arriving": newer}, rig.owner("repomaster"))
            os.rename(os.path.join(rig.host("repomaster").home, "arriving"), rig.repo("repomaster", "big.bin"))
        else:
            os.unlink(rig.repo("repomaster", "big.bin"))
        run.wait()
        assert run.exit in (0, 6), str(run)
        if run.exit == 0:
            rig.same("repoproxy")
            rig.same("appnode1")
        rig.converges(steps=ALL)
    watcher.check()
    if change == "deleted":
        assert os.path.getsize(rig.repo("appnode1", "big.bin")) in (len(OLD), BIG)


@contextlib.contextmanager
def small_disk(rig, name, mebibytes):
    """The repository is on a file system of that size for a while."""
    if not rig.fleet.can_mount:
        pytest.skip("needs a mount namespace")
    host = rig.host(name)
    rig.fleet.stop_sshd(name)
    own_mounts.mount_memory(host.repo, "uid=%d,gid=%d,mode=755,size=%dm" % (host.uid, host.gid, mebibytes))
    try:
        rig.fleet.start_sshd(name)
        yield
    finally:
        rig.fleet.stop_sshd(name)
        own_mounts.unmount(host.repo)
    rig.fleet.start_sshd(name)


def test_a_disk_that_fills_under_way_costs_what_was_in_flight_once_there_is_room_again(rig):
    prepare(rig)
    with small_disk(rig, "repoproxy", 13):
        rig.put({trees.BIG: OLD}, "repoproxy")
        filler = rig.repo("repoproxy", ".sshsync", "filler")
        with rig.watch() as watcher:
            run = rig.start(*ALL)
            rig.mid(run, "repoproxy", BIG)
            with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(bytes(65536))
            run.wait()
            rig.failed(run, "repoproxy", "big.bin", "space")
            rig.failed(run, "appnode1", "big.bin", "waiting")
            os.unlink(filler)
            rig.equal(rig.run("resume"), *CHILDREN)
        watcher.check()
        check_economy(rig)


def test_a52_a_disk_that_is_too_small_in_the_middle_keeps_its_file_from_those_below_and_nothing_else(rig):
    rig.populate(trees.few(BIG))
    rig.builtin()
    with small_disk(rig, "repoproxy", 4):
        for name in CHILDREN:
            rig.put({trees.BIG: OLD}, name)
        with rig.watch() as watcher:
            run = rig.run(*ALL)
            rig.failed(run, "repoproxy", "big.bin", "space")
            rig.failed(run, "appnode1", "big.bin", "waiting")
            rig.same(names=list(trees.few()))
            assert os.path.getsize(rig.repo("appnode1", "big.bin")) == len(OLD)
        watcher.check()
    rig.converges(steps=ALL)


def test_a_child_without_room_for_all_that_is_held_back_stages_what_fits(rig):
    """The second step may publish when the first has ended; until then all that it got lies in its stage."""
    names = [b"file-%d" % number for number in range(6)]
    rig.populate({name: trees.content(2 * trees.MIB, seed) for seed, name in enumerate(names)})
    rig.builtin()
    rig.configure(repoproxy={"bwlimit": "4M"})
    with small_disk(rig, "appnode1", 16):
        rig.put({name: trees.content(2 * trees.MIB, 50 + seed) for seed, name in enumerate(names[:4])}, "appnode1")
        with rig.watch() as watcher:
            rig.equal(rig.run(*ALL), *CHILDREN)
        watcher.check()


def test_a_disk_that_is_too_small_by_a_little_is_called_full(rig):
    """The last bytes do not fit, and it is ssh that writes them, which says nothing of that."""
    rig.populate({b"first": trees.content(3 * trees.MIB, 1), b"second": trees.content(5 * trees.MIB, 2)})
    rig.builtin()
    with small_disk(rig, "repoproxy", 8):
        run = rig.run(*ALL)
        rig.failed(run, "repoproxy", "second", "space")
        rig.same("repoproxy", names=[b"first"])
    rig.converges(steps=ALL)


if __name__ == "__main__":
    python_cases.main(__file__)
