"""What runs on hosts is readable and portable: every script has its header, is clean, and is parsed by each shell."""

import glob
import os
import re
import subprocess
import unittest

from sshsync.testing import python_cases
from tools.workspace import embed_scripts

ROOT = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])
SHELLS = ["dash", "bash --posix", "busybox sh", "mksh", "ksh", "zsh --emulate sh"]
FIELDS = ["Variables: ", "Input: ", "Output: ", "Exit status: "]


def scripts():
    """{path: text} of all scripts."""
    found = {}
    for path in sorted(glob.glob(os.path.join(ROOT, "sshsync/*/scripts/*.sh"))):
        with open(path, encoding="ascii") as file:
            found[os.path.relpath(path, ROOT)] = file.read()
    return found


class ScriptsTest(unittest.TestCase):
    def test_the_scripts_are_there(self):
        self.assertIn("sshsync/stage/scripts/publish.sh", scripts())
        self.assertIn("sshsync/host/scripts/facts.sh", scripts())

    def test_each_has_a_header_with_all_fields(self):
        for path, text in scripts().items():
            header = text[: text.index("\n\n")]
            self.assertTrue(header.startswith("#!/bin/sh\n# "), path)
            for field in FIELDS:
                self.assertIn("\n# " + field, header, path)

    def test_each_exception_has_its_reason(self):
        for path, text in scripts().items():
            for before in re.findall(r"(.*)\n# shellcheck disable=", text):
                self.assertRegex(before, r"^# [A-Z].*\.$", path)

    def test_each_is_clean(self):
        paths = [os.path.join(ROOT, path) for path in scripts()]
        done = subprocess.run(["shellcheck", "-s", "sh", *paths], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_each_is_parsed_by_each_shell_as_it_is_sent(self):
        for path, text in scripts().items():
            for shell in SHELLS:
                done = subprocess.run(
                    [*shell.split(), "-n"], input=embed_scripts.body_of(text), capture_output=True, text=True
                )
                said = [line for line in done.stderr.splitlines() if "warning:" not in line]
                self.assertEqual((done.returncode, said), (0, []), "%s in %s" % (path, shell))

    def test_a_script_that_is_wrong_is_found(self):
        for shell in SHELLS:
            done = subprocess.run([*shell.split(), "-n"], input="if true; then\n", capture_output=True, text=True)
            self.assertNotEqual(done.returncode, 0, shell)

    def test_no_script_holds_what_the_embedding_would_end_at(self):
        for path, text in scripts().items():
            self.assertNotIn(')sh"', text, path)
            self.assertNotIn("<<", text, path)


if __name__ == "__main__":
    python_cases.main(__file__)
