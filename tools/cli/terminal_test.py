"""What a person sees: the live view on a terminal that is small, wide, resized in the middle; status in colour there,
and plain in a pipe.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import unittest

from sshsync.testing import python_cases
from tools.cli.testing.terminal import Screen, Terminal, width_of

SSHSYNC = os.path.abspath("tools/cli/sshsync")
SCRIPTED = os.path.abspath("tools/cli/sshsync_scripted")


class ScreenTest(unittest.TestCase):
    """The terminal of these tests does what terminals do."""

    def test_it_draws_over_and_erases(self):
        screen = Screen(10, 4)
        screen.write("one\r\ntwo\r\n\x1b[2F1\x1b[K\r\n")
        self.assertEqual(screen.lines(), ["1", "two"])
        screen.write("\x1b[J")
        self.assertEqual(screen.lines(), ["1"])

    def test_it_scrolls_and_breaks_lines(self):
        screen = Screen(4, 2)
        screen.write("abcdef\r\ng\r\n")
        self.assertEqual((screen.everything(), screen.wrapped), ("abcd\nef\ng", 1))

    def test_wide_characters_take_two_columns(self):
        self.assertEqual([width_of(c) for c in "a日\u0301"], [1, 2, 0])
        screen = Screen(5, 2)
        screen.write("日本語")
        self.assertEqual(screen.wrapped, 1)

    def test_a_narrower_window_breaks_the_lines_that_stand_there(self):
        screen = Screen(10, 6)
        screen.write("0123456789\r\nab\r\n")
        screen.resize(4, 6)
        self.assertEqual(screen.lines(), ["0123", "4567", "89", "ab"])
        screen.write("x")
        self.assertEqual(screen.lines()[-1], "x")


class LiveTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder)
        self.config = f"{self.folder}/sshsync.conf"
        self.configure(["pause", "appnode[1-3]", "badnode"])

    def configure(self, names):
        with open(self.config, "w") as file:
            file.write(
                "[m]\nhost = m\npath = /p\n"
                + "".join(
                    (
                        f"[{name}]\nhost = h\npath = /{name}/${{NODE}}\nparent = m\n"
                        if "[" in name
                        else f"[{name}]\nhost = h\npath = /{name}\nparent = m\n"
                    )
                    for name in names
                )
            )
        os.chmod(self.config, 0o600)

    def run_on(self, *arguments, columns=80, rows=24, env=None):
        return Terminal(
            [SCRIPTED, *arguments], {"SSHSYNC_CONFIG": self.config, **(env or {})}, columns=columns, rows=rows
        )

    def rows_of(self, screen, name):
        return [line for line in screen.lines() if line.startswith(name)]

    def test_four_hops_have_a_row_each_and_a_sum(self):
        with self.run_on("-s", "appnode[1-3]", "-s", "badnode", "-s", "pause", columns=80) as terminal:
            terminal.wait_until(lambda screen: self.rows_of(screen, "pause"))
            lines = terminal.screen.lines()
            self.assertEqual(
                [line.split()[0] for line in lines[-6:-1]], ["appnode1", "appnode2", "appnode3", "badnode", "pause"]
            )
            self.assertRegex(lines[-1], r"^4 of 5 ended, 1 failed; 12.0 MB of 16.0 MB")
            self.assertEqual(terminal.screen.wrapped, 0)
            terminal.type("\n\n")
            self.assertEqual(terminal.end(), 6)
            self.assertFalse(self.rows_of(terminal.screen, "4 of 5"), "the rows are gone at the end")

    def test_two_hundred_hops_fit_a_small_window(self):
        self.configure(["appnode[1-200]", "pause"])
        with self.run_on("-s", "appnode[1-200]", "-s", "pause", rows=24) as terminal:
            terminal.wait_until(lambda screen: any("200 of 201 ended" in line for line in screen.lines()))
            lines = terminal.screen.lines()
            self.assertLessEqual(len(lines), 23)
            self.assertTrue(lines[0].startswith("pause"), "what moves comes first")
            self.assertEqual(terminal.screen.wrapped, 0)
            self.assertTrue(all(len(drawn) <= 24 for drawn in terminal.screen.drawn))
            self.assertEqual(terminal.screen.scrolled, [], "nothing is pushed out at the top")
            terminal.type("\n\n")
            self.assertEqual(terminal.end(), 0)

    def test_a_window_that_changes_is_drawn_again_at_once(self):
        for columns in (40, 120, 79):
            with self.subTest(columns), self.run_on("-s", "appnode[1-3]", "-s", "pause", columns=80) as terminal:
                terminal.wait_until(lambda screen: self.rows_of(screen, "pause"))
                terminal.resize(columns, 24)
                # Nothing happens in the run meanwhile: only the signal can have it drawn.
                terminal.wait_until(
                    lambda screen: max(map(len, screen.lines()), default=0) < columns
                    and len(self.rows_of(screen, "pause")) == 1
                    and (columns < 100 or "[" in self.rows_of(screen, "pause")[0])
                )
                self.assertEqual(
                    [line.split()[0] for line in terminal.screen.lines()],
                    ["appnode1", "appnode2", "appnode3", "pause", "3"],
                )
                terminal.type("\n\n")
                self.assertEqual(terminal.end(), 0)

    def test_wide_names_keep_to_their_columns(self):
        names = [
            "\u65e5\u672c\u8a9e\u306e\u30b5\u30fc\u30d0",
            "\u65e5\u672c\u8a9e\u306e\u30b5\u30fc\u30d0" * 6,
            "e\u0301cole",
            "appnode1",
            "pause",
        ]
        self.configure(names)
        for columns in (80, 40, 20):
            with self.subTest(columns), self.run_on("-s", ",".join(names), columns=columns) as terminal:
                terminal.wait_until(lambda screen: self.rows_of(screen, "pause"))
                lines = terminal.screen.lines()
                self.assertEqual(terminal.screen.wrapped, 0, lines)
                self.assertTrue(any(line.startswith("\u65e5\u672c") for line in lines), lines)
                self.assertTrue(all(sum(map(width_of, line)) < columns for line in lines), lines)
                if columns == 80:
                    # What stands behind the names stands in one column.
                    begins = {
                        sum(map(width_of, line[: line.index("changed")])) for line in lines[:-1] if "changed" in line
                    }
                    self.assertEqual(len(begins), 1, lines)
                terminal.type("\n\n")
                self.assertEqual(terminal.end(), 0)

    def test_rows_are_drawn_over_and_not_erased_first(self):
        with self.run_on("-i", "-s", "appnode[1-3]", "-s", "badnode") as terminal:
            terminal.end()
            frames = terminal.bytes.replace(b"\r\n", b"\n").split(b"F")
            # Only the last frame takes the rows away.
            erased = [frame for frame in frames if frame.startswith(b"\x1b[J")]
            self.assertLessEqual(len(erased), 1)
            self.assertGreater(len(frames), 5)

    def test_colours_are_left_out_where_nobody_wants_them(self):
        for env, coloured in ({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True):
            with self.subTest(env), self.run_on("-s", "appnode1", "-s", "badnode", env=env) as terminal:
                terminal.end()
                self.assertEqual(b"\x1b[31m" in terminal.bytes, coloured)


class StatusTest(unittest.TestCase):
    """What the record says, on a terminal and elsewhere."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("m", "p", "n"):
            os.mkdir(f"{self.folder}/{name}")
        with open(f"{self.folder}/m/file", "w") as file:
            file.write("content")
        self.config = f"{self.folder}/sshsync.conf"
        with open(self.config, "w") as file:
            file.write(
                f"[DEFAULT]\ntransport = local\n[sshsync]\nstate_dir = {self.folder}\npid_file ="
                f" {self.folder}/pid\n[m]\npath = {self.folder}/m\n[p]\npath = {self.folder}/p\nparent = m\n[n]\npath ="
                f" {self.folder}/n\nparent = p\n"
            )
        os.chmod(self.config, 0o600)
        self.environment = {"PATH": "/usr/bin:/bin", "SSHSYNC_CONFIG": self.config}
        subprocess.run([SSHSYNC, "--sync", "p"], env=self.environment, check=True)

    def test_status_is_coloured_on_a_terminal_only(self):
        for arguments in (["status"], ["log"]):
            with self.subTest(arguments):
                piped = subprocess.run(
                    [SSHSYNC, *arguments], env=self.environment, capture_output=True, check=True
                ).stdout
                self.assertNotIn(b"\x1b", piped)
                with Terminal([SSHSYNC, *arguments], self.environment) as terminal:
                    self.assertEqual(terminal.end(), 0)
                    self.assertIn(b"\x1b[32m", terminal.bytes)
                    self.assertEqual(terminal.screen.lines(), [line.rstrip() for line in piped.decode().splitlines()])
                    self.assertEqual(terminal.screen.wrapped, 0)
                with Terminal([SSHSYNC, *arguments], {**self.environment, "NO_COLOR": "1"}) as terminal:
                    terminal.end()
                    self.assertNotIn(b"\x1b", terminal.bytes)

    def test_a_reader_that_goes_away_ends_it_quietly(self):
        done = subprocess.run(["sh", "-c", f"{SSHSYNC} status | :"], env=self.environment, capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, b""))


if __name__ == "__main__":
    python_cases.main(__file__)
