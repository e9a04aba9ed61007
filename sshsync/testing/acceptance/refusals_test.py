"""What is refused, and what a refusal leaves alone: links, folders of others, hosts that are not who they were,
configurations of others.
"""

import os
import socket

import pytest

from sshsync.testing import python_cases
from sshsync.testing.acceptance import trees
from sshsync.testing.acceptance.rig import FULL, both_ways, private_accounts_only, rig, site  # noqa: F401

STEP = ("--sync", "repoproxy")


def connections(rig, name):
    with open(rig.host(name).log, errors="replace") as log:
        return log.read().count("Connection from ")


@both_ways
def test_a27_a_link_in_place_of_a_file_is_replaced_and_its_target_let_be(rig, way):
    rig.use(way)
    links = {
        "outside-file": "../outside/marker",
        "outside-folder": "../outside",
        "dangling": "nowhere",
        "itself": "itself",
    }
    rig.populate({name.encode(): name.encode() for name in links})
    for name, target in links.items():
        os.symlink(target, rig.repo("repoproxy", name))
    run = rig.run(*STEP)
    assert run.exit == 0, str(run)
    rig.same("repoproxy")
    for name in links:
        assert not os.path.islink(rig.repo("repoproxy", name)), name
        assert run.told("WARNING", name, "link"), str(run)


@both_ways
def test_a28_a_folder_that_is_a_link_is_not_written_through_unless_asked_for(rig, way):
    rig.use(way)
    rig.populate({b"sub/file": b"below", b"file": b"beside"})
    os.symlink("../elsewhere", rig.repo("repoproxy", "sub"))
    trees.make_folder(os.path.join(rig.host("repoproxy").home, "elsewhere"), rig.owner("repoproxy"))
    run = rig.run(*STEP)
    rig.failed(run, "repoproxy", "sub/file failed", "symbolic link")
    rig.same("repoproxy", names=[b"file"])
    assert os.listdir(os.path.join(rig.host("repoproxy").home, "elsewhere")) == []

    rig.configure(repoproxy={"follow_symlinks": "yes"})
    run = rig.run(*STEP)
    assert run.exit == 0, str(run)
    assert os.listdir(os.path.join(rig.host("repoproxy").home, "elsewhere")) == ["file"]
    os.unlink(rig.repo("repoproxy", "sub"))
    rig.converges("repoproxy", steps=STEP)


@pytest.mark.parametrize("planted", [".sshsync", ".sshsync/lock", ".sshsync/in"])
@both_ways
def test_a29_links_that_another_user_planted_lead_nowhere(rig, site, planted, way):
    private_accounts_only(site)
    rig.use(way)
    rig.populate(trees.few())
    victim = os.path.join(rig.host("appnode1").home, "victim")
    trees.write(victim, {b"run": b"precious"}, rig.owner("appnode1"))
    os.chmod(victim, 0o777)
    os.chmod(rig.repo("repoproxy"), 0o777)
    if "/" in planted:
        os.mkdir(rig.repo("repoproxy", ".sshsync"))
        os.chown(rig.repo("repoproxy", ".sshsync"), *rig.owner("appnode1"))
    os.symlink(victim, rig.repo("repoproxy", planted))
    os.lchown(rig.repo("repoproxy", planted), *rig.owner("appnode1"))
    run = rig.run(*STEP)
    rig.failed(run, "repoproxy", ".sshsync")
    assert trees.digests(victim).keys() == {b"run"}
    with open(os.path.join(victim, "run")) as file:
        assert file.read() == "precious"
    trees.empty(rig.repo("repoproxy"))
    rig.converges("repoproxy", steps=STEP)


BAD_ADDRESSES = [
    ("host", "-oProxyCommand=touch pwn"), ("host", "a;touch pwn"), ("host", "a b"), ("host", "a\n b"), ("user", "-x"),
    ("user", "$(touch pwn)"),
    ("port", "99999"), ("jump", "-oProxyCommand=x"),
]  # fmt: skip


def test_a32_an_address_that_is_none_starts_no_process(rig):
    started = os.path.join(rig.folder, "started")
    ssh = os.path.join(rig.folder, "ssh")
    with open(ssh, "w") as file:
        file.write("#!/bin/sh\n: > %s\nexit 255\n" % started)
    os.chmod(ssh, 0o755)
    for key, value in BAD_ADDRESSES:
        rig.configure(defaults={"ssh": ssh}, repoproxy={key: value})
        run = rig.run(*STEP)
        assert run.exit == 3 and key.encode() in run.err, "%s = %s: %s" % (key, value, run)
        assert not os.path.exists(started) and not os.path.exists(os.path.join(rig.folder, "pwn"))
    # Addresses that are well-formed do start it.
    rig.configure(defaults={"ssh": ssh, "wait": "0"})
    assert rig.run(*STEP).exit == 6
    assert os.path.exists(started)


def test_a33_a_host_with_another_key_gets_nothing_and_is_asked_once(rig):
    rig.put(trees.few(), "repoproxy")
    with open(rig.fleet.ssh_config) as file:
        config = file.read()
    known = os.path.join(rig.folder, "known_hosts")
    with open(os.path.join(rig.host("appnode2").folder, "host_key.pub")) as file:
        other = " ".join(file.read().split()[:2])
    with open(known, "w") as file:
        file.write("appnode1 %s\n" % other)
    mine = os.path.join(rig.folder, "ssh_config")
    with open(mine, "w") as file:
        file.write("UserKnownHostsFile %s\n%s" % (known, config))
    rig.configure(appnode1={"ssh": "ssh -F " + mine})
    before = connections(rig, "appnode1")
    run = rig.run("--sync", "appnode1,appnode2")
    rig.failed(run, "appnode1", "host key")
    assert connections(rig, "appnode1") == before + 1, str(run)
    assert trees.paths(rig.repo("appnode1")) == []
    rig.same("appnode2")


