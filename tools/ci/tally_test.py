"""What .ci/run says about a run of the tests."""

import json
import os
import tempfile
import unittest

from sshsync.testing import python_cases
from tools.ci import tally

_GTEST = """<testsuites><testsuite name="Quote"><testcase name="A" status="run" result="completed" classname="Quote"/>
<testcase name="B" status="run" result="completed" classname="Quote"><failure message="no"/></testcase>
<testcase name="C" status="run" result="skipped" classname="Quote"><skipped message="no tcsh"/></testcase>
<testcase name="DISABLED_D" status="notrun" result="suppressed" classname="Quote"/></testsuite></testsuites>"""
_PYTEST = (
    '<testsuites><testsuite><testcase classname="fleet" name="a"/><testcase classname="fleet"'
    ' name="b"/></testsuite></testsuites>'
)
_BAZEL = (
    '<testsuites><testsuite><testcase name="x"><error message="exited with error code'
    ' 134"/></testcase></testsuite></testsuites>'
)


def summary(label, status):
    return json.dumps({"id": {"testSummary": {"label": label}}, "testSummary": {"overallStatus": status}})


def completed(label, **payload):
    return json.dumps({"id": {"targetCompleted": {"label": label}}, "completed": payload})


class TallyTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.logs = folder.name

    def report(self, place, text):
        os.makedirs(os.path.join(self.logs, place))
        with open(os.path.join(self.logs, place, "test.xml"), "w") as file:
            file.write(text)

    def line(self, *events):
        return tally.count(events, self.logs).line()

    def test_cases_are_counted_whoever_wrote_the_report(self):
        self.report("text/quote_test", _GTEST)
        self.report("testing/fleet_test", _PYTEST)
        self.assertEqual(
            self.line(summary("//text:quote_test", "FAILED"), summary("//testing:fleet_test", "PASSED")),
            "3 passed, 1 failed, 2 skipped",
        )

    def test_shards_are_added_up(self):
        self.report("text/quote_test/shard_1_of_2", _PYTEST)
        self.report("text/quote_test/shard_2_of_2", _PYTEST)
        self.assertEqual(self.line(summary("//text:quote_test", "PASSED")), "4 passed, 0 failed")

    def test_reports_of_targets_that_were_not_run_do_not_count(self):
        self.report("text/quote_test", _PYTEST)
        self.report("text/left_from_yesterday_test", _GTEST)
        self.assertEqual(self.line(summary("//text:quote_test", "PASSED")), "2 passed, 0 failed")

    def test_a_crash_is_one_failed_case(self):
        self.report("text/quote_test", _BAZEL)
        self.assertEqual(self.line(summary("//text:quote_test", "FAILED")), "0 passed, 1 failed")

    def test_a_failure_that_the_report_does_not_know_counts(self):
        self.report("text/quote_test", _PYTEST)
        self.assertEqual(self.line(summary("//text:quote_test", "FAILED")), "2 passed, 1 failed")

    def test_a_timeout_without_a_report_counts(self):
        self.assertEqual(self.line(summary("//text:quote_test", "TIMEOUT")), "0 passed, 1 failed")

    def test_what_did_not_build_has_failed_and_once(self):
        events = [
            completed("//text:lib"),
            completed("//text:quote_test"),
            completed("//text:fine", success=True),
            summary("//text:quote_test", "NO_STATUS"),
        ]
        counted = tally.count(events, self.logs)
        self.assertEqual(counted.line(), "0 passed, 2 failed")
        self.assertEqual(counted.failures, ["//text:lib: did not build", "//text:quote_test: did not run (NO_STATUS)"])


if __name__ == "__main__":
    python_cases.main(__file__)
