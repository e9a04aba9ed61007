"""The debs in a clean root: installed, at work from cron's environment as its own account over four real sshd,
upgraded, removed, purged.
"""

import os
import re
import shutil
import subprocess
import tempfile

import pytest

from sshsync.testing import python_cases
from sshsync.testing.acceptance import trees
from sshsync.testing.fleet import Fleet
from tools.packaging.clean_root import CleanRoot, can_be_made

DEB = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "tools/packaging/sshsync.deb")
PYTHON_DEB = os.path.join(os.path.dirname(DEB), "python3-sshsync.deb")
PARENTS = {"repomaster": None, "repoproxy": "repomaster", "appnode1": "repoproxy", "appnode2": "repoproxy"}
CHILDREN = [name for name, parent in PARENTS.items() if parent]
CONFIG = "/etc/sshsync/sshsync.conf"
LOG = "/var/log/sshsync/sshsync.log"

# What Debian's cron gives to a job of /etc/cron.d, besides what the file itself sets.
CRON = {"HOME": "/var/lib/sshsync", "LOGNAME": "sshsync"}

pytestmark = pytest.mark.skipif(not can_be_made(), reason="needs root and a Debian system")


def depends(deb):
    """The packages that the deb wants, of each choice the first."""
    text = subprocess.run(["dpkg-deb", "--field", deb, "Depends"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return [re.match(r"[\w.+-]+", clause.strip()).group() for clause in text.split(",")]


def done(completed):
    assert completed.returncode == 0, completed.stdout
    return completed.stdout


class Machine:
    """A clean root with the deb installed, and what was there before any test."""

    def __init__(self, root, before):
        self.root = root
        self.before = before
        self.install(DEB)

    def install(self, deb):
        shutil.copy(deb, self.root.place("/tmp/sshsync.deb"))
        done(self.root.run(["dpkg", "--install", "/tmp/sshsync.deb"]))
        # As apt does at its end: what other packages want to be told of.
        done(self.root.run(["dpkg", "--configure", "--pending"]))

    def as_account(self, *command):
        return self.root.run(command, user="sshsync", env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})

    def owner(self, path):
        found = os.stat(self.root.place(path))
        return (found.st_uid, found.st_gid, found.st_mode & 0o7777)

    def cron_job(self, words):
        """Takes the # from the line of the cron file that has these words; returns how cron would run it: (account,
        command, environment).
        """
        text = self.root.read("/etc/cron.d/sshsync")
        line = next(line for line in text.splitlines() if words in line)
        assert line.startswith("#")
        with open(self.root.place("/etc/cron.d/sshsync"), "w", encoding="utf-8") as file:
            file.write(text.replace(line, line[1:]))
        environment = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE), **CRON)
        *_, account, command = line[1:].split(None, 6)
        return account, command, environment

    def run_by_cron(self, job):
        account, command, environment = job
        return self.root.run([environment["SHELL"], "-c", command], user=account, env=environment)


@pytest.fixture(scope="module")
def clean():
    with CleanRoot(depends(DEB) + depends(PYTHON_DEB) + ["logrotate"]) as root:
        yield root, root.everything()


@pytest.fixture
def machine(clean):
    made = Machine(*clean)
    yield made
    made.root.run(["dpkg", "--purge", "sshsync"])


@pytest.fixture(scope="module")
def fleet():
    with Fleet(list(PARENTS)) as standing:
        yield standing


def write_configuration(machine, fleet):
    """What an operator does: the sections, a key, the host keys. Nothing else."""
    text = machine.root.read(CONFIG)
    for name, parent in PARENTS.items():
        host = fleet.host(name)
        text += "\n[%s]\nhost = %s\nport = %d\nuser = %s\npath = %s\n" % (
            name,
            host.address,
            host.port,
            host.user,
            host.repo,
        )
        if parent:
            text += "parent = %s\npeerssh = ssh -F %s\n" % (parent, host.ssh_config)
    with open(machine.root.place(CONFIG), "w", encoding="utf-8") as file:
        file.write(text)
    keys = machine.root.place("/var/lib/sshsync/.ssh")
    os.mkdir(keys, 0o700)
    shutil.copy(os.path.join(fleet.folder, "client_key"), os.path.join(keys, "id_ed25519"))
    shutil.copy(os.path.join(fleet.folder, "known_hosts"), os.path.join(keys, "known_hosts"))
    ids = machine.root.account("sshsync")
    for path in (keys, os.path.join(keys, "id_ed25519"), os.path.join(keys, "known_hosts")):
        os.chown(path, *ids)


