"""The wheel: installed without an index into a fresh virtual environment, it is the whole package; and it says the
program's version.
"""

import glob
import os
import subprocess
import tempfile
import unittest
import zipfile

import python_cases
from local_cascade import LocalCascade

WHEEL = glob.glob("bindings/sshsync-*.whl")[0]
PROGRAM = os.path.abspath("tools/cli/sshsync")


class WheelTest(unittest.TestCase):
    def run_in(self, folder, *arguments):
        environment = {"PATH": "/usr/bin:/bin", "HOME": folder, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        done = subprocess.run(
            arguments, env=environment, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=300
        )
        self.assertEqual(done.returncode, 0, (done.stdout + done.stderr).decode())
        return done.stdout.decode()

    def test_a_fresh_environment_gets_the_whole_package(self):
        cascade = LocalCascade()
        self.addCleanup(cascade.close)
        with tempfile.TemporaryDirectory() as folder:
            self.run_in(folder, "/usr/bin/python3", "-m", "venv", "venv")
            self.run_in(folder, "venv/bin/pip", "install", "--no-index", os.path.abspath(WHEEL))
            self.run_in(folder, "venv/bin/pip", "check")
            script = (
                "import sys, sshsync; print(sshsync.__file__, sshsync.__version__,"
                " sshsync.Engine(sys.argv[1]).sync('p').ok)"
            )
            file, version, ok = self.run_in(folder, "venv/bin/python", "-c", script, cascade.config).split()
            self.assertIn("/venv/", file)
            self.assertEqual(ok, "True")
            self.assertEqual(self.run_in(folder, PROGRAM, "--version").split()[-1], version)
            listed = self.run_in(folder, "venv/bin/pip", "show", "--files", "sshsync")
            self.assertIn("Version: " + version, listed)
            self.assertIn("sshsync/py.typed", listed)
            self.run_in(folder, "venv/bin/pip", "uninstall", "--yes", "sshsync")
            self.assertFalse(os.path.exists(file))

    def test_two_wheels_of_the_same_files_are_the_same(self):
        with zipfile.ZipFile(WHEEL) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual({entry.date_time[0] for entry in archive.infolist()}, {1980})


if __name__ == "__main__":
    python_cases.main(__file__)
