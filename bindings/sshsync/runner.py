"""Commands on hosts, and who carries them out.

    >>> here = Host("", local=True)
    >>> run(here, "echo hello; exit 3")
    Result(status=3, out=b'hello\\n', err=b'')

A `Runner` of one's own takes the place of ssh for a whole run: `Engine(config, runner=...)`. `SubprocessRunner` is one
in Python, for whatever
program gives a shell at the other end; `RecordingRunner` writes down what another one did, for the tests of a script.
"""

from __future__ import annotations

import abc
import dataclasses
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, List, Optional, Tuple, Union

from . import _sshsync
from ._sshsync import Command, Host, Moved, Result, Sink, Stop
from .errors import error_of

__all__ = [
    "Command",
    "Host",
    "Recorded",
    "RecordingRunner",
    "Result",
    "Runner",
    "Session",
    "SshRunner",
    "Stop",
    "SubprocessRunner",
    "run",
]

Taker = Callable[[bytes], object]
Asker = Callable[[], bool]


class Session(abc.ABC):
    """A shell of its own for several long commands, one after the other: what one of them leaves in the background
    lives until the session ends, and is
    ended with it. After an error it is of no use."""

    @abc.abstractmethod
    def run(self, command: Command, sink: Taker, moved: Asker, stop: Stop) -> Result:
        """As `Runner.stream`."""

    def close(self) -> None:
        """Ends it, and whatever its commands left."""


class Runner(abc.ABC):
    """Carries commands out on hosts.

    A command's result is that of its script: having a `Result` means that its end was seen. A status other than zero is
    a result, no error. What
    goes wrong on the way is raised: ConnectionError (`HostUnreachableError`) where another try may help, TimeoutError
    for silence,
    PermissionError for what a person must mend; a `SshsyncError` says exactly which failure it is. Methods are called
    from many threads at once, also
    for one host. `stop` tells that the run is to end: then the command is to be ended too, and anything may be raised.

    What they are handed is good for that one call.
    """

    @abc.abstractmethod
    def run(self, host: Host, command: Command, stop: Stop) -> Result:
        """Runs a command that takes a few seconds at most.

        More than `command.max_output` on stdout is the failure `output_too_large`.
        """

    @abc.abstractmethod
    def stream(self, host: Host, command: Command, sink: Taker, moved: Asker, stop: Stop) -> Result:
        """Runs a command that may take long. stdout goes to `sink` as it comes; what that raises ends the command, and
        is to be let through. When there
        was nothing for `command.timeout` seconds, `moved()` is asked: True is progress elsewhere, wait as long again.
        When the controller or
        the connection dies, the command is to end as well."""

    def open(self, host: Host, stop: Stop) -> Session:
        """A session for several long commands. This one runs each by itself: right for a runner whose commands leave
        nothing behind that a later one
        needs, and at worst slower where they do."""
        return _Apart(self, host)


class _Apart(Session):
    def __init__(self, runner: Runner, host: Host) -> None:
        self._runner = runner
        self._host = host

    def run(self, command: Command, sink: Taker, moved: Asker, stop: Stop) -> Result:
        return self._runner.stream(self._host, command, sink, moved, stop)


class SshRunner(Runner):
    """ssh, as the engine has it when it is given no runner: OpenSSH's client, connections that are kept, framed
    commands. For single commands,
    and to wrap it. Ends its connections when it is closed.

    Args:
        wait: how long a host that does not answer is tried, in seconds.
        max_sessions: ssh processes per host.
    """

    def __init__(self, *, wait: float = 15.0, max_sessions: int = 16) -> None:
        self._connections = _sshsync.SshConnections(wait, max_sessions)

    def run(self, host: Host, command: Command, stop: Optional[Stop] = None) -> Result:
        return self._connections.run(host, command, stop)

    def stream(
        self, host: Host, command: Command, sink: Taker, moved: Optional[Asker] = None, stop: Optional[Stop] = None
    ) -> Result:
        return self._connections.stream(host, command, sink, moved, stop)

    def open(self, host: Host, stop: Optional[Stop] = None) -> Session:
        return _OverSsh(self._connections.open(host, stop))

    def close(self) -> None:
        """Ends its connections."""
        self._connections.close()

    def __enter__(self) -> SshRunner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _OverSsh(Session):
    def __init__(self, session: _sshsync.SshSession) -> None:
        self._session = session

    def run(self, command: Command, sink: Taker, moved: Optional[Asker] = None, stop: Optional[Stop] = None) -> Result:
        return self._session.run(command, sink, moved, stop)

    def close(self) -> None:
        self._session.close()