def release(fleet, tree):
    """New files on repomaster, old enough for `settle`; on the other hosts nothing."""
    for name in PARENTS:
        trees.empty(fleet.host(name).repo)
    host = fleet.host("repomaster")
    trees.write(host.repo, tree, (host.uid, host.gid) if fleet.private_accounts else None)
    for path in tree:
        os.utime(os.path.join(os.fsencode(host.repo), path), (1577836800, 1577836800))


def test_what_the_package_promises_is_there(machine):
    uid, gid = machine.root.account("sshsync")
    assert 0 < uid < 1000
    for folder in ("/var/lib/sshsync", "/var/log/sshsync"):
        assert machine.owner(folder) == (uid, gid, 0o750)
    assert machine.owner(LOG) == (uid, gid, 0o640)
    assert machine.owner(CONFIG) == (0, 0, 0o644)
    assert machine.root.read("/etc/passwd").count("sshsync:x:%d:%d:sshsync:/var/lib/sshsync:/bin/sh" % (uid, gid)) == 1
    assert done(machine.as_account("sshsync", "--version")).startswith("sshsync ")
    assert done(machine.as_account("sshsync", "check", "--strict")) == ""
    assert done(machine.root.run(["dpkg", "--verify", "sshsync"])) == ""
    assert done(machine.root.run(["dpkg", "--audit"])) == ""


def test_cron_cascades_over_four_hosts_with_nothing_done_but_the_configuration(machine, fleet):
    write_configuration(machine, fleet)
    release(fleet, trees.few(big=3 << 20))
    assert done(machine.as_account("sshsync", "check", "--strict")) == ""
    job = machine.cron_job("--cascade repomaster")
    assert job[0] == "sshsync"
    assert done(machine.run_by_cron(job)) == ""
    wanted = trees.digests(fleet.host("repomaster").repo)
    assert len(wanted) == 6
    for name in CHILDREN:
        assert trees.digests(fleet.host(name).repo) == wanted, name
    status = done(machine.as_account("sshsync", "status"))
    for name in CHILDREN:
        assert name in status
    assert "INFO" in machine.root.read(LOG) and "ERROR" not in machine.root.read(LOG)


def test_a_failure_is_a_mail_by_cron_and_by_the_example_of_a_hook(machine, fleet):
    write_configuration(machine, fleet)
    release(fleet, trees.few())
    sendmail = machine.root.place("/usr/sbin/sendmail")
    with open(sendmail, "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\n[ "$*" = -t ] && cat >/var/lib/sshsync/mail\n')
    os.chmod(sendmail, 0o755)
    text = machine.root.read(CONFIG)
    example = re.search(r"^# on_failure = .*\n(#  +.*\n)+", text, re.MULTILINE).group()
    with open(machine.root.place(CONFIG), "w", encoding="utf-8") as file:
        file.write(text.replace(example, re.sub(r"^# ", "", example, flags=re.MULTILINE)))
    job = machine.cron_job("--cascade repomaster")
    fleet.stop_sshd("appnode2")
    try:
        failed = machine.run_by_cron((job[0], job[1] + " --wait 0", job[2]))
    finally:
        fleet.start_sshd("appnode2")
        os.unlink(sendmail)
    # Cron sends what is printed.
    assert failed.returncode == 6 and "appnode2" in failed.stdout, failed.stdout
    mail = machine.root.read("/var/lib/sshsync/mail")
    assert mail.startswith("To: operator@example.com\nSubject: sshsync: exit 6 on "), mail
    body = mail.partition("\n\n")[2]
    # The summary names what failed, `sshsync log` all repositories of the run.
    assert "appnode2" in body and "repoproxy" in body, mail
    assert trees.digests(fleet.host("appnode1").repo) == trees.digests(fleet.host("repomaster").repo)
    # And the page of that night says what moved, and what failed and why.
    page = done(machine.as_account("sshsync", "report", "--html", "-"))
    for word in (
        "2 of 3 repositories equal their parents",
        "repoproxy",
        "appnode2",
        "Connection refused",
        "sshsync resume",
    ):
        assert word in page, word


def test_logrotate_turns_the_log_over_and_the_next_run_writes_the_new_one(machine, fleet):
    write_configuration(machine, fleet)
    release(fleet, trees.few())
    run = ("sshsync", "--sync", "repoproxy")
    assert done(machine.as_account(*run)) == ""
    first = machine.root.read(LOG)
    assert first
    rotated = machine.root.run(["logrotate", "--force", "--state", "/tmp/logrotate.state", "/etc/logrotate.d/sshsync"])
    assert done(rotated) == ""
    assert machine.root.read(LOG + ".1") == first
    assert machine.owner(LOG) == (*machine.root.account("sshsync"), 0o640)
    assert done(machine.as_account(*run)) == ""
    assert machine.root.read(LOG) and machine.root.read(LOG + ".1") == first


def next_version(folder):
    """The same package, one version on, with another logging.conf."""
    tree = os.path.join(folder, "tree")
    subprocess.run(["dpkg-deb", "--raw-extract", DEB, tree], check=True)
    with open(os.path.join(tree, "DEBIAN/control"), encoding="utf-8") as file:
        control = file.read()
    with open(os.path.join(tree, "DEBIAN/control"), "w", encoding="utf-8") as file:
        file.write(re.sub(r"^Version: .*$", "Version: 999", control, flags=re.MULTILINE))
    with open(os.path.join(tree, "etc/sshsync/logging.conf"), "a", encoding="utf-8") as file:
        file.write("# of version 999\n")
    made = os.path.join(folder, "next.deb")
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, made], check=True, stdout=subprocess.DEVNULL
    )
    return made


