"""The test of sshsync_plan_test, and the program that writes what it expects: what `sshsync commands` says of the
queue.

Run by `bazel run` (which tells where the workspace is), without a golden file to compare with, it writes the golden
file.
"""

import difflib
import os
import sys
import tempfile

from tools.rules.given import Given


def main():
    given = Given.read(sys.argv)
    with tempfile.TemporaryDirectory(prefix="sshsync-plan-") as folder:
        status, found, err = given.sshsync(
            folder, "commands", "--config", given.copy(folder, "config"), *given["queue"]
        )
    if status != 0:
        sys.exit("%s%s: %s cannot be expanded" % (err, given["label"], given["config_shown"]))
    sys.stderr.write(err)
    if not given["golden"]:
        workspace = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
        if not workspace:
            sys.exit("start this with `bazel run %s`: it writes into the workspace" % given["label"])
        with open(os.path.join(workspace, given["golden_shown"]), "w", encoding="utf-8") as file:
            file.write(found)
        print("wrote " + given["golden_shown"])
        return
    with open(given.place(given["golden"]), encoding="utf-8") as file:
        expected = file.read()
    if found != expected:
        lines = difflib.unified_diff(
            expected.splitlines(True),
            found.splitlines(True),
            given["golden_shown"],
            "what %s expands to" % given["config_shown"],
        )
        print("".join(lines), end="")
        sys.exit("If that is meant: bazel run %s.update" % given["label"])


if __name__ == "__main__":
    main()
