"""What the program finds around it on the controller: another run, strange lock files, closed descriptors, full disks,
pipes.
"""

import os
import subprocess

import pytest

from sshsync.testing import python_cases
from sshsync.testing.acceptance import laws, trees
from sshsync.testing.acceptance.rig import FULL, SECRET, rig, site  # noqa: F401

STEP = ("--sync", "repoproxy")


def test_a69_a_reader_that_goes_away_does_not_end_the_run(rig):
    rig.populate(trees.few(trees.MIB))
    read, write = os.pipe()
    with rig.watch("repoproxy") as watcher:
        run = rig.start("-v", "--events", "-", *FULL, stdout=write)
        os.close(write)
        assert os.read(read, 1)
        os.close(read)
        run.wait()
        rig.same()
    watcher.check()
    assert run.exit >= 0, "it died of a signal"
    rig.converges()


@pytest.mark.parametrize("where", ["stdout", "log"])
def test_a69_a80_where_nothing_can_be_written_the_files_arrive_all_the_same(rig, where):
    rig.populate(trees.few())
    with open("/dev/full", "wb") as full:
        if where == "stdout":
            run = rig.run("-v", "--events", "-", *STEP, stdout=full)
            assert run.exit >= 0, str(run)
        else:
            logging = os.path.join(rig.folder, "logging.conf")
            with open(logging, "w") as file:
                file.write(
                    "[loggers]\nkeys=root\n[handlers]\nkeys=full\n[formatters]\nkeys=\n"
                    "[logger_root]\nlevel=DEBUG\nhandlers=full\n"
                    "[handler_full]\nclass=StreamHandler\nlevel=DEBUG\nargs=(sys.stdout,)\n"
                )
            os.chmod(logging, 0o600)
            run = rig.start("--logging-config", logging, *STEP, stdout=full, log=False).wait()
            assert run.exit == 0, str(run)
            assert len(run.err.splitlines()) == 1, str(run)
    rig.same("repoproxy")
    rig.converges("repoproxy", steps=STEP)


def test_a74_the_pid_of_a_dead_process_is_no_obstacle(rig):
    rig.populate(trees.few())
    dead = subprocess.Popen(["true"])
    dead.wait()
    with open(rig.pid_file, "w") as file:
        file.write("%d 2026-01-01T00:00:00+00:00\n" % dead.pid)
    rig.equal(rig.run(*STEP), "repoproxy")


def test_a76_of_two_that_start_together_one_works_and_one_says_so(rig):
    rig.populate({b"file": b"content"})
    for round in range(6):
        rig.put({b"file": b"other %d" % round}, "repoproxy")
        barrier, go = os.pipe()
        runs = []
        # Both wait for the end of the pipe. A child that waited before its exec would hold up Popen: a shell waits in
        # its place.
        for _ in range(2):
            runs.append(rig.start(*STEP, stdin=barrier, through=("/bin/sh", "-c", 'read _; exec "$@"', "sh")))
        os.close(barrier)
        os.close(go)
        for run in runs:
            run.wait()
        assert sorted(run.exit for run in runs) == [0, 7], "\n".join(map(str, runs))
        loser = max(runs, key=lambda run: run.exit)
        assert b"already running (pid " in loser.err and b", since " in loser.err, str(loser)
        rig.same("repoproxy")


def test_a77_a_lock_file_that_is_none_is_an_error_and_left_as_it_is(rig):
    rig.populate(trees.few())
    victim = os.path.join(rig.folder, "victim")
    with open(victim, "w") as file:
        file.write("precious\n")

    def run_with(make):
        if os.path.isdir(rig.pid_file) and not os.path.islink(rig.pid_file):
            os.rmdir(rig.pid_file)
        elif os.path.lexists(rig.pid_file):
            os.unlink(rig.pid_file)
        make(rig.pid_file)
        return rig.run(*STEP)

    def write(text):
        def make(path):
            with open(path, "wb") as file:
                file.write(text)

        return make

    rig.equal(run_with(write(b"")), "repoproxy")
    for make in (
        write(bytes(range(256))),
        os.mkdir,
        lambda path: os.symlink(victim, path),
        lambda path: os.link(victim, path),
        os.mkfifo,
    ):
        run = run_with(make)
        assert run.exit == 6 and rig.pid_file.encode() in run.err, str(run)
        with open(victim) as file:
            assert file.read() == "precious\n"
    os.unlink(rig.pid_file)
    rig.pid_file = os.path.join(rig.folder, "nowhere", "pid")
    run = rig.run(*STEP)
    assert run.exit == 6 and rig.pid_file.encode() in run.err, str(run)


