"""`recheck`: what was verified a short time ago is not read again, over real sshd; whatever was touched since is."""

import os
import sqlite3

from sshsync.testing import python_cases
from sshsync.testing.acceptance import trees
from sshsync.testing.acceptance.rig import DIGESTCMD, rig, site  # noqa: F401

HOUR = 3600


def watched(rig, age="7d"):
    """The cascade with `recheck`, and digestcmds that write down what they read."""
    for name in rig.parents:
        host = rig.host(name)
        rig.plain.setdefault(name, {}).update(
            recheck=age, digestcmd="echo ${FILEPATH} >>%s/read; %s" % (host.home, DIGESTCMD)
        )
    rig.configure()


def reads(rig, *names):
    """How many digests a run that ends well asked of each of these hosts."""
    counts = []
    for name in rig.parents:
        with open(os.path.join(rig.host(name).home, "read"), "wb"):
            pass
        if rig.owner(name):
            os.chown(os.path.join(rig.host(name).home, "read"), *rig.owner(name))
    rig.equal(rig.full())
    for name in names or rig.parents:
        with open(os.path.join(rig.host(name).home, "read"), "rb") as file:
            counts.append(len(file.read().splitlines()))
    return counts


def until_nothing_is_read(rig):
    """What was changed a moment ago is read again until it has been at rest for some seconds: run after run, as cron
    would.
    """
    for _ in range(100):
        if reads(rig) == [0] * len(rig.parents):
            return
    raise AssertionError("a run still reads: %s" % reads(rig))


def populate(rig):
    rig.populate(trees.few())
    for path in trees.paths(rig.repo("repomaster")):
        os.utime(os.path.join(os.fsencode(rig.repo("repomaster")), path), (1600000000, 1600000000))
    rig.remember_source()


def test_what_was_verified_is_not_read_again_but_what_was_touched_is(rig):
    populate(rig)
    watched(rig)
    reads(rig)
    assert reads(rig, "repoproxy", "appnode1", "appnode2") == [0, 0, 0], "what a run brought was verified by it"
    until_nothing_is_read(rig)
    # The content changes, size and time do not, as when a disk, or a person with touch -r, has been at it.
    path = os.path.join(rig.repo("appnode1"), "d/4096")
    before = os.stat(path)
    with open(path, "r+b") as file:
        file.write(b"damaged")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert reads(rig, "repomaster", "repoproxy", "appnode2") == [0, 0, 0]
    rig.same()
    until_nothing_is_read(rig)
    verified = rig.ask("verify", "repoproxy", "appnode1")
    assert verified.returncode == 0, verified
    with open(os.path.join(rig.host("appnode1").home, "read"), "rb") as file:
        assert len(file.read().splitlines()) == len(trees.few()), "to verify is to read"


def test_after_the_age_everything_is_read(rig):
    populate(rig)
    watched(rig, age="2h")
    until_nothing_is_read(rig)
    with sqlite3.connect(os.path.join(rig.state, "state.db")) as database:
        database.execute("UPDATE digests SET read = read - ?", (2 * HOUR * 1000,))
    database.close()
    assert reads(rig) == [len(trees.few())] * 4
    until_nothing_is_read(rig)


if __name__ == "__main__":
    python_cases.main(__file__)
