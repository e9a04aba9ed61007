"""A clean root of the test's own making: a minimal Debian system below a folder, copied from the one that runs the
test.

    with CleanRoot(["openssh-client"]) as root:
        root.run(["dpkg", "-i", "/tmp/sshsync.deb"])
        root.run(["sshsync", "--version"], user="sshsync", env={})

It holds the files of the essential packages, of those that are asked for, and of what they depend on, and a package
database that knows of no
others: dpkg judges there as on a fresh machine. Commands run in a mount namespace of their own, changed into that root;
the network is
the machine's, so that an sshd on loopback can be reached. Needs root; nothing is fetched.
"""

import ctypes
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile

_STATUS = "/var/lib/dpkg/status"
_LEFT_OUT = re.compile(r"^/usr/share/(doc|info|locale|man|lintian|bug)/")
_CLONE_NEWNS, _MS_BIND, _MS_REC, _MS_PRIVATE = 0x20000, 0x1000, 0x4000, 0x40000
_DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0)}
_MERGED = ("bin", "sbin", "lib", "lib64", "lib32", "libx32")

_libc = ctypes.CDLL(None, use_errno=True)


def _mount(source, target, kind, flags):
    if _libc.mount(source.encode(), target.encode(), kind and kind.encode(), flags, None) != 0:
        raise OSError(ctypes.get_errno(), "mount " + target)


def _installed():
    """{package: its stanza, as a dict} of what is installed on this machine."""
    found = {}
    with open(_STATUS, encoding="utf-8") as file:
        for text in file.read().split("\n\n"):
            fields = dict(re.findall(r"^([\w-]+): (.*)$", text, re.MULTILINE))
            if fields.get("Status", "").endswith(" installed"):
                fields["text"] = text
                found[fields["Package"]] = fields
    return found


def _closure(names):
    """The stanzas of the essential packages, of `names`, and of what all of them depend on."""
    installed = _installed()
    providers = {}
    for name, fields in installed.items():
        for provided in re.findall(r"[\w.+-]+(?= \(|,|$)", fields.get("Provides", "")):
            providers.setdefault(provided, name)
    wanted = [name for name, fields in installed.items() if fields.get("Essential") == "yes"] + list(names)
    chosen = {}
    while wanted:
        name = wanted.pop()
        if name in chosen:
            continue
        chosen[name] = installed[name]
        for field in ("Pre-Depends", "Depends"):
            for clause in filter(None, installed[name].get(field, "").split(", ")):
                alternatives = [re.match(r"[\w.+-]+", one.strip()).group() for one in clause.split("|")]
                here = [one if one in installed else providers.get(one) for one in alternatives]
                wanted += [one for one in here if one][:1]
    return chosen


