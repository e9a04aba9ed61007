"""The demonstration keeps its promises where nobody watches."""

import os
import re
import subprocess
import unittest

from sshsync.testing import python_cases


class DemoTest(unittest.TestCase):
    def test_everything_is_as_promised_and_nothing_is_left(self):
        demo = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "tools/demo/demo")
        ended = subprocess.run(
            [demo], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240
        )
        print(ended.stdout)
        self.assertEqual(ended.returncode, 0, ended.stdout)
        self.assertNotIn("\033", ended.stdout)
        folders = set(re.findall(r"/tmp/sshsync-(?:demo|fleet)-\w+", ended.stdout))
        self.assertEqual(len(folders), 2, folders)
        self.assertEqual([folder for folder in folders if os.path.exists(folder)], [])


if __name__ == "__main__":
    python_cases.main(__file__)
