"""What goes wrong, as one family of exceptions.

Every failure of the engine has a name (`no_space`, `auth`, `locked`, ...), an exit code and a class: one table, which
the command line uses
too (`FAILURES`). What a class has in common with one of Python's own it inherits as well, so that a script's `except
ConnectionError` sees a host
that cannot be reached.

    >>> issubclass(HostUnreachableError, ConnectionError) and issubclass(HostUnreachableError, ProcessingError)
    True
    >>> error_of("no_space", "No space left on device", repository="appnode1").exit_code
    6
"""

from __future__ import annotations

from typing import Any, Dict, NamedTuple, Tuple, Type

from . import _sshsync


class SshsyncError(Exception):
    """The family. What is not known of an error is an empty text, or zero.

    Attributes:
        failure: the failure's name, as reports have it: `digest_mismatch`.
        exit_code: what the command `sshsync` ends with in that case.
        hint: what to do about it, in a sentence.
        repository, file: which one it concerns.
        command, output, exit_status: of a remote command that failed, and what it printed.
    """

    failure: str
    exit_code: int
    hint: str
    repository: str
    file: str
    command: str
    output: str
    exit_status: int

    def __init__(
        self,
        message: str = "",
        *,
        failure: str = "internal",
        exit_code: int = 5,
        hint: str = "",
        repository: str = "",
        file: str = "",
        command: str = "",
        output: str = "",
        exit_status: int = 0,
    ) -> None:
        super().__init__(message)
        self.failure = failure
        self.exit_code = exit_code
        self.hint = hint
        self.repository = repository
        self.file = file
        self.command = command
        self.output = output
        self.exit_status = exit_status

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""

    def __reduce__(self) -> Tuple[Any, ...]:
        return _restore, (type(self), str(self), dict(self.__dict__))


def _restore(kind: Type[SshsyncError], message: str, state: Dict[str, Any]) -> SshsyncError:
    error = kind(message)
    error.__dict__.update(state)
    return error


class UsageError(SshsyncError, ValueError):
    """Something was asked for that makes no sense: nothing to do, an unknown run, a malformed value."""


class ConfigError(SshsyncError, ValueError):
    """The configuration is wrong. `diagnostics` has every problem, where a whole file was read."""

    diagnostics: Tuple[Any, ...] = ()


class MissingSectionError(ConfigError, LookupError):
    """A repository is named that no section describes."""


class ProcessingError(SshsyncError):
    """A host or a file failed; `failure` says how."""


class HostUnreachableError(ProcessingError, ConnectionError):
    """A host cannot be reached, or refused the account."""


class HostTimeoutError(HostUnreachableError, TimeoutError):
    """A host was silent for longer than its limit."""


class LockedError(SshsyncError, BlockingIOError):
    """Another run is at it."""


class SafetyError(SshsyncError):
    """Refused, because it would destroy more than was allowed."""


class InternalError(SshsyncError, RuntimeError):
    """A bug of sshsync, or of a runner."""


class Failure(NamedTuple):
    """One row of the table of failures."""

    name: str
    exit_code: int
    error: Type[SshsyncError]
    hint: str


#: Every failure by its name.
FAILURES: Dict[str, Failure] = {
    name: Failure(name, exit_code, globals()[error], hint)
    for name, exit_code, error, hint in _sshsync.failures()
    if error
}


def error_of(failure: str, message: str, **details: Any) -> SshsyncError:
    """The exception of a failure; `details` are attributes of `SshsyncError`.

    A name that the table does not have is a bug: `internal`.
    """
    row = FAILURES.get(failure, FAILURES["internal"])
    values: Dict[str, Any] = {"failure": row.name, "exit_code": row.exit_code, "hint": row.hint, **details}
    return row.error(message, **values)
