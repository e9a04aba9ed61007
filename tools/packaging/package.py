"""Builds a package with the distribution's own tools: `package.py deb|rpm NAME MODE OUT FILE...`.

The files are found by their names; what is installed of them, and where, is in contents.txt, which is one of them. Two
builds of the same files
give the same bytes: every time stamp is that of the changelog. MODE is Bazel's: what is not optimized says so in its
version (`1.0.0~fastbuild`), which
is older than the release of that name, so that it is not taken for one.
"""

import email.utils
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

from tools.packaging import deb, rpm
from tools.packaging.contents import Row, read_contents

_SUMMARIES = {
    "sshsync": (
        "cascade file repositories from host to host over SSH",
        (
            "Brings the files of an application from one host to many, hop by hop, over\n"
            "nothing but SSH: verified by digest on every host, published by a rename,\n"
            "resumed after any failure. Runs unattended from cron or a timer.\n"
            "Nothing has to be installed on the hosts but an sshd and a POSIX shell."
        ),
    ),
    "python3-sshsync": (
        "cascade file repositories from host to host over SSH (Python module)",
        (
            "The engine of sshsync in-process, for operations scripts in Python:\n"
            "configuration, synchronization with typed reports and events, templates,\n"
            "digests and commands on hosts as building blocks."
        ),
    ),
}


class Build:
    """What both kinds of package are made of."""

    def __init__(self, kind, name, mode, files, folder):
        self.kind = kind
        self.name = name
        self.summary, self.description = _SUMMARIES[name]
        self.folder = folder
        self.root = os.path.join(folder, "root")
        self._files = {os.path.basename(path): os.path.abspath(path) for path in files}
        self.rows = read_contents(self.text("contents.txt"), kind, name)
        self.version = subprocess.run(
            [self._files["sshsync"], "--version"], stdout=subprocess.PIPE, text=True, check=True
        ).stdout.split()[1]
        if mode != "opt":
            self.version += "~" + mode
        self.changelog = self.text("changelog").replace("@VERSION@", self.version)
        date = re.search(r"^ -- .*>  (.*)$", self.changelog, re.MULTILINE).group(1)
        self.maintainer = re.search(r"^ -- (.*>)  ", self.changelog, re.MULTILINE).group(1)
        self.time = int(email.utils.parsedate_to_datetime(date).timestamp())
        self.binaries = []  # below root: programs and libraries
        self.targets = []  # (row, path as it is installed)
        # What the tools are run with: no time, no language, no configuration of the account.
        self.environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8",
            "SOURCE_DATE_EPOCH": str(self.time),
            "HOME": folder,
        }

    def text(self, name):
        with open(self._files[name], encoding="utf-8") as file:
            return file.read()

    def script(self, *names):
        return "".join("\n" + self.text(name + ".sh") for name in names)

    def run(self, *command, **options):
        return subprocess.run(
            command, env=self.environment, check=True, stdout=subprocess.PIPE, text=True, **options
        ).stdout

    def stage(self):
        """Puts everything below `root`, as it will be installed."""
        for row in self.rows:
            if row.mode == "wheel":
                self._unpack(row)
                continue
            path = self.root + row.target
            if row.is_folder:
                os.makedirs(path, exist_ok=True)
                self.targets.append((row, row.target))
                continue
            os.makedirs(os.path.dirname(path), exist_ok=True)
            suffix = ".gz" if _is_packed(row.target) else ""
            self._put(row, path + suffix, bool(suffix))
            self.targets.append((row, row.target + suffix))
        for place, folders, files in os.walk(self.root):
            for name in folders:
                os.chmod(os.path.join(place, name), 0o755)
        for row, target in self.targets:
            os.chmod(self.root + target, row.bits)

    def settle_times(self):
        for place, folders, files in os.walk(self.root, topdown=False):
            for name in folders + files:
                os.utime(os.path.join(place, name), (self.time, self.time), follow_symlinks=False)
        os.utime(self.root, (self.time, self.time))

    def python(self):
        """The version of Python that the wheel is for: `3.11`."""
        tag = re.search(r"-cp(\d)(\d+)-", os.path.basename(self._wheel()))
        return "%s.%s" % tag.groups()

    def _wheel(self):
        return next(path for name, path in self._files.items() if name.endswith(".whl"))

    def _unpack(self, row):
        top = row.target.replace("@PYTHON@", self.python())
        with zipfile.ZipFile(self._wheel()) as wheel:
            # RECORD is pip's list of what it may remove: here that is the package manager's business.
            names = sorted(name for name in wheel.namelist() if not name.endswith(("/", ".dist-info/RECORD")))
            for folder in sorted({os.path.dirname(name) for name in names}):
                os.makedirs(os.path.join(self.root + top, folder))
                self.targets.append((Row("folder", "-", row.target), os.path.join(top, folder)))
            for name in names:
                target = os.path.join(top, name)
                with open(self.root + target, "wb") as file:
                    file.write(wheel.read(name))
                if ".so" in name:
                    self._strip(self.root + target, "--strip-unneeded")
                self.targets.append((row, target))

    def _put(self, row, path, packed):
        if row.source == "changelog":
            data = self.changelog.encode()
        else:
            with open(self._files[row.source], "rb") as file:
                data = file.read()
        with open(path, "wb") as file:
            file.write(gzip.compress(data, 9, mtime=0) if packed else data)
        if data.startswith(b"\x7fELF"):
            self._strip(path)

    def _strip(self, path, *options):
        self.run("strip", "--remove-section=.comment", "--remove-section=.note", *options, path)
        self.binaries.append(path)


def _is_packed(target):
    return "/share/man/" in target or target.endswith("/changelog")


def main(arguments):
    kind, name, mode, out, *files = arguments
    with tempfile.TemporaryDirectory(prefix="package-") as folder:
        build = Build(kind, name, mode, files, folder)
        build.stage()
        made = {"deb": deb.build, "rpm": rpm.build}[kind](build)
        shutil.copyfile(made, out)


if __name__ == "__main__":
    main(sys.argv[1:])
