"""Files beyond the limits of a 32-bit number, and very many small ones, by the builtin transfer.

With SSHSYNC_LARGE set (./tools/bazel test --test_env=SSHSYNC_LARGE=1 --test_timeout=7200 ...) as large as the cases
have them by night.
"""

import os
import resource

import pytest

from sshsync.testing import python_cases
from sshsync.testing.acceptance import trees
from sshsync.testing.acceptance.rig import CASCADE, counted, counting_ssh, rig, standing  # noqa: F401

LARGE = bool(os.environ.get("SSHSYNC_LARGE"))
GIB = 1 << 30
STEP = ("--sync", "repoproxy")


@pytest.fixture(scope="module")
def site():
    with standing({name: CASCADE[name] for name in ("repomaster", "repoproxy")}) as fleet:
        yield fleet


def logins(rig, name):
    with open(rig.host(name).log, errors="replace") as log:
        return log.read().count("Accepted publickey")


def bounded():
    """The largest of all processes that this one ever waited for, the program's among them, in KiB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 256 * 1024


def sparse(path, size, pieces):
    with open(path, "wb") as file:
        file.truncate(size)
        for offset, data in pieces.items():
            file.seek(offset)
            file.write(data)


def piece(path, offset, length):
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(length)


def test_a84_a_file_beyond_four_gib_arrives_whole_and_its_holes_are_not_sent(rig):
    size = (100 * GIB if LARGE else 4 * GIB + (40 << 20)) + 12345
    pieces = {0: trees.content(5000, 1), 2**32 - 2500: trees.content(5000, 2), size - 5000: trees.content(5000, 3)}
    rig.populate(trees.few())
    path = rig.repo("repomaster", "big.bin")
    sparse(path, size, pieces)
    if rig.owner("repomaster"):
        os.chown(path, *rig.owner("repomaster"))
    rig.remember_source()
    rig.builtin()
    rig.configure(defaults={"chunk": "8M", "timeout": "120"}, repoproxy={"peerssh": counting_ssh(rig, "repoproxy")})
    run = rig.run(*STEP)
    assert run.exit == 0 and run.out == run.err == b"", str(run)
    copy = rig.repo("repoproxy", "big.bin")
    assert os.path.getsize(copy) == size
    for offset, data in pieces.items():
        assert piece(copy, offset, len(data)) == data, offset
    with open(copy, "rb") as file:  # what lies between: where the file system knows holes there is nothing but these
        assert os.lseek(file.fileno(), 64 << 20, os.SEEK_DATA) >= 2**32 - (64 << 20)
    assert counted(rig, "repoproxy") < 64 << 20, "holes were sent"
    assert bounded()
    # One byte beyond 2^32 differs; nothing but it tells so.
    stat = os.stat(copy)
    with open(copy, "r+b") as file:
        file.seek(2**32 + 100)
        file.write(b"!")
    os.utime(copy, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    run = rig.run(*STEP)
    assert run.exit == 0 and run.told("INFO", "big.bin published"), str(run)
    assert piece(copy, 2**32 + 90, 20) == piece(path, 2**32 + 90, 20)


def test_a85_many_small_files_take_few_connections(rig):
    count = 1000000 if LARGE else 10000
    tree = {b"d%02d/%06d" % (number % 100, number): (b"%d\n" % number * 20)[: number % 101] for number in range(count)}
    rig.populate(tree)
    rig.builtin()
    before = {name: logins(rig, name) for name in ("repomaster", "repoproxy")}
    run = rig.run(*STEP)
    rig.equal(run, "repoproxy")
    for name, count in before.items():
        assert logins(rig, name) - count <= 16, "%s: %d logins" % (name, logins(rig, name) - count)
    stats = trees.stats(rig.repo("repoproxy"))
    again = rig.run(*STEP)
    rig.equal(again, "repoproxy")
    assert trees.stats(rig.repo("repoproxy")) == stats
    assert not again.told("INFO", " published "), str(again)
    assert bounded()


if __name__ == "__main__":
    python_cases.main(__file__)
