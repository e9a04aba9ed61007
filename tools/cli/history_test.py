"""What runs leave behind, through the program itself: a run that is killed, resumed, and told of; a window that ends;
hooks and metrics.

The repositories are folders of this machine (transport = local). Where a run has to be at a certain point, its synccmd
says so through a
FIFO, so that nothing waits for a time.
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest

from sshsync.testing import python_cases

SSHSYNC = os.path.abspath("tools/cli/sshsync")

CONFIG = """
[DEFAULT]
transport = local
synccmd = . {0}/before; cp -p ${{REMOTEDIR}}/${{FILE}} ${{LOCALDIR}}/${{FILE}}
[sshsync]
state_dir = {0}/state
pid_file = {0}/state/pid
{1}
[m]
path = {0}/m
[p]
path = {0}/p
parent = m
[n]
path = {0}/n
parent = p
"""


class HistoryTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("m", "p", "n", "state"):
            os.mkdir(f"{self.folder}/{name}")
        os.mkfifo(f"{self.folder}/reached")
        for i in range(3):
            self.write(f"m/f{i}", f"content {i}")
        self.before("true")
        self.configure()

    def write(self, name, text):
        with open(f"{self.folder}/{name}", "w") as file:
            file.write(text)
        os.chmod(f"{self.folder}/{name}", 0o600)

    def read(self, name):
        with open(f"{self.folder}/{name}") as file:
            return file.read()

    def configure(self, settings=""):
        self.write("sshsync.conf", CONFIG.format(self.folder, settings))

    def before(self, script):
        """Shell text in front of every transfer."""
        self.write("before", script + "\n")

    def start(self, *arguments):
        environment = {"PATH": "/usr/bin:/bin", "SSHSYNC_CONFIG": f"{self.folder}/sshsync.conf", "TZ": "UTC"}
        return subprocess.Popen(
            [SSHSYNC, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run_tool(self, *arguments, expected=0):
        """What stands on stdout."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, expected, (arguments, out, err))
        return out.decode()

    def kill_in_the_middle(self, *arguments, number=signal.SIGKILL):
        """Ends a run when its second transfer begins."""
        self.before(
            f"[ ! -e {self.folder}/first ] || {{ echo >{self.folder}/reached; exec sleep 1000; }}; :"
            f" >{self.folder}/first"
        )
        process = self.start(*arguments)
        with open(f"{self.folder}/reached") as file:
            file.read()
        process.send_signal(number)
        process.communicate(timeout=60)
        self.before("true")
        return process.returncode

    def runs(self):
        return json.loads(self.run_tool("log", "--json"))["runs"]

    def status(self, *arguments, expected=0):
        document = json.loads(self.run_tool("status", "--json", *arguments, expected=expected))
        return document, {one["repository"]: one for one in document["repositories"]}

    def test_a_run_that_was_killed_is_resumed_until_it_is_done(self):
        self.assertEqual(self.kill_in_the_middle("--sync", "p", "--sync", "n", "--jobs", "3"), -signal.SIGKILL)
        document, status = self.status()
        killed = document["unfinished_run"]
        self.assertEqual(
            (status["p"]["state"], status["p"]["last_equal"], status["p"]["run"]), ("interrupted", None, killed)
        )
        self.assertEqual((self.runs()[0]["finished"], self.runs()[0]["exit_code"]), (False, None))
        self.assertIn("killed", self.run_tool("log"))

        self.run_tool("resume")
        for name in ("p", "n"):
            self.assertEqual(sorted(os.listdir(f"{self.folder}/{name}")), [".sshsync", "f0", "f1", "f2"])
        runs = self.runs()
        self.assertEqual((runs[0]["exit_code"], runs[0]["resumes"], runs[0]["queue"]), (0, killed, [["p"], ["n"]]))
        self.assertEqual(runs[0]["options"], {"jobs": "3"})
        self.assertEqual(self.run_tool("resume").split(":")[:2], ["sshsync", " nothing to resume"])
        self.assertEqual(len(self.runs()), 2, "nothing was done")

    def test_the_same_command_again_does_the_same(self):
        self.kill_in_the_middle("--sync", "p", "--sync", "n")
        self.run_tool("--sync", "p,n")
        self.assertIn("nothing to resume", self.run_tool("resume"))

    def test_a_signal_leaves_a_run_that_is_resumed(self):
        self.assertEqual(self.kill_in_the_middle("--sync", "p", number=signal.SIGTERM), 128 + signal.SIGTERM)
        self.assertEqual(
            (self.runs()[0]["signal"], self.runs()[0]["exit_code"]), (signal.SIGTERM, 128 + signal.SIGTERM)
        )
        self.run_tool("resume", self.runs()[0]["run"])
        self.assertIn("nothing to resume", self.run_tool("resume"))

    def test_options_given_now_win_and_another_configuration_is_not_guessed(self):
        self.before("exit 3")
        self.run_tool("--sync", "p", "--jobs", "3", "--retries", "0", expected=6)
        self.run_tool("resume", "--retries", "1", expected=6)
        self.assertEqual(self.runs()[0]["options"], {"jobs": "3", "retries": "1"})
        shutil.copy(f"{self.folder}/sshsync.conf", f"{self.folder}/other.conf")
        self.run_tool("--sync", "p", "--config", f"{self.folder}/other.conf", expected=6)
        self.run_tool("resume", expected=2)
        self.before("true")
        self.run_tool("resume", "--config", f"{self.folder}/other.conf")

    def test_without_a_record_there_is_the_original_command(self):
        self.run_tool("resume", expected=2)
        self.run_tool("log", expected=2)
        self.assertIn("never", self.run_tool("status"))

    def test_status_tells_since_when_and_why(self):
        self.run_tool("--sync", "p", "--sync", "n")
        self.run_tool("status", "--max-age", "1d")
        self.run_tool("status", "--max-age", "0", "p", expected=10)
        self.before("echo no luck; exit 3")
        self.write("m/new", "new")
        self.run_tool("--sync", "p", "--sync", "n", "--retries", "0", expected=6)
        _, status = self.status("p", "n")
        self.assertEqual(
            (status["p"]["state"], status["p"]["failed"], status["p"]["failure"]), ("failed", 1, "command_failed")
        )
        self.assertIn("no luck", status["p"]["message"])
        self.assertEqual((status["n"]["state"], status["n"]["behind"]), ("waiting", "p"))
        self.assertIsNotNone(status["n"]["last_equal"], "of the run before")
        text = self.run_tool("status")
        self.assertIn("sshsync resume", text)
        self.assertLessEqual(max(map(len, text.splitlines())), 80, text)
        self.assertNotIn("\x1b", text)
        self.run_tool("status", "nobody", expected=4)

    def test_log_tells_of_every_file(self):
        self.run_tool("--sync", "p")
        run = self.runs()[0]["run"]
        text = self.run_tool("log", run)
        self.assertIn("p from m: changed, 3 copied", text)
        self.assertIn("  copy    f1 (9 bytes)\n", text)
        document = json.loads(self.run_tool("log", run, "--json"))
        self.assertEqual([file["path"] for file in document["repositories"][0]["files"]], ["f0", "f1", "f2"])
        self.run_tool("log", "1999", expected=2)

    def test_report_draws_the_last_run_or_the_one_that_is_named(self):
        self.run_tool("report", "--html", "-", expected=2)
        self.run_tool("--sync", "p")
        first = self.runs()[0]["run"]
        self.before("echo no luck; exit 3")
        self.write("m/<new> & odd", "new")
        self.run_tool("--sync", "p", "--sync", "n", "--retries", "0", expected=6)
        page = f"{self.folder}/page.html"
        os.umask(0o022)
        self.run_tool("report", "--html", page)
        text = self.read("page.html")
        for part in (
            "0 of 2 repositories equal their parents",
            "no luck",
            "&lt;new&gt; &amp; odd",
            "sshsync resume",
            "The last 2 runs",
        ):
            self.assertIn(part, text)
        self.assertEqual(os.stat(page).st_mode & 0o777, 0o644)
        text = self.run_tool("report", first, "--html", "-")
        self.assertIn("p equals its parent", text)
        self.assertIn("3 files brought in line", text)
        self.run_tool("report", "1999", "--html", page, expected=2)
        self.run_tool("report", "--html", f"{self.folder}/no/such/folder.html", expected=6)
        self.assertIn("0 of 2", self.read("page.html"), "what failed left it alone")

    def test_a_run_that_was_killed_is_a_page_with_its_whole_cascade(self):
        self.kill_in_the_middle("--sync", "p", "--sync", "n")
        text = self.run_tool("report", "--html", "-")
        self.assertIn("did not end", text)
        self.assertIn(">m</text>", text, "the parent of p")

    def test_a_damaged_record_costs_history_and_not_the_run(self):
        self.run_tool("--sync", "p")
        for damage in (b"", b"garbage", b"\xa5" * 20000):
            with open(f"{self.folder}/state/state.db", "wb") as file:
                file.write(damage)
            self.write("m/f0", f"again {damage[:2]}")
            process = self.start("--sync", "p")
            _, err = process.communicate(timeout=60)
            self.assertEqual((process.returncode, b"set aside" in err), (0, True), err)
            self.assertEqual(self.read("p/f0"), self.read("m/f0"))
            self.assertEqual(len(self.runs()), 1)
        self.assertEqual(
            len([name for name in os.listdir(f"{self.folder}/state") if "corrupt" in name and "journal" not in name]), 3
        )

    def test_a_newer_record_is_refused_before_anything_is_done(self):
        self.run_tool("--sync", "p")
        with open(f"{self.folder}/state/state.db", "r+b") as file:
            file.seek(60)
            file.write((999).to_bytes(4, "big"))
        self.write("m/f0", "changed")
        for arguments in (["--sync", "p"], ["status"], ["log"], ["resume"]):
            self.run_tool(*arguments, expected=6)
        self.assertEqual(self.read("p/f0"), "content 0")

    def test_hooks_are_told_how_it_went(self):
        self.configure(
            f'on_success = echo "success $STATUS $SUMMARY" >>{self.folder}/told; cp "$REPORT" {self.folder}/report\n'
            f'on_failure = echo "failure $STATUS $SUMMARY" >>{self.folder}/told; echo "$RUN" >{self.folder}/run\n'
            f'on_change = echo "change $STATUS" >>{self.folder}/told; sshsync_is_not_there'
        )
        self.run_tool("--sync", "p")
        self.assertEqual(json.loads(self.read("report"))["repositories"][0]["copied"], 3)
        self.run_tool("--sync", "p")
        self.before("exit 3")
        self.write("m/new", "new")
        self.run_tool("--sync", "p", "--retries", "0", expected=6)
        told = self.read("told").splitlines()
        self.assertEqual(
            told[:3],
            [
                "change 0",
                "success 0 1 of 1 repository equals its parent, 3 files changed",
                "success 0 1 of 1 repository equals its parent",
            ],
        )
        self.assertEqual(told[3][:12], "failure 6 0 ")
        self.assertEqual(self.read("run").strip(), self.runs()[0]["run"])

    def test_metrics_are_written_for_the_collector(self):
        self.configure(f"metrics_file = {self.folder}/sshsync.prom")
        self.run_tool("--sync", "p")
        text = self.read("sshsync.prom")
        self.assertIn("sshsync_run_exit_code 0\n", text)
        self.assertIn('sshsync_repository_files{repository="p",parent="m"} 3\n', text)
        self.assertIn('sshsync_repository_last_equal_timestamp_seconds{repository="p",parent="m"} ', text)
        self.assertEqual(os.stat(f"{self.folder}/sshsync.prom").st_mode & 0o777, 0o644)


if __name__ == "__main__":
    python_cases.main(__file__)