def test_an_upgrade_keeps_what_was_edited_and_what_was_recorded(machine, fleet):
    write_configuration(machine, fleet)
    release(fleet, trees.few())
    assert done(machine.as_account("sshsync", "--sync", "repoproxy")) == ""
    edited = machine.root.read(CONFIG)
    history = done(machine.as_account("sshsync", "log"))
    with tempfile.TemporaryDirectory() as folder:
        machine.install(next_version(folder))
    assert "999" in done(machine.root.run(["dpkg-query", "--show", "sshsync"]))
    assert machine.root.read(CONFIG) == edited
    assert machine.root.read("/etc/sshsync/logging.conf").endswith("# of version 999\n")
    assert done(machine.as_account("sshsync", "log")) == history
    assert done(machine.as_account("sshsync", "--sync", "repoproxy")) == ""


def test_removal_keeps_configuration_and_state_and_a_purge_leaves_nothing(machine, fleet):
    write_configuration(machine, fleet)
    release(fleet, trees.few())
    assert done(machine.as_account("sshsync", "--sync", "repoproxy")) == ""
    edited = machine.root.read(CONFIG)
    done(machine.root.run(["dpkg", "--remove", "sshsync"]))
    assert not os.path.exists(machine.root.place("/usr/bin/sshsync"))
    assert machine.root.read(CONFIG) == edited
    assert os.path.exists(machine.root.place("/var/lib/sshsync/state.db"))
    done(machine.root.run(["dpkg", "--purge", "sshsync"]))
    assert machine.root.account("sshsync") is None
    assert "sshsync" not in machine.root.read("/etc/group")
    assert machine.root.everything() == machine.before


SCRIPT = """\
import sshsync
config = sshsync.Config.load("/etc/sshsync/sshsync.conf")
report = sshsync.Engine(config).sync("repoproxy", ["appnode1", "appnode2"])
assert report.ok, report
print(sshsync.__file__)
"""


def test_the_python_package_drives_the_same_cascade_and_goes_without_a_trace(machine, fleet):
    before = machine.root.everything()
    machine.install(PYTHON_DEB)
    write_configuration(machine, fleet)
    release(fleet, trees.few())
    said = done(machine.as_account("/usr/bin/python3", "-c", SCRIPT))
    assert said == "/usr/lib/python3/dist-packages/sshsync/__init__.py\n"
    for name in CHILDREN:
        assert trees.digests(fleet.host(name).repo) == trees.digests(fleet.host("repomaster").repo), name
    # Compiled at its installation, not by whoever imports it first.
    assert os.path.isdir(machine.root.place("/usr/lib/python3/dist-packages/sshsync/__pycache__"))
    done(machine.root.run(["dpkg", "--purge", "python3-sshsync"]))
    assert not [path for path in machine.root.everything() - before if "packages" in path or "python3-sshsync" in path]


if __name__ == "__main__":
    python_cases.main(__file__)
