"""The routes of the builtin transfer, over real sshd: whoever can reach whom, whatever is cut, the files arrive; and
what several children relay is read once.
"""

import contextlib
import os
import pwd
import signal

import pytest

from sshsync.testing import python_cases
from sshsync.testing.acceptance import laws, trees
from sshsync.testing.acceptance.rig import private_accounts_only, rig, scp, site  # noqa: F401

STEP = ("--sync", "repoproxy")
NODES = ("--sync", "appnode1,appnode2")
BIG = 8 * trees.MIB
BLOCK = 131072
NAMES = [
    b"a b",
    b"it's",
    b'"q"',
    b"$(touch pwn)",
    b"`touch pwn`",
    b"new\nline",
    b"\\n",
    b"\\056\\056\\057x",
    b"-rf",
    b"*",
    b"end\n",
    b"\xff\xfe",
    b"x/${FILE}",
    b"x/!h",
]
TREE = {**trees.few(), **{name: b"content of " + name for name in NAMES}, b"big $(touch pwn)\n": trees.content(BIG, 9)}


def block(rig, name):
    trees.write(rig.host(name).home, {b"blocked": b""}, rig.owner(name))


def between(rig, route, blocked=()):
    """From now on all children have this route, and hosts reach each other by one program, which gets nowhere from
    those that are blocked.
    """
    rig.builtin()
    home = rig.host("repomaster").home
    text = (
        '#!/bin/sh\n[ ! -f "$SSHSYNC_FLEET_HOST/home/blocked" ] || set -- -o Port=1 "$@"\nexec ssh -F'
        ' "$SSHSYNC_FLEET_HOST/home/.ssh/config" "$@"\n'
    )
    trees.write(home, {b"peer-ssh": text.encode()}, rig.owner("repomaster"))
    for name in blocked:
        block(rig, name)
    os.chmod(os.path.join(home, "peer-ssh"), 0o755)
    for name in [name for name, parent in rig.parents.items() if parent]:
        rig.plain[name].update(route=route, peerssh=os.path.join(home, "peer-ssh"))
    rig.configure()


def peer_ssh(rig, name, text):
    """A peerssh of the test's own, of that account; everybody may run it."""
    home = rig.host(name).home
    trees.write(home, {b"own-ssh": ("#!/bin/sh\n" + text).encode()}, rig.owner(name))
    os.chmod(os.path.join(home, "own-ssh"), 0o755)
    return os.path.join(home, "own-ssh")


def nothing_was_executed(rig):
    for host in rig.fleet.hosts.values():
        for folder, _, files in os.walk(host.home):
            assert "pwn" not in files, folder


@pytest.mark.parametrize("route", ["push", "relay"])
def test_every_name_and_size_arrives_through_the_whole_cascade(rig, route):
    rig.populate(TREE)
    rig.put({b"one": b"old", b"big $(touch pwn)\n": trees.content(BIG, 77)}, "appnode1")
    between(rig, route)
    with rig.watch() as watcher:
        rig.equal(rig.full())
        again = rig.full()
    watcher.check()
    rig.equal(again)
    assert not again.told("INFO", " published "), str(again)
    nothing_was_executed(rig)


def test_a_child_that_cannot_reach_its_parent_is_pushed_to(rig):
    rig.populate(TREE)
    between(rig, "auto", blocked=["repoproxy"])
    run = rig.run(*STEP)
    rig.equal(run, "repoproxy")
    assert run.told("INFO", "route push: pushed through ", "; no pull: ", "Connection refused"), str(run)
    nothing_was_executed(rig)


def test_where_neither_reaches_the_other_the_controller_relays(rig):
    rig.populate(TREE)
    between(rig, "auto", blocked=["repoproxy", "repomaster"])
    run = rig.run(*STEP)
    rig.equal(run, "repoproxy")
    assert run.told("INFO", "route relay: relayed by the controller; no pull: ", "; no push: "), str(run)
    nothing_was_executed(rig)


