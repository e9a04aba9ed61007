"""Whatever is killed, at whatever point: no torn file, no loss, and the same command again goes on."""

import os
import random
import signal

import pytest

from sshsync.testing import python_cases
from sshsync.testing.acceptance import laws, trees
from sshsync.testing.acceptance.rig import rig, site, slow_hop, slow_scp, slow_ssh  # noqa: F401

STEP = ("--sync", "repoproxy")
BIG = 8 * trees.MIB


def after_a_kill(rig, run, *steps):
    """Ended well, or with an ERROR; then the same command ends well."""
    run.wait()
    assert run.exit in (0, 6), str(run)
    if run.exit == 0:
        rig.same("repoproxy")
    else:
        assert run.told("ERROR", "repoproxy"), str(run)
    laws.check_leftovers(rig.fleet, rig.fleet.hosts)
    rig.converges("repoproxy", steps=steps or STEP)


def kill_local_ssh(rig, run):
    run.kill_ssh_to("repoproxy")


def cut_the_child(rig, run):
    rig.fleet.cut_sessions("repoproxy")


def cut_the_parent(rig, run):
    rig.fleet.cut_sessions("repomaster")


@pytest.mark.parametrize("way", ["C1", "C0"])
@pytest.mark.parametrize("kill", [kill_local_ssh, cut_the_child, cut_the_parent])
def test_a39_a40_a41_a_session_that_is_killed_in_the_middle_costs_one_try(rig, kill, way):
    slow_hop(rig, BIG, way)
    with rig.watch("repoproxy") as watcher:
        run = rig.start(*STEP)
        rig.mid(run, "repoproxy", BIG)
        kill(rig, run)
        after_a_kill(rig, run)
    watcher.check()


@pytest.mark.parametrize("way", ["C1", "C0"])
def test_a48_after_a_kill_of_the_controller_only_what_was_not_published_is_sent(rig, way):
    slow_hop(rig, BIG, way)
    with rig.watch("repoproxy") as watcher:
        run = rig.start(*STEP)
        rig.mid(run, "repoproxy", BIG)
        os.kill(run.process.pid, signal.SIGKILL)
        run.wait()
        laws.check_leftovers(rig.fleet, rig.fleet.hosts)
        again = rig.converges("repoproxy", steps=STEP)
    watcher.check()
    assert len([record for record in again.records("INFO") if " published " in record]) == 1, str(again)
    assert again.told("INFO", "big.bin published"), str(again)


@pytest.mark.parametrize(
    "number,way", [(signal.SIGTERM, "C1"), (signal.SIGINT, "C1"), (signal.SIGHUP, "C1"), (signal.SIGTERM, "C0")]
)
def test_a68_a_signal_ends_the_run_in_order(rig, number, way):
    slow_hop(rig, BIG, way)
    with rig.watch("repoproxy") as watcher:
        run = rig.start(*STEP)
        rig.mid(run, "repoproxy", BIG)
        os.kill(run.process.pid, number)
        run.wait()
        assert run.exit == 128 + number, str(run)
        laws.check_leftovers(rig.fleet, rig.fleet.hosts)
        again = rig.converges("repoproxy", steps=STEP)
    watcher.check()
    assert len([record for record in again.records("INFO") if " published " in record]) == 1, str(again)


@pytest.mark.parametrize("way", ["C1", "C0"])
def test_a70_a_controller_that_is_killed_at_any_point_leaves_whole_files(rig, way):
    draw = random.Random(70)
    rig.populate(trees.few(trees.MIB))
    if way == "C0":
        rig.builtin()
    rig.put({trees.BIG: trees.content(trees.MIB, 77), b"one": b"old"}, "repoproxy")
    with rig.watch("repoproxy", "appnode1") as watcher:
        for _ in range(12):
            run = rig.start("--sync", "repoproxy", "--sync", "appnode1")
            lines = draw.randrange(1, 45)
            laws.wait_until(
                lambda: run.process.poll() is not None or run.log.count(b"\n") >= lines, 60, "%d records" % lines
            )
            run.process.kill()
            run.wait()
            for name in ("repoproxy", "appnode1"):
                assert os.path.exists(rig.repo(name)) and set(trees.paths(rig.repo(name))) <= set(trees.few()) | {
                    trees.BIG
                }, name
        rig.converges("repoproxy", "appnode1", steps=("--sync", "repoproxy", "--sync", "appnode1"))
    watcher.check()


