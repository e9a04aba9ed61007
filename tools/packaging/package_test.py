"""Both packages as files: clean by lintian and rpmlint, the same bytes each time, and holding what the table says."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from sshsync.testing import python_cases
from tools.packaging.contents import read_contents

HERE = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "tools/packaging")
DEB, RPM = (os.path.join(HERE, "sshsync." + kind) for kind in ("deb", "rpm"))
NAMES = ("sshsync", "python3-sshsync")
FILES = os.path.join(HERE, "files")


def output(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        raise AssertionError("%s ended with %d:\n%s" % (command[0], done.returncode, done.stdout))
    return done.stdout


def rows(kind):
    with open(os.path.join(HERE, "contents.txt"), encoding="utf-8") as file:
        return read_contents(file.read(), kind, "sshsync")


def installed_as(row):
    packed = "/share/man/" in row.target or row.target.endswith("/changelog")
    return row.target + (".gz" if packed else "")


class PackageTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sshsync-package-", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder)

    def test_lintian_finds_no_error(self):
        # A link into a folder of links is no package to it.
        debs = [shutil.copy(os.path.join(HERE, name + ".deb"), self.folder) for name in NAMES]
        output("lintian", "--fail-on", "error", "--allow-root", *debs, env=dict(os.environ, HOME=self.folder))

    def test_rpmlint_finds_no_error(self):
        rpms = [shutil.copy(os.path.join(HERE, name + ".rpm"), self.folder) for name in NAMES]
        said = output(
            "rpmlint", "--config", os.path.join(HERE, "rpmlint.toml"), *rpms, env=dict(os.environ, HOME=self.folder)
        )
        self.assertIn(" 0 errors", said)

    def test_the_same_files_make_the_same_packages(self):
        root = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])
        for name in NAMES:
            with open(os.path.join(HERE, name + ".sources"), encoding="utf-8") as file:
                mode, *sources = file.read().split()
            for kind in ("deb", "rpm"):
                again = os.path.join(self.folder, "again." + kind)
                output(
                    os.path.join(HERE, "package"),
                    kind,
                    name,
                    mode,
                    again,
                    *[os.path.join(root, source) for source in sources]
                )
                with open(os.path.join(HERE, "%s.%s" % (name, kind)), "rb") as one, open(again, "rb") as other:
                    self.assertTrue(one.read() == other.read(), "%s.%s differs" % (name, kind))

    def test_the_deb_holds_what_the_table_says(self):
        listed = {}
        for line in output("dpkg-deb", "--contents", DEB).splitlines():
            mode, owner, _, _, _, path = line.split(None, 5)
            listed[path[1:].rstrip("/")] = (mode, owner)
        for row in rows("deb"):
            kind = "d" if row.is_folder else "-"
            self.assertEqual(listed.pop(installed_as(row)), (kind + _letters(row.bits), "root/root"), row.target)
        self.assertEqual([path for path, (mode, _) in listed.items() if mode[0] != "d"], [])
        conffiles = subprocess.run(
            ["dpkg-deb", "--info", DEB, "conffiles"], stdout=subprocess.PIPE, text=True, check=True
        ).stdout.split()
        self.assertEqual(conffiles, [row.target for row in rows("deb") if row.mode == "config"])

    def test_what_the_deb_depends_on_is_what_its_program_loads(self):
        depends = output("dpkg-deb", "--field", DEB, "Depends")
        for package in ("libc6 (>= 2.", "libstdc++6 (>= ", "libsqlite3-0 (>= ", "openssh-client", "passwd"):
            self.assertIn(package, depends)
        self.assertNotIn("absl", depends)

    def test_the_rpm_holds_what_the_table_says(self):
        listed = {}
        for line in output(
            "rpm",
            "-qp",
            "--qf",
            "[%{FILENAMES} %{FILEMODES:perms} %{FILEUSERNAME} %{FILEGROUPNAME} .%{FILEFLAGS:fflags}\n]",
            RPM,
        ).splitlines():
            path, *rest = line.split()
            listed[path] = tuple(rest)
        for row in rows("rpm"):
            owner = "sshsync" if row.mode == "owned" else "root"
            mode, user, group, flags = listed.pop(installed_as(row))
            self.assertEqual(
                (mode, user, group), (("d" if row.is_folder else "-") + _letters(row.bits), owner, owner), row.target
            )
            self.assertEqual("c" in flags and "n" in flags, row.mode == "config", row.target)
        self.assertEqual(listed, {})

    def test_the_rpm_unpacks_to_a_program_that_runs(self):
        archive = subprocess.run(["rpm2cpio", RPM], stdout=subprocess.PIPE, check=True).stdout
        subprocess.run(
            ["cpio", "--extract", "--make-directories", "--quiet"], input=archive, cwd=self.folder, check=True
        )
        self.assertRegex(output(os.path.join(self.folder, "usr/bin/sshsync"), "--version"), r"^sshsync \d")
        for name, target in (("sshsync.conf", "etc/sshsync/sshsync.conf"), ("sshsync.cron", "etc/cron.d/sshsync")):
            with open(os.path.join(FILES, name), "rb") as source, open(
                os.path.join(self.folder, target), "rb"
            ) as unpacked:
                self.assertEqual(source.read(), unpacked.read())

    def test_the_python_module_is_a_package_of_its_own(self):
        for kind, query, folder in (
            ("deb", ["dpkg-deb", "--contents"], "/usr/lib/python3/dist-packages"),
            ("rpm", ["rpm", "-qpl"], "/usr/lib64/python3.11/site-packages"),
        ):
            listed = [
                line.split()[-1].lstrip(".").rstrip("/")
                for line in output(*query, os.path.join(HERE, "python3-sshsync." + kind)).splitlines()
            ]
            for name in ("__init__.py", "_sshsync.so", "py.typed"):
                self.assertIn("%s/sshsync/%s" % (folder, name), listed)
            self.assertEqual([path for path in listed if path.startswith("/usr/bin") or path.endswith("RECORD")], [])
        depends = output("dpkg-deb", "--field", os.path.join(HERE, "python3-sshsync.deb"), "Depends")
        for package in ("python3 (>= 3.11), python3 (<< 3.12)", "libc6 (>= 2.", "openssh-client"):
            self.assertIn(package, depends)
        self.assertIn(
            "python(abi) = 3.11", output("rpm", "-qp", "--requires", os.path.join(HERE, "python3-sshsync.rpm"))
        )

    def test_the_scripts_of_both_are_sound_and_do_what_they_are_for(self):
        scripts = {
            name: output("rpm", "-qp", "--qf", "%%{%s}" % tag, RPM)
            for name, tag in [("pre", "PREIN"), ("post", "POSTIN"), ("preun", "PREUN"), ("postun", "POSTUN")]
        }
        for name in ("postinst", "prerm", "postrm"):
            scripts[name] = output("dpkg-deb", "--info", DEB, name)
        for name, text in scripts.items():
            subprocess.run(["sh", "-n"], input=text, text=True, check=True)
        for name in ("pre", "postinst"):
            self.assertIn("useradd --system", scripts[name])
        for name in ("preun", "prerm"):
            self.assertIn("systemctl stop", scripts[name])
        self.assertIn("userdel sshsync", scripts["postrm"])
        self.assertNotRegex(" ".join(scripts[name] for name in ("preun", "postun")), r"rm -|userdel")

    def test_the_units_are_sound_and_shut_in(self):
        tree = os.path.join(self.folder, "tree")
        output("dpkg-deb", "--extract", DEB, tree)
        units = os.path.join(tree, "lib/systemd/system")
        for name in os.listdir(units):
            os.rename(os.path.join(units, name), os.path.join(units, name.replace("@", "@repomaster")))
        service = os.path.join(units, "sshsync@repomaster.service")
        with open(service, encoding="utf-8") as file:
            text = file.read()
        with open(service, "w", encoding="utf-8") as file:
            # The program is where this test has it.
            file.write(text.replace("/usr/bin/sshsync", os.path.join(tree, "usr/bin/sshsync")))
        said = output(
            "systemd-analyze",
            "verify",
            "--man=no",
            "--recursive-errors=no",
            service,
            os.path.join(units, "sshsync@repomaster.timer"),
        )
        self.assertEqual([line for line in said.splitlines() if "sshsync" in line], [])
        exposure = re.search(
            r"Overall exposure level for sshsync@repomaster\.service: ([\d.]+)",
            output("systemd-analyze", "security", "--offline=true", "--no-pager", service),
        )
        self.assertLess(float(exposure.group(1)), 3.0)

    def test_nothing_in_the_cron_file_is_active(self):
        with open(os.path.join(FILES, "sshsync.cron"), encoding="utf-8") as file:
            self.assertEqual(
                [line for line in file.read().splitlines() if line and not line.startswith(("#", "SHELL=", "PATH="))],
                [],
            )


def _letters(bits):
    return "".join(letter if bits >> (8 - place) & 1 else "-" for place, letter in enumerate("rwxrwxrwx"))


if __name__ == "__main__":
    python_cases.main(__file__)
