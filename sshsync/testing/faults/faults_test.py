"""Random faults, by seed: no law is broken, and the same command without them ends well."""

import os

import pytest

from sshsync.testing import own_mounts, python_cases
from sshsync.testing.faults import faults, scenarios

# Two cores run these in some eight minutes. By hand there are more: see faults.py.
SEEDS = 1000
GROUP = 50
FOUND = [655]
FIRST = range(0, SEEDS, GROUP)[
    int(os.environ.get("TEST_SHARD_INDEX", 0)) :: int(os.environ.get("TEST_TOTAL_SHARDS", 1))
]


@pytest.mark.parametrize("first", FIRST)
def test_no_fault_breaks_a_law(first):
    tally, said = faults.run_all(list(range(first, first + GROUP)), jobs=3)
    assert tally.broken == 0, "\n" + said
    assert tally.runs == GROUP
    # A tester that hits nothing shows nothing.
    assert tally.hit > GROUP // 3, tally.line()


def test_seeds_that_found_something_find_nothing_any_more():
    tally, said = faults.run_all(FOUND, jobs=3)
    assert tally.broken == 0, "\n" + said


def test_the_same_seed_is_the_same_scenario():
    assert scenarios.draw(5) == scenarios.draw(5)
    assert scenarios.draw(5) != scenarios.draw(6)


def test_disks_can_be_made_small_here():
    read, write = os.pipe()
    if os.fork() == 0:
        os.write(write, b"yes" if own_mounts.enter() else b"no")
        os._exit(0)
    os.close(write)
    os.wait()
    with os.fdopen(read, "rb") as answer:
        if answer.read() != b"yes":
            pytest.skip("needs a mount namespace: no disk runs full in these runs")


if __name__ == "__main__":
    if "TEST_SHARD_STATUS_FILE" in os.environ:
        with open(os.environ["TEST_SHARD_STATUS_FILE"], "w"):
            pass
    python_cases.main(__file__)
