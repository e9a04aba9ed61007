"""The folders that stand for hosts in one run with faults, the run itself, and the laws that hold after it.

    world = world.World(folder, programs, scenario)
    problems = world.go()      # [] where every law held

`go` runs the program with the scenario's faults, checks the laws, takes the faults away, and runs the same command
again, which must end
well (L6). Nothing is shared between two worlds but the processes of the machine; whoever calls is the subreaper of what
they leave behind.
"""

import os
import select
import shutil
import subprocess
import time

from sshsync.testing.acceptance import laws
from sshsync.testing.faults import published, scenarios

HOSTS = ("m", "p", "n")
PARENTS = {"p": "m", "n": "p"}
SECRET = "hunter2-is-no-password"
_PATIENCE = 100  # seconds: above every limit that a run is given here

_LIST = "find ${REPOPATH} -type f"
_DIGEST = "if [ -f ${FILEPATH} ]; then sha1sum ${FILEPATH} | cut -d' ' -f1; else echo NONE; fi"
_SYNC = (
    "{ printf 'echo; echo START; cat '; printf %s \"${REMOTEDIR}/${FILE}\" | sed \"s/'/'\\\\\\\\''/g; 1s/^/'/;"
    " \\$s/\\$/'/\"; } | ssh ${REMOTEHOST} sh | LC_ALL=C sed '1,/^START$/d' > ${LOCALDIR}/${FILE}"
)


