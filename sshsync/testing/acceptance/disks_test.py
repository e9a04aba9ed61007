"""Disks that are small, full or read-only: of a child, under the log, under the state; and states that are none."""

import contextlib
import os
import sqlite3
import subprocess

import pytest

from sshsync.testing import own_mounts, python_cases
from sshsync.testing.acceptance import trees
from sshsync.testing.acceptance.rig import CASCADE, FULL, both_ways, rig, standing  # noqa: F401

STEP = ("--sync", "repoproxy")
BIG = 16 * trees.MIB


@pytest.fixture(scope="module")
def site():
    # What is mounted here is seen by what is started from here, and by nobody else.
    if not own_mounts.enter():
        pytest.skip("needs a mount namespace")
    with standing(CASCADE) as fleet:
        yield fleet


@contextlib.contextmanager
def disk(folder, options):
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextlib.contextmanager
def child_disk(rig, name, options):
    """The child's repository is a disk of its own: what is mounted is seen by an sshd that starts afterwards."""
    host = rig.host(name)
    rig.fleet.stop_sshd(name)
    with disk(host.repo, "uid=%d,gid=%d,mode=755,%s" % (host.uid, host.gid, options)):
        rig.fleet.start_sshd(name)
        yield
        rig.fleet.stop_sshd(name)
    rig.fleet.start_sshd(name)


def remount(folder, options):
    subprocess.run(["mount", "-o", "remount," + options, folder], check=True)


@both_ways
def test_a52_on_a_disk_that_is_too_small_the_small_files_arrive_and_the_big_one_stays_as_it_was(rig, way):
    rig.populate(trees.t0(BIG))
    rig.use(way)
    with child_disk(rig, "repoproxy", "size=8m"):
        rig.put({trees.BIG: trees.content(trees.MIB, 77)}, "repoproxy")
        with rig.watch("repoproxy") as watcher:
            run = rig.run(*STEP)
            rig.failed(run, "repoproxy", "big.bin", "space")
            rig.same("repoproxy", names=[path for path in trees.t0(BIG) if path != trees.BIG])
            assert os.path.getsize(rig.repo("repoproxy", "big.bin")) == trees.MIB
            assert (
                os.statvfs(rig.repo("repoproxy")).f_bfree * 4096 > 3 * trees.MIB
            ), "what could not be finished lies in the way"
            remount(rig.repo("repoproxy"), "size=64m")
            rig.converges("repoproxy", steps=STEP)
        watcher.check()


@both_ways
def test_a53_a_child_that_is_mounted_read_only_fails_once_and_stops_nobody(rig, way):
    rig.put(trees.few(), "repoproxy")
    rig.use(way)
    with child_disk(rig, "appnode1", "size=8m"):
        rig.put({b"one": b"old"}, "appnode1")
        remount(rig.repo("appnode1"), "ro")
        run = rig.run("--sync", "appnode1,appnode2")
        assert run.exit == 6 and run.told("ERROR", "appnode1:", "ead-only"), str(run)
        assert len([record for record in run.records("ERROR") if "appnode1:" in record]) == 1, str(run)
        rig.same("appnode2")
        with open(rig.repo("appnode1", "one")) as file:
            assert file.read() == "old"
        remount(rig.repo("appnode1"), "rw")
        rig.converges("appnode1", steps=("--sync", "appnode1"))


def test_a80_a_disk_that_fills_under_the_log_stops_nothing(rig):
    rig.populate(trees.few(trees.MIB))
    place = os.path.join(rig.folder, "logs")
    os.mkdir(place)
    with disk(place, "size=4k"):
        run = rig.run("--log-file", os.path.join(place, "log"), "--log-level", "debug", *FULL)
        assert run.exit == 0, str(run)
        assert os.path.getsize(os.path.join(place, "log")) <= 4096
        assert len(run.err.splitlines()) == 1, str(run)
        rig.same()
    rig.converges()


def spoil(make):
    def spoiler(rig):
        make(os.path.join(rig.state, "state.db"))

    return spoiler


def cut_in_half(path):
    os.truncate(path, os.path.getsize(path) // 2)


def overwrite(text):
    def write(path):
        with open(path, "wb") as file:
            file.write(text)

    return write


def second_run(rig, spoiler):
    """A run whose state is spoiled after a first one; there is something to do."""
    rig.populate(trees.few())
    rig.equal(rig.run(*STEP), "repoproxy")
    spoiler(rig)
    rig.put({b"d/4096": b"older"}, "repoproxy")
    return rig.run(*STEP)


@pytest.mark.parametrize(
    "make", [overwrite(b""), overwrite(b"garbage\n" * 1000), cut_in_half], ids=["empty", "garbage", "half"]
)
def test_a78_a_state_that_is_none_is_set_aside_or_begun_anew(rig, make):
    run = second_run(rig, spoil(make))
    assert run.exit == 0, str(run)
    rig.same("repoproxy")
    assert os.path.getsize(os.path.join(rig.state, "state.db")) > 0, "nothing was recorded"
    aside = [name for name in os.listdir(rig.state) if ".corrupt-" in name]
    assert run.told("WARNING", "state") == bool(aside), str(run)
    status = rig.ask("status")
    assert status.returncode == 0 and b"repoproxy" in status.stdout, status
    rig.converges("repoproxy", steps=STEP)


def test_a78_a_state_that_cannot_be_written_costs_its_record_alone(rig):
    rig.populate(trees.few())
    os.mkdir(rig.state)
    with disk(rig.state, "size=1m"):
        rig.equal(rig.run(*STEP), "repoproxy")
        remount(rig.state, "ro")
        rig.put({b"d/4096": b"older"}, "repoproxy")
        run = rig.run(*STEP)
        assert run.exit in (0, 6), str(run)
        remount(rig.state, "rw")
        if run.exit == 0:
            rig.same("repoproxy")
            assert run.told("WARNING", "state"), str(run)
    rig.converges("repoproxy", steps=STEP)


def test_a78_a_full_disk_under_the_state_costs_its_record_alone(rig):
    rig.populate(trees.few())
    os.mkdir(rig.state)
    with disk(rig.state, "size=256k"):
        rig.equal(rig.run(*STEP), "repoproxy")
        with open(os.path.join(rig.state, "filler"), "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        rig.put({b"d/4096": b"older"}, "repoproxy")
        run = rig.run(*STEP)
        assert run.exit == 0, str(run)
        rig.same("repoproxy")
        assert run.told("WARNING", "not recorded"), str(run)
    rig.converges("repoproxy", steps=STEP)


def test_a78_the_state_of_a_newer_version_is_an_error_and_left_alone(rig):
    def newer(path):
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA user_version = 999")
            database.commit()

    run = second_run(rig, spoil(newer))
    assert run.exit == 6 and b"newer" in run.err, str(run)
    with open(rig.repo("repoproxy", "d", "4096")) as file:
        assert file.read() == "older"
    os.rename(os.path.join(rig.state, "state.db"), os.path.join(rig.state, "other.db"))
    rig.converges("repoproxy", steps=STEP)


if __name__ == "__main__":
    python_cases.main(__file__)
