"""The types of the package: stubs against the live module, and strict mypy over the package, the documentation and the
tests' fixture.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import python_cases
import sshsync

DOCUMENT = "docs/python.md"
WITHOUT_CONSTRUCTOR = ("Event", "Loaded", "Moved", "ProbeRun", "Sink", "SshSession", "Stop", "SyncRun")


class StubsTest(unittest.TestCase):
    def setUp(self):
        # Real files: mypy asks where a module lies.
        self.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copytree(
            os.path.dirname(sshsync.__file__), self.folder + "/sshsync", ignore=shutil.ignore_patterns("__pycache__")
        )

    def check(self, module, *arguments):
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": self.folder, "MYPYPATH": self.folder, "HOME": self.folder}
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=environment,
            cwd=self.folder,
            capture_output=True,
            timeout=600,
        )
        self.assertEqual(done.returncode, 0, (done.stdout + done.stderr).decode())

    def test_the_stub_is_what_the_module_has(self):
        # Classes have pybind11's metaclass, and a __init__ that refuses where they have no constructor.
        with open(self.folder + "/allowed", "w") as file:
            file.write(
                "sshsync\\._sshsync\\.[A-Z]\\w+\nsshsync\\._sshsync\\.(%s)\\.__init__\n" % "|".join(WITHOUT_CONSTRUCTOR)
            )
        self.check("mypy.stubtest", "sshsync._sshsync", "--allowlist", "allowed", "--ignore-unused-allowlist")

    def test_the_stub_has_every_name_and_no_other(self):
        with open(self.folder + "/sshsync/_sshsync.pyi") as file:
            tree = ast.parse(file.read())
        stub = {node.name for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
        self.assertEqual(stub, {name for name in dir(sshsync._sshsync) if not name.startswith("_")})
        for name in WITHOUT_CONSTRUCTOR:
            self.assertRaises(TypeError, getattr(sshsync._sshsync, name))

    def test_the_package_is_strictly_typed(self):
        self.check("mypy", "--strict", "--cache-dir", self.folder + "/cache", "-p", "sshsync")

    def test_the_scripts_of_the_documentation_are_strictly_typed(self):
        with open(DOCUMENT) as file:
            scripts = re.findall(r"```python\n(#!.*?)```", file.read(), re.DOTALL)
        self.assertEqual(len(scripts), 3)
        for number, script in enumerate(scripts):
            path = f"{self.folder}/script{number}.py"
            with open(path, "w") as file:
                file.write(script)
            self.check("mypy", "--strict", "--cache-dir", self.folder + "/cache", path)

    def test_the_other_examples_of_the_documentation_are_typed_too(self):
        with open(DOCUMENT) as file:
            examples = re.findall(r"```python\n([^#].*?)```", file.read(), re.DOTALL)
        self.assertGreater(len(examples), 5)
        path = f"{self.folder}/examples.py"
        with open(path, "w") as file:
            # What stands in them for a script of the reader's own.
            file.write(
                "from typing import Any\nmy_script: Any = None\nimport sshsync\nconfig_with_local_folders ="
                " sshsync.Config.load()\n"
            )
            file.write("\n".join(examples))
        self.check("mypy", "--strict", "--cache-dir", self.folder + "/cache", path)


if __name__ == "__main__":
    python_cases.main(__file__)
