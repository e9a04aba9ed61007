"""What a cascade brings where, on hosts that do nothing unusual: order, differences, what stays."""

import os
import shutil

from sshsync.testing import python_cases
from sshsync.testing.acceptance import trees
from sshsync.testing.acceptance.rig import FULL, both_ways, careful_copy, rig, site  # noqa: F401

ALL = ("repoproxy", "appnode1", "appnode2")


@both_ways
def test_a01_a02_a03_a_first_run_copies_all_a_second_nothing_a_third_what_differs(rig, way):
    rig.populate(trees.t0(8 * trees.MIB))
    rig.use(way)
    rig.equal(rig.full())
    before = {name: trees.stats(rig.repo(name)) for name in ALL}
    second = rig.full()
    rig.equal(second)
    assert not second.told("INFO", " published "), str(second)
    assert {name: trees.stats(rig.repo(name)) for name in ALL} == before

    changed = [b"folder0/file00", b"folder1/file01", b"folder2/file02", b"size-1", b"size-4097"]
    for name in changed:
        path = os.path.join(os.fsencode(rig.repo("repomaster")), name)
        stat = os.stat(path)
        with open(path, "r+b") as file:
            first = file.read(1)
            file.seek(0)
            file.write(bytes([first[0] ^ 255]))
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    rig.remember_source()
    rig.equal(rig.full())
    for name in ALL:
        after = trees.stats(rig.repo(name))
        assert sorted(path for path in after if after[path][0] != before[name][path][0]) == changed, name


@both_ways
def test_a04_a_child_is_served_while_the_first_host_is_down(rig, way):
    rig.populate(trees.few())
    rig.use(way)
    rig.put({b"newer": b"only here"}, "repoproxy")
    rig.fleet.stop_sshd("repomaster")
    rig.equal(rig.run("--sync", "appnode1"), "appnode1")
    rig.fleet.start_sshd("repomaster")
    rig.converges()


def test_a05_the_children_of_a_step_are_worked_on_at_the_same_time(rig):
    """Each copies only while the other does: one after the other they would wait in vain."""
    rig.put(trees.few(), "repoproxy")
    flags = os.path.join(rig.folder, "flags")
    os.mkdir(flags)
    os.chmod(rig.folder, 0o711)
    os.chmod(flags, 0o777)
    meet = (
        ": > %s/${REPO}; i=0; until [ -f %s/appnode1 ] && [ -f %s/appnode2 ]; do i=$((i+1)); [ $i -lt 3000 ] || exit 1;"
        " sleep 0.01; done; cp -p ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}" % (flags, flags, flags)
    )
    rig.configure(appnode1={"synccmd": meet}, appnode2={"synccmd": meet})
    rig.equal(rig.run("--sync", "appnode1,appnode2"), "appnode1", "appnode2")


@both_ways
def test_a06_the_order_of_the_steps_is_kept_even_against_the_tree(rig, way):
    rig.populate({b"file": b"new"})
    rig.use(way)
    rig.put({b"file": b"old"}, "repoproxy")
    run = rig.run("--sync", "appnode1", "--sync", "repoproxy")
    assert run.exit == 0, str(run)
    assert trees.digests(rig.repo("repoproxy")) == trees.digests(rig.repo("repomaster"))
    with open(rig.repo("appnode1", "file")) as file:
        assert file.read() == "old"
    published = [record.split(": ")[0].split()[-1] for record in run.records("INFO") if " published " in record]
    assert published == ["appnode1", "repoproxy"], str(run)
    rig.converges()


@both_ways
def test_a07_what_only_the_child_has_stays(rig, way):
    rig.populate(trees.few())
    rig.use(way)
    rig.put({b"mine": b"extra", b"mine too/deep": b"extra"}, "repoproxy")
    os.mkdir(rig.repo("repoproxy", "empty folder"))
    before = trees.stats(rig.repo("repoproxy"))
    rig.equal(rig.run("--sync", "repoproxy"), "repoproxy")
    after = trees.stats(rig.repo("repoproxy"))
    assert {path: after.get(path) for path in before} == before
    assert os.path.isdir(rig.repo("repoproxy", "empty folder"))


@both_ways
def test_a08_an_empty_parent_empties_nobody(rig, way):
    rig.use(way)
    rig.put(trees.few(), "repoproxy")
    rig.put(trees.few(), "appnode1")
    before = {name: trees.stats(rig.repo(name)) for name in ("repoproxy", "appnode1")}
    run = rig.full()
    rig.failed(run, "repoproxy", "empty listing", exit_code=8)
    assert {name: trees.stats(rig.repo(name)) for name in before} == before
    # Deleting is asked for: that changes nothing about it.
    assert rig.run("--delete", *FULL).exit != 0
    assert {name: trees.stats(rig.repo(name)) for name in before} == before
    rig.populate(trees.few())
    rig.converges()


@both_ways
def test_a12_a14_long_names_and_twins_are_told_apart(rig, way):
    names = [b"n" * 254 + end for end in (b"1", b"2")] + ["\U0001f600".encode() * 63 + end for end in (b"ab1", b"ab2")]
    names += ["caf\u00e9".encode(), "cafe\u0301".encode(), b"A", b"a"]
    rig.populate({name: b"content of " + name for name in names})
    rig.use(way)
    if way == "C1":
        rig.configure(repoproxy={"synccmd": careful_copy(rig.host("repoproxy")), "names": "any"})
    rig.equal(rig.run("--sync", "repoproxy"), "repoproxy")
    assert len(trees.paths(rig.repo("repoproxy"))) == len(names)


@both_ways
def test_a13_what_the_child_cannot_hold_fails_by_name(rig, way):
    deep = b"/".join([b"d" * 18] * 200)
    rig.populate({deep + b"/file": b"deep down", b"file": b"at the top"})
    rig.use(way)
    run = rig.run("--sync", "repoproxy")
    if run.exit != 0:
        rig.failed(run, "repoproxy", "d/file failed")
    rig.same("repoproxy", names=[b"file"])
    shutil.rmtree(rig.repo("repomaster", "d" * 18))
    rig.remember_source()
    rig.converges(names=[b"file"])


@both_ways
def test_a57_a_flipped_byte_on_the_child_is_repaired(rig, way):
    rig.populate(trees.few())
    rig.use(way)
    rig.put(trees.few(), "repoproxy")
    path = rig.repo("repoproxy", "d", "4097")
    stat = os.stat(path)
    with open(path, "r+b") as file:
        file.seek(2000)
        file.write(b"\x00\xff")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    rig.equal(rig.run("--sync", "repoproxy"), "repoproxy")


@both_ways
def test_a62_a63_neither_language_nor_odd_times_matter(rig, way):
    rig.populate(trees.few())
    rig.use(way)
    rig.put(trees.few(), "repoproxy")
    os.utime(rig.repo("repoproxy", "one"), (0, 0))
    os.utime(rig.repo("repoproxy", "empty"), (4102444800, 4102444800))
    before = trees.stats(rig.repo("repoproxy"))
    for language in ("de_DE.UTF-8", "tr_TR.UTF-8"):
        rig.equal(rig.run("--sync", "repoproxy", env={"LANG": language, "LC_ALL": language}), "repoproxy")
    assert trees.stats(rig.repo("repoproxy")) == before


if __name__ == "__main__":
    python_cases.main(__file__)
