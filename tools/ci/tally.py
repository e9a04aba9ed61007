"""Counts the test cases of one `bazel test`, from its build events and the XML reports of its tests.

    tally.py EVENTS.json bazel-testlogs

prints what failed, by name, and as its last line `N passed, N failed` (and `, N skipped` where there are any). What has
no report of its
own counts as one case: a target that did not build, a test that ended without writing one. A test that failed although
its report
knows of no failure (a leak that was found at the end, a crash on the way out) adds one failed case.
"""

import json
import os
import sys
import xml.etree.ElementTree

# Of testSummary.overallStatus in Bazel's build events.
_PASSED = ("PASSED", "FLAKY")


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = 0
        self.failures = []

    def fail(self, name):
        self.failed += 1
        self.failures.append(name)

    def line(self):
        skipped = ", %d skipped" % self.skipped if self.skipped else ""
        return "%d passed, %d failed%s" % (self.passed, self.failed, skipped)


def read_events(lines):
    """({test label: overall status}, [label of a target that did not build]), both without duplicates."""
    tests, broken = {}, []
    for line in lines:
        event = json.loads(line)
        name = event.get("id", {})
        if "testSummary" in name and "testSummary" in event:
            tests[name["testSummary"]["label"]] = event["testSummary"].get("overallStatus", "NO_STATUS")
        elif "targetCompleted" in name and not event.get("completed", {}).get("success"):
            label = name["targetCompleted"]["label"]
            if label not in broken:
                broken.append(label)
    return tests, [label for label in broken if label not in tests]


def reports_of(label, logs):
    """The test.xml files of a target: one, or one a shard."""
    folder = os.path.join(logs, *label.lstrip("@/").replace(":", "/").split("/"))
    found = []
    for place, _, files in os.walk(folder):
        if "test.xml" in files:
            found.append(os.path.join(place, "test.xml"))
    return sorted(found)


def add_report(tally, label, path):
    """Adds the cases of one report; the number of those that failed.

    gtest, pytest and Bazel itself write the same elements.
    """
    failed = 0
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            tally.fail("%s: %s.%s" % (label, case.get("classname", ""), case.get("name", "")))
            failed += 1
        elif (
            case.find("skipped") is not None
            or case.get("status") == "notrun"
            or case.get("result") in ("skipped", "suppressed")
        ):
            tally.skipped += 1
        else:
            tally.passed += 1
    return failed


def count(lines, logs):
    tally = Tally()
    tests, broken = read_events(lines)
    for label in broken:
        tally.fail("%s: did not build" % label)
    for label, status in sorted(tests.items()):
        if status in ("NO_STATUS", "FAILED_TO_BUILD"):
            tally.fail("%s: did not run (%s)" % (label, status))
            continue
        failed = 0
        for path in reports_of(label, logs):
            try:
                failed += add_report(tally, label, path)
            except xml.etree.ElementTree.ParseError as error:
                tally.fail("%s: its report cannot be read: %s" % (label, error))
                failed += 1
        if not reports_of(label, logs) and status in _PASSED:
            tally.passed += 1
        if status not in _PASSED and failed == 0:
            tally.fail("%s: %s" % (label, status))
    return tally


def main(arguments):
    events, logs = arguments
    with open(events, encoding="utf-8") as lines:
        tally = count(lines, logs)
    for name in tally.failures:
        print("failed: " + name)
    print(tally.line())
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
