"""A fleet of real sshd on loopback, for tests, benchmarks and the demo.

    with Fleet(["repomaster", "repoproxy"], login_shells={"repoproxy": "csh"}) as fleet:
        host = fleet.host("repoproxy")
        subprocess.run(["ssh", "-F", fleet.ssh_config, "repoproxy", "uname"])

Every host is an sshd of its own, with its own loopback address, port, host key, account, home folder and log. Started
by root, each has an unprivileged account with a login shell of choice: sshd runs in a private mount namespace in which
/etc/passwd, /etc/group and /run are its own, so that nothing of the system changes. Started by anybody else (or without
the right to make a namespace), all hosts share the account of the caller and differ in their folders:
`fleet.private_accounts` says which it is.

Each account may log in to each host with a throw-away key, and so may the caller, through `fleet.ssh_config`. On a
host, `ssh -F` and `scp -F` take `host.ssh_config`. Everything lies in one folder below /tmp; leaving the block ends the
fleet's processes, and no others, and removes the folder.

As a command it prints one line of JSON that describes the fleet and lives until its stdin ends:

    fleet.py --hosts repomaster,repoproxy --login-shell repoproxy=csh

Meanwhile it obeys lines on stdin and answers each with a line of JSON: `stop HOST`, `start HOST`, `cut HOST` (kills the
sessions), `processes HOST`.
"""

import argparse
import ctypes
import fcntl
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin") or "/usr/sbin/sshd"
SFTP_SERVERS = ("/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/libexec/sftp-server",
                "/usr/lib/ssh/sftp-server")
SFTP_SERVER = next((path for path in SFTP_SERVERS if os.path.exists(path)), None)

_CLONE_NEWNS, _CLONE_NEWNET = 0x20000, 0x40000000
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x40000
_PR_SET_PDEATHSIG = 1
_FIRST_UID = 55000
_UIDS_OF_A_FLEET = 32
_MARK = "SSHSYNC_FLEET_HOST"

_libc = ctypes.CDLL(None, use_errno=True)


def _mount(source, target, kind, flags):
    if _libc.mount(source.encode(), target.encode(), kind and kind.encode(), flags, None) != 0:
        raise OSError(ctypes.get_errno(), "mount " + target)


def _enter_private_mounts():
    if _libc.unshare(_CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)


def _can_have_accounts():
    """Whether this process may give its children other accounts."""
    if os.geteuid() != 0:
        return False
    try:
        return subprocess.run(["true"], preexec_fn=_enter_private_mounts).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _claim_uids():
    """(first uid, what keeps it ours): fleets that stand at the same time have accounts of their own, for what is
    theirs is told by uid."""
    for number in range(300):
        # A file, which stays: each network namespace has abstract sockets of its own; accounts are shared.
        claim = open("/tmp/.sshsync-fleet-%d.lock" % number, "a")
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)  # it ends with the process, however that ends
            return _FIRST_UID + number * _UIDS_OF_A_FLEET, claim
        except OSError:
            claim.close()
    raise FleetError("too many fleets")


class FleetError(Exception):
    """The fleet does not stand."""


class Place:
    """Where a host is that is not on loopback: an address, and the network namespace (a path) its sshd is started in.
    Whoever makes the fleet makes these, and has them reach each other."""

    def __init__(self, address, port, network=None):
        self.address = address
        self.port = port
        self.network = network


class Host:
    """One sshd and the account behind it. Paths are absolute, and the same seen from anywhere."""

    def __init__(self, fleet, number, name, shell, place=None):
        self.name = name
        self.address = "127.0.0.%d" % (2 + number)
        self.port = 0
        self.folder = os.path.join(fleet.folder, name)
        self.home = os.path.join(self.folder, "home")
        self.repo = os.path.join(self.home, "repo")
        self.log = os.path.join(self.folder, "sshd.log")
        self.ssh_config = os.path.join(self.home, ".ssh", "config")
        self.shell = shell
        self.place = place
        if place:
            self.address, self.port = place.address, place.port
        if fleet.private_accounts:
            self.uid = self.gid = fleet.first_uid + number
            self.user = name
        else:
            self.uid, self.gid = os.getuid(), os.getgid()
            self.user = pwd.getpwuid(self.uid).pw_name
        self.sshd = None

    def describe(self):
        names = ("address", "port", "user", "uid", "home", "repo", "ssh_config", "log")
        return {name: getattr(self, name) for name in names}


