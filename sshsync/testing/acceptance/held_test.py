"""What holds a file back over several steps, and why, in every report; and a run that stops at the first failure."""

import json
import os

import pytest

from sshsync.testing import own_mounts, python_cases
from sshsync.testing.acceptance import trees
from sshsync.testing.acceptance.rig import both_ways, private_accounts_only, rig, standing  # noqa: F401

CHAIN = {"repomaster": None, "repoproxy": "repomaster", "appnode1": "repoproxy", "appnode2": "appnode1"}
CHILDREN = ("repoproxy", "appnode1", "appnode2")
STEPS = ("--sync", "repoproxy", "--sync", "appnode1", "--sync", "appnode2")
BIG = 6 * trees.MIB


@pytest.fixture(scope="module")
def site():
    can_mount = own_mounts.enter()
    with standing(CHAIN) as fleet:
        fleet.can_mount = can_mount
        yield fleet


def report_of(run):
    """{repository: its part of the report}."""
    return {part["repository"]: part for part in json.loads(run.out)["repositories"]}


def reasons(run, path):
    """What each repository's report, and its line of the log, say of a file: [(failure, message)]."""
    found = []
    for name, part in report_of(run).items():
        files = [file for file in part["files"] if file["path"] == path]
        assert len(files) == 1 and part["failed"] == 1, (name, str(run))
        assert part["outcome"] == ("waiting" if files[0]["failure"] == "waiting" else "failed"), (name, str(run))
        assert run.told(
            "ERROR", "%s: %s failed: %s [%s]" % (name, path, files[0]["message"], files[0]["failure"])
        ), str(run)
        assert files[0]["message"] in run.err.decode(), str(run)
        found.append((files[0]["failure"], files[0]["message"]))
    return found


@both_ways
def test_there_is_no_room_for_a_file_which_is_said_before_it_is_sent_and_on_every_step(rig, way):
    if not rig.fleet.can_mount:
        pytest.skip("needs a mount namespace")
    rig.populate(trees.few(BIG))
    rig.use(way)
    host = rig.host("repoproxy")
    rig.fleet.stop_sshd("repoproxy")
    own_mounts.mount_memory(host.repo, "uid=%d,gid=%d,mode=755,size=2m" % (host.uid, host.gid))
    try:
        rig.fleet.start_sshd("repoproxy")
        for name in CHILDREN:
            rig.put({trees.BIG: b"old"}, name)
        run = rig.run("--json", *STEPS)
        assert run.exit == 6, str(run)
        (failure, why), below, last = reasons(run, "big.bin")
        assert failure == "no_space" and "No space left on device: it needs %d bytes, there are " % BIG in why, why
        assert below == ("waiting", 'waiting for "repoproxy": ' + why)
        assert last == ("waiting", 'waiting for "appnode1": waiting for "repoproxy": ' + why)
        assert [
            file["attempts"] for part in report_of(run).values() for file in part["files"] if file["path"] == "big.bin"
        ] == [0, 0, 0], str(run)
        rig.same(names=list(trees.few()))
        for name in CHILDREN:
            assert os.path.getsize(rig.repo(name, "big.bin")) == 3, name
        status = {one["repository"]: one for one in json.loads(rig.ask("status", "--json").stdout)["repositories"]}
        assert [status[name]["state"] for name in CHILDREN] == ["failed", "waiting", "waiting"], status
    finally:
        rig.fleet.stop_sshd("repoproxy")
        own_mounts.unmount(host.repo)
    rig.fleet.start_sshd("repoproxy")
    rig.converges(steps=STEPS)


@both_ways
def test_a_file_that_fails_on_the_first_hop_is_held_back_on_all_others_with_the_first_reason(rig, way):
    private_accounts_only(rig.fleet)
    rig.populate({**trees.few(), b"closed": b"secret"})
    os.chmod(rig.repo("repomaster", "closed"), 0)
    rig.remember_source()
    rig.use(way)
    rig.put({b"closed": b"old"}, "appnode2")
    run = rig.run("--json", *STEPS)
    assert run.exit == 6, str(run)
    (failure, why), below, last = reasons(run, "closed")
    assert failure != "waiting" and why.startswith("at the parent: ") and "ermission denied" in why, str(run)
    why = why[len("at the parent: ") :]
    assert below == ("waiting", 'waiting for "repoproxy": ' + why)
    assert last == ("waiting", 'waiting for "appnode1": waiting for "repoproxy": ' + why)
    rig.same(names=list(trees.few()))
    os.chmod(rig.repo("repomaster", "closed"), 0o644)
    rig.remember_source()
    rig.converges(steps=STEPS)


