"""Where the comparison happens: a fleet of sshd, folders on a memory file system, links that may be bad, and what a run
costs.

    with Ground(["repomaster", "repoproxy"]) as ground:
        with ground.links({("repoproxy", "repomaster"): ["--rate", "400M"]}) as links:
            cost = ground.run(["sshsync", ...])
        links.counted
"""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from sshsync.testing import fleet as fleets

RELAY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "relay.py")
ENDING = (signal.SIGTERM, signal.SIGHUP)  # what ends a comparison in order
_TICK = os.sysconf("SC_CLK_TCK")
_PR_SET_CHILD_SUBREAPER = 36


class Cost:
    """What one run took. CPU seconds are user and system together; memory is resident, in bytes."""

    def __init__(self):
        self.seconds = 0.0
        self.status = 0
        self.controller_cpu = 0.0  # the program that was started, with the processes it started here: its ssh clients
        self.own_cpu = 0.0  # the program alone, as last seen while it ran
        self.peak_memory = 0  # the program alone
        self.hosts_cpu = 0.0  # the fleet's sshd and everything that ran in their sessions
        self.output = ""


class Links:
    """The relays of one run; `counted` is filled when it has ended: {(child, parent): what the relay counted}."""

    def __init__(self):
        self.ends = {}  # (child, parent): (address, port)
        self.counted = {}


