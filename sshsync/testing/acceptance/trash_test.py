"""What a run replaces and deletes is kept, and comes back, over real sshd; whatever ends the restoring."""

import os
import signal

import pytest

from sshsync.testing import python_cases
from sshsync.testing.acceptance import laws, trees
from sshsync.testing.acceptance.rig import rig, site  # noqa: F401

STEP = ("--sync", "repoproxy")
BIG = 64 * trees.MIB


def replaced(rig, tree):
    """A run of the proxy that replaces and deletes files; returns its id, and what the proxy held before."""
    rig.populate(tree)
    rig.configure(repoproxy={"trash": "yes", "delete": "yes", "max_delete": "100%"})
    rig.equal(rig.run(*STEP), "repoproxy")
    before = trees.digests(rig.repo("repoproxy"))
    os.unlink(rig.repo("repomaster", "one"))
    rig.put({b"d/4096": b"another", b"empty": b"no longer", trees.BIG: trees.content(BIG, 99)}, "repomaster")
    rig.remember_source()
    rig.equal(rig.run(*STEP), "repoproxy")
    assert not os.path.exists(rig.repo("repoproxy", "one"))
    (run,) = [name for name in os.listdir(rig.repo("repoproxy", ".sshsync", "trash"))]
    return run, before


def attempts(rig):
    stage = rig.repo("repoproxy", ".sshsync", "in")
    return set(os.listdir(stage)) if os.path.isdir(stage) else set()


def test_what_a_run_replaced_and_deleted_comes_back(rig):
    run, before = replaced(rig, trees.few(BIG))
    restored = rig.run("restore", run, "repoproxy")
    assert (restored.exit, restored.out, restored.err) == (0, b"", b""), str(restored)
    assert trees.digests(rig.repo("repoproxy")) == before
    assert restored.told("INFO", "repoproxy", "big.bin"), str(restored)
    wrong = rig.run("restore", "19990101", "repoproxy")
    assert wrong.exit == 2 and run.encode() in wrong.err, str(wrong)
    rig.converges("repoproxy", steps=STEP)


def test_a_restore_that_is_killed_or_loses_its_session_leaves_whole_files_and_goes_on_when_it_is_repeated(rig):
    run, before = replaced(rig, trees.few(BIG))
    with rig.watch("repoproxy", more={path: {digest} for path, digest in before.items()}) as watcher:
        for end in (signal.SIGKILL, signal.SIGTERM, "a lost session"):
            earlier = attempts(rig)
            started = rig.start("restore", run, "repoproxy")
            laws.wait_until(
                lambda: started.process.poll() is not None or attempts(rig) - earlier, 60, "something new in the stage"
            )
            if end == "a lost session":
                rig.fleet.cut_sessions("repoproxy")
            else:
                started.process.send_signal(end)
            started.wait()
            allowed = (0, 6) if end == "a lost session" else (0, -signal.SIGKILL, 128 + signal.SIGTERM)
            assert started.exit in allowed, str(started)
            assert started.exit != 6 or started.told("ERROR", "repoproxy"), str(started)
            laws.check_leftovers(rig.fleet, rig.fleet.hosts)
        again = rig.run("restore", run, "repoproxy")
        assert again.exit == 0, str(again)
    watcher.check()
    assert trees.digests(rig.repo("repoproxy")) == before
    rig.converges("repoproxy", steps=STEP)


EXTRA = {b"extra%d/file%03d" % (number % 5, number): b"extra %d\n" % number for number in range(400)}


def kept(rig):
    """What lies in the trash of any run: {path: contents}."""
    found = {}
    trash = os.fsencode(rig.repo("repoproxy", ".sshsync", "trash"))
    for run in os.listdir(trash) if os.path.isdir(trash) else []:
        for place, _, files in os.walk(os.path.join(trash, run)):
            for name in files:
                with open(os.path.join(place, name), "rb") as file:
                    found.setdefault(os.path.relpath(os.path.join(place, name), os.path.join(trash, run)), set()).add(
                        file.read()
                    )
    return found


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, "a lost session"])
@pytest.mark.parametrize("publish", ["file", "together"])
def test_resume_finishes_a_deletion_whatever_ends_it_and_nothing_is_lost_from_the_trash(rig, end, publish):
    old = {path: b"old of " + path for path in trees.few()}
    rig.populate({**trees.few(), **{b"new/%03d" % number: b"%d" % number for number in range(100)}})
    rig.put({**old, **EXTRA}, "repoproxy")
    rig.builtin()
    rig.configure(
        repoproxy={
            "trash": "yes",
            "delete": "yes",
            "max_delete": "100%",
            "publish": publish,
            "peerssh": "ssh -F " + rig.host("repoproxy").ssh_config,
        }
    )
    with rig.watch("repoproxy") as watcher:
        run = rig.start(*STEP)
        # The first thing that is kept for the trash: from there on content goes away.
        laws.wait_until(
            lambda: run.process.poll() is not None or os.path.exists(rig.repo("repoproxy", ".sshsync", "trash")),
            60,
            "the folder of what is kept",
        )
        if end == "a lost session":
            rig.fleet.cut_sessions("repoproxy")
        else:
            run.process.send_signal(end)
        run.wait()
        assert run.exit in (0, 6, -signal.SIGKILL, 128 + signal.SIGTERM), str(run)
        laws.check_leftovers(rig.fleet, rig.fleet.hosts)
        # Where that run came to a good end by itself there is nothing to resume.
        again = rig.run("resume")
        assert again.exit == 0, str(again)
        rig.same("repoproxy")
    watcher.check()
    assert set(trees.paths(rig.repo("repoproxy"))) == set(trees.paths(rig.repo("repomaster")))
    trash = kept(rig)
    for path, content in {**old, **EXTRA}.items():
        assert content in trash.get(path, set()), "%r is lost" % path


if __name__ == "__main__":
    python_cases.main(__file__)
