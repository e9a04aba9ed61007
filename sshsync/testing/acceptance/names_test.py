"""Hostile names: what a shell, scp or a program would take for code, a pattern or an option; through every login shell.
"""

import os
import shutil

import pytest

from sshsync.testing import python_cases
from sshsync.testing.acceptance import trees
from sshsync.testing.acceptance.rig import both_ways, careful_copy, private_accounts_only, rig, standing  # noqa: F401

# Every one of them under one login shell or another, each host the parent of the next: the first is a parent, the last
# a child, the others both.
SHELLS = ["csh", "tcsh", "fish", "zsh", "dash", "busybox"]

ODD = [
    b"two words", b" leading", b"trailing ", b"it's", b'double"quote', b"`touch pwn`", b"$(touch pwn)",
    b"semi;touch pwn", b"am&p", b"pi|pe", b"<in",
    b">out", b"*", b"?", b"[a]", b"{x,y}", b"~", b"#", b"!history", b"%s%n", b"back\\slash", b"end\\", b"tab\there",
    b"-rf", b"--help", b"..a", b"a..",
    b"${FILE}", b"$$", b"a:b", b"=x", b"@h", b"folder/$(touch pwn)/`touch pwn`", b"\xff\xfe latin", b"caret^",
    b"(paren)", b"\xe2\x80\xae rtl",
    b"- dash", b"a\\nb", b"'; touch pwn; '",
]  # fmt: skip
FEW_ODD = [b"it's $(touch pwn)", b'"`touch pwn`', b"!x \\", b"* ? [a] {x,y}", b"-rf", b"\xff ~ %s;touch pwn", b"plain"]


@pytest.fixture(scope="module")
def site():
    missing = [shell for shell in SHELLS if not shutil.which(shell)]
    assert not missing, "not installed: %s" % missing
    hosts = ["repomaster"] + ["node" + shell for shell in SHELLS[1:]] + ["nodesh"]
    parents = dict(zip(hosts, [None] + hosts))
    if os.geteuid() != 0:
        with standing(parents) as fleet:
            yield fleet
        return
    with standing(parents, login_shells=dict(zip(hosts, SHELLS))) as fleet:
        yield fleet


def no_marker(rig):
    for host in rig.fleet.hosts.values():
        for place, folders, files in os.walk(host.home):
            assert not [name for name in folders + files if name.startswith("pwn")], place
    assert not [name for name in os.listdir(rig.folder) if name.startswith("pwn")]


def test_a09_no_name_is_executed_and_every_name_arrives_where_the_template_bears_it(rig):
    rig.populate({name: b"content of " + name for name in ODD})
    rig.configure(nodetcsh={"synccmd": careful_copy(rig.host("nodetcsh")), "names": "any"})
    rig.equal(rig.run("--sync", "nodetcsh"), "nodetcsh")
    no_marker(rig)


def test_a09_with_scp_a_name_that_it_would_read_again_fails_by_name_and_the_others_arrive(rig):
    rig.populate({name: b"content of " + name for name in FEW_ODD})
    rig.configure(nodetcsh={"transfer": "command"})
    run = rig.run("--sync", "nodetcsh")
    rig.failed(run, "nodetcsh", "touch pwn", "failed")
    assert run.told("ERROR", "nodetcsh", "[a]", "failed"), str(run)
    rig.same("nodetcsh", names=[b"plain"])
    found = trees.digests(rig.repo("nodetcsh"))
    assert {name: found[name] for name in found} == {
        name: trees.digests(rig.repo("repomaster"))[name] for name in found
    }
    no_marker(rig)
    for name in FEW_ODD[:-1]:
        os.unlink(os.path.join(os.fsencode(rig.repo("repomaster")), name))
    rig.remember_source()
    rig.converges("nodetcsh", steps=("--sync", "nodetcsh"))


def test_a09_a12_without_any_template_every_name_arrives_newlines_and_big_files_too(rig):
    names = ODD + [b"new\nline", b"end\n", b"cr\r", b"folder\n/`touch pwn`"]
    rig.populate(
        {**{name: b"content of " + name for name in names}, b"big '$(touch pwn)\n": trees.content(3 * trees.MIB, 5)}
    )
    rig.builtin()
    rig.equal(rig.run("--sync", "nodetcsh"), "nodetcsh")
    no_marker(rig)


def test_a09_a_name_that_scp_would_read_again_goes_by_the_builtin_transfer(rig):
    rig.populate({name: b"content of " + name for name in FEW_ODD})
    rig.configure(nodetcsh={"peerssh": "ssh -F " + rig.host("nodetcsh").ssh_config})
    rig.equal(rig.run("--sync", "nodetcsh"), "nodetcsh")
    no_marker(rig)


def test_a09_where_the_builtin_transfer_cannot_reach_the_parent_only_those_names_fail(rig):
    rig.populate({name: b"content of " + name for name in FEW_ODD})
    rig.configure(nodetcsh={"peerssh": "ssh -F /dev/null", "route": "pull"})
    run = rig.run("--sync", "nodetcsh")
    rig.failed(run, "nodetcsh", "touch pwn", "cannot be given to synccmd")
    rig.same("nodetcsh", names=[b"plain"])
    no_marker(rig)


@both_ways
def test_a15_a16_every_login_shell_will_do_on_either_side(rig, site, way):
    private_accounts_only(site)
    rig.populate(
        {**{name: b"content of " + name for name in FEW_ODD}, b"big $(touch pwn)": trees.content(2 * trees.MIB, 5)}
    )
    children = [name for name, parent in site.parents.items() if parent]
    if way == "C0":
        rig.builtin()
    else:
        rig.configure(**{name: {"synccmd": careful_copy(rig.host(name)), "names": "any"} for name in children})
    rig.equal(rig.run("--sync", ",".join(children)), *children)
    no_marker(rig)


def test_a37_names_and_words_of_hosts_cannot_forge_a_record(rig):
    forged = b"a\n2026-01-01 00:00:00,000 1 ERROR forged"
    rig.populate({forged: b"x", b"\x1b[31mred": b"y", b"fine": b"z"})
    # The tool's own listing names files with newlines; an operator's find cannot.
    says = "printf 'copied \\033[2J\\n2026-01-01 00:00:00,000 1 ERROR forged\\n' >&2; exit 3"
    rig.configure(defaults={"listcmd": None}, nodetcsh={"synccmd": says, "names": "any"})
    run = rig.run("--sync", "nodetcsh")
    assert run.exit == 6, str(run)
    assert not [line for line in run.log.splitlines() if b" forged" in line and line.startswith(b"2026-01-01")], str(
        run
    )
    assert not [line for line in run.err.splitlines() if line.startswith(b"2026-01-01")], str(run)
    rig.configure(defaults={"listcmd": None}, nodetcsh={"synccmd": careful_copy(rig.host("nodetcsh")), "names": "any"})
    rig.equal(rig.run("--sync", "nodetcsh"), "nodetcsh")


if __name__ == "__main__":
    python_cases.main(__file__)
