"""The rig of the acceptance cases: four hosts (M, P, N1, N2), a configuration, and the real program, started as cron
starts it.

    from sshsync.testing.acceptance.rig import rig, site

    def test_a_first_run_makes_all_equal(rig):
        rig.populate(trees.few())
        rig.equal(rig.full())

`site` brings the hosts up once for a module; `rig` gives each case empty folders, and checks the laws when it ends. A
module that
wants other hosts or login shells makes a fixture `site` of its own with `standing`.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap

import pytest

from sshsync.testing import fleet as fleets
from sshsync.testing.acceptance import laws, trees

FULL = ("--sync", "repoproxy", "--sync", "appnode1,appnode2")
SECRET = "hunter2-is-no-password"

# For cases that hold for an operator's scp as well as for the builtin transfer: `rig.use(way)` after the files are
# there.
both_ways = pytest.mark.parametrize("way", ["C1", "C0"])

# Above every limit that a run is given here: reached only by one that hangs.
_PATIENCE = 180

LISTCMD = "find ${REPOPATH} -type f"
DIGESTCMD = "if [ -f ${FILEPATH} ]; then sha1sum ${FILEPATH} | cut -d' ' -f1; else echo 'NONE'; fi"


def scp(host, *options):
    """C1: the synccmd that an account of `host` would use."""
    return " ".join(
        ("scp -p -F %s -P ${REMOTEPORT}" % host.ssh_config,)
        + options
        + ("${REMOTEUSER}@${REMOTEHOST}:${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}",)
    )


def slow_scp(host, mib_per_second=4):
    return scp(host, "-l %d" % (mib_per_second * 8000))


def careful_copy(host):
    """A synccmd that survives any name, any login shell of the parent, and whatever its login files print."""
    return (
        "{ printf 'echo; echo START; cat '; printf %%s \"${REMOTEDIR}/${FILE}\" | sed \"s/'/'\\\\\\\\''/g; 1s/^/'/;"
        " \\$s/\\$/'/\"; } | ssh -F %s ${REMOTEHOST} sh | sed '1,/^START$/d' > ${LOCALDIR}/${FILE}"
        % host.ssh_config
    )


def slow_ssh(rig, name, mib_per_second=4):
    """C0's counterpart of slow_scp: a peerssh that takes its time with what it prints, and has ssh's status."""
    host = rig.host(name)
    path = os.path.join(host.home, "slow-ssh")
    text = (
        "#!/usr/bin/python3\nimport os, subprocess, sys, time\nssh = subprocess.Popen(['ssh', '-F', '%s'] +"
        " sys.argv[1:], stdout=subprocess.PIPE)\nwhile True:\n  data = os.read(ssh.stdout.fileno(), 65536)\n  if not"
        " data: break\n  sys.stdout.buffer.write(data)\n  sys.stdout.flush()\n  time.sleep(len(data) /"
        " %d)\nsys.exit(ssh.wait() %% 256)\n" % (host.ssh_config, mib_per_second << 20)
    )
    trees.write(host.home, {b"slow-ssh": text.encode()}, rig.owner(name))
    os.chmod(path, 0o755)
    return path


def counting_ssh(rig, name, mib_per_second=1000):
    """A peerssh that takes its time, as slow_ssh does, and keeps count of what it prints, for `counted`. Each of its
    processes has a file of its own, so
    that what is killed has been counted."""
    host = rig.host(name)
    path = os.path.join(host.home, "counting-ssh")
    text = (
        "#!/usr/bin/python3\nimport os, subprocess, sys, time\nssh = subprocess.Popen(['ssh', '-F', '%s'] +"
        " sys.argv[1:], stdout=subprocess.PIPE)\nseen, place = 0, os.open('%s/%%d' %% os.getpid(), os.O_WRONLY |"
        " os.O_CREAT)\nos.set_inheritable(1, True)\nwhile True:\n  data = os.read(ssh.stdout.fileno(), 65536)\n  if not"
        " data: break\n  seen += len(data)\n  os.pwrite(place, b'%%d\\n' %% seen, 0)\n  pause = len(data) / %d\n  while"
        " data: data = data[os.write(1, data):]\n  time.sleep(pause)\nsys.exit(ssh.wait() %% 256)\n"
        % (host.ssh_config, os.path.join(host.home, "counts"), int(mib_per_second * trees.MIB))
    )
    trees.write(host.home, {b"counting-ssh": text.encode()}, rig.owner(name))
    trees.make_folder(os.path.join(host.home, "counts"), rig.owner(name))
    os.chmod(path, 0o755)
    return path


def counted(rig, name):
    """How many bytes came through counting_ssh so far."""
    folder = os.path.join(rig.host(name).home, "counts")
    return sum(int(open(os.path.join(folder, entry)).read() or 0) for entry in os.listdir(folder))


def slow_hop(rig, size, way="C1"):
    """Sets up a hop whose big file takes its time, over an old one: by scp (C1), or by the builtin transfer (C0)."""
    rig.populate(trees.few(size))
    rig.put({trees.BIG: trees.content(size, 77), b"one": b"old"}, "repoproxy")
    if way == "C0":
        rig.builtin()
        rig.configure(repoproxy={"peerssh": slow_ssh(rig, "repoproxy")})
    else:
        rig.configure(repoproxy={"synccmd": slow_scp(rig.host("repoproxy"))})


def program():
    return os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "tools", "cli", "sshsync")


def package():
    """The folder that has the Python package; not of this process, in which `sshsync` is the folder of the sources."""
    return os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "bindings")


class Run:
    """One execution of the program, or of a script, while it lives and afterwards."""

    def __init__(self, process, log_file):
        self.process = process
        self._log_file = log_file
        self.exit = None
        self.out = self.err = b""

    @property
    def log(self):
        try:
            with open(self._log_file, "rb") as file:
                return file.read()
        except OSError:
            return b""

    def wait(self):
        self.out, self.err = self.process.communicate(timeout=_PATIENCE)
        self.out, self.err = self.out or b"", self.err or b""
        self.exit = self.process.returncode
        return self

    def records(self, level):
        return [line.decode() for line in self.log.splitlines() if (" %s " % level).encode() in line[:60]]

    def told(self, level, *words):
        """Whether a record of that level has all these words."""
        return any(all(word in record for word in words) for record in self.records(level))

    def ssh_to(self, host):
        """The ssh processes of the run that lead to a host."""
        found = []
        for task in os.listdir("/proc/%d/task" % self.process.pid):
            with open("/proc/%d/task/%s/children" % (self.process.pid, task)) as file:
                found += map(int, file.read().split())
        commands = {}
        for pid in found:
            with contextlib.suppress(FileNotFoundError), open("/proc/%d/cmdline" % pid, "rb") as file:
                commands[pid] = file.read().split(b"\0")
        return [pid for pid, words in commands.items() if host.encode() in words]

    def kill_ssh_to(self, host):
        """Kills them; with one that carries others those end by themselves, and may be gone before their turn."""
        for pid in self.ssh_to(host):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def __str__(self):
        return "exit %s\n--- stdout\n%s\n--- stderr\n%s\n--- log\n%s" % (
            self.exit,
            self.out.decode(errors="replace"),
            self.err.decode(errors="replace"),
            self.log.decode(errors="replace")[-6000:],
        )


class Rig:
    """What one case works with. Hosts are known by their names, and repositories have the names of their hosts."""

    def __init__(self, fleet, parents):
        self.fleet = fleet
        self.parents = parents
        self.folder = tempfile.mkdtemp(prefix="sshsync-case-", dir="/tmp")
        self.config = os.path.join(self.folder, "sshsync.conf")
        self.state = os.path.join(self.folder, "state")
        self.pid_file = os.path.join(self.folder, "pid")
        self.runs = []
        self.plain = {}  # sections of the plain configuration that differ from C1
        self._source = {}
        for name in fleet.hosts:
            self._clean(name)
        self.configure()

    def host(self, name):
        return self.fleet.host(name)

    def owner(self, name):
        host = self.host(name)
        return (host.uid, host.gid) if self.fleet.private_accounts else None

    def repo(self, name, *path):
        return os.path.join(self.host(name).repo, *path)

    # Setting up.

    def _clean(self, name):
        host = self.host(name)
        if host.sshd is None:
            self.fleet.start_sshd(name)
        trees.empty(host.home, keep=(".ssh", "repo"))
        os.chmod(host.repo, 0o755)
        trees.empty(host.repo)
        trees.write(host.home, {b"outside/marker": b"not to be touched\n"}, self.owner(name))

    def populate(self, tree, name="repomaster"):
        """Gives a repository these files; of a root they are what must not change from now on."""
        self.put(tree, name)
        if not self.parents.get(name):
            self.remember_source()

    def builtin(self):
        """C0, from now on: no template of the operator's, and the tool moves the files itself."""
        self.plain["DEFAULT"] = {"listcmd": None, "digestcmd": None, "chunk": "1M"}
        for name in [name for name, parent in self.parents.items() if parent]:
            self.plain[name] = {"synccmd": None, "peerssh": "ssh -F " + self.host(name).ssh_config}
        self.configure()

    def use(self, way):
        if way == "C0":
            self.builtin()

    def put(self, tree, name):
        trees.write(self.repo(name), tree, self.owner(name))

    def remember_source(self):
        """After the case itself has changed what is in the roots."""
        self._source = {name: trees.stats(self.repo(name)) for name, parent in self.parents.items() if not parent}

    def forget_source(self):
        """The case itself writes into the roots while a run goes on."""
        self._source = {}

    def configure(self, defaults=None, settings=None, **sections):
        """Writes C1, with these keys over it: of [DEFAULT], of [sshsync], and of single repositories.

        None leaves a key out.
        """
        values = {
            "ssh": "ssh -F " + self.fleet.ssh_config,
            "listcmd": LISTCMD,
            "digestcmd": DIGESTCMD,
            "password": SECRET,
            "retries": "2",
            "timeout": "20",
            "wait": "2",
            "connect_timeout": "5",
        }
        values.update(self.plain.get("DEFAULT", {}))
        values.update(defaults or {})
        text = _section("DEFAULT", values) + _section("sshsync", settings or {})
        for name, parent in self.parents.items():
            host = self.host(name)
            keys = {"host": host.name, "port": str(host.port), "user": host.user, "path": host.repo}
            if parent:
                keys.update(parent=parent, synccmd=scp(host))
            keys.update(self.plain.get(name, {}))
            keys.update(sections.get(name, {}))
            text += _section(name, keys)
        with open(self.config, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
        os.chmod(self.config, 0o600)

    # Running.

    def start(self, *arguments, env=None, log=True, through=(), **options):
        """Starts the program; its log goes to a file of the run's own unless `log` says no.

        `through` are words in front of the command.
        """
        command = [program(), "--config", self.config, "--state-dir", self.state, "--pid-file", self.pid_file]
        if log and "--log-file" not in arguments:
            command += ["--log-file", self._next_log(), "--log-level", "debug"]
        return self.launch(list(through) + command + list(arguments), env or {}, **options)

    def start_python(self, *parts):
        """Starts a script in which `engine` is there: the Python package by this configuration, and its log as the
        program has it.
        """
        head = (
            "import json, logging, os, signal, sys, threading\nimport sshsync\nlogging.basicConfig(filename=%r,"
            " level=logging.DEBUG, format='%%(asctime)s %%(process)d %%(levelname)s %%(message)s')\nengine ="
            " sshsync.Engine(%r, state_dir=%r, pid_file=%r)\n"
            % (self._next_log(), self.config, self.state, self.pid_file)
        )
        return self.launch(
            [sys.executable, "-X", "faulthandler", "-c", head + "".join(map(textwrap.dedent, parts))],
            {"PATH": os.defpath, "PYTHONPATH": package()},
        )

    def launch(self, command, env, **options):
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        pipes.update(options)
        run = Run(
            subprocess.Popen(command, env=env, cwd=self.folder, start_new_session=True, **pipes), self._next_log()
        )
        self.runs.append(run)
        return run

    def _next_log(self):
        return os.path.join(self.folder, "log-%d" % len(self.runs))

    def run(self, *arguments, **options):
        return self.start(*arguments, **options).wait()

    def ask(self, *words):
        """What a verb answers that makes no run: status, log."""
        command = [program(), "--config", self.config, "--state-dir", self.state, *words]
        return subprocess.run(
            command, env={}, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE
        )

    def full(self, **options):
        return self.run(*FULL, **options)

    # Looking.

    def equal(self, run, *children, names=None):
        """OK: exit 0, silence, and every child holds what its parent holds."""
        assert run.exit == 0, str(run)
        assert run.out == b"" and run.err == b"", str(run)
        self.same(*children, names=names)

    def same(self, *children, names=None):
        for child in children or [name for name, parent in self.parents.items() if parent]:
            wanted, found = trees.digests(self.repo(self.parents[child])), trees.digests(self.repo(child))
            for path in names or wanted:
                assert found.get(path) == wanted[path], "%s: %r is not its parent's" % (child, path)

    def failed(self, run, repository, *words, exit_code=6):
        """FAIL6: the exit code, and an ERROR record that names the repository and has these words."""
        assert run.exit == exit_code, str(run)
        assert run.told("ERROR", repository + ":", *words), str(run)

    def staged(self, name, path=trees.BIG):
        """How much the fullest file of that path in the stage holds: a big one has its final size from the start, and
        is filled range by range.
        """
        sizes = [0]
        with contextlib.suppress(OSError):
            stage = os.fsencode(self.repo(name, ".sshsync", "in"))
            for attempt in os.listdir(stage):
                with contextlib.suppress(OSError):
                    status = os.stat(os.path.join(stage, attempt, path))
                    sizes.append(min(status.st_size, status.st_blocks * 512))
        return max(sizes)

    def mid(self, run, name, size, path=trees.BIG):
        """Returns when a quarter of a file is in the child's stage."""

        def under_way():
            assert run.process.poll() is None, "it ended too soon: %s" % run.wait()
            return self.staged(name, path) >= size // 4

        laws.wait_until(under_way, 60, "a quarter of %r in the stage of %s" % (path, name))

    def watch(self, *names, more=None):
        """L1 for these children from now on: what they hold now, and what the roots hold now.

        `more` is {path: {digests}}.
        """
        allowed = {}
        root = trees.digests(self.repo(next(name for name, parent in self.parents.items() if not parent)))
        for name in names or [name for name, parent in self.parents.items() if parent]:
            mine = trees.digests(self.repo(name))
            allowed[self.repo(name)] = {
                path: {mine.get(path), root.get(path)} | (more or {}).get(path, set()) for path in set(mine) | set(root)
            }
        return laws.Watcher(allowed)

    def converges(self, *children, names=None, steps=FULL):
        """L6: with the cause removed, and the plain configuration, the same command ends well."""
        self.configure()
        run = self.run(*steps)
        self.equal(run, *children, names=names)
        for name, parent in self.parents.items():
            if parent and (not children or name in children):
                assert not os.path.exists(self.repo(name, ".sshsync", "in")) or not os.listdir(
                    self.repo(name, ".sshsync", "in")
                ), name
        return run

    def check_laws(self):
        for name, before in self._source.items():
            laws.check_source(before, self.repo(name))
        for name, host in self.fleet.hosts.items():
            assert trees.digests(os.path.join(host.home, "outside")).keys() == {b"marker"}, name
            with open(os.path.join(host.home, "outside", "marker"), "rb") as file:
                assert file.read() == b"not to be touched\n", name
        for run in self.runs:
            laws.check_log(run.log)
            laws.check_output(run.out)
            laws.check_output(run.err)
            laws.check_secret(SECRET, self.state, run.log, run.out, run.err)
        laws.check_leftovers(self.fleet, self.fleet.hosts)

    def close(self):
        for run in self.runs:
            if run.process.poll() is None:
                run.process.kill()
                run.process.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)


def _section(name, keys):
    return "[%s]\n%s\n" % (name, "".join("%s = %s\n" % pair for pair in keys.items() if pair[1] is not None))


@contextlib.contextmanager
def standing(parents, **options):
    """A fleet for these repositories, given as {name: parent or None}."""
    with fleets.Fleet(list(parents), **options) as fleet:
        fleet.parents = parents
        yield fleet


CASCADE = {"repomaster": None, "repoproxy": "repomaster", "appnode1": "repoproxy", "appnode2": "repoproxy"}


@pytest.fixture(scope="module")
def site():
    with standing(CASCADE) as fleet:
        yield fleet


@pytest.fixture
def rig(site):
    made = Rig(site, site.parents)
    try:
        yield made
        made.check_laws()
    finally:
        made.close()


def private_accounts_only(site):
    if not site.private_accounts:
        pytest.skip("needs accounts of its own: root and a mount namespace")
