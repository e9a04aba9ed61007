"""What sshsync is for, in about a minute: four private sshd on loopback, a real configuration, real runs, real trouble.

Narrates what it does, shows each command as one would type it, and believes no answer: after every run it looks at the
files
themselves. Ends with 0 only if everything was as promised. Leaves nothing behind.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time

from sshsync.testing.fleet import Fleet
from tools.demo.files import Tree, fill, flip_a_byte, release

HOSTS = ["repomaster", "repoproxy", "appnode1", "appnode2"]
CHILDREN = HOSTS[1:]
QUEUE = ["--sync", "repoproxy", "--sync", "appnode1,appnode2"]
BIG = "db/update 2024.dump"

CONFIGURATION = """\
[DEFAULT]
ssh     = ssh -F {ssh_config}
listcmd = find ${{REPOPATH}} -type f
wait    = 3
timeout = 10
retries = 2

[sshsync]
state_dir = {folder}/state
pid_file  = {folder}/sshsync.pid

[repomaster]
host      = repomaster
path      = {repomaster.repo}
digestcmd = if [ -f ${{FILEPATH}} ]; then sha256sum ${{FILEPATH}} | cut -d' ' -f1; else echo NONE; fi

[repoproxy]
host      = repoproxy
path      = {repoproxy.repo}
parent    = repomaster
digestcmd = if [ -f ${{FILEPATH}} ]; then openssl dgst -sha256 -r ${{FILEPATH}} | cut -d' ' -f1; else echo NONE; fi
synccmd   = scp -p -F {repoproxy.ssh_config} -l ${{BWLIMIT}} \\
    ${{REMOTEHOST}}:${{REMOTEDIR}}/${{FILE}} ${{LOCALDIR}}/${{FILE}}
# The scp of OpenSSH 9 takes a name as it is. An older one has a shell read it again: there, leave this line out.
names     = any
bwlimit   = 16M

[appnode1]
host      = appnode1
path      = {appnode1.repo}
parent    = repoproxy
digestcmd = if [ -f ${{FILEPATH}} ]; then shasum -a 256 ${{FILEPATH}} | cut -d' ' -f1; else echo NONE; fi
synccmd   = scp -p -F {appnode1.ssh_config} -l ${{BWLIMIT}} \\
    ${{REMOTEHOST}}:${{REMOTEDIR}}/${{FILE}} ${{LOCALDIR}}/${{FILE}}
names     = any
bwlimit   = 8M

[appnode2]
host      = appnode2
path      = {appnode2.repo}
parent    = repoproxy
digestcmd = if [ -f ${{FILEPATH}} ]; then busybox sha256sum ${{FILEPATH}} | cut -d' ' -f1; else echo NONE; fi
synccmd   = echo ${{REMOTEDIR}}/${{FILE}} | ssh -F {appnode2.ssh_config} ${{REMOTEHOST}} tar -cPf - -T - |
    tar -xPOf - > ${{LOCALDIR}}/${{FILE}}
