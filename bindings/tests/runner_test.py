"""Runners that are written in Python, in the place of ssh: whole runs over them, what they raise, and what they are
handed.
"""

import threading
import unittest

import python_cases
import sshsync
from local_cascade import LocalCascade


class Failing(sshsync.SubprocessRunner):
    """Raises instead of running a command that has a certain text."""

    def __init__(self, text, error):
        self.text = text
        self.error = error

    def run(self, host, command, stop):
        if self.text in command.script:
            raise self.error
        return super().run(host, command, stop)


class RunnerTest(unittest.TestCase):
    def setUp(self):
        self.cascade = LocalCascade()
        self.addCleanup(self.cascade.close)

    def engine(self, runner, **options):
        return sshsync.Engine(self.cascade.config, runner=runner, **options)

    def test_a_whole_run_goes_over_subprocess(self):
        report = self.engine(sshsync.SubprocessRunner()).sync("p", "n")
        self.assertTrue(report.ok, report.to_json())
        self.assertEqual(self.cascade.files("n"), self.cascade.files("m"))

    def test_a_program_of_ones_own_gives_the_shell(self):
        asked = []

        class Wrapped(sshsync.SubprocessRunner):
            def argv(self, host):
                asked.append(host)
                return ["env", "THROUGH=wrapper", "sh"]

        self.cascade.before('[ "$THROUGH" = wrapper ]')
        self.assertTrue(self.engine(Wrapped()).sync("p").ok)
        self.assertTrue(all(host.local for host in asked))

    def test_a_recording_shows_that_a_plan_writes_nothing(self):
        runner = sshsync.RecordingRunner(sshsync.SubprocessRunner())
        self.assertEqual(self.engine(runner).plan("p").changed, 3)
        self.assertTrue(runner.records)
        self.assertFalse([one.command.script for one in runner.records if one.command.writes])
        self.assertTrue(any(b"f1" in one.out for one in runner.records))
        self.engine(runner).sync("p")
        self.assertTrue(any(one.command.writes for one in runner.records))

    def test_what_a_runner_raises_is_a_failure_by_its_kind(self):
        kinds = [
            (ConnectionResetError("gone"), "unreachable"),
            (TimeoutError("silent"), "timeout"),
            (PermissionError("no"), "permission"),
            (sshsync.errors.error_of("auth", "no key"), "auth"),
            (KeyError("x"), "internal"),
        ]
        for error, failure in kinds:
            report = self.engine(Failing("", error)).sync("p", wait=0.1)
            self.assertEqual(report["p"].failure, failure, report.to_json())
            self.assertFalse(report.ok)

    def test_a_runner_that_returns_something_else_is_told(self):
        class Wrong(sshsync.SubprocessRunner):
            def run(self, host, command, stop):
                return 0

        report = self.engine(Wrong()).sync("p")
        self.assertIn("returned a int, not a Result", report["p"].message)

    def test_what_a_call_was_handed_is_refused_after_it(self):
        kept = []

        class Keeping(sshsync.SubprocessRunner):
            def stream(self, host, command, sink, moved, stop):
                kept.append((sink, moved, stop))
                return super().stream(host, command, sink, moved, stop)

        self.engine(Keeping()).sync("p")
        sink, moved, stop = next(one for one in kept if isinstance(one[0], sshsync._sshsync.Sink))
        self.assertRaises(RuntimeError, sink, b"x")
        self.assertRaises(RuntimeError, moved)
        self.assertTrue(stop.stopped)
        self.assertRaises(RuntimeError, stop.fileno)

    def test_a_stop_reaches_the_runner(self):
        reached = threading.Event()

        class Waiting(sshsync.SubprocessRunner):
            def run(self, host, command, stop):
                reached.set()
                stop.wait(1000)
                raise ConnectionError("never seen: the run was stopped")

        with self.engine(Waiting()).stream("p") as stream:
            reached.wait()
        self.assertEqual(stream.report["p"].failure, "stopped")

    def test_callbacks_logging_and_a_runner_do_not_wait_for_each_other(self):
        lock = threading.Lock()

        class Locking(sshsync.SubprocessRunner):
            def run(self, host, command, stop):
                with lock:
                    return super().run(host, command, stop)

        def on_event(event):
            with lock:
                str(event)

        for _ in range(3):
            with self.assertLogs("sshsync", "DEBUG"):
                self.assertTrue(self.engine(Locking(), on_event=on_event).sync("p", "n").ok)


if __name__ == "__main__":
    python_cases.main(__file__)