class CleanRoot:
    def __init__(self, packages):
        self._packages = _closure(packages)
        self.path = None

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="sshsync-root-", dir="/tmp")
        os.chmod(self.path, 0o755)
        try:
            self._make()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def place(self, path):
        return self.path + path

    def read(self, path):
        with open(self.place(path), encoding="utf-8") as file:
            return file.read()

    def account(self, name):
        """(uid, gid) of an account in there; None where there is none."""
        for line in self.read("/etc/passwd").splitlines():
            fields = line.split(":")
            if fields[0] == name:
                return int(fields[2]), int(fields[3])
        return None

    def run(self, command, user=None, env=None):
        """Runs a command in there, without stdin; the completed process, with stdout and stderr in one text."""
        ids = self.account(user) if user else None

        def enter():
            if _libc.unshare(_CLONE_NEWNS) != 0:
                raise OSError(ctypes.get_errno(), "unshare")
            _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
            _mount("proc", self.place("/proc"), "proc", 0)
            os.chroot(self.path)
            os.chdir("/")
            if ids:
                os.setgroups([])
                os.setgid(ids[1])
                os.setuid(ids[0])

        environment = (
            {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"} if env is None else env
        )
        return subprocess.run(
            # Which finds the command by the PATH of in there.
            ["/usr/bin/env", *command],
            preexec_fn=enter,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def everything(self):
        """Every path in there but the package manager's own notes, and what triggers of the base system write."""
        found = set()
        for place, folders, files in os.walk(self.path):
            for name in folders + files:
                found.add(os.path.join(place, name)[len(self.path) :])
        own = re.compile(
            r"^/(var/lib/dpkg/|var/log/dpkg\.log|var/cache/|"
            r"etc/(passwd|group|shadow|gshadow|subuid|subgid)-?$|etc/\.pwd\.lock|"
            r"proc/|tmp/"
            r"|etc/shells$|var/lib/shells\.state$|var/lib/systemd/catalog)"
        )
        return {path for path in found if not own.match(path)}

    def _make(self):
        for name in (
            "dev",
            "etc",
            "proc",
            "run",
            "tmp",
            "usr",
            "var/lib/dpkg/info",
            "var/lib/dpkg/updates",
            "var/lib/dpkg/triggers",
            "var/log",
        ):
            os.makedirs(os.path.join(self.path, name))
        os.chmod(self.place("/tmp"), 0o1777)
        for name in _MERGED:
            if os.path.islink("/" + name):
                os.makedirs(self.place("/usr/" + name), exist_ok=True)
                os.symlink("usr/" + name, self.place("/" + name))
        for name, (major, minor) in _DEVICES.items():
            os.mknod(self.place("/dev/" + name), stat.S_IFCHR, os.makedev(major, minor))
            os.chmod(self.place("/dev/" + name), 0o666)
        shutil.copy("/var/lib/dpkg/info/format", self.place("/var/lib/dpkg/info"))
        for name, fields in self._packages.items():
            self._copy_package(name, fields)
        with open(self.place(_STATUS), "w", encoding="utf-8") as file:
            file.write("\n\n".join(fields["text"].strip("\n") for fields in self._packages.values()) + "\n")
        with open(self.place("/var/lib/dpkg/available"), "w"):
            pass
        # What the postinst scripts of the base system leave.
        for name in ("passwd", "group"):
            shutil.copy("/usr/share/base-passwd/%s.master" % name, self.place("/etc/" + name))
        with open(self.place("/etc/nsswitch.conf"), "w") as file:
            file.write("passwd: files\ngroup: files\nshadow: files\nhosts: files\n")
        for name in ("shadow", "gshadow"):
            with open(self.place("/etc/" + name), "w"):
                os.chmod(self.place("/etc/" + name), 0o640)
        self.run(["ldconfig"])

    def _copy_package(self, name, fields):
        stem = name + ":" + fields["Architecture"] if fields.get("Multi-Arch") == "same" else name
        info = "/var/lib/dpkg/info/"
        for entry in (
            "list",
            "md5sums",
            "conffiles",
            "shlibs",
            "symbols",
            "triggers",
            "preinst",
            "postinst",
            "prerm",
            "postrm",
        ):
            if os.path.exists(info + stem + "." + entry):
                shutil.copy2(info + stem + "." + entry, self.place(info))
        with open(info + stem + ".list", encoding="utf-8") as file:
            for path in file.read().split("\n"):
                if path and path != "/." and not _LEFT_OUT.match(path):
                    self._copy(path)

    def _copy(self, path):
        target = self.place(path)
        try:
            found = os.lstat(path)
        except FileNotFoundError:
            return  # a package may do without one of its files
        if os.path.lexists(target):
            return
        if stat.S_ISDIR(found.st_mode):
            os.makedirs(target)
            shutil.copystat(path, target)
        elif stat.S_ISLNK(found.st_mode):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(os.readlink(path), target)
            return
        elif stat.S_ISREG(found.st_mode):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(path, target)
        os.chown(target, found.st_uid, found.st_gid)
        os.chmod(target, stat.S_IMODE(found.st_mode))


def can_be_made():
    """Whether this process may have a root of its own."""
    return pwd.getpwuid(os.geteuid()).pw_uid == 0 and os.path.exists(_STATUS)
