"""Answers that cannot be trusted: listings that name what is not there, digests that are none, output without end,
tools that are missing.
"""

import os
import resource

from sshsync.testing import python_cases
from sshsync.testing.acceptance import laws, trees
from sshsync.testing.acceptance.rig import LISTCMD, both_ways, rig, site  # noqa: F401

STEP = ("--sync", "repoproxy")


def test_a21_a_listing_that_leads_out_of_the_repository_is_refused_line_by_line(rig):
    rig.populate(trees.few())
    evil = [
        "${REPOPATH}/../outside/marker",
        "/etc/passwd",
        "a/../../outside/marker",
        "",
        ".",
        "..",
        "d/",
        "${REPOPATH}x/f",
    ]
    rig.configure(repomaster={"listcmd": LISTCMD + "".join('; echo "%s"' % line for line in evil)})
    run = rig.run(*STEP)
    for path in ("/../outside/marker", "/etc/passwd", "a/../../outside/marker", " d/ ", "x/f"):
        rig.failed(run, "repoproxy", path)
    assert len([record for record in run.records("ERROR") if "refused" in record and "failed" in record]) == len(
        evil
    ), str(run)
    rig.same("repoproxy")
    assert trees.paths(rig.repo("repoproxy")) == trees.paths(rig.repo("repomaster"))
    rig.converges("repoproxy", steps=STEP)


def test_a23_no_file_is_published_on_a_digest_that_is_none(rig):
    answers = {
        "nothing": ":",
        "more": "sha1sum ${FILEPATH} | cut -d' ' -f1; echo and more",
        "other": "echo $(sha1sum ${FILEPATH} | cut -d' ' -f1) ${REPOPATH}/right",
        "short": "sha1sum ${FILEPATH} | cut -c1-39",
        "long": "echo $(sha1sum ${FILEPATH} | cut -d' ' -f1)0",
        "none": "echo NONE",
        "status": "sha1sum ${FILEPATH} | cut -d' ' -f1; exit 1",
    }
    right = "sha1sum ${FILEPATH} | cut -d' ' -f1"
    cases = "".join("%s) %s;; " % pair for pair in answers.items())
    rig.populate({name.encode(): name.encode() for name in [*answers, "right"]})
    rig.put({b"status": b"old"}, "repoproxy")
    rig.configure(repomaster={"digestcmd": "case ${FILE} in %s*) %s;; esac" % (cases, right)})
    run = rig.run(*STEP)
    for name in answers:
        rig.failed(run, "repoproxy", name + " failed")
    rig.same("repoproxy", names=[b"right"])
    with open(rig.repo("repoproxy", "status")) as file:
        assert file.read() == "old"
    assert trees.paths(rig.repo("repoproxy")) == [b"right", b"status"]

    # The same answers of a child: what arrived is not verified, and stays in the stage.
    rig.configure(repoproxy={"digestcmd": "case ${FILE} in %s*) %s;; esac" % (cases, right)})
    run = rig.run(*STEP)
    for name in answers:
        rig.failed(run, "repoproxy", name + " failed")
    assert trees.paths(rig.repo("repoproxy")) == [b"right", b"status"]
    with open(rig.repo("repoproxy", "status")) as file:
        assert file.read() == "old"
    rig.converges("repoproxy", steps=STEP)


def test_a25_output_without_end_is_cut_off(rig):
    rig.populate(trees.few())
    for key, text in (
        ("listcmd", "yes | tr -d '\\n' | head -c 2147483648"),
        ("digestcmd", "yes a | tr -d '\\n' | head -c 1073741824"),
    ):
        rig.configure(repomaster={key: text})
        run = rig.run(*STEP)
        rig.failed(run, "repoproxy", "printed too much" if key == "listcmd" else "failed")
        laws.check_leftovers(rig.fleet, ["repomaster"])
    # The largest of all processes that this one ever waited for.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 512 * 1024
    rig.converges("repoproxy", steps=STEP)


def test_a26_a_silent_command_ends_with_the_time_it_is_given(rig):
    rig.populate(trees.few())
    rig.configure(defaults={"timeout": "1", "retries": "0"}, repomaster={"listcmd": "echo f; sleep 1000"})
    run = rig.run(*STEP)
    rig.failed(run, "repoproxy", "no progress")
    laws.check_leftovers(rig.fleet, ["repomaster"])
    rig.converges("repoproxy", steps=STEP)


def test_a59_a_tool_that_is_missing_is_named_and_nothing_is_copied_blindly(rig):
    rig.populate(trees.few())
    rig.configure(repoproxy={"digestcmd": "nosuchsum ${FILEPATH}"})
    run = rig.run(*STEP)
    rig.failed(run, "repoproxy", "nosuchsum")
    assert run.told("ERROR", "127"), str(run)
    assert trees.paths(rig.repo("repoproxy")) == []
    rig.converges("repoproxy", steps=STEP)


def test_a61_spellings_of_a_digest(rig):
    rig.populate(trees.few())
    plain = "sha1sum ${FILEPATH} | cut -d' ' -f1"
    for child in ("repoproxy", "appnode1", "appnode2"):
        rig.put(trees.few(), child)
    rig.configure(
        repoproxy={"digestcmd": plain + " | tr a-f A-F | sed 's/$/\\r/'"},
        appnode1={"digestcmd": "sha1sum -b ${FILEPATH}"},
        appnode2={"digestcmd": plain + " | sed 's/^/0x/'"},
    )
    run = rig.full()
    assert run.exit == 6 and not run.told("INFO", " published "), str(run)
    assert run.told("INFO", "repoproxy: ended equal") and run.told("INFO", "appnode1: ended equal"), str(run)
    rig.failed(run, "appnode2", "d/4096 failed", "no digest")
    rig.converges()


@both_ways
def test_a55_a_parent_file_that_cannot_be_read_fails_alone(rig, way):
    rig.use(way)
    rig.populate(trees.few())
    rig.put({b"one": b"old"}, "repoproxy")
    os.chmod(rig.repo("repomaster", "one"), 0)
    rig.remember_source()
    run = rig.run(*STEP)
    rig.failed(run, "repoproxy", "one failed")
    rig.same("repoproxy", names=[name for name in trees.few() if name != b"one"])
    with open(rig.repo("repoproxy", "one")) as file:
        assert file.read() == "old"
    os.chmod(rig.repo("repomaster", "one"), 0o644)
    rig.remember_source()
    rig.converges("repoproxy", steps=STEP)


if __name__ == "__main__":
    python_cases.main(__file__)
