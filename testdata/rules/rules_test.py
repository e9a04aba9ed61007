"""What the rules for users say of a configuration that is wrong, of a plan that is outdated, and of a cascade that is
not as expected.
"""

import os
import subprocess
import tempfile
import unittest

from sshsync.testing import python_cases

HERE = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "testdata/rules")


def run(target, **environment):
    done = subprocess.run(
        [os.path.join(HERE, target + ".sh")],
        env=dict(os.environ, **environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


class RulesTest(unittest.TestCase):
    def test_a_broken_configuration_fails_with_file_and_line(self):
        status, text = run("broken_config_test")
        self.assertEqual(status, 1, text)
        self.assertIn("testdata/rules/broken.conf:7: ", text)
        self.assertIn("path = srv/app", text)

    def test_a_warning_fails_where_warnings_are_errors(self):
        status, text = run("doubtful_config_test")
        self.assertEqual(status, 1, text)
        self.assertIn("testdata/rules/doubtful.conf:4: ", text)
        self.assertIn("REPOPATH", text)

    def test_an_outdated_plan_fails_with_the_difference_and_the_remedy(self):
        status, text = run("outdated_plan_test")
        self.assertEqual(status, 1, text)
        self.assertIn("-step 1: another\n", text)
        self.assertIn("+step 1: repoproxy from repomaster\n", text)
        self.assertIn("bazel run //testdata/rules:outdated_plan_test.update", text)

    def test_the_update_writes_what_is_expected(self):
        with tempfile.TemporaryDirectory() as workspace:
            os.makedirs(os.path.join(workspace, "testdata/rules"))
            status, text = run("site_plan_test.update", BUILD_WORKSPACE_DIRECTORY=workspace)
            self.assertEqual((status, text), (0, "wrote testdata/rules/site_plan.txt\n"))
            with open(os.path.join(workspace, "testdata/rules/site_plan.txt")) as new, open(
                os.path.join(HERE, "site_plan.txt")
            ) as golden:
                self.assertEqual(new.read(), golden.read())

    def test_a_cascade_that_is_not_as_expected_says_so_in_all_its_points(self):
        status, text = run("mistaken_cascade_test")
        self.assertEqual(status, 1, text)
        for words in (
            "the run ended with 0 instead of 6",
            "repoproxy should have bin/no-such-file, and has not",
            "repoproxy should not have bin/app",
        ):
            self.assertIn(words, text)

    def test_a_cascade_is_looked_at_without_a_word_of_the_program_being_believed(self):
        status, text = run("lied_to_cascade_test")
        self.assertEqual(status, 1, text)
        for words in (
            "L1: torn publish",
            "L5: exit status 0, but repoproxy differs from its parent in bin/app",
            "L6: repoproxy still has unfinished files",
        ):
            self.assertIn(words, text)


if __name__ == "__main__":
    python_cases.main(__file__)
