"""The test of sshsync_config_test: what `sshsync check` says, with the names that the workspace knows."""

import os
import sys
import tempfile

from tools.rules.given import QUIET_LOGGING, Given


def main():
    given = Given.read(sys.argv)
    with tempfile.TemporaryDirectory(prefix="sshsync-check-") as folder:
        if given["logging_config"]:
            logging = given.copy(folder, "logging_config")
        else:
            logging = ".logging.conf"
            with open(os.path.join(folder, logging), "w", encoding="utf-8") as file:
                file.write(QUIET_LOGGING)
        strict = ["--strict"] if given["warnings_as_errors"] else []
        status, out, err = given.sshsync(
            folder, "check", "--config", given.copy(folder, "config"), "--logging-config", logging, *strict
        )
    print(out + err, end="")
    if status != 0:
        sys.exit(
            "%s: %s is not sound%s" % (given["label"], given["config_shown"], " (warnings count)" if strict else "")
        )


if __name__ == "__main__":
    main()
