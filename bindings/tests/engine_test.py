"""Runs through the Python package over folders of this machine: reports, events, errors, and that they are the command
line's.
"""

import asyncio
import inspect
import json
import logging
import os
import re
import subprocess
import threading
import unittest

import python_cases
import sshsync
from local_cascade import LocalCascade

PROGRAM = os.path.abspath("tools/cli/sshsync")


class EngineTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.cascade = LocalCascade()
        self.addCleanup(self.cascade.close)
        self.engine = sshsync.Engine(self.cascade.config)

    def run_program(self, *arguments):
        environment = {"PATH": "/usr/bin:/bin", "SSHSYNC_CONFIG": self.cascade.config}
        done = subprocess.run(
            [PROGRAM, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60
        )
        return done.stdout.decode(), done.returncode

    def test_a_sync_brings_every_repository_in_line(self):
        report = self.engine.sync("p", "n")
        self.assertTrue(report.ok)
        self.assertEqual((report.verb, report.queue, report.exit_code), ("sync", (("p",), ("n",)), 0))
        self.assertEqual(self.cascade.files("n"), self.cascade.files("m"))
        self.assertEqual(
            [(file.path, file.action) for file in report["p"].files], [("f0", "copy"), ("f1", "copy"), ("f2", "copy")]
        )
        self.assertEqual(report["n"].files[0].digest, sshsync.Digest.of(b"content 0", "sha1").text)
        self.assertEqual(report["n"].outcome, "changed")
        self.assertEqual(self.engine.sync("p", "n")["n"].outcome, "equal")

    def test_steps_are_names_lists_of_names_and_texts_with_commas(self):
        self.cascade.configure("[o]\npath = %s/o\nparent = p\n" % self.cascade.folder)
        os.mkdir(self.cascade.folder + "/o")
        engine = sshsync.Engine(self.cascade.config)
        self.assertEqual(engine.plan("p", ["n", "o"]).queue, (("p",), ("n", "o")))
        self.assertEqual(engine.plan("p", "n,o").queue, (("p",), ("n", "o")))
        self.assertEqual(engine.plan(cascade="m").queue, (("p",), ("n", "o")))
        self.assertEqual(engine.plan(cascade="m", exclude_repo="o").queue, (("p",), ("n",)))

    def test_a_plan_changes_nothing_and_says_why(self):
        report = self.engine.plan("p")
        self.assertEqual(report.changed, 3)
        self.assertEqual(report["p"].outcome, "planned")
        self.assertEqual(os.listdir(self.cascade.folder + "/p"), [])
        self.assertEqual(self.engine.sync("p", dry_run=True).verb, "plan")

    def test_a_verification_tells_differences_by_exit_code_10(self):
        self.engine.sync("p")
        self.assertTrue(self.engine.verify("p").ok)
        self.cascade.write("p/f1", "damaged")
        report = self.engine.verify("p")
        self.assertEqual(
            (report.exit_code, report["p"].failures[0].path, report["p"].failures[0].failure), (10, "f1", "differs")
        )
        self.assertEqual(self.cascade.read("p/f1"), "damaged")

    def test_json_is_what_the_program_prints(self):
        # Of two plans of the same tree nothing but ids and times may differ.
        out, code = self.run_program("plan", "--json", "--sync", "p", "--sync", "n")
        report = self.engine.plan("p", "n")
        self.assertEqual(code, report.exit_code)

        def steady(values):
            if isinstance(values, dict):
                return {
                    key: steady(value)
                    for key, value in values.items()
                    if key not in ("run", "started", "ended", "seconds")
                }
            return [steady(value) for value in values] if isinstance(values, list) else values

        self.assertEqual(steady(report.to_dict()), steady(json.loads(out)))
        self.assertEqual(
            [line.split(":")[0] for line in report.to_json().splitlines()],
            [line.split(":")[0] for line in out.splitlines()],
        )

    def test_status_and_runs_are_what_the_program_prints(self):
        self.assertEqual(self.engine.status()["n"].state, "never")
        self.engine.sync("p", "n")
        status = self.engine.status()
        out, _ = self.run_program("status", "--json")
        theirs = json.loads(out)
        ours = status.to_dict()
        for document in (ours, theirs):
            document.pop("time")
            for repository in document["repositories"]:
                repository.pop("age_seconds")
        self.assertEqual(ours, theirs)
        self.assertTrue(all(one.ok for one in status))
        self.assertTrue(self.engine.status("n", max_age=0).overdue)
        recorded = self.engine.runs()[0]
        out, _ = self.run_program("log", "--json", recorded.run)
        self.assertEqual(self.engine.run(recorded.run).to_json(), out)
        self.assertEqual((recorded.exit_code, recorded.finished, recorded.repositories[0].copied), (0, True, 3))

    def test_names_that_are_no_utf8_come_as_files_are_named_in_python(self):
        name = os.fsdecode(b"caf\xe9")
        with open(os.path.join(self.cascade.folder, "m", name), "w") as file:
            file.write("x")
        events = []
        engine = sshsync.Engine(self.cascade.config, on_event=events.append)
        report = engine.sync("p")
        self.assertIn(name, [file.path for file in report["p"].files])
        self.assertIn(name, [event.path for event in events if event.kind == "file_published"])
        self.assertTrue(os.path.exists(os.path.join(self.cascade.folder, "p", name)))

    def test_events_come_in_order_in_the_thread_that_called(self):
        seen = []
        engine = sshsync.Engine(
            self.cascade.config, on_event=lambda event: seen.append((event, threading.current_thread()))
        )
        engine.sync("p")
        kinds = [event.kind for event, _ in seen]
        self.assertEqual((kinds[0], kinds[-1]), ("run_started", "run_ended"))
        self.assertEqual(kinds.count("file_published"), 3)
        self.assertEqual({thread for _, thread in seen}, {threading.current_thread()})
        line = json.loads(seen[0][0].to_json())
        self.assertEqual((line["event"], line["run"]), ("run_started", seen[0][0].run))

    def test_what_a_callback_raises_ends_the_run_and_comes_out(self):
        class Enough(Exception):
            pass

        def on_event(event):
            if event.kind == "repository_started":
                raise Enough(event.repository)

        with self.assertRaises(Enough):
            sshsync.Engine(self.cascade.config, on_event=on_event).sync("p", "n")
        self.assertEqual(self.cascade.files("n"), {})
        self.assertTrue(self.engine.sync("p", "n").ok)  # the lock is free again

    def test_a_stream_gives_events_one_by_one_and_then_the_report(self):
        with self.engine.stream("p") as stream:
            with self.assertRaises(RuntimeError):
                stream.report if not stream._run.ended else self.fail("ended at once")
            kinds = [event.kind for event in stream]
        self.assertEqual(kinds[-1], "run_ended")
        self.assertEqual(stream.report.changed, 3)

    def test_leaving_a_stream_early_ends_the_run(self):
        self.cascade.hold_transfers()
        with self.engine.stream("p") as stream:
            self.cascade.await_transfer()
            next(stream)
        self.assertEqual(stream.report["p"].outcome, "stopped")
        self.assertEqual(self.cascade.files("p"), {})

    def test_a_stream_that_is_dropped_ends_its_run(self):
        self.cascade.hold_transfers()
        stream = self.engine.stream("p")
        self.cascade.await_transfer()
        del stream
        self.cascade.before("true")
        self.assertTrue(self.engine.sync("p").ok)

    def test_asyncio_waits_for_runs_and_iterates_over_events(self):
        async def both():
            first = await self.engine.sync_async("p")
            kinds = []
            async with self.engine.stream("n") as stream:
                async for event in stream:
                    kinds.append(event.kind)
            return first, kinds, stream.report

        first, kinds, second = asyncio.run(both())
        self.assertTrue(first.ok and second.ok)
        self.assertEqual((kinds[0], kinds[-1]), ("run_started", "run_ended"))

    def test_the_asynchronous_verbs_take_what_the_others_take(self):
        for verb in ("sync", "plan", "verify"):
            asked = list(inspect.signature(getattr(self.engine, verb)).parameters)
            self.assertEqual(list(inspect.signature(getattr(self.engine, verb + "_async")).parameters), asked)
        self.assertEqual(
            list(inspect.signature(self.engine.stream).parameters), list(inspect.signature(self.engine.sync).parameters)
        )
        report = asyncio.run(self.engine.plan_async("p", include=["f1"], exclude=["*"]))
        self.assertEqual((report.verb, report.changed), ("plan", 1))
        with self.assertRaises(TypeError):
            asyncio.run(self.engine.sync_async("p", no_such_option=1))

    def test_a_task_that_is_cancelled_ends_its_run_in_order(self):
        self.cascade.hold_transfers()

        async def cancel():
            task = asyncio.create_task(self.engine.sync_async("p"))
            await asyncio.get_running_loop().run_in_executor(None, self.cascade.await_transfer)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task

        asyncio.run(cancel())
        self.cascade.before("true")
        self.assertTrue(self.engine.sync("p").ok)

    def test_a_run_that_was_stopped_is_resumed(self):
        self.assertRaises(sshsync.UsageError, self.engine.resume)
        self.cascade.hold_transfers()
        with self.engine.stream("p", "n") as stream:
            self.cascade.await_transfer()
        self.cascade.before("true")
        self.assertEqual(self.engine.status().unfinished_run, stream.report.run)
        report = self.engine.resume()
        self.assertEqual((report.ok, report.queue), (True, (("p",), ("n",))))
        self.assertEqual(self.cascade.files("n"), self.cascade.files("m"))
        self.assertIsNone(self.engine.resume())

    def test_what_a_run_replaced_and_deleted_comes_back(self):
        self.cascade.write("sshsync.conf", self.cascade.read("sshsync.conf").replace("[p]\n", "[p]\ntrash = yes\n"))
        engine = sshsync.Engine(self.cascade.config)
        engine.sync("p")
        before = self.cascade.files("p")
        self.cascade.write("m/f1", "another content")
        os.remove(self.cascade.folder + "/m/f2")
        run = engine.sync("p", delete=True, max_delete="100%").run
        seen = []
        report = sshsync.Engine(self.cascade.config, on_event=seen.append).restore(run, "p")
        self.assertEqual((report.ok, report.verb, report["p"].outcome), (True, "restore", "restored"), report.to_json())
        self.assertEqual([(file.path, file.action) for file in report["p"].files], [("f1", "replace"), ("f2", "copy")])
        self.assertEqual(self.cascade.files("p"), before)
        self.assertEqual([event.path for event in seen if event.kind == "file_published"], ["f1", "f2"])
        self.assertEqual(report.summary(), "1 of 1 repositories were restored, 2 files changed")
        self.assertEqual(engine.runs()[0].run, report.run)
        again = engine.restore(run[:-2], "p")
        self.assertEqual((again.ok, again.changed), (True, 0))

    def test_a_restore_of_what_is_not_there_says_so(self):
        self.engine.sync("p")
        report = self.engine.restore("19990101", "p")
        self.assertFalse(report.ok)
        with self.assertRaises(sshsync.SshsyncError) as caught:
            report.raise_for_errors()
        self.assertEqual(caught.exception.repository, "p")
        out, code = self.run_program("restore", "19990101", "p")
        self.assertEqual(report.exit_code, code, out)
        self.assertRaises(sshsync.MissingSectionError, self.engine.restore, "19990101", "q")
        self.assertRaises(sshsync.ConfigError, self.engine.restore, "19990101", "m")  # a root is never written

    def test_the_page_of_a_run_is_what_the_program_writes(self):
        self.assertRaises(sshsync.UsageError, self.engine.report_page)
        run = self.engine.sync("p", "n").run
        page = self.engine.report_page()
        self.assertTrue(page.startswith("<!doctype html>"))
        self.assertIn(run, page)
        out, code = self.run_program("report", run[:-1], "--html", "-")
        self.assertEqual(code, 0)
        steady = lambda text: re.sub(r"Written by sshsync [\d.]+ on [^<]*|\bago\b", "", text)
        self.assertEqual(steady(page), steady(out))
        self.assertIn(f"Written by sshsync {sshsync.__version__} on ", page)
        self.assertRaises(sshsync.UsageError, self.engine.report_page, "1999")

    def test_the_commands_in_force_are_what_the_program_prints(self):
        for name in ("m", "p"):
            out, _ = self.run_program("commands", name)
            commands = self.engine.config.commands(name)
            keys = {one.key for one in commands}
            self.assertLessEqual({"listcmd", "digestcmd", "deletecmd", "action.list", "action.rename"}, keys)
            for one in commands:
                self.assertIn(one.key, out)
                for line in one.text.splitlines():
                    self.assertIn(line, out)
        own = {one.key: one for one in commands}["digestcmd"]
        self.assertTrue(own.of_section and not own.refused and not own.presets)
        self.assertIn('"${FILEPATH}"', own.text)
        self.assertEqual({one.key: one for one in commands}["deletecmd"].presets, ("auto",))
        self.assertRaises(sshsync.MissingSectionError, self.engine.config.commands, "q")

    def test_a_probe_tries_every_command(self):
        report = self.engine.probe("p")
        self.assertTrue(report.ok, report.to_json())
        self.assertIn("digestcmd", [check.name for check in report["p"].checks])

    def test_records_go_to_the_logger_sshsync(self):
        with self.assertLogs("sshsync", "INFO") as logs:
            self.engine.sync("p")
        self.assertIn("p: f1 published (copy, 9 bytes)", [record.getMessage() for record in logs.records])
        self.assertEqual(logs.records[0].event.kind, "run_started")
        self.assertNotIn(logging.DEBUG, [record.levelno for record in logs.records])

    def test_what_nobody_logs_is_not_put_together(self):
        logging.getLogger("sshsync").setLevel(logging.CRITICAL)
        self.addCleanup(logging.getLogger("sshsync").setLevel, logging.NOTSET)
        with self.engine.stream("p") as stream:
            stream._events = False
            batches = []
            while (batch := stream._next_batch()) is not None:
                batches += batch
        self.assertEqual(batches, [])
        self.assertTrue(stream.report.ok)

    def test_failures_of_files_are_errors_of_one_family(self):
        self.cascade.before("false; exit 4")
        report = self.engine.sync("p")
        self.assertEqual(report.exit_code, 6)
        with self.assertRaises(sshsync.ProcessingError) as caught:
            report.raise_for_errors()
        error = caught.exception
        self.assertEqual(
            (error.exit_code, error.failure, error.repository, error.file), (6, "command_failed", "p", "f0")
        )
        self.assertIn("cp -p", error.command)
        self.assertTrue(error.hint)

    def test_a_repository_without_a_section_is_told_before_anything_runs(self):
        with self.assertRaises(sshsync.MissingSectionError) as caught:
            self.engine.sync("q")
        self.assertEqual(caught.exception.exit_code, 4)
        self.assertIsInstance(caught.exception, LookupError)
        with self.assertRaises(sshsync.UsageError):
            self.engine.sync()

    def test_a_second_run_is_locked_out(self):
        self.cascade.hold_transfers()
        with self.engine.stream("p"):
            self.cascade.await_transfer()
            with self.assertRaises(sshsync.LockedError) as caught:
                self.engine.sync("n")
        self.assertEqual((caught.exception.exit_code, caught.exception.failure), (7, "locked"))

    def test_deletions_are_asked_for_and_limited(self):
        self.engine.sync("p")
        os.remove(self.cascade.folder + "/m/f2")
        self.assertEqual(self.engine.sync("p")["p"].extra, 1)
        refused = self.engine.sync("p", delete=True, max_delete=0)
        self.assertEqual(refused.exit_code, 8)
        self.assertRaises(sshsync.SafetyError, refused.raise_for_errors)
        self.assertEqual(self.engine.sync("p", delete=True, max_delete="100%")["p"].deleted, 1)

    def test_options_stand_before_the_configuration(self):
        report = self.engine.sync("p", include=["f1"], exclude=["*"])
        self.assertEqual([file.path for file in report["p"].files], ["f1"])
        self.assertRaises(TypeError, self.engine.sync, "p", no_such_option=1)

    def test_a_limit_of_bandwidth_is_what_the_command_gets(self):
        with self.assertRaises(sshsync.ConfigError):
            self.engine.sync("p", bwlimit="1M")  # its synccmd would not heed it
        text = self.cascade.read("sshsync.conf")
        self.cascade.write(
            "sshsync.conf",
            text.replace("synccmd = ", f"bwlimit = 2M\nsynccmd = echo ${{BWLIMIT}} > {self.cascade.folder}/limit; "),
        )
        engine = sshsync.Engine(self.cascade.config)
        for given, kilobits in ((None, "16777"), ("1M", "8388"), ("00:00,1M", "8388")):
            self.cascade.write("m/f0", f"content for {given}")
            self.assertTrue(engine.sync("p", bwlimit=given).ok)
            self.assertEqual(self.cascade.read("limit"), kilobits + "\n")
        self.assertRaises(sshsync.SshsyncError, engine.sync, "p", bwlimit="fast")

    def test_an_event_cannot_be_changed(self):
        seen = []
        sshsync.Engine(self.cascade.config, on_event=seen.append).plan("p")
        with self.assertRaises(AttributeError):
            seen[0].run = "x"


if __name__ == "__main__":
    python_cases.main(__file__)