class Ground:
    def __init__(self, hosts):
        self._fleet = fleets.Fleet(hosts)

    def __enter__(self):
        # An sshd leaves the half of a session that encrypts to whoever takes orphans. It is this process, so that their
        # CPU time is seen.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.fleet = self._fleet.__enter__()
        try:
            memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
            self.folder = tempfile.mkdtemp(prefix="sshsync-compare-", dir=memory)
            os.chmod(self.folder, 0o711)
            for host in self.fleet.hosts.values():
                os.mkdir(self.home(host.name))
                self._own(host.name, self.home(host.name))
            self._write_client_configs({})
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._fleet.close()
        if getattr(self, "folder", None):
            shutil.rmtree(self.folder, ignore_errors=True)

    def sshd(self):
        """Host -> process id of its sshd, of which all that runs there is a child."""
        return {name: host.sshd.pid for name, host in self.fleet.hosts.items()}

    def home(self, host):
        """Where the host has its data; its account may write there."""
        return os.path.join(self.folder, host)

    def repo(self, host):
        return os.path.join(self.home(host), "repo")

    def ssh_config(self, host):
        """What a host's account uses to reach its peers; through the links that stand."""
        return os.path.join(self.folder, host + ".ssh_config")

    def peer(self, child, parent):
        """(address, port) at which the child reaches the parent."""
        host = self.fleet.host(parent)
        return self._ends.get((child, parent), (host.address, host.port))

    def place(self, host, tree):
        """Makes the host's repository a copy of a folder, times included; empty where `tree` is None.

        What a run left beside it goes.
        """
        home = self.home(host)
        for name in os.listdir(home):
            shutil.rmtree(os.path.join(home, name))
        if tree:
            subprocess.run(["cp", "-a", tree, self.repo(host)], check=True)
        else:
            os.mkdir(self.repo(host))
        self._own(host, self.repo(host))

    def differs(self, host, tree):
        """What a person should know about how the repository differs from the folder; empty where it does not."""
        done = subprocess.run(
            ["diff", "-rq", "--no-dereference", "--exclude=.sshsync", tree, self.repo(host)],
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout[:500]

    @contextlib.contextmanager
    def links(self, wanted):
        """Relays for the hops that `wanted` names: {(child, parent): the relay's options}."""
        links, running = Links(), {}
        try:
            for (child, parent), options in wanted.items():
                host = self.fleet.host(parent)
                running[child, parent] = process = subprocess.Popen(
                    [sys.executable, RELAY, "--to", "%s:%d" % (host.address, host.port)] + options,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
                links.ends[child, parent] = ("127.0.0.1", json.loads(process.stdout.readline())["port"])
            self._write_client_configs(links.ends)
            yield links
        finally:
            self._write_client_configs({})
            for hop, process in running.items():
                process.stdin.close()
                line = process.stdout.read()
                process.wait()
                links.counted[hop] = json.loads(line) if line else {}

    def run(self, command, limit=900):
        """Runs it to its end and says what it cost; with the fleet's sshd quiet before and after, so that all of their
        work is its own.
        """
        cost = Cost()
        self._reap_orphans()
        before = self._sessions_cpu()
        with tempfile.TemporaryFile() as output:
            start = time.perf_counter()
            # A signal that ends the comparison waits until what was started is seen to be ended with it.
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, mask),
            )
            ended = threading.Event()
            watcher = threading.Thread(target=self._watch, args=(process, cost, limit, ended))
            watcher.start()
            try:
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
                _, status, usage = os.wait4(process.pid, 0)
                cost.seconds = time.perf_counter() - start
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                raise
            finally:
                ended.set()
                watcher.join()
            process.returncode = cost.status = os.waitstatus_to_exitcode(status)
            output.seek(max(0, output.seek(0, os.SEEK_END) - 2000))
            cost.output = output.read().decode(errors="replace")
        cost.hosts_cpu = self._sessions_cpu() - before
        ours, theirs = self._reap_orphans()
        cost.controller_cpu = usage.ru_utime + usage.ru_stime + ours
        cost.hosts_cpu += theirs
        return cost

    @staticmethod
    def _watch(process, cost, limit, ended):
        """The program's own memory and CPU time: they cannot be asked of the dead, and the sums that wait4 has include
        others.
        """
        until = time.monotonic() + limit
        while not ended.wait(0.02):
            try:
                with open("/proc/%d/status" % process.pid) as file:
                    peak = [line.split()[1] for line in file if line.startswith("VmHWM:")]
                with open("/proc/%d/stat" % process.pid) as file:
                    fields = file.read().rpartition(") ")[2].split()
            except OSError:
                continue
            if peak:
                cost.peak_memory = max(cost.peak_memory, int(peak[0]) << 10)
                cost.own_cpu = (int(fields[11]) + int(fields[12])) / _TICK
            if time.monotonic() > until:
                os.killpg(process.pid, 9)
                return

    def _sessions_cpu(self):
        """CPU seconds of the sessions that have ended, as far as their sshd waited for them; itself waits a moment for
        those that are ending.
        """
        for _ in range(500):
            if not any(self.fleet.sessions(name) for name in self.fleet.hosts):
                break
            time.sleep(0.01)
        total = 0
        for host in self.fleet.hosts.values():
            with open("/proc/%d/stat" % host.sshd.pid) as file:
                fields = file.read().rpartition(") ")[2].split()
            total += sum(int(field) for field in fields[11:15])
        return total / _TICK

    @staticmethod
    def _reap_orphans():
        """CPU seconds of the ended processes that were left to this one: (ssh clients of the controller, all others).
        """
        ours = theirs = 0.0
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/stat" % entry, errors="replace") as file:
                    head, _, tail = file.read().rpartition(") ")
                mine = os.stat("/proc/" + entry).st_uid == os.getuid()
            except OSError:
                continue
            if tail.split()[:2] != ["Z", str(os.getpid())]:
                continue
            usage = os.wait4(int(entry), 0)[2]
            seconds = usage.ru_utime + usage.ru_stime
            if mine and head.partition("(")[2] == "ssh":
                ours += seconds
            else:
                theirs += seconds
        return ours, theirs

    def _write_client_configs(self, ends):
        """ssh takes the first value it finds: a link's end goes in front of what the fleet wrote."""
        self._ends = dict(ends)
        for host in self.fleet.hosts.values():
            text = ""
            for (child, parent), (address, port) in ends.items():
                if child == host.name:
                    text += "Host %s\n  HostName %s\n  Port %d\n" % (parent, address, port)
            with open(host.ssh_config) as file:
                text += file.read()
            with open(self.ssh_config(host.name), "w") as file:
                file.write(text)
            os.chmod(self.ssh_config(host.name), 0o644)

    def _own(self, host, path):
        if self.fleet.private_accounts:
            subprocess.run(
                ["chown", "-R", "%d:%d" % (self.fleet.host(host).uid, self.fleet.host(host).gid), path], check=True
            )
