"""Logins that say much, and logins that give nothing."""

import os

import pytest

from sshsync.testing import python_cases
from sshsync.testing.acceptance import trees
from sshsync.testing.acceptance.rig import both_ways, careful_copy, private_accounts_only, rig, standing  # noqa: F401

PARENTS = {
    "repomaster": None,
    "repoproxy": "repomaster",
    "nologin": "repoproxy",
    "false": "repoproxy",
    "appnode": "repoproxy",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    banner = tmp_path_factory.mktemp("banner") / "banner"
    banner.write_text("Only for those who may.\n" * 4200)
    shells = {"repomaster": "bash", "repoproxy": "bash", "nologin": "nologin", "false": "/bin/false"}
    options = ["Banner %s" % banner, "PrintMotd yes"]
    with standing(PARENTS, login_shells=shells if os.geteuid() == 0 else None, sshd_options=options) as fleet:
        yield fleet


@pytest.fixture(autouse=True)
def accounts(site):
    private_accounts_only(site)


def login_file(rig, name, text):
    trees.write(rig.host(name).home, {b".bashrc": text.encode()}, rig.owner(name))


def test_a17_an_account_without_a_shell_fails_with_its_own_words_and_stops_nobody(rig):
    rig.populate(trees.few())
    rig.put(trees.few(), "repoproxy")
    run = rig.run("--sync", "nologin,false,appnode")
    rig.failed(run, "nologin", "gives no shell", "not available")
    rig.failed(run, "false", "gives no shell")
    rig.same("appnode")


@both_ways
def test_a18_what_login_files_print_is_neither_name_nor_digest(rig, way):
    rig.populate(trees.few(2 * trees.MIB))
    for name in ("repomaster", "repoproxy"):
        noise = "NOISE\n%s/one\n%s\n" % (rig.repo(name), "0123456789abcdef" * 4)
        login_file(rig, name, "printf '%s'; printf '%s' >&2\n" % (noise, noise))
    if way == "C0":
        rig.builtin()
    else:
        rig.configure(**{name: {"synccmd": careful_copy(rig.host(name))} for name in ("repoproxy", "appnode")})
    run = rig.run("--sync", "repoproxy", "--sync", "appnode")
    rig.equal(run, "repoproxy", "appnode")
    assert b"NOISE" not in run.log


def test_a20_a_long_banner_and_a_login_that_floods_stderr_are_borne(rig):
    rig.populate({b"one": b"1"})
    login_file(rig, "repoproxy", "head -c 10000000 /dev/zero | tr '\\0' x >&2\n")
    carefully = {name: {"synccmd": careful_copy(rig.host(name))} for name in ("repoproxy", "appnode")}
    rig.configure(**carefully)
    run = rig.run("--sync", "repoproxy", "--sync", "appnode")
    rig.equal(run, "repoproxy", "appnode")
    assert len(run.log) < 100000 and b"xxxx" not in run.log

    # What a template says at such length is cut, too.
    login_file(rig, "repoproxy", "")
    rig.put({b"three": b"3"}, "repoproxy")
    rig.configure(appnode={"synccmd": "head -c 10000000 /dev/zero | tr '\\0' y >&2; exit 5"})
    run = rig.run("--sync", "appnode")
    rig.failed(run, "appnode", "three failed", "yyyy")
    assert len(run.log) < 100000


if __name__ == "__main__":
    python_cases.main(__file__)