class World:
    def __init__(self, folder, program, ssh, scenario, through=()):
        """`through`: words in front of the program, in the run with faults."""
        self.folder = folder
        self.program = program
        self.scenario = scenario
        self.children = sorted(scenario.children)
        self.through = list(through)
        self.own_tmp = False  # whether nobody else writes to /tmp
        self.any_end = False  # whether the run with faults may end in any way that is told
        self.keys = {}  # further ones of the configuration of each child
        self.problems = []
        self.log = self.out = self.err = b""
        self.status = None
        self.statuses = []  # of the run with faults, and of the clean one
        self._disk = None
        os.makedirs(os.path.join(folder, "bin"))
        os.makedirs(os.path.join(folder, "tmp"))
        os.symlink(ssh, os.path.join(folder, "bin", "ssh"))
        for tool in scenario.without:
            os.symlink("/bin/false", os.path.join(folder, "bin", tool))
        for name in HOSTS:
            os.makedirs(os.path.join(folder, "homes", name))
        if scenario.small_disk:
            self._mount(scenario)
        for name in HOSTS:
            os.mkdir(self.repo(name))
        _write(self.repo("m"), scenario.root)
        for name, tree in scenario.children.items():
            _write(self.repo(name), tree)
            if scenario.aged:
                _age(self.repo(name), tree)
            _write(self.repo(name), scenario.extras[name])
        _write(folder, scenario.scripts)
        _write(
            folder,
            {b"plan": "".join(line + "\n" for line in scenario.plan).encode(), b"hits": b"", b"connections": b""},
        )
        self.configure()
        # What a path may hold: what the child had, and what any of those above it had.
        self._allowed = {path: [data] + scenario.versions.get(path, []) for path, data in scenario.root.items()}
        for name in self.children:
            for tree in (scenario.children[name], scenario.extras[name]):
                for path, data in tree.items():
                    self._allowed.setdefault(path, []).append(data)

    def repo(self, name):
        return os.path.join(self.folder, "homes", name, "repo")

    def _mount(self, scenario):
        name = scenario.small_disk
        held = sum(
            (len(data) + 4095) // 4096 * 4096 + 4096
            for tree in (scenario.children[name], scenario.extras[name])
            for data in tree.values()
        )
        self._disk = os.path.join(self.folder, "homes", name)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=%d" % (held + 64 * 1024 + scenario.room), "none", self._disk],
            check=True,
        )

    def configure(self):
        keys = {
            "timeout": "4",
            "wait": "2",
            "connect_timeout": "2",
            "retries": "2",
            "chunk": "128K",
            "nice": "0",
            "password": SECRET,
            "user": "someone",
        }
        keys.update(self.scenario.keys)
        if self.scenario.kind != "C0":
            keys.update(listcmd=_LIST, digestcmd=_DIGEST)
        text = "[DEFAULT]\n" + "".join("%s = %s\n" % pair for pair in keys.items())
        text += "[sshsync]\nstate_dir = %s/state\npid_file = %s/pid\n" % (self.folder, self.folder)
        for name in ["m"] + sorted(self.children, key=HOSTS.index):
            text += "[%s]\nhost = %s\npath = %s\n" % (name, name, self.repo(name))
            if name in PARENTS:
                text += "parent = %s\n" % PARENTS[name]
                text += "".join("%s = %s\n" % pair for pair in self.keys.items())
                if self.scenario.kind == "C1":
                    text += "names = any\nsynccmd = %s\n" % _SYNC
        path = os.path.join(self.folder, "sshsync.conf")
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, 0o600)

    def command(self):
        return [
            self.program,
            "--config",
            os.path.join(self.folder, "sshsync.conf"),
            "--log-file",
            os.path.join(self.folder, "log"),
            "--log-level",
            "debug",
            *self.scenario.steps,
        ]

    # The two runs.

    def go(self):
        try:
            before = _stats(self.repo("m"))
            self._run("faults")
            if not self.scenario.scripts and _stats(self.repo("m")) != before:
                self.wrong("L3: the root was touched")
            self._check_after_faults()
            self._clean_run()
        finally:
            self._leave()
        return self.problems

    def wrong(self, text):
        self.problems.append(text)

    def _run(self, what):
        watches = [
            published.Watch(self.repo(name), self._is_allowed, lambda path, name=name: self._may_go(name, path))
            for name in self.children
        ]
        log = os.path.join(self.folder, "log")
        if os.path.exists(log):
            os.rename(log, log + ".faults")
        env = {
            "PATH": os.path.join(self.folder, "bin") + ":/usr/bin:/bin",
            "HOME": self.folder,
            "TMPDIR": os.path.join(self.folder, "tmp"),
            "FAULTY_SSH_ROOT": self.folder,
        }
        begin = ["/bin/sh", "-c", 'echo $$ >controller; exec "$@"', "sh"]
        with open(os.path.join(self.folder, "out"), "wb") as out, open(os.path.join(self.folder, "err"), "wb") as err:
            command = begin + (self.through if what == "faults" else []) + self.command()
            process = subprocess.Popen(
                command,
                env=env,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        self._wait(process, watches)
        for watch in watches:
            with watch:
                pass
            for text in watch.wrong:
                self.wrong("%s (run with %s)" % (text, what))
        self.status = process.returncode
        self.statuses.append(self.status)
        self.log, self.out, self.err = (_read(os.path.join(self.folder, name)) for name in ("log", "out", "err"))
        self._check_leftovers(what)
        for check in (
            lambda: laws.check_log(self.log),
            lambda: laws.check_output(self.out),
            lambda: laws.check_output(self.err),
        ):
            try:
                check()
            except (AssertionError, UnicodeDecodeError) as error:
                # The last line of a killed process may be half a line.
                if self.status != -9:
                    self.wrong("L9: %s (run with %s)" % (error, what))
        for text in (self.log, self.out, self.err):
            if SECRET.encode() in text:
                self.wrong("L8: the password was shown (run with %s)" % what)

    def _wait(self, process, watches):
        limit = time.monotonic() + _PATIENCE
        ended = os.pidfd_open(process.pid)
        try:
            while process.poll() is None:
                ready, _, _ = select.select(
                    [ended] + [watch.fd for watch in watches], [], [], max(0, limit - time.monotonic())
                )
                for watch in watches:
                    watch.drain()
                if not ready:
                    process.kill()
                    process.wait()
                    self.wrong("L10: the run did not end within %d s" % _PATIENCE)
        finally:
            os.close(ended)

    def _check_leftovers(self, what):
        """L7. What lost its parents is a child of ours by now."""
        limit = time.monotonic() + 10
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0 and time.monotonic() > limit:
                break
            if pid == 0:
                time.sleep(0.003)
        for pid in _children():
            self.wrong(
                "L7: still alive ten seconds after the run with %s: %s"
                % (what, _read("/proc/%d/cmdline" % pid).replace(b"\0", b" "))
            )
            _kill_below(pid)

    # The laws.

    def _may_go(self, name, path):
        return self.scenario.delete and (path in self.scenario.extras[name] or path in self.scenario.gone)

    def _is_allowed(self, path, content):
        return content in self._allowed.get(path, [])

    def _check_after_faults(self):
        scenario = self.scenario
        trees = {name: _contents(self.repo(name)) for name in HOSTS}
        for name in self.children:
            for path, data in trees[name].items():
                if not self._is_allowed(path, data):
                    self.wrong("L1: %s holds %d bytes as %r, which are no version of it" % (name, len(data), path))
            for tree in (scenario.children[name], {} if scenario.delete else scenario.extras[name]):
                for path in tree:
                    if path not in trees[name] and not (scenario.delete and path in scenario.gone):
                        self.wrong("L2: %s lost %r" % (name, path))
        self._check_places()
        foreign = (
            [name for name in os.listdir("/tmp") if not name.startswith(("sshsync-", ".sshsync-"))]
            if self.own_tmp
            else []
        )
        if foreign:
            self.wrong("L4: in /tmp: %s" % foreign)
        if self.status == 0:
            for name in self.children:
                for path, data in scenario.root.items():
                    if path not in scenario.gone and trees[name].get(path) not in [data] + scenario.versions.get(
                        path, []
                    ):
                        self.wrong("L5: exit 0, but %s does not have %r of the root" % (name, path))
        elif self.any_end:
            # Whatever was in its way (a library, the log, the configuration), it says so, and does not crash.
            if self.status < 0 and self.status != -9 or self.status in (128 + 6, 128 + 11):
                self.wrong(
                    "the program died by signal %d: %s" % (-self.status, self.err[-2000:].decode(errors="replace"))
                )
            if self.status > 0 and not self.err.strip() and b" ERROR " not in self.log:
                self.wrong("L5: exit %d without a word" % self.status)
        else:
            self._check_exit()

    def _check_exit(self):
        scenario = self.scenario
        if self.status > 0 and not (scenario.ends and self.status > 128):
            if self.status not in (6, 8):
                self.wrong("L5: exit %d" % self.status)
            if not any(
                b" ERROR " in line[:60] and (b" p: " in line or b" n: " in line or b" m: " in line)
                for line in self.log.splitlines()
            ):
                self.wrong("L5: exit %d without an ERROR that names a repository" % self.status)
        if self.status != 0 and not self.hits() and not scenario.small_disk:
            self.wrong("no fault was hit, but the exit status is %d" % self.status)
        if self.status < 0 and not scenario.ends:
            self.wrong("the program died by signal %d" % -self.status)

    def _check_places(self):
        """L4: nothing beside the repositories, and no trace of a command in a name."""
        for name in HOSTS:
            beside = set(os.listdir(os.path.join(self.folder, "homes", name))) - {"repo"}
            if beside:
                self.wrong("L4: in the home of %s: %s" % (name, beside))
            for place, folders, files in os.walk(self.repo(name)):
                if "pwn" in folders + files:
                    self.wrong("L4: a name was executed in %s" % place)
        known = {
            "bin",
            "tmp",
            "homes",
            "plan",
            "hits",
            "connections",
            "sshsync.conf",
            "log",
            "log.faults",
            "out",
            "err",
            "state",
            "pid",
            "controller",
            "trace",
        }
        known |= {os.fsdecode(name) for name in self.scenario.scripts}
        beside = {name for name in os.listdir(self.folder) if not name.startswith("count.")} - known
        if beside:
            self.wrong("L4: on the controller: %s" % beside)

    def _clean_run(self):
        """L6: the same command, with the cause removed."""
        if self._disk:
            subprocess.run(["mount", "-o", "remount,size=64m", self._disk], check=True)
        _write(self.folder, {b"plan": b"", b"connections": b""})
        wanted = _contents(self.repo("m"))
        before = {name: _contents(self.repo(name)) for name in self.children}
        tmp = set(os.listdir("/tmp"))
        self._run("nothing in its way")
        if self.own_tmp and set(os.listdir("/tmp")) - tmp:
            self.wrong("L4: the clean run left in /tmp: %s" % (set(os.listdir("/tmp")) - tmp))
        sockets = [name for name in os.listdir("/tmp") if name.startswith("sshsync-mux-")] if self.own_tmp else []
        if sockets:
            self.wrong("L4: the folders of sockets of a run that was killed are there after the next one: %s" % sockets)
        if self.status != 0 or self.out or self.err:
            return self.wrong(
                "L6: the clean run ended with %s: %s"
                % (self.status, (self.out + self.err)[:2000].decode(errors="replace"))
            )
        trees = {name: _contents(self.repo(name)) for name in HOSTS}
        for name in self.children:
            found = trees[name]
            for path, data in wanted.items():
                if found.get(path) != data:
                    self.wrong("L6: after the clean run %s does not have %r of the root" % (name, path))
            for path, data in trees[PARENTS[name]].items():
                if found.get(path) != data:
                    self.wrong("L6: after the clean run %s does not have %r of its parent" % (name, path))
            extra = set(found) - set(wanted)
            if self.scenario.delete and extra - self.scenario.gone:
                self.wrong("L6: %s was not deleted on %s" % (extra, name))
            stage = os.path.join(self.repo(name), ".sshsync", "in")
            if os.path.isdir(stage) and os.listdir(stage):
                self.wrong("L6: the stage of %s holds %s" % (name, os.listdir(stage)))
        self._check_places()
        self._check_economy(trees, before)

    def _check_economy(self, trees, before):
        """L6: what a child has is not sent to it again. Its parent may hold more than the root does."""
        sent, connections = {}, {}
        for line in _read(os.path.join(self.folder, "connections")).decode().splitlines():
            from_host, to_host, _, _, out = line.split()
            sent[(from_host, to_host)] = sent.get((from_host, to_host), 0) + int(out)
            connections[(from_host, to_host)] = connections.get((from_host, to_host), 0) + 1
        for name in self.children:
            parent = PARENTS[name]
            differing = [data for path, data in trees[parent].items() if before[name].get(path) != data]
            # A tar archive rounds up to 10 KiB and has 1 KiB or more of headers a file.
            bound = sum(len(data) + 3000 for data in differing) + 12000 * connections.get((name, parent), 0)
            if sent.get((name, parent), 0) > bound:
                self.wrong(
                    "L6: %d bytes came to %s, which lacked %d" % (sent[(name, parent)], name, sum(map(len, differing)))
                )

    def hits(self):
        return [self.scenario.plan[int(line) - 1] for line in _read(os.path.join(self.folder, "hits")).split()]

    def _leave(self):
        if self._disk:
            subprocess.run(["umount", "-l", self._disk], check=True)

    def remove(self):
        shutil.rmtree(self.folder)


def _write(folder, tree):
    for path, data in tree.items():
        place = os.path.join(os.fsencode(folder), path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as file:
            file.write(data)


def _age(folder, tree):
    yesterday = time.time() - 86400
    for path in tree:
        os.utime(os.path.join(os.fsencode(folder), path), (yesterday, yesterday))


def _read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _walk(folder):
    folder = os.fsencode(folder)
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != b".sshsync"]
        for name in files:
            yield os.path.relpath(os.path.join(place, name), folder), os.path.join(place, name)


def _contents(folder):
    return {path: _read(place) for path, place in _walk(folder)}


def _stats(folder):
    found = {}
    for path, place in _walk(folder):
        stat = os.lstat(place)
        found[path] = (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_mode)
    return found


def _children(pid="self"):
    found = []
    for task in os.listdir("/proc/%s/task" % pid):
        found += map(int, _read("/proc/%s/task/%s/children" % (pid, task)).split())
    return found


def _kill_below(pid):
    for child in _children(pid):
        _kill_below(child)
    try:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    except OSError:
        pass