def test_the_first_route_that_works_is_taken(rig):
    rig.populate(trees.few(BIG))
    between(rig, "auto")
    run = rig.run(*STEP)
    rig.equal(run, "repoproxy")
    assert run.told("INFO", "route pull: through "), str(run)


def test_a_list_of_which_nothing_works_is_told_with_every_reason(rig):
    rig.populate(trees.few())
    between(rig, "push pull", blocked=["repoproxy", "repomaster"])
    run = rig.run(*STEP)
    rig.failed(run, "repoproxy", 'no route from "repomaster" works: no push: ', "; no pull: ", "Connection refused")
    for name in ("repoproxy", "repomaster"):
        os.remove(os.path.join(rig.host(name).home, "blocked"))
    between(rig, "auto")
    rig.converges("repoproxy", steps=STEP)


def test_a_push_reaches_the_child_as_its_peers_do(rig):
    private_accounts_only(rig.fleet)
    rig.populate(TREE)
    child, parent = rig.host("repoproxy"), rig.host("repomaster")
    # Of this configuration ssh learns neither address, port nor account; the controller's knows them.
    trust = "Host *\n  IdentityFile %s\n  UserKnownHostsFile %s\n  StrictHostKeyChecking yes\n" % (
        os.path.join(parent.home, ".ssh", "id_ed25519"),
        os.path.join(rig.fleet.folder, "known_hosts"),
    )
    trees.write(parent.home, {b"bare": trust.encode()}, rig.owner("repomaster"))
    bare = "exec ssh -F %s/bare \"$@\"\n" % parent.home
    reached = {
        "peerhost": child.address,
        "peerport": str(child.port),
        "peeruser": child.user,
        "port": None,
        "user": None,
    }
    rig.builtin()
    rig.plain["repoproxy"].update(reached, route="push", peerssh=peer_ssh(rig, "repomaster", bare))
    rig.configure()
    run = rig.run(*STEP)
    rig.equal(run, "repoproxy")
    for key, words in [
        ("peerport", "connect to host " + child.address),
        ("peeruser", "Permission denied"),
        ("peerhost", "connect to host"),
    ]:
        rig.put({b"one": key.encode()}, "repoproxy")
        rig.configure(repoproxy={key: {"peerport": "1", "peeruser": "repomaster", "peerhost": "127.0.0.1"}[key]})
        rig.failed(rig.run(*STEP), "repoproxy", words)
    rig.converges("repoproxy", steps=STEP)


@pytest.mark.parametrize("who", ["repomaster", "repoproxy"])
@pytest.mark.parametrize("route", ["push", "pull"])
def test_what_either_end_wants_compressed_is(rig, route, who):
    text = b"".join(b"line %d of what compresses well\n" % number for number in range(150000))
    rig.populate({**trees.few(), b"text": text, b"small": text[:4000]})
    between(rig, route)
    sender = rig.host("repomaster" if route == "push" else "repoproxy")
    told = os.path.join(sender.home, "told")
    loud = (
        'case $SSHSYNC_FLEET_HOST in %s) set -- -v -E %s.$$ "$@";; esac\nexec ssh -F'
        ' "$SSHSYNC_FLEET_HOST/home/.ssh/config" "$@"\n' % (sender.folder, told)
    )
    rig.plain["repoproxy"]["peerssh"] = peer_ssh(rig, "repomaster", loud)
    rig.configure()
    rig.equal(rig.run(*STEP), "repoproxy")
    assert compressed_sessions(sender.home) == (0, True)
    rig.put({b"text": b"old"}, "repoproxy")
    rig.configure(**{who: {"compress": "yes"}})
    rig.equal(rig.run(*STEP), "repoproxy")
    sessions, others = compressed_sessions(sender.home)
    assert sessions > 0 and not others