def test_a44_a_host_that_cannot_be_reached_fails_alone(rig):
    rig.put(trees.few(), "repoproxy")
    rig.fleet.stop_sshd("appnode1")
    run = rig.run("--sync", "appnode1,appnode2")
    rig.failed(run, "appnode1", "Connection refused")
    rig.same("appnode2")
    rig.fleet.start_sshd("appnode1")

    with socket.socket() as silent:  # takes connections and says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        rig.configure(
            defaults={"connect_timeout": "1"},
            appnode1={"port": str(silent.getsockname()[1]), "ssh": "ssh -F " + _address(rig, "127.0.0.1")},
        )
        run = rig.run("--sync", "appnode1,appnode2")
    rig.failed(run, "appnode1", "timed out")
    assert run.told("INFO", "appnode2: ended equal"), str(run)

    rig.configure(appnode1={"ssh": "ssh -F " + _address(rig, "no-such-host.invalid")})
    run = rig.run("--sync", "appnode1,appnode2")
    rig.failed(run, "appnode1", "name")
    assert run.told("INFO", "appnode2: ended equal"), str(run)
    rig.populate(trees.few())
    rig.converges()


def _address(rig, address):
    """An ssh_config in which appnode1 is somewhere else."""
    path = os.path.join(rig.folder, "ssh_config-" + address)
    with open(rig.fleet.ssh_config) as file, open(path, "w") as other:
        other.write("Host appnode1\n  HostName %s\n%s" % (address, file.read()))
    return path


def test_a45_an_account_that_lets_nobody_in_is_not_asked_again_and_again(rig):
    rig.put(trees.few(), "repoproxy")
    keys = os.path.join(rig.host("appnode1").home, ".ssh", "authorized_keys")
    os.rename(keys, keys + ".away")
    before = connections(rig, "appnode1")
    try:
        run = rig.run("--sync", "appnode1,appnode2")
    finally:
        os.rename(keys + ".away", keys)
    rig.failed(run, "appnode1", "Permission denied (publickey")
    assert connections(rig, "appnode1") - before <= 2, str(run)
    rig.same("appnode2")


def test_a45_an_account_that_has_expired_is_not_asked_again_and_again(rig):
    private_accounts_only(rig.fleet)
    rig.put(trees.few(), "repoproxy")
    before = connections(rig, "appnode1")
    rig.fleet.let_expire("appnode1")
    try:
        run = rig.run("--sync", "appnode1,appnode2")
    finally:
        rig.fleet.let_expire()
    rig.failed(run, "appnode1", "Permission denied (publickey")
    assert connections(rig, "appnode1") - before <= 2, str(run)
    rig.same("appnode2")
    rig.converges("appnode1", "appnode2", steps=("--sync", "appnode1,appnode2"))


@both_ways
def test_a54_a_folder_of_the_child_that_cannot_be_written_fails_its_files_alone(rig, way):
    rig.use(way)
    rig.populate(trees.few())
    rig.put({b"d/e/other": b"mine"}, "repoproxy")
    os.chmod(rig.repo("repoproxy", "d", "e"), 0o555)
    run = rig.run(*STEP)
    if os.geteuid() != 0 or rig.fleet.private_accounts:
        rig.failed(run, "repoproxy", "d/e/10k failed", "ermission denied")
        assert len([record for record in run.records("ERROR") if " failed" in record]) == 1, str(run)
    rig.same("repoproxy", names=[name for name in trees.few() if name != b"d/e/10k"])
    os.chmod(rig.repo("repoproxy", "d", "e"), 0o755)
    rig.converges("repoproxy", steps=STEP)


def test_a35_a_configuration_that_others_can_write_is_not_run(rig):
    rig.populate(trees.few())
    before = connections(rig, "repoproxy")
    for mode in (0o666, 0o664, 0o602):
        os.chmod(rig.config, mode)
        run = rig.run(*FULL)
        assert run.exit == 3 and rig.config.encode() in run.err, str(run)
    os.chmod(rig.config, 0o600)
    if os.geteuid() == 0:
        os.chown(rig.config, 54321, 0)
        run = rig.run(*FULL)
        assert run.exit == 3, str(run)
        os.chown(rig.config, 0, 0)
    assert connections(rig, "repoproxy") == before
    os.chmod(rig.config, 0o644)
    run = rig.run(*STEP)
    assert run.exit == 0 and run.told("WARNING", "password"), str(run)


def test_a38_neither_a_wide_umask_nor_the_parents_bits_make_a_file_dangerous(rig):
    rig.populate(trees.few())
    os.chmod(rig.repo("repomaster", "one"), 0o6755)
    rig.remember_source()
    run = rig.run(*STEP, umask=0)
    rig.equal(run, "repoproxy")
    assert os.stat(rig.repo("repoproxy", "one")).st_mode & 0o7777 == 0o755
    for place, folders, files in os.walk(rig.state):
        for name in folders + files:
            assert os.stat(os.path.join(place, name)).st_mode & 0o077 == (0o044 if name == "lock" else 0), name
    for path in (rig.pid_file, os.path.join(rig.folder, "log-0")):
        assert os.stat(path).st_mode & 0o133 == 0, path
    for place, folders, _ in os.walk(rig.repo("repoproxy")):
        for name in folders:
            assert os.stat(os.path.join(place, name)).st_mode & 0o022 == 0, name


if __name__ == "__main__":
    python_cases.main(__file__)
