"""The scripts of docs/python.md, run as they stand over folders of this machine."""

import os
import re
import subprocess
import sys
import unittest

import python_cases
import sshsync
from local_cascade import LocalCascade


class DocumentationTest(unittest.TestCase):
    def setUp(self):
        self.cascade = LocalCascade()
        self.addCleanup(self.cascade.close)
        with open("docs/python.md") as file:
            for script in re.findall(r"```python\n(#!.*?)```", file.read(), re.DOTALL):
                name = re.search(r"(\w+\.py) CONFIG", script).group(1)
                self.cascade.write(name, script)
        self.cascade.write("sendmail", f"#!/bin/sh\ncat > {self.cascade.folder}/mail\n")
        os.chmod(f"{self.cascade.folder}/sendmail", 0o700)

    def run_script(self, name, *arguments, code=0):
        environment = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": os.path.dirname(os.path.dirname(sshsync.__file__)),
            "SENDMAIL": f"{self.cascade.folder}/sendmail",
        }
        done = subprocess.run(
            [sys.executable, f"{self.cascade.folder}/{name}", self.cascade.config, *arguments],
            env=environment,
            cwd=self.cascade.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
        self.assertEqual(done.returncode, code, (done.stdout + done.stderr).decode())
        return done.stdout.decode()

    def nightly(self, code):
        return self.run_script("nightly.py", "m", "ops@example.com", code=code)

    def test_the_nightly_job_mails_failures_and_goes_on_the_next_night(self):
        self.cascade.before("echo broken >&2; exit 4")
        self.nightly(6)
        mail = self.cascade.read("mail")
        self.assertIn("To: ops@example.com", mail)
        self.assertIn("0 of 2 repositories equal their parents", mail.replace("\n ", " "))
        self.assertIn("f0", mail)
        os.remove(f"{self.cascade.folder}/mail")
        self.cascade.before("true")
        self.nightly(0)
        self.assertFalse(os.path.exists(f"{self.cascade.folder}/mail"))
        self.assertEqual(self.cascade.files("n"), self.cascade.files("m"))

    def test_the_nightly_job_mails_a_broken_configuration(self):
        self.cascade.configure("[x]\npath = relative\nparent = m\n")
        self.nightly(3)
        self.assertIn("could not begin: config", self.cascade.read("mail").replace("\n ", " "))

    def test_the_canary_keeps_the_rest_from_a_bad_release(self):
        self.run_script("canary.py", "p", "false", "n", code=1)
        self.assertEqual((self.cascade.files("p"), self.cascade.files("n")), (self.cascade.files("m"), {}))
        out = self.run_script("canary.py", "p", "true", "n")
        self.assertIn("1 of 1 repositories equal their parents", out)
        self.assertEqual(self.cascade.files("n"), self.cascade.files("m"))

    def test_drift_is_told_by_file(self):
        self.run_script("canary.py", "p", "true", "n")
        self.assertIn("equal", self.run_script("drift.py"))
        self.cascade.write("n/f1", "drifted")
        out = self.run_script("drift.py", code=10)
        self.assertIn("    f1: ", out)
        self.assertRegex(out, r"n +differs +2 equal +1 differ")


if __name__ == "__main__":
    python_cases.main(__file__)