def test_what_is_held_back_together_holds_back_what_comes_below(rig):
    rig.populate(trees.few())
    rig.builtin()
    rig.plain["repoproxy"]["publish"] = "together"
    rig.configure()
    for name in CHILDREN:
        rig.put({b"d/4096": b"old"}, name)
    os.mkdir(rig.repo("repoproxy", "one"))
    run = rig.run("--json", *STEPS)
    assert run.exit == 6, str(run)
    report = report_of(run)
    together = "verified, and held back, for not every file arrived (publish = together)"
    for name, before in [
        ("repoproxy", ""),
        ("appnode1", 'waiting for "repoproxy": '),
        ("appnode2", 'waiting for "appnode1": waiting for "repoproxy": '),
    ]:
        said = {file["path"]: (file["failure"], file["message"]) for file in report[name]["files"]}
        assert said["d/4096"] == ("waiting", before + together), (name, str(run))
        assert said["one"][1].startswith(before) and "stands" in said["one"][1], (name, str(run))
        with open(rig.repo(name, "d", "4096")) as file:
            assert file.read() == "old", name
    os.rmdir(rig.repo("repoproxy", "one"))
    rig.converges(steps=STEPS)


def test_a_host_that_is_down_in_the_middle_is_the_reason_of_all_below(rig):
    rig.populate(trees.few())
    rig.builtin()
    rig.fleet.stop_sshd("appnode1")
    run = rig.run("--json", *STEPS)
    assert run.exit == 6, str(run)
    report = report_of(run)
    assert [report[name]["outcome"] for name in CHILDREN] == ["changed", "failed", "waiting"], str(run)
    assert report["appnode1"]["failure"] == "unreachable" and report["appnode2"]["failure"] == "waiting"
    assert report["appnode2"]["message"] == 'waiting for "appnode1": ' + report["appnode1"]["message"]
    rig.fleet.start_sshd("appnode1")
    rig.converges(steps=STEPS)


@both_ways
def test_fail_fast_ends_the_run_with_the_step_that_failed_and_resume_goes_on(rig, way):
    private_accounts_only(rig.fleet)
    rig.populate({**trees.few(), b"closed": b"secret"})
    os.chmod(rig.repo("repomaster", "closed"), 0)
    rig.remember_source()
    rig.use(way)
    before = {name: trees.stats(rig.repo(name)) for name in CHILDREN[1:]}
    run = rig.run("--fail-fast", "--json", *STEPS)
    assert run.exit == 6, str(run)
    report = report_of(run)
    assert [report[name]["outcome"] for name in CHILDREN] == ["failed", "stopped", "stopped"], str(run)
    for name in CHILDREN[1:]:
        assert (
            report[name]["failure"] == "stopped"
            and report[name]["message"] == "not started: an earlier repository failed (--fail-fast)"
        ), str(run)
        assert run.told(
            "ERROR", name + ": ended stopped ", ": not started: an earlier repository failed (--fail-fast) [stopped]"
        ), str(run)
        assert trees.stats(rig.repo(name)) == before[name], name
    rig.same("repoproxy", names=list(trees.few()))
    again = rig.run("resume")
    assert again.exit == 6 and again.told(
        "ERROR", "appnode2: ended stopped", ": not started: "
    ), "what was asked is forgotten: " + str(again)
    os.chmod(rig.repo("repomaster", "closed"), 0o644)
    rig.remember_source()
    rig.equal(rig.run("resume"))
    rig.converges(steps=STEPS)


def test_a_run_in_which_nothing_fails_is_the_same_with_fail_fast(rig):
    rig.populate(trees.few())
    rig.builtin()
    rig.equal(rig.run("--fail-fast", *STEPS))


if __name__ == "__main__":
    python_cases.main(__file__)