def run(
    host: Host,
    command: Union[str, Command],
    *,
    runner: Optional[Runner] = None,
    input: bytes = b"",
    timeout: float = 300.0,
) -> Result:
    """Runs one command on a host; over ssh, with a login of its own, unless there is a `runner` that keeps connections.

    Args:
        command: a script for the host's shell, or a `Command`.
        input: what it reads on stdin.
        timeout: the longest silence, in seconds.

    Raises:
        HostUnreachableError: the host cannot be reached, or refused the account.
        HostTimeoutError: it was silent for too long.
    """
    asked = command if isinstance(command, Command) else Command(command, input=input, timeout=timeout)
    if isinstance(runner, SshRunner):
        return runner.run(host, asked)
    if runner is not None:
        return runner.run(host, asked, _sshsync.never())
    with SshRunner() as own:
        return own.run(host, asked)


class _Shell(Session):
    """One process with a shell at its other end: the login, then commands, each between two marks, then the end of
    stdin, at which the other end
    ends its process group."""

    _TAIL = 8192

    def __init__(self, argv: Sequence[str], host: Host, stop: Stop) -> None:
        self._host = host
        self._stop = stop
        self._encoder = _sshsync.FrameEncoder()
        try:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
                env={**os.environ, "LC_ALL": "C"},
            )
        except FileNotFoundError as error:
            raise error_of("command_not_found", f"{argv[0]}: {error.strerror}; {host}") from error
        except OSError as error:
            raise error_of("unreachable", f"{argv[0]}: {error.strerror}; {host}") from error
        self._pending = b""
        self._last_words = {False: b"", True: b""}
        self._selector = selectors.DefaultSelector()
        assert self._process.stdin and self._process.stdout and self._process.stderr
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            os.set_blocking(stream.fileno(), False)
        self._selector.register(self._process.stdout, selectors.EVENT_READ, False)
        self._selector.register(self._process.stderr, selectors.EVENT_READ, True)
        # What the process leaves may hold its output open: its own end is waited for, too.
        self._end_fd = os.pidfd_open(self._process.pid)
        self._selector.register(self._end_fd, selectors.EVENT_READ, None)
        self._waits_for = -1
        self._obey(stop)

    def __enter__(self) -> _Shell:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _obey(self, stop: Stop) -> None:
        """From now on that stop counts."""
        self._stop = stop
        if self._waits_for >= 0:
            self._selector.unregister(self._waits_for)
        self._waits_for = stop.fileno()
        if self._waits_for >= 0:
            self._selector.register(self._waits_for, selectors.EVENT_READ, None)

    def close(self) -> None:
        """Closes stdin, at which the other end goes; what has not gone after two seconds is ended."""
        process = self._process
        if self._end_fd < 0:
            return
        self._selector.close()
        os.close(self._end_fd)
        self._end_fd = -1
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        try:
            process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            pass
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
                process.wait(timeout=2)
            except (ProcessLookupError, PermissionError, subprocess.TimeoutExpired):
                pass

    def log_in(self, shell: str, limit: float) -> None:
        self._send(self._encoder.preamble(shell))
        self._exchange(self._encoder.ready_label(), limit, lambda _: None, lambda _: None, lambda: False, ready=False)

    def run(self, command: Command, sink: Taker, moved: Asker, stop: Stop) -> Result:
        self._obey(stop)
        frame = self._encoder.command(command.script, command.input)
        self._send(frame)
        errors = _sshsync.BoundedText(command.max_stderr)
        status = self._exchange(self._encoder.label(), command.timeout, sink, errors.append, moved, ready=True)
        return Result(status, b"", errors.take())

    def _send(self, data: bytes) -> None:
        self._pending += data
        assert self._process.stdin
        if self._process.stdin not in self._selector.get_map():
            self._selector.register(self._process.stdin, selectors.EVENT_WRITE, None)

    def _write(self) -> None:
        assert self._process.stdin
        try:
            count = os.write(self._process.stdin.fileno(), self._pending[: 1 << 16])
        except BlockingIOError:
            return
        except BrokenPipeError:
            count = len(self._pending)  # its end is seen on stdout
        self._pending = self._pending[count:]
        if not self._pending:
            self._selector.unregister(self._process.stdin)

    def _exchange(
        self, label: str, limit: float, take: Taker, take_error: Callable[[bytes], None], moved: Asker, ready: bool
    ) -> int:
        """Passes output on until the mark stood on both streams; the number in it."""
        decoders = {False: _sshsync.FrameDecoder(label, False), True: _sshsync.FrameDecoder(label, True)}
        takers = {False: take, True: take_error}
        deadline = time.monotonic() + limit
        while any(decoder.number is None for decoder in decoders.values()):
            events = self._selector.select(max(0.0, deadline - time.monotonic()))
            if self._stop.stopped:
                raise error_of("stopped", "stopped")
            if not events:
                if not ready or not moved():
                    raise error_of("timeout", f"no output and no progress for {limit:g}s; {self._host}")
                deadline = time.monotonic() + limit
            ready_for = [key for key, _ in events]
            if len(ready_for) == 1 and ready_for[0].fd == self._end_fd:
                self._raise_end(ready)
            for key in ready_for:
                if key.fileobj is self._process.stdin:
                    self._write()
                if key.data is None:
                    continue
                is_error = bool(key.data)
                data = os.read(key.fd, 1 << 16)
                if not data:
                    self._raise_end(ready)
                if ready:
                    deadline = time.monotonic() + limit
                payload = decoders[is_error].feed(data)
                if payload:
                    self._last_words[is_error] = (self._last_words[is_error] + payload)[-self._TAIL :]
                    takers[is_error](payload)
        number = decoders[False].number
        if ready and number != decoders[True].number:
            raise error_of("unreachable", f"the end of a command arrived damaged; {self._host}")
        assert number is not None
        return number

    def _raise_end(self, ready: bool) -> None:
        try:
            code = self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            code = 255
        _sshsync.raise_connection_error(self._host, code, ready, self._last_words[False], self._last_words[True])