"""


class Broken(Exception):
    """Something was not as promised."""


def promise(kept, what):
    if not kept:
        raise Broken(what)


class Narrator:
    """Writes to a person. Flushed before every command, so that its lines stand where they belong."""

    def __init__(self):
        self._bold, self._plain = (
            ("\033[1m", "\033[0m") if sys.stdout.isatty() and "NO_COLOR" not in os.environ else ("", "")
        )
        self._part = 0

    def part(self, title):
        self._part += 1
        self._print("\n%s%d. %s%s" % (self._bold, self._part, title, self._plain))

    def say(self, text):
        self._print(textwrap.fill(" ".join(text.split()), 100, break_long_words=False, break_on_hyphens=False))

    def show(self, text):
        self._print(textwrap.indent(text.rstrip("\n"), "    "))

    def command(self, line):
        self._print("\n%s    $ %s%s" % (self._bold, line, self._plain))

    def _print(self, text):
        print(text, flush=True)


class Demo:
    def __init__(self, fleet, folder, program):
        self._fleet = fleet
        self._folder = folder
        self._tell = Narrator()
        # As one types it: the program is on the PATH, the configuration lies in the current folder.
        self._environment = dict(
            os.environ,
            PATH=os.path.dirname(program) + os.pathsep + os.environ.get("PATH", "/usr/bin:/bin"),
            LC_ALL="C.UTF-8",
        )
        self._trees = {name: Tree(fleet.host(name).repo) for name in HOSTS}

    def play(self):
        self.four_hosts()
        self.the_configuration()
        self.the_first_run()
        self.only_what_changed()
        self.a_connection_breaks()
        self.a_host_goes_away()
        self.is_it_true()

    def four_hosts(self):
        self._tell.part("Four hosts")
        self._tell.say(
            """Update files of an application appear on repomaster. Only repoproxy can reach it, and the application
            hosts reach only repoproxy. There is nothing but SSH between them. Each of these is a private sshd on
            loopback with a throw-away key:"""
        )
        for name in HOSTS:
            host = self._fleet.host(name)
            self._tell.show("%-10s  %s@%s port %d" % (name, host.user, host.address, host.port))
        fill(self._fleet.host("repomaster"), BIG)
        self._tell.say("These files wait on repomaster. Blanks and quotes in names are data, and nothing else:")
        self._tell.show("\n".join("%9d  %s" % (size, path) for path, size in self._trees["repomaster"].sizes()))

    def the_configuration(self):
        self._tell.part("One configuration, in the words of each host")
        text = CONFIGURATION.format(folder=self._folder, ssh_config=self._fleet.ssh_config, **self._fleet.hosts)
        with open(os.path.join(self._folder, "sshsync.conf"), "w") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
        self._tell.say(
            """sshsync brings no agent and no protocol: hosts are asked with the tools that they have. Every host here
            has another digest tool, and appnode2 makes do without scp. A command is shell text with variables; values
            are never pasted into it."""
        )
        self._tell.show("")
        self._tell.show(text)
        self.sshsync(0, "graph")

    def the_first_run(self):
        self._tell.part("The cascade: first the proxy, then both nodes at the same time")
        self._tell.say(
            """Each file is received beside its place, digested there, and put in place by a rename only when its
            digest is the parent's. -i prints a line for each file that changed."""
        )
        self.sshsync(0, "-i", *QUEUE)
        self.all_equal()
        self._tell.say("All four hosts hold the same %d files." % len(self._trees["repomaster"].digests()))

    def only_what_changed(self):
        self._tell.part("Friday evening: a release, and a disk that lies")
        master = self._fleet.host("repomaster")
        release(master, ["bin/app", "etc/it's on.conf"])
        damaged = "lib/libcore.so"
        flip_a_byte(os.path.join(self._fleet.host("appnode2").repo, damaged))
        self._tell.say(
            """Two files get a new version on repomaster. And one byte of lib/libcore.so flips on appnode2: same size,
            same time. Only content tells, so content is compared."""
        )
        before = self.inodes()
        self.sshsync(0, "plan", *QUEUE)
        self._tell.say("Nothing has changed yet. Now for real:")
        self.sshsync(0, "-i", *QUEUE)
        self.all_equal()
        self.moved(
            before,
            {
                "repoproxy": {"bin/app", "etc/it's on.conf"},
                "appnode1": {"bin/app", "etc/it's on.conf"},
                "appnode2": {"bin/app", "etc/it's on.conf", damaged},
            },
        )
        self._tell.say("Two files moved to repoproxy and appnode1, three to appnode2, and not one more.")

    def a_connection_breaks(self):
        self._tell.part("A connection breaks half-way")
        release(self._fleet.host("repomaster"), [BIG])
        self._tell.say(
            "The big file gets a new version. While it is on its way to repoproxy, every session there is killed."
        )
        with self.half_way("repoproxy", lambda: self._fleet.cut_sessions("repoproxy")):
            self.sshsync(0, "-v", *QUEUE)
        self.all_equal()
        self._tell.say("The run noticed, tried again in a new file of its own, and ended well: nobody had to get up.")

    def a_host_goes_away(self):
        self._tell.part("A host goes away half-way")
        old = self._trees["appnode1"].digests()[BIG]
        release(self._fleet.host("repomaster"), [BIG])
        self._tell.say("Another version; this time appnode1 is switched off in the middle of it, and stays off.")
        with self.half_way("appnode1", lambda: self._fleet.stop_sshd("appnode1")):
            self.sshsync(6, *QUEUE)
        promise(self._trees["appnode1"].digests()[BIG] == old, "the old file on appnode1 was damaged")
        promise(self._trees["appnode2"].digests() == self._trees["repomaster"].digests(), "appnode2 is not up to date")
        self._tell.say(
            """Exit status 6: the host is named. appnode2 is up to date nevertheless, and appnode1 still has its whole
            old file, for half a file is never published. On Monday the host is switched on again; the same command
            finishes the job:"""
        )
        self._fleet.start_sshd("appnode1")
        before = self.inodes()
        self.sshsync(0, "-i", *QUEUE)
        self.all_equal()
        self.moved(before, {"appnode1": {BIG}})

    def is_it_true(self):
        self._tell.part("Is it true?")
        self._tell.say("verify reads both sides of every hop and changes nothing. It prints nothing where all is well:")
        self.sshsync(0, "verify", *CHILDREN)
        flip_a_byte(os.path.join(self._fleet.host("appnode1").repo, "bin/app"))
        self._tell.say("And if a byte flips on appnode1?")
        self.sshsync(10, "verify", *CHILDREN)
        self._tell.say("Exit status 10: it differs. One more run mends it.")
        self.sshsync(0, "-i", *QUEUE)
        self.all_equal()
        self.nothing_left()
        self._tell.say(
            """This demonstration has read all the files by itself, after every run: the four hosts hold the same
            bytes, no unfinished file and no process is left on them. docs/guide.md tells how to set up your own."""
        )

    def sshsync(self, expected, *arguments):
        """Runs the tool as one would at a shell, with its answer going straight to the reader."""
        words = ["sshsync", "-c", "sshsync.conf", *arguments]
        self._tell.command(" ".join(words))
        errors = None if sys.stdout.isatty() else subprocess.STDOUT
        status = subprocess.run(
            words, cwd=self._folder, env=self._environment, stdin=subprocess.DEVNULL, stderr=errors
        ).returncode
        self._tell.show("-> exit status %d\n" % status)
        promise(status == expected, "`%s` ended with %d instead of %d" % (" ".join(words), status, expected))

    @contextlib.contextmanager
    def half_way(self, name, action):
        """Does `action` once a quarter of the big file has arrived in the stage of that host, and insists that this
        happens.
        """
        stage = os.path.join(self._fleet.host(name).repo, ".sshsync", "in")
        enough = dict(self._trees["repomaster"].sizes())[BIG] // 4
        done, over = threading.Event(), threading.Event()

        def watch():
            while not over.wait(0.01):
                if Tree(stage).largest_below() >= enough:
                    done.set()
                    return action()

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
        promise(done.is_set(), "the big file was never seen half-way on " + name)

    def inodes(self):
        return {name: self._trees[name].inodes() for name in CHILDREN}

    def moved(self, before, expected):
        for name in CHILDREN:
            now = self._trees[name].inodes()
            changed = {path for path in now if now[path] != before[name].get(path)}
            promise(
                changed == expected.get(name, set()), "on %s these files were written: %s" % (name, sorted(changed))
            )

    def nothing_left(self):
        """Sessions need a moment to close."""
        limit = time.monotonic() + 10
        for name in HOSTS:
            while self._fleet.processes(name) and time.monotonic() < limit:
                time.sleep(0.05)
            promise(
                not self._fleet.processes(name), "processes are left on %s: %s" % (name, self._fleet.processes(name))
            )
            promise(
                not self._trees[name].leftovers(),
                "unfinished files are left on %s: %s" % (name, self._trees[name].leftovers()),
            )

    def all_equal(self):
        master = self._trees["repomaster"].digests()
        for name in CHILDREN:
            promise(self._trees[name].digests() == master, "%s does not hold what repomaster holds" % name)


def program():
    """The tool itself, which lies among the files of this program."""
    here = os.path.dirname(os.path.abspath(__file__))
    return os.path.join(os.path.dirname(here), "cli", "sshsync")


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    folder = tempfile.mkdtemp(prefix="sshsync-demo-", dir="/tmp")
    try:
        with Fleet(HOSTS, die_with_parent=True) as fleet:
            Demo(fleet, folder, program()).play()
    except Broken as broken:
        sys.exit("demo: not as promised: %s" % broken)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
