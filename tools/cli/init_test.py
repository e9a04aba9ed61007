"""sshsync init through the program itself: asked on a terminal, told by options, given an original configuration."""

import os
import shutil
import subprocess
import tempfile
import unittest

from sshsync.testing import python_cases
from tools.cli.testing.terminal import Terminal

SSHSYNC = os.path.abspath("tools/cli/sshsync")
CLASSIC = os.path.abspath("testdata/configs/good/classic.conf")


class InitTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("m", "p"):
            os.mkdir(f"{self.folder}/{name}")
        with open(f"{self.folder}/m/file", "w") as file:
            file.write("content")
        self.config = f"{self.folder}/etc/sshsync.conf"
        self.environment = {"PATH": "/usr/bin:/bin", "SSHSYNC_CONFIG": self.config, "XDG_STATE_HOME": self.folder}

    def run_tool(self, *arguments, expected=0):
        done = subprocess.run(
            [SSHSYNC, *arguments], env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60
        )
        self.assertEqual(done.returncode, expected, (arguments, done.stdout, done.stderr))
        return done.stdout.decode() + done.stderr.decode()

    def read(self, path=None):
        with open(path or self.config) as file:
            return file.read()

    def options(self):
        return ["--repo", f"m={self.folder}/m", "--repo", f"p={self.folder}/p,m"]

    def test_a_person_is_asked_and_gets_a_configuration_that_works(self):
        answers = [
            ("name [repomaster]: ", ""),
            ("this machine itself]: ", ""),
            ("folder there: ", "relative"),
            ("name [repomaster]: ", ""),
            ("this machine itself]: ", ""),
            ("folder there: ", f"{self.folder}/m"),
            ("empty: no more]: ", "p"),
            ("gets its files from [repomaster]: ", ""),
            ("this machine itself]: ", ""),
            (f"[{self.folder}/m]: ", f"{self.folder}/p"),
            ("empty: no more]: ", ""),
            ("[Y/n] ", ""),
            ("what they can do? [Y/n] ", "y"),
        ]
        with Terminal([SSHSYNC, "init"], self.environment, columns=120, rows=100) as terminal:
            for question, answer in answers:
                terminal.answer(question, answer)
            self.assertEqual(terminal.end(), 0, terminal.screen.everything())
            text = terminal.screen.everything()
        self.assertIn(self.config + " is written", text)
        self.assertIn("  ok      connection", text)
        self.assertIn("--cascade repomaster", text)
        self.run_tool("check", "--strict")
        self.run_tool("--cascade", "repomaster", "--state-dir", self.folder, "--pid-file", f"{self.folder}/pid")
        self.assertEqual(self.read(f"{self.folder}/p/file"), "content")

    def test_options_are_enough_and_the_result_is_accepted(self):
        text = self.run_tool("init", *self.options())
        self.assertIn("  ok      ", text)
        self.run_tool("check", "--strict")
        self.assertEqual(os.stat(self.config).st_mode & 0o022, 0)

    def test_what_exists_is_never_touched(self):
        self.run_tool("init", "--offline", *self.options())
        before = self.read()
        for arguments in (self.options(), ["--from", CLASSIC], []):
            self.assertIn("never overwrites", self.run_tool("init", "--offline", *arguments, expected=2))
        os.rename(self.config, self.config + ".away")
        os.symlink(self.config + ".target", self.config)
        self.run_tool("init", "--offline", *self.options(), expected=2)
        self.assertFalse(os.path.exists(self.config + ".target"), "written through a link")
        self.assertEqual(self.read(self.config + ".away"), before)

    def test_what_comes_into_being_during_the_interview_is_not_touched_either(self):
        answers = [
            ("name [repomaster]: ", ""),
            ("this machine itself]: ", ""),
            ("folder there: ", f"{self.folder}/m"),
            ("empty: no more]: ", "p"),
            ("gets its files from [repomaster]: ", ""),
            ("this machine itself]: ", ""),
            (f"[{self.folder}/m]: ", f"{self.folder}/p"),
            ("empty: no more]: ", ""),
        ]
        for number, appear in enumerate((self.someone_writes, self.someone_links)):
            with self.subTest(appear.__name__):
                self.config = f"{self.folder}/etc{number}/sshsync.conf"
                self.environment["SSHSYNC_CONFIG"] = self.config
                with Terminal([SSHSYNC, "init"], self.environment, columns=120, rows=100) as terminal:
                    for question, answer in answers:
                        terminal.answer(question, answer)
                    terminal.wait_until(lambda screen: "Write this to" in screen.everything())
                    appear()
                    terminal.answer("[Y/n] ", "y")
                    terminal.answer("what they can do? [Y/n] ", "n")
                    self.assertEqual(terminal.end(), 2, terminal.screen.everything())
                    self.assertIn("never overwrites", terminal.screen.everything())
                self.assertEqual(os.listdir(f"{self.folder}/etc{number}"), ["sshsync.conf"])
        self.assertFalse(os.path.exists(f"{self.folder}/elsewhere"), "written through a link")

    def someone_writes(self):
        os.makedirs(os.path.dirname(self.config))
        with open(self.config, "w") as file:
            file.write("somebody else's")
        self.addCleanup(lambda path=self.config: self.assertEqual(self.read(path), "somebody else's"))

    def someone_links(self):
        os.makedirs(os.path.dirname(self.config))
        os.symlink(f"{self.folder}/elsewhere", self.config)

    def test_what_check_would_not_accept_is_not_written(self):
        self.assertIn(
            "nothing was written",
            self.run_tool("init", "--offline", "--repo", "m=h:/p", "--repo", "n=h2:/p,nobody", expected=4),
        )
        self.run_tool("init", "--offline", "--repo", "m=-oProxyCommand=x:/p", expected=3)
        self.run_tool("init", "--offline", "--repo", "m", expected=1)
        self.run_tool("init", "--offline", "--repo", "m=h:/p", "--from", CLASSIC, expected=2)
        self.assertIn("nobody to ask", self.run_tool("init", expected=2))
        self.assertFalse(os.path.exists(self.config))

    def test_a_host_that_does_not_answer_costs_the_status_and_not_the_file(self):
        text = self.run_tool(
            "init", "--repo", f"m={self.folder}/m", "--repo", f"p={self.folder}/not/there,m", expected=6
        )
        self.assertIn("  FAILED  ", text)
        self.assertIn("Next:", text)
        self.run_tool("check")

    def test_an_original_configuration_is_migrated_and_every_change_explained(self):
        text = self.run_tool("init", "--offline", "--from", CLASSIC)
        self.assertIn("[repomaster] password\n  was      ******\n  is left out\n", text)
        self.assertIn("ssh-copy-id repoowner@192.168.0.1", text)
        self.assertIn("on 192.168.1.1, as proxyrunner: ssh-copy-id repoowner@192.168.0.1", text)
        self.run_tool("check")
        self.assertNotIn("password", self.read())
        self.assertIn("path = /dat/repoproxy", self.read())

    def test_a_dry_run_shows_and_writes_nothing(self):
        old = f"{self.folder}/old.conf"
        with open(old, "w") as file:
            file.write("[m]\nhost = h\npath = /p\ndigestcmd = sha1sum ${FILEPATH} | awk '{print \\$1}'\n")
        text = self.run_tool("init", "-n", "--from", old)
        self.assertIn("  becomes  sha1sum ${FILEPATH} | awk '{print $1}'\n", text)
        self.assertIn("nothing was written", text)
        self.run_tool("init", "-n", *self.options())
        self.assertFalse(os.path.exists(self.config))


if __name__ == "__main__":
    python_cases.main(__file__)