class SubprocessRunner(Runner):
    """A runner in Python, over a program that gives a shell at its other end: ssh, unless `argv` says otherwise.

        class Containers(sshsync.SubprocessRunner):
            def argv(self, host):
                return ["docker", "exec", "-i", host.host, "sh"]

        engine = sshsync.Engine(config, runner=Containers())

    Each command has a login of its own. The process leads a group, and is gone when the call returns.
    """

    def argv(self, host: Host) -> Sequence[str]:
        """The program, with its arguments, whose stdin, stdout and stderr are those of a POSIX shell on `host`."""
        return host.argv

    def run(self, host: Host, command: Command, stop: Stop) -> Result:
        parts: List[bytes] = []
        total = 0

        def take(data: bytes) -> None:
            nonlocal total
            total += len(data)
            if total > command.max_output:
                raise error_of("output_too_large", f"more than {command.max_output} bytes of output; {host}")
            parts.append(data)

        result = self.stream(host, command, take, lambda: False, stop)
        return Result(result.status, b"".join(parts), result.err)

    def stream(self, host: Host, command: Command, sink: Taker, moved: Asker, stop: Stop) -> Result:
        with self._log_in(host, stop) as shell:
            return shell.run(command, sink, moved, stop)

    def open(self, host: Host, stop: Stop) -> Session:
        return self._log_in(host, stop)

    def _log_in(self, host: Host, stop: Stop) -> _Shell:
        shell = _Shell(self.argv(host), host, stop)
        try:
            shell.log_in(host.shell, 2 * host.connect_timeout)
        except BaseException:
            shell.close()
            raise
        return shell


@dataclasses.dataclass(frozen=True)
class Recorded:
    """One command that was carried out: `result` or `error`. `out` is all of stdout, of streamed commands too."""

    host: Host
    command: Command
    streamed: bool
    out: bytes
    result: Optional[Result]
    error: Optional[BaseException]


class RecordingRunner(Runner):
    """Passes commands on to another runner and writes down what became of them, in the order in which they ended.

    runner = sshsync.RecordingRunner(sshsync.SubprocessRunner())
    sshsync.Engine(config, runner=runner).plan("appnode1")
    assert not any(one.command.writes for one in runner.records)
    """

    def __init__(self, inner: Runner) -> None:
        self._inner = inner
        self._records: List[Recorded] = []
        self._lock = threading.Lock()

    @property
    def records(self) -> Tuple[Recorded, ...]:
        with self._lock:
            return tuple(self._records)

    def run(self, host: Host, command: Command, stop: Stop) -> Result:
        return self._record(host, command, False, lambda out: self._inner.run(host, command, stop))

    def stream(self, host: Host, command: Command, sink: Taker, moved: Asker, stop: Stop) -> Result:
        return self._record_stream(
            host, command, sink, lambda take: self._inner.stream(host, command, take, moved, stop)
        )

    def _record_stream(self, host: Host, command: Command, sink: Taker, call: Callable[[Taker], Result]) -> Result:
        def passed_on(out: List[bytes]) -> Result:
            def take(data: bytes) -> None:
                out.append(bytes(data))
                sink(data)

            return call(take)

        return self._record(host, command, True, passed_on)

    def open(self, host: Host, stop: Stop) -> Session:
        return _Recorded(self, host, self._inner.open(host, stop))

    def _record(self, host: Host, command: Command, streamed: bool, call: Callable[[List[bytes]], Result]) -> Result:
        out: List[bytes] = []
        result: Optional[Result] = None
        error: Optional[BaseException] = None
        try:
            result = call(out)
            return result
        except BaseException as raised:
            error = raised
            raise
        finally:
            whole = b"".join(out) if streamed or result is None else result.out
            with self._lock:
                self._records.append(Recorded(host, command, streamed, whole, result, error))


class _Recorded(Session):
    def __init__(self, recorder: RecordingRunner, host: Host, inner: Session) -> None:
        self._recorder = recorder
        self._host = host
        self._inner = inner

    def run(self, command: Command, sink: Taker, moved: Asker, stop: Stop) -> Result:
        return self._recorder._record_stream(
            self._host, command, sink, lambda take: self._inner.run(command, take, moved, stop)
        )

    def close(self) -> None:
        self._inner.close()