def compressed_sessions(home):
    """(how many logins since the last question had compression, whether any had not)."""
    with_it = without = 0
    for name in os.listdir(home):
        if name.startswith("told."):
            with open(os.path.join(home, name)) as file:
                text = file.read()
            os.remove(os.path.join(home, name))
            if "Authenticated to" in text:
                with_it, without = with_it + ("Enabling compression" in text), without + (
                    "Enabling compression" not in text
                )
    return with_it, without > 0


def on_the_controller(rig, name, **keys):
    """From now on that repository is a folder of the controller's own account."""
    rig.builtin()
    rig.plain.setdefault(name, {}).update({"transport": "local", "host": None, "port": None, "user": None}, **keys)


@pytest.mark.parametrize("here", ["repomaster", "repoproxy"])
@pytest.mark.parametrize("route", ["pull", "push", "relay"])
def test_a_folder_of_the_controller_is_at_either_end_of_every_route(rig, route, here):
    rig.populate(TREE)
    rig.put({b"one": b"old", b"big $(touch pwn)\n": trees.content(BIG, 77)}, "repoproxy")
    on_the_controller(rig, here, peerhost=here, peeruser=pwd.getpwuid(os.getuid()).pw_name)
    far = rig.host("repoproxy" if here == "repomaster" else "repomaster")
    reached_from_here = (route == "pull") == (here == "repoproxy")
    rig.plain["repoproxy"].update(
        route=route, peerssh="ssh -F " + (rig.fleet.ssh_config if reached_from_here else far.ssh_config)
    )
    rig.configure()
    with rig.watch("repoproxy") as watcher:
        rig.equal(rig.run(*STEP), "repoproxy")
    watcher.check()
    nothing_was_executed(rig)


@pytest.mark.parametrize("here, refused, taken", [("repomaster", "pull", "push"), ("repoproxy", "push", "pull")])
def test_a_folder_of_the_controller_without_an_address_is_left_to_the_other_routes(rig, here, refused, taken):
    rig.populate(TREE)
    on_the_controller(rig, here)
    rig.plain["repoproxy"].update(route=refused, peerssh="ssh -F " + rig.fleet.ssh_config)
    rig.configure()
    run = rig.run(*STEP)
    rig.failed(
        run, "repoproxy", "[%s], which is a folder of the controller: give [%s] a peerhost" % (here, here), exit_code=3
    )
    rig.configure(repoproxy={"route": "push pull" if refused == "push" else "auto"})
    run = rig.run(*STEP)
    rig.equal(run, "repoproxy")
    assert run.told("INFO", "route %s: " % taken, "no %s: " % refused), str(run)


def test_what_a_synccmd_cannot_be_told_goes_by_the_route(rig):
    rig.populate({name: b"content of " + name for name in NAMES + [b"plain"]})
    between(rig, "relay")
    rig.plain["repoproxy"]["synccmd"] = scp(rig.host("repoproxy"))
    rig.configure()
    run = rig.run(*STEP)
    rig.equal(run, "repoproxy")
    rig.converges("repoproxy", steps=STEP)
    nothing_was_executed(rig)


def cut_the_child(rig, run):
    rig.fleet.cut_sessions("repoproxy")


def cut_the_parent(rig, run):
    rig.fleet.cut_sessions("repomaster")


def kill_local_ssh(rig, run):
    for task in os.listdir("/proc/%d/task" % run.process.pid):
        # Threads and their children may end meanwhile.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError), open(
            "/proc/%d/task/%s/children" % (run.process.pid, task)
        ) as file:
            for pid in map(int, file.read().split()):
                os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("route", ["push", "relay"])
