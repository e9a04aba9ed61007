"""A kill, or an error, at system calls of the program and of its sessions on the child: a part of what syscalls.py does
by hand.
"""

import collections

import pytest

from sshsync.testing import python_cases
from sshsync.testing.faults import faults, syscalls

# What makes a change durable or visible is hit everywhere; of what happens by the hundred only some places.
EVERYWHERE = [
    kind
    for kind in syscalls.kinds()
    if syscalls.name_of(kind)
    in (
        "controller/fsync/KILL",
        "controller/fsync/ENOSPC",
        "controller/rename/KILL",
        "child1/rename/KILL",
        "child2/rename/KILL",
        "child1/rename/ENOSPC",
    )
]
SOMEWHERE = [
    kind
    for kind in syscalls.kinds()
    if kind not in EVERYWHERE and kind[0] in ("controller", "child1") and kind[2] in ("KILL", "ENOSPC", "EMFILE")
]


def run(kind, numbers, tmp_path):
    faults.become_reaper()
    tally, said = collections.Counter(), []
    syscalls.run_kind(kind, numbers, str(tmp_path), tally, said.append)
    assert not tally["broken"], "\n" + "".join(said)
    return tally[syscalls.name_of(kind)]


@pytest.fixture(autouse=True)
def tracing():
    if not syscalls.tracing_is_allowed():
        pytest.skip("strace is not allowed to trace here")


@pytest.mark.parametrize("kind", EVERYWHERE, ids=syscalls.name_of)
def test_every_call_may_fail_or_be_the_last(kind, tmp_path):
    hits = run(kind, range(1, 1000), tmp_path)
    assert hits > 0 or kind[0] != "controller", "none was hit"


def test_some_of_the_many_calls_may_fail_or_be_the_last(tmp_path):
    hits = sum(
        run(kind, [1 + number % 4], tmp_path / str(number))
        for number, kind in enumerate(SOMEWHERE)
        if not (tmp_path / str(number)).mkdir()
    )
    assert hits > len(SOMEWHERE) // 3


if __name__ == "__main__":
    python_cases.main(__file__)
