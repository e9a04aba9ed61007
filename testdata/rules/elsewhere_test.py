"""The rules in a workspace of somebody else's: nothing is built there, nothing is fetched, and messages name files as
that workspace does.
"""

import os
import shutil
import subprocess
import tempfile
import unittest

from sshsync.testing import python_cases

ROOT = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])
BAZEL = os.environ.get("BAZEL_REAL", "/usr/bin/bazel-4")

# What docs/bazel.md says, and Bazel's own rule sets as Debian packages them, which a workspace with a network fetches.
WORKSPACE = """\
workspace(name = "elsewhere")
local_repository(name = "sshsync", path = "{sshsync}")
new_local_repository(
    name = "sshsync_installed",
    path = "{installed}",
    build_file_content = 'exports_files(["sshsync"])',
)
load("@sshsync//tools/workspace:packaged_rules.bzl", "packaged_rules")
packaged_rules()
local_repository(name = "rules_cc", path = "{stand_ins}/rules_cc")
local_repository(name = "remote_coverage_tools", path = "{stand_ins}/remote_coverage_tools")
"""

# What Bazel loads of these where there is no C++ and no coverage.
STAND_INS = {
    "rules_cc/WORKSPACE": "",
    "rules_cc/cc/BUILD.bazel": "",
    "rules_cc/cc/defs.bzl": "".join(
        "%s = native.%s\n" % (name, name)
        for name in ("cc_binary", "cc_import", "cc_library", "cc_test", "cc_toolchain", "cc_toolchain_suite")
    ),
    "remote_coverage_tools/WORKSPACE": "",
    "remote_coverage_tools/BUILD.bazel": (
        'filegroup(name = "coverage_report_generator", visibility = ["//visibility:public"])\n'
    ),
}

BUILD = """\
load("@sshsync//tools/rules:sshsync.bzl", "sshsync_config_test", "sshsync_plan_test")
[
    sshsync_config_test(name = name, config = name + ".conf", sshsync = "@sshsync_installed//:sshsync")
    for name in ["site", "broken"]
]
sshsync_plan_test(
    name = "plan",
    config = "site.conf",
    golden = "site_plan.txt",
    sshsync = "@sshsync_installed//:sshsync",
    steps = ["repoproxy", "@nodes"],
)
"""


class ElsewhereTest(unittest.TestCase):
    def test_the_rules_work_from_another_workspace(self):
        with tempfile.TemporaryDirectory(prefix="sshsync-elsewhere-", dir="/tmp") as folder:
            sshsync, installed, elsewhere = (
                os.path.join(folder, name) for name in ("sshsync", "installed", "elsewhere")
            )
            for package in ("tools/rules", "tools/workspace", "sshsync/testing"):
                shutil.copytree(os.path.join(ROOT, package), os.path.join(sshsync, package))
            with open(os.path.join(sshsync, "WORKSPACE"), "w") as file:
                file.write('workspace(name = "sshsync")\n')
            os.mkdir(installed)
            shutil.copy(os.path.join(ROOT, "tools/cli/sshsync"), installed)
            os.makedirs(os.path.join(elsewhere, "ops"))
            for name in ("site.conf", "broken.conf", "site_plan.txt"):
                shutil.copy(os.path.join(ROOT, "testdata/rules", name), os.path.join(elsewhere, "ops"))
            for path, text in STAND_INS.items():
                os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
                with open(os.path.join(folder, path), "w") as file:
                    file.write(text)
            with open(os.path.join(elsewhere, "WORKSPACE"), "w") as file:
                file.write(WORKSPACE.format(sshsync=sshsync, installed=installed, stand_ins=folder))
            with open(os.path.join(elsewhere, "ops/BUILD.bazel"), "w") as file:
                file.write(BUILD)
            command = [
                BAZEL,
                "--batch",
                "--output_user_root=" + os.path.join(folder, "output"),
                "test",
                "--nosandbox_debug",
                "--spawn_strategy=local",
                "--test_output=errors",
                "--curses=no",
                "--keep_going",
                "--jobs=2",
                "//ops:all",
            ]
            environment = {"PATH": "/usr/bin:/bin", "HOME": folder}
            done = subprocess.run(
                command,
                cwd=elsewhere,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for place, folders, _ in os.walk(folder):
                os.chmod(place, 0o700)
        self.assertEqual(done.returncode, 3, done.stdout)  # built, and a test failed
        self.assertRegex(done.stdout, r"//ops:site +PASSED")
        self.assertRegex(done.stdout, r"//ops:plan +PASSED")
        self.assertRegex(done.stdout, r"//ops:broken +FAILED")
        self.assertIn("ops/broken.conf:7: path `srv/app` is not absolute", done.stdout)


if __name__ == "__main__":
    python_cases.main(__file__)
