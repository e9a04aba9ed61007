"""The Python module over real sshd, from threads of Python: it raises and never aborts, and the laws hold as for the
program.

Each case is a script in a process of its own, as an operator's script is; what it has to say it prints as lines of
JSON.
"""

import json
import os
import signal

import pytest

from sshsync.testing import python_cases
from sshsync.testing.acceptance import laws, trees
from sshsync.testing.acceptance.rig import rig, site, slow_hop  # noqa: F401

STEP = ("--sync", "repoproxy")
BIG = 8 * trees.MIB

# Calls `work` in a thread, and says what came of it.
IN_A_THREAD = """
    def told(work):
        try:
            report = work()
            print(json.dumps([report.exit_code, report.summary()]), flush=True)
        except sshsync.SshsyncError as error:
            fields = [type(error).__name__, error.failure, error.exit_code, error.repository, str(error)]
            print(json.dumps(fields), flush=True)
    def in_a_thread(work):
        thread = threading.Thread(target=told, args=(work,))
        thread.start()
        return thread
    def raising(report):
        report.raise_for_errors()
        return report
"""


def answers(run, code=0):
    """What a script printed; it ended as it should, and by itself."""
    run.wait()
    assert run.exit == code, str(run)
    assert b"Fatal" not in run.err and b"terminate called" not in run.err, str(run)
    return [json.loads(line) for line in run.out.splitlines()]


@pytest.mark.parametrize("way", ["C0", "C1"])
def test_a90_a01_a_thread_brings_empty_children_in_line(rig, way):
    rig.populate(trees.t0(4 * trees.MIB))
    if way == "C0":
        rig.builtin()
    run = rig.start_python(
        IN_A_THREAD,
        """
    for _ in range(2):
        in_a_thread(lambda: engine.sync("repoproxy", ["appnode1", "appnode2"])).join()
    """,
    )
    first, second = answers(run)
    assert first == [0, "3 of 3 repositories equal their parents, 60 files changed"], first
    assert second == [0, "3 of 3 repositories equal their parents, 0 files changed"], second
    rig.same()
    rig.converges()


def test_a90_a26_a_silent_command_is_an_exception_in_the_thread(rig):
    rig.populate(trees.few())
    rig.configure(defaults={"timeout": "1", "retries": "0"}, repomaster={"listcmd": "echo f; sleep 1000"})
    run = rig.start_python(
        IN_A_THREAD,
        """
    in_a_thread(lambda: raising(engine.sync("repoproxy"))).join()
    print(json.dumps(issubclass(sshsync.HostTimeoutError, TimeoutError)))
    """,
    )
    (kind, failure, code, repository, message), is_a_timeout = answers(run)
    assert (kind, failure, code, repository, is_a_timeout) == (
        "HostTimeoutError",
        "timeout",
        6,
        "repoproxy",
        True,
    ), kind
    assert "no progress" in message, message
    laws.check_leftovers(rig.fleet, ["repomaster"])
    rig.converges("repoproxy", steps=STEP)


@pytest.mark.parametrize("way", ["C0", "C1"])
def test_a90_a39_an_ssh_that_is_killed_in_the_middle_costs_a_try_or_is_an_exception(rig, way):
    slow_hop(rig, BIG, way)
    with rig.watch("repoproxy") as watcher:
        run = rig.start_python(
            IN_A_THREAD,
            """
        in_a_thread(lambda: raising(engine.sync("repoproxy"))).join()
        """,
        )
        rig.mid(run, "repoproxy", BIG)
        run.kill_ssh_to("repoproxy")
        (answer,) = answers(run)
        assert answer[0] == 0 or answer[2] == 6, answer
        if answer[0] == 0:
            rig.same("repoproxy")
        else:
            assert run.told("ERROR", "repoproxy"), str(run)
        laws.check_leftovers(rig.fleet, rig.fleet.hosts)
        rig.converges("repoproxy", steps=STEP)
    watcher.check()


# Python raises KeyboardInterrupt in the main thread, and there only.
IN_THE_MAIN_THREAD = """
    try:
        engine.sync("repoproxy")
    except KeyboardInterrupt:
        print(json.dumps("interrupted"))
"""
IN_ANOTHER_THREAD = """
    stream = engine.stream("repoproxy")
    ended = threading.Event()
    def work():
        told(stream.wait)
        ended.set()
    threading.Thread(target=work).start()
    try:
        ended.wait()
    except KeyboardInterrupt:
        print(json.dumps("interrupted"), flush=True)
        stream.stop()
        ended.wait()
"""


@pytest.mark.parametrize("way", ["C0", "C1"])
@pytest.mark.parametrize("script", [IN_THE_MAIN_THREAD, IN_ANOTHER_THREAD], ids=["main", "another"])
def test_a90_a68_ctrl_c_ends_the_run_in_order_and_the_next_goes_on(rig, script, way):
    slow_hop(rig, BIG, way)
    with rig.watch("repoproxy") as watcher:
        run = rig.start_python(IN_A_THREAD, script)
        rig.mid(run, "repoproxy", BIG)
        os.kill(run.process.pid, signal.SIGINT)
        told = answers(run)
        assert told[0] == "interrupted", told
        recorded = json.loads(rig.ask("log", "--json").stdout)["runs"][0]
        if script is IN_THE_MAIN_THREAD:
            assert recorded["exit_code"] == 128 + signal.SIGINT, recorded
        else:
            assert told[1][0] == recorded["exit_code"] == 6, told
        assert recorded["repositories"][0]["outcome"] == "stopped", recorded
        laws.check_leftovers(rig.fleet, rig.fleet.hosts)
        again = rig.converges("repoproxy", steps=STEP)
        assert len([record for record in again.records("INFO") if " published " in record]) == 1, str(again)
    watcher.check()


def test_a90_a_child_of_fork_has_the_whole_module(rig):
    rig.populate(trees.few(trees.MIB))
    run = rig.start_python(
        IN_A_THREAD,
        """
    pid = os.fork()
    if pid == 0:
        in_a_thread(lambda: engine.sync("repoproxy", "appnode1")).join()
        sys.exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    in_a_thread(lambda: engine.verify("repoproxy", "appnode1")).join()
    """,
    )
    assert [answer[0] for answer in answers(run)] == [0, 0]
    rig.same("repoproxy", "appnode1")
    rig.converges()


if __name__ == "__main__":
    python_cases.main(__file__)
