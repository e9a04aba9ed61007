"""After each kind of end `sshsync resume` finishes the run, and what arrived before is not sent again."""

import os
import signal
import time

import pytest

from sshsync.testing import python_cases
from sshsync.testing.acceptance import laws, trees
from sshsync.testing.acceptance.rig import CASCADE, counted, counting_ssh, rig, slow_scp, standing  # noqa: F401

STEP = ("--sync", "repoproxy")
BIG = 16 * trees.MIB
CHUNK = 256 << 10
STREAMS = 4
SMALL = {b"d%d/small%02d" % (number % 3, number): trees.content(20000, number) for number in range(40)}
TREE = {**SMALL, trees.BIG: trees.content(BIG, 4)}


@pytest.fixture(scope="module")
def site():
    with standing({name: CASCADE[name] for name in ("repomaster", "repoproxy")}) as fleet:
        yield fleet


def prepare(rig, mib_per_second=3, **keys):
    """A hop by the builtin transfer, slow enough to be ended in its middle, whose bytes are counted where they come
    from the parent.
    """
    rig.populate(TREE)
    rig.put({b"d0/small00": b"old", b"extra": b"mine"}, "repoproxy")
    rig.builtin()
    rig.configure(
        defaults={"chunk": "256K", "streams": str(STREAMS)},
        repoproxy={"peerssh": counting_ssh(rig, "repoproxy", mib_per_second), **keys},
    )


def resumed(rig, end, run, exit_code, **options):
    """Ends the run, checks how it ended, and goes on with resume, run with these options."""
    end(run)
    run.wait()
    assert run.exit == exit_code, str(run)
    laws.check_leftovers(rig.fleet, rig.fleet.hosts)
    again = rig.run("resume", **options)
    rig.equal(again, "repoproxy")
    stage = rig.repo("repoproxy", ".sshsync", "in")
    assert not os.path.exists(stage) or not os.listdir(stage), os.listdir(stage)
    return again


def check_economy(rig):
    """All that came from the parent, over both runs: each byte once, what was in flight, and what archives and commands
    add.
    """
    sent, needed = counted(rig, "repoproxy"), sum(map(len, TREE.values()))
    assert needed <= sent, "the counter of bytes does not count"
    in_flight = 2 * CHUNK * STREAMS
    archives = 2048 * len(SMALL) + 200000
    assert sent <= needed + in_flight + archives, "%d bytes came from the parent, of which %d were needed" % (
        sent,
        needed,
    )


def killed(run):
    os.kill(run.process.pid, signal.SIGKILL)


def terminated(run):
    os.kill(run.process.pid, signal.SIGTERM)


@pytest.mark.parametrize(
    "end,exit_code,part", [(killed, -9, 0.05), (killed, -9, 0.5), (killed, -9, 0.9), (terminated, 128 + 15, 0.5)]
)
def test_a48_a68_what_arrived_before_the_controller_ended_is_not_sent_again(rig, end, exit_code, part):
    prepare(rig)
    with rig.watch("repoproxy") as watcher:
        run = rig.start(*STEP)
        rig.mid(run, "repoproxy", 4 * part * BIG)
        resumed(rig, end, run, exit_code)
    watcher.check()
    check_economy(rig)


@pytest.mark.parametrize("host", ["repoproxy", "repomaster"])
def test_a40_a41_what_arrived_before_a_host_went_away_is_not_sent_again(rig, host):
    prepare(rig)
    rig.configure(
        defaults={"chunk": "256K", "streams": str(STREAMS), "retries": "0", "wait": "0", "connect_timeout": "2"},
        repoproxy={"peerssh": counting_ssh(rig, "repoproxy", 3)},
    )
    with rig.watch("repoproxy") as watcher:
        run = rig.start(*STEP)
        rig.mid(run, "repoproxy", 2 * BIG)
        rig.fleet.stop_sshd(host)
        run.wait()
        rig.failed(run, "repoproxy")
        laws.check_leftovers(rig.fleet, rig.fleet.hosts)
        rig.fleet.start_sshd(host)
        rig.equal(rig.run("resume"), "repoproxy")
    watcher.check()
    check_economy(rig)


def test_a_session_that_is_cut_costs_what_was_in_flight(rig):
    prepare(rig)
    with rig.watch("repoproxy") as watcher:
        run = rig.start(*STEP)
        rig.mid(run, "repoproxy", 2 * BIG)
        rig.fleet.cut_sessions("repoproxy")
        rig.equal(run.wait(), "repoproxy")
    watcher.check()
    check_economy(rig)


def test_what_arrived_before_the_time_window_ended_is_not_sent_again(rig):
    prepare(rig, mib_per_second=0.5)
    # A time zone in which the next minute begins in four seconds: over four streams of half a MiB a second, not all of
    # it comes until then.
    second = (56 - time.time()) % 60
    zone = "Fixed/UTC+00:00:%02d" % second
    local = time.gmtime(time.time() + int(second) + 60)
    with rig.watch("repoproxy") as watcher:
        run = rig.start(*STEP, "--stop-at", "%02d:%02d" % (local.tm_hour, local.tm_min), env={"TZ": zone})
        # Its window, which resume takes over, is tomorrow's by now; but in this zone only.
        resumed(rig, lambda run: None, run, 9, env={"TZ": zone})
    watcher.check()
    check_economy(rig)


def test_what_was_verified_for_all_of_it_together_is_not_sent_again(rig):
    prepare(rig, publish="together")
    with rig.watch("repoproxy") as watcher:
        run = rig.start(*STEP)
        rig.mid(run, "repoproxy", 2 * BIG)
        killed(run)
        run.wait()
        assert trees.digests(rig.repo("repoproxy")).keys() == {
            b"d0/small00",
            b"extra",
        }, "nothing is published before all is there"
        laws.check_leftovers(rig.fleet, rig.fleet.hosts)
        rig.equal(rig.run("resume"), "repoproxy")
    watcher.check()
    check_economy(rig)


def test_a_synccmds_files_that_were_published_are_not_sent_again(rig):
    rig.populate(TREE)
    rig.configure(repoproxy={"synccmd": slow_scp(rig.host("repoproxy"), 8)})
    with rig.watch("repoproxy") as watcher:
        run = rig.start(*STEP)
        rig.mid(run, "repoproxy", BIG)
        published = len([record for record in run.records("INFO") if " published " in record])
        again = resumed(rig, killed, run, -9)
    watcher.check()
    assert len([record for record in again.records("INFO") if " published " in record]) <= len(TREE) - published, str(
        again
    )


if __name__ == "__main__":
    python_cases.main(__file__)
