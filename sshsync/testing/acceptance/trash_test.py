"""What a run replaces and deletes is kept, and comes back, over real sshd; whatever ends the restoring."""

import os
import signal

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


def test_a_restore_that_is_killed_leaves_whole_files_and_goes_on_when_it_is_repeated(rig):
    run, before = replaced(rig, trees.few(BIG))
    with rig.watch("repoproxy", more={path: {digest} for path, digest in before.items()}) as watcher:
        for end in (signal.SIGKILL, signal.SIGTERM):
            earlier = attempts(rig)
            started = rig.start("restore", run, "repoproxy")
            laws.wait_until(lambda: started.process.poll() is not None or attempts(rig) - earlier, 60, "something new in the stage")
            started.process.send_signal(end)
            started.wait()
            assert started.exit in (0, -signal.SIGKILL, 128 + signal.SIGTERM), str(started)
            laws.check_leftovers(rig.fleet, rig.fleet.hosts)
        again = rig.run("restore", run, "repoproxy")
        assert again.exit == 0, str(again)
    watcher.check()
    assert trees.digests(rig.repo("repoproxy")) == before
    rig.converges("repoproxy", steps=STEP)


if __name__ == "__main__":
    python_cases.main(__file__)
