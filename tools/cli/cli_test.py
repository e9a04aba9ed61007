"""The command line as a process: exit statuses, what stands on stdout and stderr, odd surroundings; golden files in
testdata/cli.

SSHSYNC_UPDATE_GOLDEN=1 with `bazel run` writes the golden files anew.
"""

import fcntl
import glob
import json
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import unittest

SSHSYNC = "tools/cli/sshsync"
SCRIPTED = "tools/cli/sshsync_scripted"
GOLDEN = "testdata/cli"


def run(*arguments, program=SSHSYNC, config=None, env=None, **options):
    """The exit status, stdout and stderr of a run like cron's."""
    environment = {"PATH": "/usr/bin:/bin", **(env or {})}
    if config:
        environment["SSHSYNC_CONFIG"] = config
    done = subprocess.run(
        [os.path.abspath(program), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        **options,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def on_terminal(*arguments, config, columns=80, rows=24, env=None):
    """The exit status, and every byte that a terminal of that size got."""
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.execve(
            os.path.abspath(SCRIPTED),
            [SCRIPTED, *arguments],
            {"PATH": "/usr/bin:/bin", "SSHSYNC_CONFIG": config, **(env or {})},
        )
    seen = b""
    while True:
        if not select.select([terminal], [], [], 60)[0]:
            break
        try:
            block = os.read(terminal, 65536)
        except OSError:
            break
        if not block:
            break
        seen += block
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode().replace("\r\n", "\n")


class CliTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder)
        with open(f"{GOLDEN}/sshsync.conf") as file:
            self.text = file.read()
        self.config = self.write("sshsync.conf", self.text)

    def write(self, name, text, mode=0o600):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def golden(self, name, text):
        path = f"{GOLDEN}/{name}.txt"
        if os.environ.get("SSHSYNC_UPDATE_GOLDEN"):
            root = os.environ.get("BUILD_WORKSPACE_DIRECTORY", ".")
            with open(os.path.join(root, path), "w") as file:
                file.write(text.replace(self.folder, "FOLDER"))
            return
        with open(path) as file:
            self.assertEqual(text.replace(self.folder, "FOLDER"), file.read())

    def test_exit_statuses_are_those_of_the_contract(self):
        bad = self.write("bad.conf", "[a]\nhost = h\npath = relative\n")
        open_to_all = self.write("open.conf", self.text, 0o666)
        fifo = os.path.join(self.folder, "fifo")
        os.mkfifo(fifo)
        for expected, arguments in [
            (0, ["-h"]),
            (0, ["--help", "-c", bad]),
            (0, ["--version"]),
            (0, ["check"]),
            (0, ["graph"]),
            (0, ["commands", "repoproxy"]),
            (0, ["commands", "--cascade", "repomaster"]),
            (1, ["--synk", "a"]),
            (1, ["--sync"]),
            (1, ["-s", "repoproxy", "--dry-run=1"]),
            (1, ["-s", "repoproxy", "-j", "many"]),
            (2, []),
            (2, ["what"]),
            (2, ["--sync", ""]),
            (2, ["--sync", "a,,b"]),
            (2, ["--sync", ","]),
            (2, ["report"]),
            (2, ["report", "--html", "-", "--state-dir", self.folder]),
            (2, ["probe"]),
            (4, ["probe", "nobody"]),
            (2, ["-s", "repoproxy", "--json", "--events", "-"]),
            (1, ["-s", "repoproxy", "--bwlimit", "fast"]),
            (3, ["check", "-c", bad]),
            (3, ["-s", "a", "-c", bad]),
            (3, ["-s", "repomaster"]),
            (3, ["check", "-c", self.folder]),
            (3, ["check", "-c", fifo]),
            (3, ["graph", "-c", "/no/such"]),
            (3, ["-s", "repoproxy", "-c", open_to_all]),
            (0, ["check", "-c", open_to_all]),
            (3, ["check", "--strict", "-c", open_to_all]),
            (0, ["check", "--strict"]),
            (2, ["commands"]),
            (2, ["commands", "repoproxy", "-s", "repoproxy"]),
            (3, ["-s", "repoproxy", "--logging-config", "/no/such"]),
            (4, ["-s", "repoproxi"]),
            (4, ["commands", "nobody"]),
        ]:
            with self.subTest(arguments):
                status, _, err = run(*arguments, config=self.config)
                self.assertEqual(status, expected, err)

    def test_outcomes_of_runs_become_exit_statuses(self):
        for expected, arguments in [
            (0, ["-s", "repoproxy"]),
            (0, ["plan", "-s", "repoproxy"]),
            (0, ["--cascade", "repomaster", "-x", "badnode,locked,signal"]),
            (6, ["-s", "badnode"]),
            (6, ["-s", "repoproxy", "-s", "badnode"]),
            (7, ["-s", "locked"]),
            (10, ["verify", "repoproxy"]),
            (0, ["probe", "repoproxy"]),
            (6, ["probe", "repoproxy", "badnode"]),
            (128 + signal.SIGTERM, ["-s", "signal"]),
        ]:
            with self.subTest(arguments):
                status, _, err = run(*arguments, program=SCRIPTED, config=self.config)
                self.assertEqual(status, expected, err)

    def test_texts_are_golden(self):
        for name, arguments in [
            ("help_short", ["-h"]),
            ("help_long", ["--help"]),
            ("help_graph", ["graph", "-h"]),
            ("graph_text", ["graph"]),
            ("graph_dot", ["graph", "--format", "dot"]),
            ("graph_svg", ["graph", "--format", "svg"]),
            ("commands", ["commands", "repoproxy"]),
            ("commands_queue", ["commands", "-s", "repoproxy", "-s", "appnode[1-2]"]),
            ("did_you_mean", ["--cascaed", "x"]),
            ("unknown_repository", ["-s", "repoproxi"]),
            ("sync_itemized", ["-i", "-s", "repoproxy", "-s", "appnode1"]),
            ("sync_verbose", ["-v", "-s", "repoproxy"]),
            ("sync_failed", ["-s", "repoproxy", "-s", "badnode"]),
            ("plan", ["plan", "-s", "repoproxy"]),
            ("dry_run", ["-n", "-s", "repoproxy"]),
            ("verify", ["verify", "repoproxy"]),
            ("probe", ["probe", "repoproxy", "badnode"]),
            ("json", ["--json", "-s", "badnode"]),
            ("events", ["--events", "-", "-s", "repoproxy"]),
        ]:
            with self.subTest(name):
                status, out, err = run(*arguments, program=SCRIPTED, config=self.config)
                self.golden(name, f"exit status {status}\n--- stdout\n{out}--- stderr\n{err}")

    def test_a_run_that_ends_well_is_silent(self):
        self.assertEqual(run("-s", "repoproxy", program=SCRIPTED, config=self.config), (0, "", ""))

    def test_the_terminal_sees_every_hop(self):
        for name, arguments, options in [
            ("terminal", ["-s", "repoproxy", "-s", "badnode"], {}),
            ("terminal_no_colour", ["-s", "repoproxy", "-s", "appnode1"], {"env": {"NO_COLOR": "1"}}),
            ("terminal_narrow", ["--cascade", "repomaster", "-x", "badnode,locked,signal"], {"columns": 40, "rows": 4}),
        ]:
            with self.subTest(name):
                status, seen = on_terminal(*arguments, config=self.config, **options)
                self.golden(name, f"exit status {status}\n{seen}".replace("\x1b", "<ESC>"))

    def test_no_control_byte_reaches_a_pipe(self):
        for arguments in (
            ["-v", "-i", "-s", "repoproxy"],
            ["-s", "badnode"],
            ["--json", "-s", "repoproxy"],
            ["--synk\x1b\x07"],
            ["-s", "a\x1b"],
        ):
            _, out, err = run(*arguments, program=SCRIPTED, config=self.config)
            self.assertFalse([c for c in out + err if ord(c) < 32 and c not in "\n\t"], (arguments, out, err))

    def test_json_is_one_document_and_events_are_lines(self):
        _, out, _ = run("--json", "-s", "repoproxy", program=SCRIPTED, config=self.config)
        self.assertEqual(json.loads(out)["repositories"][0]["repository"], "repoproxy")
        events = os.path.join(self.folder, "events")
        run("--events", events, "-s", "repoproxy", program=SCRIPTED, config=self.config)
        with open(events) as file:
            self.assertGreater(len([json.loads(line) for line in file]), 5)

    def test_odd_arguments_do_no_harm(self):
        many = [word for i in range(10000) for word in ("--sync", f"node{i}")]
        self.assertEqual(run(*many, config=self.config)[0], 4)
        # Linux takes no single argument of 128 KiB or more; many of that length make a megabyte.
        status, _, err = run(*["-s", "a" * 131000] * 8, config=self.config)
        self.assertEqual(status, 4)
        self.assertLess(len(err), 2000)
        status, _, err = run(b"--\xff\xfe\n", config=self.config)
        self.assertEqual(status, 1)
        self.assertIn("\\xff\\xfe\\n", err)

    def test_the_log_goes_where_it_is_told(self):
        log = os.path.join(self.folder, "log")
        status, out, err = run("--log-file", log, "-s", "badnode", program=SCRIPTED, config=self.config)
        self.assertEqual(status, 6)
        with open(log) as file:
            lines = file.readlines()
        self.assertTrue(any("ERROR" in line and "badnode" in line for line in lines), lines)
        self.assertIn("  command:  sha256sum", err)
        self.assertEqual(
            run("--log-file", "/no/such/log", "-s", "repoproxy", program=SCRIPTED, config=self.config)[0], 3
        )

    def test_closed_and_broken_streams(self):
        program = os.path.abspath(SCRIPTED)
        environment = {"PATH": "/usr/bin:/bin", "SSHSYNC_CONFIG": self.config}

        def shell(script):
            return subprocess.run(["bash", "-c", script, program], env=environment, capture_output=True, timeout=60)

        self.assertEqual(shell('"$0" -v -s repoproxy <&- >&- 2>&-; echo $?').stdout, b"0\n")
        self.assertEqual(shell('"$0" -v -s repoproxy | head -1 >/dev/null; echo ${PIPESTATUS[0]}').stdout, b"0\n")
        full = shell('"$0" -v -s repoproxy >/dev/full; echo $?')
        self.assertEqual(
            (full.stdout, full.stderr), (b"6\n", b"sshsync: cannot write to stdout: No space left on device\n")
        )
        self.assertEqual(shell('"$0" -h >/dev/full 2>&1; echo $?').stdout, b"6\n")
        self.assertEqual(shell(r'''printf 'a\nb\n' | ("$0" -s repoproxy; cat)''').stdout, b"a\nb\n")
        self.assertEqual(shell('''trap '' TERM; "$0" -s signal; echo $?''').stdout, b"0\n")

    def test_the_manual_pages_render_without_a_warning(self):
        for page in ("sshsync.1", "sshsync.conf.5"):
            done = subprocess.run(
                ["groff", "-man", "-Tascii", "-ww", "-z", f"tools/cli/{page}"],
                capture_output=True,
                env={"PATH": "/usr/bin:/bin"},
            )
            self.assertEqual(done.stderr.decode(), "")

    def test_the_completions_are_read_by_their_shells(self):
        for shell, file in (("bash", "sshsync.bash"), ("zsh", "_sshsync"), ("fish", "sshsync.fish")):
            done = subprocess.run(
                [shell, "-n", f"tools/cli/{file}"],
                capture_output=True,
                env={"PATH": "/usr/bin:/bin", "HOME": self.folder},
            )
            self.assertEqual((done.returncode, done.stderr), (0, b""), shell)
        script = (
            'source tools/cli/sshsync.bash; COMP_WORDS=(sshsync --progress a); COMP_CWORD=2; _sshsync; echo'
            ' "${COMPREPLY[@]}"'
        )
        self.assertEqual(subprocess.run(["bash", "-c", script], capture_output=True).stdout, b"auto always\n")

    def test_installation_puts_everything_below_the_prefix(self):
        done = subprocess.run(
            [os.path.abspath("tools/install"), "--prefix=here"],
            capture_output=True,
            env={"PATH": "/usr/bin:/bin", "BUILD_WORKING_DIRECTORY": self.folder},
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        here = os.path.join(self.folder, "here")
        self.assertEqual(run("--version", program=os.path.join(here, "bin/sshsync"))[0], 0)
        installed = {
            os.path.relpath(os.path.join(place, name), here)
            for place, _, names in os.walk(here)
            for name in names
            if "dist-packages" not in place
        }
        self.assertEqual(
            installed,
            {
                "bin/sshsync",
                "share/man/man1/sshsync.1",
                "share/man/man5/sshsync.conf.5",
                "share/bash-completion/completions/sshsync",
                "share/zsh/site-functions/_sshsync",
                "share/fish/vendor_completions.d/sshsync.fish",
            },
        )
        (modules,) = glob.glob(os.path.join(here, "lib/python3.*/dist-packages"))
        self.assertEqual(sorted(name.split("-")[0] for name in os.listdir(modules)), ["sshsync", "sshsync"])
        module = ["/usr/bin/python3", "-c", "import sshsync; print(sshsync.__file__)"]
        found = subprocess.run(
            module, capture_output=True, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": modules}, cwd=self.folder
        )
        self.assertEqual(found.stdout.decode().strip(), os.path.join(modules, "sshsync/__init__.py"), found.stderr)

    def test_an_account_that_installs_for_itself_can_import_the_module(self):
        environment = {"PATH": "/usr/bin:/bin", "HOME": self.folder}
        done = subprocess.run(
            [os.path.abspath("tools/install"), "--prefix=" + self.folder + "/.local"],
            capture_output=True,
            env=environment,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        found = subprocess.run(
            ["/usr/bin/python3", "-c", "import sshsync; print(sshsync.__file__)"],
            capture_output=True,
            env=environment,
            cwd="/",
        )
        self.assertTrue(found.stdout.decode().startswith(self.folder + "/.local/lib/python3"), found.stderr)

    def test_installation_is_started_where_other_things_were_built(self):
        # As `bazel run` starts it: the script lies among programs, its files in a tree of their own.
        os.makedirs(os.path.join(self.folder, "bin/install.runfiles"))
        os.symlink(os.getcwd(), os.path.join(self.folder, "bin/install.runfiles/sshsync"))
        shutil.copy("tools/install", os.path.join(self.folder, "bin/install"))
        self.write("bin/sshsync", "not the one")
        done = subprocess.run(
            [os.path.join(self.folder, "bin/install"), "--prefix=" + self.folder + "/there"],
            capture_output=True,
            env={"PATH": "/usr/bin:/bin"},
            cwd="/",
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(run("--version", program=os.path.join(self.folder, "there/bin/sshsync"))[0], 0)


if __name__ == "__main__":
    unittest.main()
