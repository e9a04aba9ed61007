"""publish = together: all files of a repository appear, or none does, whatever is killed."""

import os
import signal

import pytest

from sshsync.testing import python_cases
from sshsync.testing.acceptance import laws, trees
from sshsync.testing.acceptance.rig import rig, site  # noqa: F401

STEP = ("--sync", "repoproxy")
FILES = 600


def prepare(rig):
    """Many small files by the builtin transfer, each over an old one."""
    new = {b"folder%d/file%03d" % (number % 7, number): b"new %d\n" % number for number in range(FILES)}
    rig.populate(new)
    rig.put({path: b"old of " + path for path in new}, "repoproxy")
    together(rig)
    return new


def together(rig, **keys):
    rig.configure(
        repoproxy=dict(
            {"publish": "together", "synccmd": None, "peerssh": "ssh -F " + rig.host("repoproxy").ssh_config}, **keys
        )
    )


def undo(rig):
    return os.path.join(rig.repo("repoproxy"), ".sshsync", "undo")


def new_ones(rig, new):
    found = 0
    for path, content in new.items():
        with open(os.path.join(os.fsencode(rig.repo("repoproxy")), path), "rb") as file:
            found += file.read() == content
    return found


def test_nothing_changes_where_one_file_cannot_be_published(rig):
    new = prepare(rig)
    os.unlink(os.path.join(rig.repo("repoproxy"), "folder3", "file003"))
    os.mkdir(os.path.join(rig.repo("repoproxy"), "folder3", "file003"))
    before = {path: trees.digests(rig.repo("repoproxy")).get(path) for path in new}
    run = rig.run(*STEP)
    rig.failed(run, "repoproxy", "file003", "folder", "stands")
    assert run.told("WARNING", "599 verified files are held back"), str(run)
    assert {path: trees.digests(rig.repo("repoproxy")).get(path) for path in new} == before
    assert not os.path.exists(undo(rig))
    os.rmdir(os.path.join(rig.repo("repoproxy"), "folder3", "file003"))
    rig.equal(rig.run(*STEP), "repoproxy")


@pytest.mark.parametrize("cut", ["controller", "child", "signal"])
def test_the_renames_are_all_done_or_all_undone_whatever_dies_while_they_go_on(rig, cut):
    new = prepare(rig)
    with rig.watch("repoproxy") as watcher:
        run = rig.start(*STEP)
        laws.wait_until(lambda: run.process.poll() is not None or os.path.exists(undo(rig)), 60, "the folder undo")
        if cut == "controller":
            run.process.send_signal(signal.SIGKILL)
        elif cut == "signal":
            run.process.send_signal(signal.SIGTERM)
        else:
            rig.fleet.cut_sessions("repoproxy")
        run.wait()
        laws.check_leftovers(rig.fleet, rig.fleet.hosts)
        # A run that gets no further than to the child: its parent is not there.
        master = rig.host("repomaster")
        rig.fleet.stop_sshd("repomaster")
        rig.run(*STEP)
        rig.fleet.start_sshd("repomaster")
        assert master.sshd is not None
        assert new_ones(rig, new) in (0, len(new)), str(run)
        assert not os.path.exists(undo(rig))
        together(rig)
        rig.equal(rig.run(*STEP), "repoproxy")
        rig.converges("repoproxy", steps=STEP)
    watcher.check()


if __name__ == "__main__":
    python_cases.main(__file__)
