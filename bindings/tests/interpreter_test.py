"""How the package lives with its interpreter: signals, threads, forks, its end, and a second interpreter.

Each in a process of its own.
"""

import json
import os
import signal
import subprocess
import sys
import textwrap
import unittest

import python_cases
import sshsync
from local_cascade import LocalCascade

HEAD = """
import json, os, sys, threading
import sshsync
engine = sshsync.Engine(sys.argv[1])
"""


class InterpreterTest(unittest.TestCase):
    def setUp(self):
        self.cascade = LocalCascade()
        self.addCleanup(self.cascade.close)

    def start(self, script, head=HEAD):
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": os.path.dirname(os.path.dirname(sshsync.__file__))}
        return subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-c", head + textwrap.dedent(script), self.cascade.config],
            env=environment,
            cwd=self.cascade.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def end(self, process, code=0):
        """What stands on stdout; a line of JSON each."""
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, code, (out, err))
        return [json.loads(line) for line in out.decode().splitlines()]

    def run_script(self, script, head=HEAD):
        return self.end(self.start(script, head))

    def nothing_is_left(self):
        """No process works in the cascade's folder any more: its shells and their sleeps are gone."""
        left = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    line = file.read()
            except OSError:
                continue
            if self.cascade.folder.encode() in line and b"python" not in line:
                left.append(line)
        self.assertEqual(left, [])

    def test_ctrl_c_ends_a_run_in_order(self):
        self.cascade.hold_transfers()
        process = self.start(
            """
            try:
                engine.sync("p", "n")
            except KeyboardInterrupt:
                print(json.dumps("interrupted"))
            run = engine.runs()[0]
            print(json.dumps([run.exit_code, run.repositories[0].outcome]))
        """
        )
        self.cascade.await_transfer()
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.end(process), ["interrupted", [130, "stopped"]])
        self.assertEqual(self.cascade.files("p"), {})
        self.nothing_is_left()

    def test_what_another_signals_handler_raises_ends_a_run_in_order(self):
        self.cascade.hold_transfers()
        process = self.start(
            """
            import signal
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
            engine.sync("p")
        """
        )
        self.cascade.await_transfer()
        process.send_signal(signal.SIGTERM)
        self.end(process, 7)
        self.nothing_is_left()

    def test_ctrl_c_ends_a_single_command(self):
        process = self.start(
            """
            here = sshsync.Host("", local=True)
            try:
                sshsync.run(here, "echo x > %s/reached; sleep 1000")
            except KeyboardInterrupt:
                print(json.dumps("interrupted"))
        """
            % self.cascade.folder
        )
        self.cascade.await_transfer()
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.end(process), ["interrupted"])
        self.nothing_is_left()

    def test_ctrl_c_ends_a_run_in_another_thread_with_the_interpreter(self):
        self.cascade.hold_transfers()
        process = self.start(
            """
            thread = threading.Thread(target=engine.sync, args=("p",), daemon=True)
            thread.start()
            try:
                thread.join()
            except KeyboardInterrupt:
                print(json.dumps("interrupted"), flush=True)
        """
        )
        self.cascade.await_transfer()
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.end(process), ["interrupted"])
        self.nothing_is_left()

    def test_the_interpreter_may_end_while_threads_run(self):
        self.cascade.hold_transfers()
        process = self.start(
            """
            verbs = (
                lambda: engine.sync("p"),
                lambda: [engine.verify("n") for _ in range(1000)],
                lambda: list(engine.stream("n", dry_run=True)),
            )
            for verb in verbs:
                threading.Thread(target=verb, daemon=True).start()
            hasher = sshsync.Hasher()
            threading.Thread(target=lambda: [hasher.update(bytes(1 << 20)) for _ in range(100000)], daemon=True).start()
            open("%s/reached").read()
        """
            % self.cascade.folder
        )
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        self.assertNotIn(b"Fatal", err)
        self.assertNotIn(b"terminate", err)
        self.nothing_is_left()

    def test_the_interpreter_may_end_while_a_runner_in_python_runs(self):
        self.cascade.hold_transfers()
        process = self.start(
            """
            engine = sshsync.Engine(sys.argv[1], runner=sshsync.SubprocessRunner())
            threading.Thread(target=lambda: engine.sync("p"), daemon=True).start()
            open("%s/reached").read()
        """
            % self.cascade.folder
        )
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        self.assertNotIn(b"terminate", err)
        self.nothing_is_left()

    def test_a_stream_may_be_left_open_at_the_end(self):
        self.cascade.hold_transfers()
        process = self.start(
            """
            stream = engine.stream("p")
            open("%s/reached").read()
        """
            % self.cascade.folder
        )
        self.end(process)
        self.nothing_is_left()

    def test_a_child_of_fork_has_the_whole_package(self):
        answers = self.run_script(
            """
            pid = os.fork()
            if pid == 0:
                print(json.dumps([engine.sync("p").exit_code, sshsync.Digest.of(b"", "md5").text[:4]]), flush=True)
                sys.exit(0)
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            print(json.dumps([status, engine.verify("p").ok]))
        """
        )
        self.assertEqual(answers, [[0, "d41d"], [0, True]])

    def test_a_fork_during_a_run_leaves_the_run_to_the_parent(self):
        self.cascade.hold_transfers()
        answers = self.run_script(
            """
            stream = engine.stream("p")
            connections = sshsync.SshRunner()
            here = sshsync.Host("", local=True)
            connections.run(here, sshsync.Command("true"))
            open("%(folder)s/reached").read()
            pid = os.fork()
            if pid == 0:
                try:
                    next(stream)
                except RuntimeError as error:
                    print(json.dumps(str(error)), flush=True)
                sys.exit(0)
            assert os.waitpid(pid, 0)[1] == 0
            assert connections.run(here, sshsync.Command("echo alive")).out == b"alive\\n"
            stream.close()
            print(json.dumps(stream.report["p"].outcome))
        """
            % {"folder": self.cascade.folder}
        )
        self.assertEqual(answers, ["this run belongs to the process that forked", "stopped"])

    def test_a_child_of_fork_does_not_keep_the_lock(self):
        answers = self.run_script(
            """
            import select
            pids = []
            hold, let_go = os.pipe()
            def on_event(event):
                if event.kind == "repository_started" and not pids:
                    pid = os.fork()
                    if pid == 0:
                        os.close(let_go)
                        os.read(hold, 1)
                        os._exit(0)
                    pids.append(pid)
            sshsync.Engine(sys.argv[1], on_event=on_event).sync("p")
            print(json.dumps(engine.sync("p").ok))
            os.close(let_go)
            os.waitpid(pids[0], 0)
        """
        )
        self.assertEqual(answers, [True])

    def test_processes_of_multiprocessing_pass_reports_on(self):
        answers = self.run_script(
            """
            import multiprocessing
            def plan(name):
                return engine.plan(name)
            with multiprocessing.get_context("fork").Pool(2) as pool:
                reports = pool.map(plan, ["p", "p", "p"])
            print(json.dumps([report.changed for report in reports]))
        """
        )
        self.assertEqual(answers, [[3, 3, 3]])

    def test_engines_run_in_threads_side_by_side(self):
        answers = self.run_script(
            """
            reports = []
            def sync(i):
                folder = os.path.dirname(sys.argv[1])
                own = sshsync.Engine(sys.argv[1], state_dir=f"{folder}/state{i}", pid_file=f"{folder}/pid{i}")
                reports.append(own.sync("p", lock_wait=30) if i == 0 else own.verify("n"))
            threads = [threading.Thread(target=sync, args=(i,)) for i in range(6)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            print(json.dumps(len(reports)))
        """
        )
        self.assertEqual(answers, [6])
        self.assertEqual(self.cascade.files("p"), self.cascade.files("m"))

    def test_other_threads_go_on_while_a_run_waits(self):
        self.cascade.hold_transfers()
        answers = self.run_script(
            """
            stream = engine.stream("p")
            thread = threading.Thread(target=stream.wait)
            thread.start()
            open("%s/reached").read()
            print(json.dumps(sum(i for i in range(100000))), flush=True)
            stream.stop()
            thread.join()
        """
            % self.cascade.folder
        )
        self.assertEqual(answers, [sum(range(100000))])

    def test_a_second_interpreter_is_refused(self):
        for first in ("import sshsync", "pass"):
            answers = self.run_script(
                """
                import json, sys
                %s
                import _xxsubinterpreters as interpreters
                one = interpreters.create()
                try:
                    interpreters.run_string(one, "import sys; sys.path[:0] = %%r\\nimport sshsync" %% sys.path)
                except interpreters.RunFailedError as error:
                    print(json.dumps(str(error)))
                """
                % first,
                head="",
            )
            self.assertEqual(len(answers), 1)
            self.assertIn("main interpreter only", answers[0])

    def test_values_of_runs_survive_pickle(self):
        answers = self.run_script(
            """
            import pickle
            events = []
            engine = sshsync.Engine(sys.argv[1], on_event=events.append)
            values = [engine.sync("p"), engine.status(), engine.probe("p"), engine.runs(), *events]
            print(json.dumps([len(values) > 10, all(pickle.loads(pickle.dumps(value)) == value for value in values)]))
        """
        )
        self.assertEqual(answers, [[True, True]])


if __name__ == "__main__":
    python_cases.main(__file__)