def test_a77_a_lock_file_that_is_unlinked_while_it_is_held_lets_nobody_in(rig):
    rig.populate({b"file": b"content"})
    flag = os.path.join(rig.folder, "go on")
    os.chmod(rig.folder, 0o711)
    wait = (
        "i=0; until [ -f '%s' ]; do i=$((i+1)); [ $i -lt 6000 ] || exit 1; sleep 0.01; done; cp -p ${REMOTEDIR}/${FILE}"
        " ${LOCALDIR}/${FILE}" % flag
    )
    rig.configure(repoproxy={"synccmd": wait})
    first = rig.start(*STEP)
    laws.wait_until(lambda: b"started (" in first.log, 60, "the transfer")
    os.unlink(rig.pid_file)
    second = rig.run(*STEP)
    assert second.exit == 7 and b"pid %d" % first.process.pid in second.err, str(second)
    with open(flag, "w"):
        pass
    rig.equal(first.wait(), "repoproxy")


def test_a80_a_log_that_cannot_be_opened_is_said_before_anything_is_done(rig):
    rig.populate(trees.few())
    run = rig.run("--log-file", os.path.join(rig.folder, "nowhere", "log"), *STEP)
    assert run.exit == 3 and b"nowhere/log" in run.err, str(run)
    assert not os.path.exists(rig.repo("repoproxy", ".sshsync"))


def test_a82_closed_descriptors_corrupt_nothing(rig):
    rig.populate(trees.few(trees.MIB))
    closing = ("/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh")
    run = rig.run(*FULL, through=closing)
    assert run.exit == 0, str(run)
    rig.same()
    again = rig.run(*FULL, through=closing)
    assert again.exit == 0 and not again.told("INFO", " published "), str(again)


def test_a86_stdin_is_left_to_others(rig):
    rig.populate(trees.few())
    read, write = os.pipe()
    os.write(write, b"a\nb\n")
    os.close(write)
    rig.equal(rig.run(*STEP, stdin=read), "repoproxy")
    assert os.read(read, 100) == b"a\nb\n"
    os.close(read)


def test_l8_a_password_is_shown_nowhere_even_where_a_template_names_it(rig):
    rig.populate(trees.few(trees.MIB))
    rig.configure(
        repoproxy={
            "synccmd": (
                "echo using ${REMOTEPASSWORD} >&2; cp -p ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}; [ ${FILE} != one ]"
            )
        }
    )
    seen = []
    run = rig.start("--json", *STEP)
    while run.process.poll() is None and not seen:
        seen += [command for command in laws.commands_below(run.process.pid) if SECRET in command]
    run.wait()
    assert not seen, seen
    rig.failed(run, "repoproxy", "one failed")
    assert b"***" in run.log, str(run)
    rig.converges("repoproxy", steps=STEP)


@pytest.mark.parametrize(
    "arguments,code,words",
    [
        (["--help"], 0, b""),
        (["--snyc", "repoproxy"], 1, b"--sync"),
        ([], 2, b""),
        (["--sync", ""], 2, b""),
        (["--sync", "a,,b"], 2, b""),
        (["repoproxy"], 2, b""),
        (["--sync", "repoproxi"], 4, b"repoproxy"),
        (["--sync", "repomaster"], 3, b"parent"),
        (["--sync", b"\xff\x1b(2J"], 4, b"\\x"),
        (["--config", "/nowhere/sshsync.conf", "--sync", "a"], 3, b"/nowhere/sshsync.conf"),
    ],
)
def test_a87_a_wrong_command_line_contacts_nobody(rig, arguments, code, words):
    started = os.path.join(rig.folder, "started")
    rig.configure(defaults={"ssh": "touch " + started})
    run = rig.run(*arguments)
    assert run.exit == code, str(run)
    assert words in run.out + run.err, str(run)
    assert not os.path.exists(started)


if __name__ == "__main__":
    python_cases.main(__file__)
