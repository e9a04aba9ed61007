"""A program on a terminal of its own, and what a person would see there.

    with Terminal(["tools/cli/sshsync", "status"], env, columns=80, rows=24) as terminal:
        terminal.answer("name [repomaster]: ", "m")
        terminal.end()          # the exit status
        terminal.screen.lines() # what stands there
"""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import unicodedata


def width_of(character):
    """The columns that a character takes."""
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


class Screen:
    """A terminal as far as this program uses one: it knows characters, newlines, the cursor's way up, and erasing;
    anything else is an error, so
    that a test sees it. Lines that leave at the top are kept, as in a window that scrolls."""

    def __init__(self, columns=80, rows=24):
        self.columns, self.rows = columns, rows
        self.scrolled = []
        self._cells = [[]]
        self._row = self._column = 0
        self._rest = ""
        self.wrapped = 0  # how often a line was broken at the edge
        self.drawn = []  # the whole screen after each piece of output

    def resize(self, columns, rows):
        """As terminals do it that keep all text: a line that is too long becomes several, above the cursor too. The
        cursor stands at the
        beginning of a line."""
        assert self._column == 0
        broken, row = [], 0
        for i, line in enumerate(self._cells):
            if i == self._row:
                row = len(broken)
            while len(line) > columns and "".join(line[columns:]).strip():
                broken.append(line[:columns])
                line = line[columns:]
            broken.append(line[:columns])
        self.columns, self.rows, self._cells, self._row = columns, rows, broken, row
        while len(self._cells) > rows:
            self.scrolled.append("".join(self._cells.pop(0)))
            self._row -= 1

    def write(self, text):
        text = self._rest + text
        self._rest = ""
        i = 0
        while i < len(text):
            c = text[i]
            if c == "\x1b":
                end = i + 2
                while end < len(text) and not text[end].isalpha():
                    end += 1
                if end >= len(text):
                    self._rest = text[i:]
                    break
                self._control(text[i + 2 : end], text[end])
                i = end
            elif c == "\n":
                self._newline()
            elif c == "\r":
                self._column = 0
            else:
                self._put(c)
            i += 1
        self.drawn.append(self.lines())

    def lines(self):
        lines = ["".join(line).rstrip() for line in self._cells]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def everything(self):
        return "\n".join([line.rstrip() for line in self.scrolled] + self.lines())

    def _newline(self):
        self._row += 1
        if self._row == self.rows:
            self.scrolled.append("".join(self._cells.pop(0)))
            self._row -= 1
        while len(self._cells) <= self._row:
            self._cells.append([])

    def _put(self, c):
        width = width_of(c)
        if self._column + width > self.columns:
            self.wrapped += 1
            self._column = 0
            self._newline()
        line = self._cells[self._row]
        while len(line) < self._column + width:
            line.append(" ")
        if width == 0:
            line[max(self._column - 1, 0)] += c
            return
        line[self._column] = c
        for i in range(1, width):
            line[self._column + i] = ""
        self._column += width

    def _control(self, parameters, final):
        number = int(parameters) if parameters.isdigit() else 1
        if final == "m" or parameters.startswith("?"):
            pass  # colours; modes that change nothing of what stands there
        elif final in "FA":
            self._row = max(0, self._row - number)
            self._column = 0 if final == "F" else self._column
        elif final == "K":
            self._cells[self._row] = self._cells[self._row][: self._column]
        elif final == "J" and parameters in ("", "0"):
            self._cells[self._row] = self._cells[self._row][: self._column]
            self._cells = self._cells[: self._row + 1]
        else:
            raise ValueError("an unknown control sequence: %r %r" % (parameters, final))


class Terminal:
    def __init__(self, arguments, env=None, columns=80, rows=24, cwd=None):
        self.screen = Screen(columns, rows)
        self.bytes = b""
        self._tail = b""
        self._unheard = ""
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            try:
                self._size(1, columns, rows)
                if cwd:
                    os.chdir(cwd)
                os.execve(arguments[0], arguments, {"PATH": "/usr/bin:/bin", **(env or {})})
            finally:
                os._exit(127)
        self.status = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.status is None:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._fd)

    @staticmethod
    def _size(fd, columns, rows):
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns, rows):
        """The window changes its size; the kernel tells the program."""
        self.screen.resize(columns, rows)
        self._size(self._fd, columns, rows)

    def type(self, text):
        os.write(self._fd, text.encode())

    def _more(self):
        """Takes what the program writes; False at its end."""
        if not select.select([self._fd], [], [], 60)[0]:
            raise TimeoutError(self.screen.everything())
        try:
            block = os.read(self._fd, 65536)
        except OSError:
            return False
        self.bytes += block
        data = self._tail + block
        # A character may be cut between two reads.
        text = data.decode(errors="ignore")
        self._tail = data[len(text.encode()) :] if data.startswith(text.encode()) else b""
        self._unheard += text.replace("\r\n", "\n")
        self.screen.write(text)
        return bool(block)

    def wait_for(self, text):
        """Until the program has written that since the last such wait."""
        while text not in self._unheard:
            if not self._more():
                raise EOFError("%r never came: %s" % (text, self.screen.everything()))
        self._unheard = self._unheard.split(text, 1)[1]

    def answer(self, question, text):
        self.wait_for(question)
        self.type(text + "\n")

    def wait_until(self, condition):
        while not condition(self.screen):
            if not self._more():
                raise EOFError(self.screen.everything())

    def end(self):
        while self._more():
            pass
        self.status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self.status
