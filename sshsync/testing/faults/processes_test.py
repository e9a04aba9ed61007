"""Processes of runs over real sshd are killed and stopped at random: a few of the seeds of processes.py."""

from sshsync.testing import python_cases
from sshsync.testing.faults import processes

SEEDS = 16


def test_no_law_is_broken_whichever_process_dies_or_sleeps():
    said = []
    hit, broken = processes.run_all(range(SEEDS), said.append)
    assert not broken, "\n".join(said)
    assert hit > SEEDS // 2, "a tester that hits nothing shows nothing"


if __name__ == "__main__":
    python_cases.main(__file__)
