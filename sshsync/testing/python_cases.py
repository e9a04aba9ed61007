"""Runs the test cases of a Python test and tells Bazel of each of them.

    if __name__ == "__main__":
        python_cases.main(__file__)

The cases are functions `test_*` or methods of unittest.TestCase. Bazel names the report in XML_OUTPUT_FILE and a part
of the cases in
TESTBRIDGE_TEST_ONLY (`--test_filter`). unittest's own main would do, but for that report: then all cases count as one.
"""

import os
import sys

import pytest


def main(path):
    # -p no:cacheprovider: nothing is written beside the sources, which may be read-only here.
    arguments = [path, "-p", "no:cacheprovider", "--rootdir", os.path.dirname(path), "-c", os.devnull, "-q"]
    report = os.environ.get("XML_OUTPUT_FILE")
    if report:
        arguments += ["--junitxml", report]
    selected = os.environ.get("TESTBRIDGE_TEST_ONLY")
    if selected:
        arguments += ["-k", selected]
    sys.exit(pytest.main(arguments + sys.argv[1:]))