class Fleet:
    """`hosts` are names of lower-case letters and digits; `login_shells` maps some of them to a shell's name or path,
    `places` to a Place."""

    def __init__(self, hosts, login_shells=None, sshd_options=(), die_with_parent=False, places=None):
        self._names = list(hosts)
        self._shells = dict(login_shells or {})
        self._places = dict(places or {})
        self._sshd_options = list(sshd_options)
        self._die_with_parent = die_with_parent
        self.private_accounts = _can_have_accounts()
        if self._shells and not self.private_accounts:
            raise FleetError("login shells need root and a mount namespace")
        self.folder = None
        self.first_uid, self._claim = None, None
        self.ssh_config = None  # for the caller
        self.hosts = {}

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="sshsync-fleet-", dir="/tmp")
        try:
            # Other accounts must pass through; what is secret has a mode of its own.
            os.chmod(self.folder, 0o711 if self.private_accounts else 0o700)
            self.ssh_config = os.path.join(self.folder, "ssh_config")
            self._known_hosts = os.path.join(self.folder, "known_hosts")
            self._client_key = os.path.join(self.folder, "client_key")
            if self.private_accounts:
                self.first_uid, self._claim = _claim_uids()
            for number, name in enumerate(self._names):
                shell, place = self._shell(self._shells.get(name, "sh")), self._places.get(name)
                self.hosts[name] = Host(self, number, name, shell, place)
            self._make_accounts()
            self._make_files()
            for name in self._names:
                self.start_sshd(name)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def host(self, name):
        return self.hosts[name]

    def describe(self):
        return {
            "folder": self.folder,
            "ssh_config": self.ssh_config,
            "private_accounts": self.private_accounts,
            "hosts": {name: host.describe() for name, host in self.hosts.items()},
        }

    def start_sshd(self, name):
        """Starts a host's sshd, at the address it had before. Returns when it answers."""
        host = self.hosts[name]
        for _ in range(5):
            # The first time any free port will do; it may be taken until sshd binds it.
            if not self._ever_started(host) and host.place:
                self._write_configs()
            elif not self._ever_started(host):
                with socket.socket() as probe:
                    probe.bind((host.address, 0))
                    host.port = probe.getsockname()[1]
                self._write_configs()
            if self._launch(host):
                return
        with open(host.log, errors="replace") as log:
            raise FleetError("sshd of %s does not start: %s" % (name, log.read()[-2000:]))

    def stop_sshd(self, name, sessions=True):
        """Ends a host's sshd, so that connections are refused; with `sessions` those that are open, too."""
        host = self.hosts[name]
        if host.sshd is None:
            return
        pids = self.sessions(name) if sessions else []
        host.sshd.kill()
        host.sshd.wait()
        host.sshd = None
        _kill(pids)

    def cut_sessions(self, name):
        """Kills the sshd processes of the open sessions, not what runs in them."""
        _kill(self.sessions(name))

    def sessions(self, host_name):
        """The sshd processes that serve open connections."""
        host = self.hosts[host_name]
        if host.sshd is None:
            return []
        found = _processes()
        parents = {pid: parent for pid, parent, _, _ in found}
        daemons = [pid for pid, _, _, name in found if name.startswith("sshd") and pid != host.sshd.pid]
        return [pid for pid in daemons if _descends(pid, host.sshd.pid, parents)]

    def processes(self, name):
        """What sessions of the host have left running, or run now, as {pid: command}; not sshd itself."""
        host = self.hosts[name]
        found = {}
        for pid, _, uid, comm in _processes():
            if comm.startswith("sshd"):
                continue
            if (self.private_accounts and uid == host.uid) or _environment_has(pid, "%s=%s" % (_MARK, host.folder)):
                found[pid] = _command(pid) or comm
        return found

    def let_expire(self, *names):
        """From now on the accounts of these hosts have expired, and the others have not."""
        # The caller's own account, too, can be logged in to: by a peeruser.
        text = "root:*:19000:0:99999:7:::\n" + "".join(
            "%s:*:19000:0:99999:7::%s:\n" % (host.user, "1" if host.name in names else "")
            for host in self.hosts.values())
        # Bound over each sshd's own /etc/shadow: the file itself changes.
        shadow = os.path.join(self.folder, "shadow")
        with open(os.open(shadow, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)

    def close(self):
        for name in list(self.hosts):
            self.stop_sshd(name)
            for _ in range(100):
                left = self.processes(name)
                if not left:
                    break
                _kill(left)
                time.sleep(0.01)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None
        if self._claim:
            self._claim.close()
            self._claim = None

    def _shell(self, name):
        if name == "busybox":
            # BusyBox asks for its applet's name; an account's shell is a path without arguments.
            folder = os.path.join(self.folder, "busybox-shell")
            os.makedirs(folder, exist_ok=True)
            path = os.path.join(folder, "sh")
            if not os.path.lexists(path):
                os.symlink(shutil.which("busybox") or "/bin/busybox", path)
            return path
        folders = os.environ.get("PATH", "") + ":/bin:/usr/bin:/usr/sbin:/sbin"
        path = name if "/" in name else shutil.which(name, path=folders)
        if not path or not os.access(path, os.X_OK):
            raise FleetError("there is no shell " + name)
        return path

    def _make_accounts(self):
        if not self.private_accounts:
            return
        with open("/etc/passwd") as system:
            passwd = system.read()
        if "\nsshd:" not in passwd:
            passwd += "sshd:x:53999:65534::/run/sshd:/usr/sbin/nologin\n"
        with open("/etc/group") as system:
            group = system.read()
        for host in self.hosts.values():
            passwd += "%s:*:%d:%d::%s:%s\n" % (host.user, host.uid, host.gid, host.home, host.shell)
            group += "%s:x:%d:\n" % (host.user, host.gid)
        self._write("passwd", passwd)
        self._write("group", group)
        self.let_expire()

    def _make_files(self):
        keys = [_make_key(self._client_key)]
        for host in self.hosts.values():
            os.makedirs(os.path.join(host.home, ".ssh"))
            os.makedirs(host.repo)
            keys.append(_make_key(os.path.join(host.home, ".ssh", "id_ed25519")))
        known = []
        for host in self.hosts.values():
            known.append((host, _make_key(os.path.join(host.folder, "host_key"))))
            with open(os.path.join(host.home, ".ssh", "authorized_keys"), "w") as file:
                file.write("".join(keys))
        self._host_keys = known

    def _write_configs(self):
        """Client configurations name all hosts, known_hosts also their addresses; ports become known one by one."""
        lines = []
        for host, key in self._host_keys:
            bare = " ".join(key.split()[:2])
            lines.append("%s,[%s]:%d %s\n" % (host.name, host.address, host.port, bare))
        self._write("known_hosts", "".join(lines))
        self._write("ssh_config", self._client_config(self._client_key))
        for host in self.hosts.values():
            with open(host.ssh_config, "w") as file:
                file.write(self._client_config(os.path.join(host.home, ".ssh", "id_ed25519")))
            if self.private_accounts:
                for root, folders, files in os.walk(host.home):
                    for path in [root] + [os.path.join(root, name) for name in folders + files]:
                        os.lchown(path, host.uid, host.gid)

    def _client_config(self, key):
        text = ""
        for host in self.hosts.values():
            text += "Host %s\n  HostName %s\n  Port %d\n  User %s\n  HostKeyAlias %s\n" % (
                host.name, host.address, host.port, host.user, host.name)
        return text + (
            "Host *\n  IdentityFile %s\n  IdentitiesOnly yes\n  IdentityAgent none\n"
            "  UserKnownHostsFile %s\n  GlobalKnownHostsFile /dev/null\n"
            "  StrictHostKeyChecking yes\n  UpdateHostKeys no\n" % (key, self._known_hosts)
        )

    def _write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path + ".new", "w") as file:
            file.write(text)
        os.chmod(path + ".new", 0o644)
        os.replace(path + ".new", path)

    @staticmethod
    def _ever_started(host):
        return os.path.exists(os.path.join(host.folder, "started"))

    def _launch(self, host):
        config = os.path.join(host.folder, "sshd_config")
        options = [
            "ListenAddress %s:%d" % (host.address, host.port),
            "HostKey " + os.path.join(host.folder, "host_key"),
            "AuthorizedKeysFile " + os.path.join(host.home, ".ssh", "authorized_keys"),
            "PidFile none",
            "StrictModes no",
            "UsePAM no",
            "UseDNS no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PermitRootLogin yes",
            "PrintMotd no",
            "LogLevel VERBOSE",
            "SetEnv %s=%s" % (_MARK, host.folder),
        ]
        if SFTP_SERVER:
            options.append("Subsystem sftp " + SFTP_SERVER)
        with open(config, "w") as file:
            # sshd takes the first value it finds. The quick key exchange spares a small machine most of a login's work.
            file.write("\n".join(self._sshd_options + options + ["KexAlgorithms curve25519-sha256"]) + "\n")
        with open(host.log, "ab") as log:
            host.sshd = subprocess.Popen(
                [SSHD, "-D", "-e", "-f", config], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=lambda: self._before_exec(host), start_new_session=True
            )
        for _ in range(2000):
            if host.sshd.poll() is not None:
                host.sshd = None
                return False
            try:
                with socket.create_connection((host.address, host.port), timeout=5):
                    break
            except OSError:
                time.sleep(0.005)
        with open(os.path.join(host.folder, "started"), "w"):
            return True

    def _before_exec(self, host):
        if host.place and host.place.network:
            with open(host.place.network) as network:
                if _libc.setns(network.fileno(), _CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
        if self._die_with_parent:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if self.private_accounts:
            _enter_private_mounts()
            _mount(os.path.join(self.folder, "passwd"), "/etc/passwd", None, _MS_BIND)
            _mount(os.path.join(self.folder, "group"), "/etc/group", None, _MS_BIND)
            if os.path.exists("/etc/shadow"):
                _mount(os.path.join(self.folder, "shadow"), "/etc/shadow", None, _MS_BIND)
            _mount("none", "/run", "tmpfs", 0)
            os.mkdir("/run/sshd", 0o755)
        elif os.geteuid() == 0:
            os.makedirs("/run/sshd", 0o755, exist_ok=True)


def _make_key(path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", os.path.basename(path), "-f", path],
                   check=True, stdin=subprocess.DEVNULL)
    with open(path + ".pub") as file:
        return file.read()


def _processes():
    """(pid, parent, uid, name) of every process that is no zombie."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % entry, errors="replace") as file:
                head, _, tail = file.read().rpartition(") ")
            uid = os.stat("/proc/" + entry).st_uid
        except OSError:
            continue
        state, parent = tail.split()[:2]
        if state not in "ZX":
            found.append((int(entry), int(parent), uid, head.partition("(")[2]))
    return found


def _descends(pid, ancestor, parents):
    while pid in parents:
        if pid == ancestor:
            return True
        pid = parents[pid]
    return False


def _environment_has(pid, entry):
    try:
        with open("/proc/%d/environ" % pid, "rb") as file:
            return entry.encode() in file.read().split(b"\0")
    except OSError:
        return False


def _command(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def _kill(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def _obey(fleet, line):
    verb, _, name = line.strip().partition(" ")
    if name not in fleet.hosts:
        return {"error": "no such host: " + name}
    if verb == "stop":
        fleet.stop_sshd(name)
    elif verb == "start":
        fleet.start_sshd(name)
    elif verb == "cut":
        fleet.cut_sessions(name)
    elif verb == "processes":
        return {"processes": fleet.processes(name)}
    else:
        return {"error": "no such verb: " + verb}
    return {"ok": True}


def main():
    parser = argparse.ArgumentParser(description="Brings up a fleet of sshd on loopback until stdin ends.")
    parser.add_argument("--hosts", required=True, help="names, separated by commas")
    parser.add_argument("--login-shell", action="append", default=[], metavar="HOST=SHELL")
    parser.add_argument("--sshd-option", action="append", default=[], metavar="LINE",
                        help="a line for every sshd_config")
    arguments = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    shells = dict(item.split("=", 1) for item in arguments.login_shell)
    try:
        with Fleet(arguments.hosts.split(","), shells, arguments.sshd_option, die_with_parent=True) as fleet:
            print(json.dumps(fleet.describe()), flush=True)
            for line in sys.stdin:
                print(json.dumps(_obey(fleet, line)), flush=True)
    except FleetError as error:
        sys.exit("fleet: %s" % error)


if __name__ == "__main__":
    main()
