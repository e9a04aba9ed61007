"""Shares of cores are asked for as the kernel's two interfaces want it; and kept, where this machine lets them be set.
"""

import os
import tempfile
import unittest

from benchmarks.side_by_side import cores
from sshsync.testing import python_cases


class CoresTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = self.folder.name

    def tearDown(self):
        self.folder.cleanup()

    def read(self, *path):
        with open(os.path.join(self.root, *path)) as file:
            return file.read()

    def groups(self, *path):
        return sorted(
            name for name in os.listdir(os.path.join(self.root, *path)) if name.startswith("sshsync-compare-")
        )

    def test_version_2_has_a_quota_and_a_period_in_one_file(self):
        with cores.held({"a": 11, "b": 12}, 0.5, self.root):
            first, second = self.groups()
            self.assertEqual(self.read(first, "cpu.max"), "2000 4000")
            self.assertEqual((self.read(first, "cgroup.procs"), self.read(second, "cgroup.procs")), ("11", "12"))
            self.assertEqual(self.read("cgroup.subtree_control"), "+cpu")

    def test_version_1_has_them_in_two(self):
        os.mkdir(os.path.join(self.root, "cpu"))
        with open(os.path.join(self.root, "cpu", "cpu.cfs_quota_us"), "w"):
            pass
        with cores.held({"a": 11}, 0.25, self.root):
            (group,) = self.groups("cpu")
            self.assertEqual(
                (self.read("cpu", group, "cpu.cfs_quota_us"), self.read("cpu", group, "cpu.cfs_period_us")),
                ("1000", "4000"),
            )
            self.assertEqual(self.read("cpu", group, "cgroup.procs"), "11")
        self.assertEqual(self.read("cpu", "cgroup.procs"), "11", "it goes back up")

    def test_without_a_share_nothing_is_touched(self):
        with cores.held({"a": 11}, None, self.root):
            self.assertEqual(os.listdir(self.root), [])


if __name__ == "__main__":
    python_cases.main(__file__)