@pytest.mark.parametrize("kill", [kill_local_ssh, cut_the_child, cut_the_parent])
def test_a_session_that_is_cut_in_the_middle_goes_on(rig, kill, route):
    rig.populate(trees.few(BIG))
    rig.put({trees.BIG: trees.content(BIG, 77), b"one": b"old"}, "repoproxy")
    between(rig, route)
    rig.configure(repoproxy={"bwlimit": "4M"})
    with rig.watch("repoproxy") as watcher:
        run = rig.start(*STEP)
        rig.mid(run, "repoproxy", BIG)
        kill(rig, run)
        run.wait()
        rig.equal(run, "repoproxy")
        laws.check_leftovers(rig.fleet, rig.fleet.hosts)
        rig.converges("repoproxy", steps=STEP)
    watcher.check()


def test_a_route_that_breaks_under_way_is_left_for_another(rig):
    rig.populate(trees.few(BIG))
    between(rig, "push pull")
    rig.configure(repoproxy={"bwlimit": "4M"})
    run = rig.start(*STEP)
    rig.mid(run, "repoproxy", BIG)
    block(rig, "repomaster")
    rig.fleet.cut_sessions("repoproxy")
    run.wait()
    rig.equal(run, "repoproxy")
    assert run.told("INFO", "route push: pushed through "), str(run)
    assert run.told("INFO", "route pull: through ", "; no push: ", "Connection refused"), str(run)


@pytest.mark.parametrize("route", ["push", "relay"])
def test_many_names_that_no_archive_holds_and_many_folders_go_through_one_line(rig, route):
    tree = {b"it's \x01%d" % number: b"%d" % number for number in range(700)}
    tree.update({b"folder of '%d'/file" % number: b"%d" % number for number in range(700)})
    rig.put(tree, "repomaster")
    between(rig, route)
    run = rig.run(*STEP)
    rig.equal(run, "repoproxy")
    assert not run.told("WARN", "try 1 failed"), str(run)


def test_what_two_children_relay_at_the_same_time_is_read_once(rig):
    size = 32 * trees.MIB
    rig.put({trees.BIG: trees.content(size, 4), b"small": b"x"}, "repoproxy")
    between(rig, "relay")
    reads = os.path.join(rig.host("repoproxy").home, "reads")
    counted = 'echo $COUNT >>%s\nexec dd if="$FILEPATH" bs=131072 skip=$SKIP count=$COUNT 2>/dev/null' % reads
    rig.configure(
        repoproxy={"action.read": counted.replace("\n", "\n  ")},
        appnode1={"bwlimit": "16M"},
        appnode2={"bwlimit": "16M"},
    )
    run = rig.run(*NODES)
    rig.equal(run, "appnode1", "appnode2")
    with open(reads) as file:
        blocks = sum(map(int, file))
    # How much of it they want at the same time is a matter of their pace; each block apart would be twice the file.
    assert size // BLOCK <= blocks < size // BLOCK * 15 // 8, "%d blocks were read for a file of %d" % (
        blocks,
        size // BLOCK,
    )


def test_a_child_that_is_slow_does_not_hold_the_other_up(rig):
    size = 24 * trees.MIB
    rig.put({trees.BIG: trees.content(size, 4)}, "repoproxy")
    between(rig, "relay")
    home = rig.host("appnode2").home
    # It takes nothing until the other child has published.
    gate = (
        'until [ -e %s/gate ]; do sleep 0.02; done; dd of="$STAGED" ibs=131072 obs=131072 seek="$SEEK" conv=notrunc'
        % home
    )
    rig.configure(appnode2={"action.write": gate})
    run = rig.start(*NODES)
    try:
        # Well before its own timeout makes an end of it.
        laws.wait_until(
            lambda: run.process.poll() is not None or b"big.bin published" in run.log, 15, "the faster child"
        )
        published = [record for record in run.records("INFO") if "big.bin published" in record]
    finally:
        trees.write(home, {b"gate": b""}, rig.owner("appnode2"))
    run.wait()
    assert len(published) == 1 and "appnode1" in published[0], str(run)
    rig.equal(run, "appnode1", "appnode2")


if __name__ == "__main__":
    python_cases.main(__file__)