@pytest.mark.parametrize("way", ["C1", "C0"])
def test_a_controller_that_sleeps_until_another_has_taken_its_lease_publishes_nothing_when_it_wakes(rig, way):
    slow_hop(rig, BIG, way)
    patience = {"timeout": "3", "wait": "2", "connect_timeout": "2"}
    slow = {"peerssh": slow_ssh(rig, "repoproxy")} if way == "C0" else {"synccmd": slow_scp(rig.host("repoproxy"))}
    rig.configure(defaults=patience, repoproxy=slow)
    with rig.watch("repoproxy") as watcher:
        sleeper = rig.start(*STEP)
        rig.mid(sleeper, "repoproxy", BIG)
        sleeper.process.send_signal(signal.SIGSTOP)
        own = rig.state, rig.pid_file
        rig.state, rig.pid_file = os.path.join(rig.folder, "other-state"), os.path.join(rig.folder, "other-pid")
        rig.configure(defaults=patience)
        # Another controller: refused as long as the lease is young.
        refusals = []

        def taken_over():
            run = rig.run(*STEP)
            refusals.append(run.exit)
            return run if run.exit != 7 else None

        other = laws.wait_until(taken_over, 120, "the end of the lease")
        rig.equal(other, "repoproxy")
        assert 7 in refusals and other.told("WARNING", "taking over the lease"), str(other)
        # What both bring is the same, so that only the inode tells who published it.
        before = trees.stats(rig.repo("repoproxy"))
        sleeper.process.send_signal(signal.SIGCONT)
        sleeper.wait()
        assert sleeper.exit in (6, 7) and sleeper.told("ERROR", "repoproxy"), str(sleeper)
        assert trees.stats(rig.repo("repoproxy")) == before, "it published without a lease"
        laws.check_leftovers(rig.fleet, rig.fleet.hosts)
        rig.state, rig.pid_file = own
        rig.converges("repoproxy", steps=STEP)
    watcher.check()


def test_a50_a_byte_that_is_flipped_on_the_way_is_never_published(rig):
    rig.populate(trees.few(trees.MIB))
    rig.put({trees.BIG: trees.content(trees.MIB, 77)}, "repoproxy")
    home = rig.host("repoproxy").home
    # scp's end is one socket for both ways, which ssh makes non-blocking under everybody's hands.
    flip = (
        "import os, select\nseen = 0\nwhile True:\n  data = bytearray(os.read(0, 65536))\n  if not data: break\n"
        "  if seen <= 500000 < seen + len(data): data[500000 - seen] ^= 1\n  seen += len(data)\n"
        "  while data:\n    try: del data[:os.write(1, data)]\n    except BlockingIOError: select.select([], [1], [])\n"
    )
    wrapper = (
        "#!/bin/sh\n[ -f %s/quiet ] && exec ssh \"$@\"\n[ -f %s/once ] && : > %s/quiet\n"
        "trap 'exit' PIPE\nssh \"$@\" | /usr/bin/python3 %s/flip.py\n" % (home, home, home, home)
    )
    trees.write(home, {b"flip.py": flip.encode(), b"ssh": wrapper.encode(), b"hits": b""}, rig.owner("repoproxy"))
    os.chmod(os.path.join(home, "ssh"), 0o755)
    # -O: of the older protocol the byte is certain to be content; in SFTP it may be the length of a packet, which scp
    # then waits for.
    flipping = {
        "repoproxy": {"synccmd": slow_scp(rig.host("repoproxy"), 1000).replace("scp ", "scp -O -S %s/ssh " % home, 1)}
    }
    with rig.watch("repoproxy") as watcher:
        rig.configure(**flipping)
        run = rig.run(*STEP)
        rig.failed(run, "repoproxy", "big.bin failed", "digest")
        trees.write(home, {b"once": b""}, rig.owner("repoproxy"))
        os.unlink(rig.repo("repoproxy", "one"))
        # Only the first connection of a run is damaged now.
        rig.equal(rig.run(*STEP), "repoproxy")
    watcher.check()
    rig.converges("repoproxy", steps=STEP)


def test_a50_a_byte_that_is_flipped_on_the_builtin_way_is_never_published(rig):
    rig.populate(trees.few(4 * trees.MIB))
    rig.put({trees.BIG: trees.content(trees.MIB, 77)}, "repoproxy")
    host = rig.host("repoproxy")
    # A byte of whatever is longer than 300,000 bytes, always; or once in all.
    flip = (
        "#!/usr/bin/python3\nimport os, subprocess, sys\nssh = subprocess.Popen(['ssh', '-F', '%s'] + sys.argv[1:],"
        " stdout=subprocess.PIPE)\nseen = 0\nwhile True:\n  data = bytearray(os.read(ssh.stdout.fileno(), 65536))\n  if"
        " not data: break\n  if seen <= 300000 < seen + len(data):\n    quiet = os.path.exists('%s/once')\n    try:"
        " quiet = quiet and os.close(os.open('%s/flipped', os.O_CREAT | os.O_EXCL)) is not None\n    except"
        " FileExistsError: quiet = True\n    if not quiet: data[300000 - seen] ^= 1\n  seen += len(data)\n  while data:"
        " del data[:os.write(1, data)]\nsys.exit(ssh.wait() %% 256)\n" % (host.ssh_config, host.home, host.home)
    )
    trees.write(host.home, {b"flip": flip.encode()}, rig.owner("repoproxy"))
    os.chmod(os.path.join(host.home, "flip"), 0o755)
    rig.builtin()
    flipping = {"repoproxy": {"peerssh": os.path.join(host.home, "flip")}}
    with rig.watch("repoproxy") as watcher:
        rig.configure(**flipping)
        run = rig.run(*STEP)
        rig.failed(run, "repoproxy", "big.bin failed")
        rig.same("repoproxy", names=list(trees.few()))
        trees.write(host.home, {b"once": b""}, rig.owner("repoproxy"))
        rig.equal(rig.run(*STEP), "repoproxy")
        assert os.path.exists(os.path.join(host.home, "flipped")), "nothing was flipped"
    watcher.check()
    rig.converges("repoproxy", steps=STEP)


if __name__ == "__main__":
    python_cases.main(__file__)
