"""What a Bazel rule hands to its test: the values, the places of the files among the runfiles, and a way to run the
program.

    given = Given.read(sys.argv)
    copy = given.copy(folder, "config")
    status, out, err = given.sshsync(folder, "check", "--config", copy)
"""

import json
import os
import shutil
import subprocess

# Where the default logging.conf of the machine would have a say, this one has it instead.
QUIET_LOGGING = """\
[loggers]
keys = root
[handlers]
keys = stderr
[formatters]
keys = line
[logger_root]
level = WARNING
handlers = stderr
[handler_stderr]
class = StreamHandler
formatter = line
args = (sys.stderr,)
[formatter_line]
format = %(levelname)s %(message)s
"""


class Given:
    def __init__(self, values, runfiles):
        self.values = values
        self._runfiles = runfiles

    @classmethod
    def read(cls, argv):
        with open(argv[1], encoding="utf-8") as file:
            return cls(json.load(file), argv[2])

    def __getitem__(self, name):
        return self.values[name]

    def place(self, path):
        """A path among the runfiles, as an absolute one."""
        return os.path.join(self._runfiles, path)

    def copy(self, folder, name):
        """Copies the file that a value names below `folder`, to the path by which its workspace knows it, and returns
        that path.

        A link into the source tree would do for its text, but not for its mode: a checkout's umask is nobody's mistake.
        """
        shown = self[name + "_shown"]
        target = os.path.join(folder, shown)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(self.place(self[name]), target)
        os.chmod(target, 0o600)
        return shown

    def program(self):
        return self.place(self["sshsync"])

    def sshsync(self, folder, *arguments):
        """Runs the program in `folder`; (exit status, stdout, stderr)."""
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            [self.program(), *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
