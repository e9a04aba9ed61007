"""The test of sshsync_cascade_test: a configuration, mapped to sshd on loopback, and its queue, run for real.

Every repository gets an sshd and a folder of its own. The run is started as cron starts it. Then everything is looked
at without the program's help:
what each path held at every instant, what the children hold now, what was touched, what was left behind.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

from sshsync.testing.acceptance import laws, trees
from sshsync.testing.fleet import Fleet
from tools.rules.given import QUIET_LOGGING, Given
from tools.rules.loopback_config import Place, map_to_loopback

# Before any `settle`: 2020-01-01.
_OLD = 1577836800


class Cascade:
    def __init__(self, given, folder, repositories, fleet):
        self._given = given
        self._folder = folder
        self._repositories = repositories  # name -> what `graph` says of it, parents first
        self._fleet = fleet
        self._hosts = {name: fleet.host("host%d" % number) for number, name in enumerate(repositories)}
        self._config = os.path.join(folder, "mapped.conf")
        self._text = ""
        self._runs = 0
        self.wrong = []

    def repo(self, name):
        return self._hosts[name].repo

    # Setting up.

    def write_configuration(self):
        with open(self._given.place(self._given["config"]), encoding="utf-8", errors="surrogateescape") as file:
            original = file.read()
        places = {}
        for name, host in self._hosts.items():
            programs = os.path.join(host.home, "bin")
            for program in ("ssh", "scp", "sftp"):
                self._write_program(host, programs, program)
            places[name] = Place(
                host=host.name,
                port=host.port,
                user=host.user,
                path=host.repo,
                stage=os.path.join(host.home, "stage"),
                identity=os.path.join(self._fleet.folder, "client_key"),
                ssh="ssh -F " + self._fleet.ssh_config,
                peerssh="ssh -F " + host.ssh_config,
                programs=programs,
            )
        self._text = map_to_loopback(original, places, self._given["overrides"])
        with open(self._config, "w", encoding="utf-8", errors="surrogateescape") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(self._text)
        with open(os.path.join(self._folder, "logging.conf"), "w", encoding="utf-8") as file:
            file.write(QUIET_LOGGING)

    @staticmethod
    def _write_program(host, folder, program):
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, program)
        with open(path, "w", encoding="utf-8") as file:
            file.write(
                '#!/bin/sh\nexec %s -F %s "$@"\n' % (shutil.which(program) or "/usr/bin/" + program, host.ssh_config)
            )
        os.chmod(path, 0o755)

    def roots(self):
        return [name for name, entry in self._repositories.items() if entry["parent"] is None]

    def root(self):
        wanted = self._given["root"]
        if wanted and wanted not in self._repositories:
            raise ValueError("root: there is no repository " + wanted)
        if not wanted and len(self.roots()) != 1:
            raise ValueError(
                "there are several roots (%s): which one do `files` belong to? Give `root`" % ", ".join(self.roots())
            )
        return wanted or self.roots()[0]

    def fill(self):
        for name in self._repositories:
            if name == self.root():
                self._fill(name, self._given["files"])
            elif name not in self.roots():
                self._fill(name, self._given["old_files"])

    def _fill(self, name, files):
        host = self._hosts[name]
        owner = (host.uid, host.gid) if self._fleet.private_accounts else None
        tree = {}
        for path, source in files.items():
            with open(self._given.place(source), "rb") as file:
                tree[os.fsencode(path)] = file.read()
        trees.write(host.repo, tree, owner)
        for path, source in files.items():
            target = os.path.join(host.repo, path)
            os.chmod(
                target, 0o755 if os.access(self._given.place(source), os.X_OK) and _has_interpreter(target) else 0o644
            )
            os.utime(target, (_OLD, _OLD))

    # Running.

    def run(self, *arguments):
        """One execution as cron starts it: (exit status, what to show of it)."""
        self._runs += 1
        log = os.path.join(self._folder, "log-%d" % self._runs)
        command = [
            self._given.program(),
            "--config",
            self._config,
            "--state-dir",
            os.path.join(self._folder, "state"),
            "--pid-file",
            os.path.join(self._folder, "pid"),
            "--log-file",
            log,
            "--log-level",
            "info",
            *arguments,
        ]
        done = subprocess.run(
            command,
            env={},
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        text = done.stdout.decode(errors="replace")
        with contextlib.suppress(OSError), open(log, "rb") as file:
            self.holds("L9", laws.check_log, file.read())
        with contextlib.suppress(OSError), open(log, encoding="utf-8", errors="replace") as file:
            text += "--- log\n" + "".join(file.readlines()[-40:])
        return done.returncode, text

    def holds(self, law, check, *arguments):
        try:
            check(*arguments)
        except (AssertionError, UnicodeDecodeError) as error:
            self.wrong.append("%s: %s" % (law, error))

    def queue(self):
        """The children of the queue, as the program itself expands it."""
        status, out, err = self._given.sshsync(
            self._folder, "commands", "--config", self._config, *self._given["queue"]
        )
        if status != 0:
            raise ValueError(err)
        steps = [line.split(": ", 1)[1].split(" from ")[0] for line in out.splitlines() if line.startswith("step ")]
        return [name for name in self._repositories if name in steps]

    def play(self):
        children = self.queue()
        before = {name: trees.stats(self.repo(name)) for name in self._repositories}
        old = {name: trees.digests(self.repo(name)) for name in self._repositories}
        allowed = {self.repo(name): self._allowed(name, old) for name in self._repositories if name not in self.roots()}
        with laws.Watcher(allowed) as watcher:
            status, text = self.run(*self._given["options"], *self._given["queue"])
        if status != self._given["exit_code"]:
            self.wrong.append("the run ended with %d instead of %d:\n%s" % (status, self._given["exit_code"], text))
        self.holds("L1", watcher.check)
        for name in self._repositories:
            if name not in children:
                self.holds(
                    "L3: %s was no part of the queue, and" % name, laws.check_source, before[name], self.repo(name)
                )
        self.holds("L7", laws.check_leftovers, self._fleet, [host.name for host in self._hosts.values()])
        self._look(children, old, status)
        if status == 0:
            self._again(children)
        self._assertions()

    def _allowed(self, name, old):
        """L1: what a path of a child may hold: its old content, or that of any of its ancestors."""
        allowed = {}
        while name is not None:
            for path, digest in old[name].items():
                allowed.setdefault(path, set()).add(digest)
            name = self._repositories[name]["parent"]
        return allowed

    def _selects(self):
        """Whether some files may be left out, so that a file that is missing says nothing."""
        words = ("filter", "include", "exclude")
        return any(line.partition("=")[0].strip() in words for line in self._text.splitlines()) or any(
            option.lstrip("-").partition("=")[0] in words for option in self._given["options"]
        )

    def _deletes(self):
        return "--delete" in self._given["options"] or any(
            line.partition("=")[0].strip() == "delete"
            and line.partition("=")[2].strip().lower() in ("yes", "true", "on", "1")
            for line in self._text.splitlines()
        )

    def _look(self, children, old, status):
        """L2, L5: extra files stay unless deletion was asked for; an exit of 0 means that every file is its parent's.
        """
        for name in children:
            parent, found = trees.digests(self.repo(self._repositories[name]["parent"])), trees.digests(self.repo(name))
            lost = sorted(path for path in old[name] if path not in found)
            if lost and not self._deletes():
                self.wrong.append("L2: %s lost %s" % (name, _names(lost)))
            if status != 0:
                continue
            different = sorted(path for path in found if path in parent and found[path] != parent[path])
            if different and not self._selects():
                self.wrong.append("L5: exit status 0, but %s differs from its parent in %s" % (name, _names(different)))
            missing = sorted(path for path in parent if path not in found)
            if missing and not self._selects():
                self.wrong.append("L5: exit status 0, but %s lacks %s" % (name, _names(missing)))

    def _again(self, children):
        """L6: what is equal stays untouched, and no unfinished file is left."""
        before = {name: trees.stats(self.repo(name)) for name in children}
        status, text = self.run(*self._given["options"], *self._given["queue"])
        if status != 0:
            self.wrong.append("L6: the same command again ended with %d:\n%s" % (status, text))
        for name in children:
            if trees.stats(self.repo(name)) != before[name]:
                self.wrong.append("L6: the same command again touched files of %s" % name)
            stage = os.path.join(self.repo(name), ".sshsync", "in")
            if os.path.isdir(stage) and os.listdir(stage):
                self.wrong.append("L6: %s still has unfinished files: %s" % (name, os.listdir(stage)))

    def _assertions(self):
        wanted = trees.digests(self.repo(self.root()))
        for kind in ("present", "absent"):
            for name in self._given[kind]:
                if name not in self._repositories:
                    raise ValueError("%s: there is no repository %s" % (kind, name))
        for name, paths in self._given["present"].items():
            found = trees.digests(self.repo(name))
            for path in paths:
                if os.fsencode(path) not in found:
                    self.wrong.append("%s should have %s, and has not" % (name, path))
                elif found[os.fsencode(path)] != wanted.get(os.fsencode(path)):
                    self.wrong.append("%s: %s has not the content of %s" % (name, path, self.root()))
        for name, paths in self._given["absent"].items():
            self.wrong += [
                "%s should not have %s" % (name, path)
                for path in paths
                if os.path.lexists(os.path.join(self.repo(name), path))
            ]
        if self._given["check"]:
            environment = dict(
                os.environ, **{"REPO_" + _variable(name): self.repo(name) for name in self._repositories}
            )
            done = subprocess.run([self._given.place(self._given["check"])], env=environment, stdin=subprocess.DEVNULL)
            if done.returncode != 0:
                self.wrong.append("the check ended with %d" % done.returncode)


def _variable(name):
    return "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in name)


def _names(paths):
    return ", ".join(os.fsdecode(path) for path in paths[:5]) + (
        " and %d more" % (len(paths) - 5) if len(paths) > 5 else ""
    )


def _has_interpreter(path):
    """Bazel marks every source as executable; what is one says so in its first bytes."""
    with open(path, "rb") as file:
        start = file.read(4)
    return start == b"\x7fELF" or start.startswith(b"#!")


def read_repositories(given, folder):
    shown = given.copy(folder, "config")
    status, out, err = given.sshsync(folder, "graph", "--format", "json", "--config", shown)
    if status != 0:
        sys.exit(err + "%s: %s cannot be run" % (given["label"], given["config_shown"]))
    return {entry["repository"]: entry for entry in json.loads(out)["repositories"]}


def main():
    given = Given.read(sys.argv)
    with tempfile.TemporaryDirectory(prefix="sshsync-cascade-", dir="/tmp") as folder:
        repositories = read_repositories(given, folder)
        if len(repositories) > 200:
            sys.exit(
                "%s: %d repositories are more than one machine can hold; give a smaller range in a configuration for"
                " the test" % (given["label"], len(repositories))
            )
        with Fleet(["host%d" % number for number in range(len(repositories))], die_with_parent=True) as fleet:
            cascade = Cascade(given, folder, repositories, fleet)
            try:
                cascade.write_configuration()
                cascade.fill()
                cascade.play()
            except ValueError as error:
                sys.exit("%s: %s" % (given["label"], error))
    if cascade.wrong:
        sys.exit("%s: not as promised:\n%s" % (given["label"], "\n".join(cascade.wrong)))
    print("%s: %d repositories, as promised" % (given["label"], len(repositories)))


if __name__ == "__main__":
    main()
