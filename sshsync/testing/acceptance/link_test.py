"""A link that goes down while a file is on its way: appnode1 is behind a cable of its own, in a network of its own."""

import ctypes
import os
import subprocess

import pytest

from sshsync.testing import fleet as fleets
from sshsync.testing import python_cases
from sshsync.testing.acceptance import laws, trees
from sshsync.testing.acceptance.rig import CASCADE, rig, slow_scp, slow_ssh, standing  # noqa: F401

STEP = ("--sync", "appnode1,appnode2")
BIG = 8 * trees.MIB
NEAR, FAR = "10.99.0.1", "10.99.0.2"
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def ip(*words, inside=None):
    enter = ["nsenter", "-n", "-t", str(inside)] if inside else []
    subprocess.run(enter + ["ip", *words], check=True, stdin=subprocess.DEVNULL, capture_output=True)


@pytest.fixture(scope="module")
def site():
    """Everything happens in a network of this process's own: nothing of the machine's is touched."""
    if os.geteuid() != 0 or _libc.unshare(_CLONE_NEWNET) != 0:
        pytest.skip("needs root and a network namespace")
    far = subprocess.Popen(
        ["sleep", "infinity"], preexec_fn=lambda: _libc.unshare(_CLONE_NEWNET), start_new_session=True
    )
    try:
        ip("link", "set", "lo", "up")
        ip("link", "add", "near", "type", "veth", "peer", "name", "far")
        ip("link", "set", "far", "netns", str(far.pid))
        ip("addr", "add", NEAR + "/30", "dev", "near")
        ip("addr", "add", FAR + "/30", "dev", "far", inside=far.pid)
        ip("link", "set", "lo", "up", inside=far.pid)
        ip("link", "set", "far", "up", inside=far.pid)
        ip("link", "set", "near", "up")
        # What appnode1 reads from is at this end of the cable.
        places = {
            "repoproxy": fleets.Place(NEAR, 22001),
            "appnode1": fleets.Place(FAR, 22002, "/proc/%d/ns/net" % far.pid),
        }
        with standing(CASCADE, places=places) as fleet:
            fleet.far = far.pid
            yield fleet
    finally:
        far.kill()
        far.wait()


def start(rig, way, timeout):
    """A run whose big file takes two seconds, stopped in its middle by the link."""
    rig.put(trees.few(BIG), "repoproxy")
    rig.put({trees.BIG: trees.content(trees.MIB, 77)}, "appnode1")
    slow = {"peerssh": slow_ssh(rig, "appnode1")} if way == "C0" else {"synccmd": slow_scp(rig.host("appnode1"))}
    if way == "C0":
        rig.builtin()
    rig.configure(defaults={"timeout": str(timeout)}, appnode1=slow)
    run = rig.start(*STEP)
    rig.mid(run, "appnode1", BIG)
    ip("link", "set", "near", "down")
    return run


def retransmissions(far):
    """How often a kernel has sent again, in vain, what a connection over the cable is owed, or asked for its window:
    the most of any, at either end.
    """
    most = 0
    for place in ("/proc/net/tcp", "/proc/%d/net/tcp" % far):
        with open(place) as file:
            for words in map(str.split, file.readlines()[1:]):
                address = ".".join(str(int(words[1][at : at + 2], 16)) for at in (6, 4, 2, 0))
                if address in (NEAR, FAR) and words[3] == "01":
                    most = max(most, int(words[6], 16), int(words[8]))
    return most


@pytest.mark.parametrize("way", ["C1", "C0"])
def test_a43_a_link_that_is_down_for_twenty_seconds_costs_the_outage_alone(rig, way):
    with rig.watch("appnode1") as watcher:
        run = start(rig, way, timeout=90)
        try:
            # The pause before each is twice the last one: by the seventh some twenty-five seconds have gone.
            laws.wait_until(
                lambda: retransmissions(rig.fleet.far) >= 7 or run.process.poll() is not None,
                120,
                "seven retransmissions",
            )
        finally:
            ip("link", "set", "near", "up")
        rig.equal(run.wait(), "appnode1", "appnode2")
    watcher.check()


def test_a43_a_link_that_stays_down_fails_its_host_alone(rig):
    with rig.watch("appnode1") as watcher:
        run = start(rig, "C1", timeout=4)
        try:
            run.wait()
        finally:
            ip("link", "set", "near", "up")
        rig.failed(run, "appnode1")
        rig.same("appnode2")
        # What the host's sshd would notice by itself one day.
        rig.fleet.cut_sessions("appnode1")
        rig.converges("appnode1", "appnode2", steps=STEP)
    watcher.check()


if __name__ == "__main__":
    python_cases.main(__file__)
