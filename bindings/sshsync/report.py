"""What runs come to, as immutable typed values.

Each has `to_json()`, which is what the command line prints with --json (it is written by the same function), and
`to_dict()`, the same as Python's
own values. Paths are as Python has names of files: bytes that are not UTF-8 are lone surrogates, and `open` finds the
file.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import os
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple

from .errors import FAILURES, SshsyncError, error_of


def _time(text: Optional[str]) -> Optional[datetime]:
    if text is None:
        return None
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)


def _name(values: Mapping[str, Any], key: str) -> str:
    exact = values.get(key + "_b64")
    return os.fsdecode(base64.b64decode(exact)) if exact is not None else str(values[key])


def _bare(text: Optional[str]) -> str:
    return text or ""


@dataclasses.dataclass(frozen=True)
class FileReport:
    """What became of one file that was touched, or that failed. Files that were equal are only counted.

    Attributes:
        action: `copy`, `replace`, `delete` or `mode`; for a failure what was to be done.
        failure, message, hint: empty for success.
        command, output, exit_status: of a remote command that failed.
    """

    path: str
    action: str
    bytes: int
    digest: str
    attempts: int
    failure: str
    message: str
    hint: str
    command: str
    output: str
    exit_status: int

    @property
    def ok(self) -> bool:
        return not self.failure

    @classmethod
    def _of(cls, values: Mapping[str, Any]) -> FileReport:
        return cls(
            _name(values, "path"),
            values["action"],
            values["bytes"],
            values["digest"],
            values["attempts"],
            values.get("failure", ""),
            values.get("message", ""),
            values.get("hint", ""),
            values.get("command", ""),
            values.get("output", ""),
            values.get("exit_status", 0),
        )


@dataclasses.dataclass(frozen=True)
class RepositoryReport:
    """What became of one repository.

    Attributes:
        outcome: `equal`, `changed`, `failed`, `waiting`, `refused`, `locked`, `stopped`, `planned`, `differs` or
        `restored`.
        kept, copied, replaced, deleted, failed, extra, excluded: numbers of files.
        bytes: content that was published.
        failure, message, hint: of the repository as a whole; empty where it came through, even if single files failed.
    """

    name: str
    parent: str
    host: str
    step: int
    outcome: str
    started: Optional[datetime]
    ended: Optional[datetime]
    kept: int
    copied: int
    replaced: int
    deleted: int
    failed: int
    extra: int
    excluded: int
    bytes: int
    failure: str
    message: str
    hint: str
    command: str
    output: str
    files: Tuple[FileReport, ...]

    @property
    def ok(self) -> bool:
        """Whether neither it nor one of its files failed."""
        return not self.failure and not self.failed and all(file.ok for file in self.files)

    @property
    def changed(self) -> int:
        """Files that were, or are to be, copied, replaced or deleted."""
        return self.copied + self.replaced + self.deleted

    @property
    def failures(self) -> Tuple[FileReport, ...]:
        """The files that failed."""
        return tuple(file for file in self.files if not file.ok)

    @classmethod
    def _of(cls, values: Mapping[str, Any]) -> RepositoryReport:
        return cls(
            _name(values, "repository"),
            values["parent"],
            values["host"],
            values["step"],
            values["outcome"],
            _time(values["started"]),
            _time(values["ended"]),
            values["kept"],
            values["copied"],
            values["replaced"],
            values["deleted"],
            values["failed"],
            values["extra"],
            values["excluded"],
            values["bytes"],
            values.get("failure", ""),
            values.get("message", ""),
            values.get("hint", ""),
            values.get("command", ""),
            values.get("output", ""),
            tuple(FileReport._of(file) for file in values.get("files", ())),
        )


@dataclasses.dataclass(frozen=True)
class _Document:
    """What holds the JSON it was made of."""

    _json: str = dataclasses.field(repr=False)

    def to_json(self) -> str:
        """The text that the command line prints with --json."""
        return self._json

    def to_dict(self) -> Dict[str, Any]:
        """The same as a dictionary of one's own."""
        result: Dict[str, Any] = json.loads(self._json)
        return result


@dataclasses.dataclass(frozen=True)
class Report(_Document):
    """The result of one run: `repositories` in the order of the queue.

    `for repository in report` goes over them, and `report["appnode1"]` is one.
    """

    run: str
    verb: str
    queue: Tuple[Tuple[str, ...], ...]
    started: Optional[datetime]
    ended: Optional[datetime]
    exit_code: int
    signal: int
    repositories: Tuple[RepositoryReport, ...]

    @property
    def ok(self) -> bool:
        """Whether every file that was asked for equals its parent's (for a plan: whether it could be made)."""
        return self.exit_code == 0

    @property
    def changed(self) -> int:
        """Files that were copied, replaced or deleted; for a plan, that are to be."""
        return sum(repository.changed for repository in self.repositories)

    @property
    def seconds(self) -> float:
        return (self.ended - self.started).total_seconds() if self.started and self.ended else 0.0

    @property
    def errors(self) -> Tuple[SshsyncError, ...]:
        """Everything that failed, repositories and files, as exceptions, in the order of the queue."""
        found: List[SshsyncError] = []
        for one in self.repositories:
            if one.failure:
                found.append(
                    error_of(
                        one.failure,
                        f"{one.name}: {one.message}",
                        repository=one.name,
                        command=one.command,
                        output=one.output,
                    )
                )
            for file in one.failures:
                found.append(
                    error_of(
                        file.failure,
                        f"{one.name}: {file.path}: {file.message}",
                        repository=one.name,
                        file=file.path,
                        command=file.command,
                        output=file.output,
                        exit_status=file.exit_status,
                    )
                )
        return tuple(found)

    def raise_for_errors(self) -> None:
        """Raises the first error that gives the run its exit code; nothing where the run came through."""
        if self.ok:
            return
        errors = self.errors
        worst = next((error for error in errors if error.exit_code == self.exit_code), errors[0] if errors else None)
        if worst is None:
            worst = error_of("stopped", f"the run was ended by signal {self.signal}")
        worst.exit_code = self.exit_code
        raise worst

    def summary(self) -> str:
        """One line for a subject: `3 of 4 repositories equal their parents, 12 files changed`.

        Of a plan, `12 files to change in 4 repositories`.
        """
        files = f"{self.changed} file{'' if self.changed == 1 else 's'}"
        if self.verb == "plan":
            text = (
                f"{files} to change in"
                f" {len(self.repositories)} repositor{'y' if len(self.repositories) == 1 else 'ies'}"
            )
        else:
            what, wanted = (
                ("were restored", ("restored",))
                if self.verb == "restore"
                else ("equal their parents", ("equal", "changed"))
            )
            well = sum(one.ok and one.outcome in wanted for one in self.repositories)
            text = f"{well} of {len(self.repositories)} repositories {what}, {files} changed"
        bad = [one.name for one in self.repositories if not one.ok]
        return text + (f"; failed: {', '.join(bad)}" if bad else "")

    def __iter__(self) -> Iterator[RepositoryReport]:
        return iter(self.repositories)

    def __getitem__(self, name: str) -> RepositoryReport:
        for repository in self.repositories:
            if repository.name == name:
                return repository
        raise KeyError(name)

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Reads what `to_json`, or the command line, wrote."""
        values = json.loads(text)
        return cls(
            text,
            values["run"],
            values["verb"],
            tuple(tuple(step) for step in values["queue"]),
            _time(values["started"]),
            _time(values["ended"]),
            values["exit_code"] or 0,
            values["signal"],
            tuple(RepositoryReport._of(one) for one in values["repositories"]),
        )


@dataclasses.dataclass(frozen=True)
class RecordedRun(_Document):
    """A run as it was recorded. `exit_code` is None where it did not end: it is under way, or was killed.
    `repositories` have their
    files where the run was asked for by its id."""

    run: str
    verb: str
    queue: Tuple[Tuple[str, ...], ...]
    started: Optional[datetime]
    ended: Optional[datetime]
    exit_code: Optional[int]
    finished: bool
    options: Mapping[str, str]
    config: str
    resumes: str
    repositories: Tuple[RepositoryReport, ...]

    @classmethod
    def _of(cls, values: Mapping[str, Any], text: str) -> RecordedRun:
        return cls(
            text,
            values["run"],
            values["verb"],
            tuple(tuple(step) for step in values["queue"]),
            _time(values["started"]),
            _time(values["ended"]),
            values["exit_code"],
            values["finished"],
            dict(values["options"]),
            _name(values, "config"),
            _bare(values["resumes"]),
            tuple(RepositoryReport._of(one) for one in values["repositories"]),
        )


@dataclasses.dataclass(frozen=True)
class RepositoryStatus:
    """How a repository stands, as the runs left it.

    Attributes:
        state: `equal`, `failed`, `waiting`, `refused`, `locked`, `stopped`, `running`, `interrupted` or `never`.
        last_equal, age: when it last equalled its parent; None: never.
        overdue: longer ago than `max_age`.
        run: that left it so.
        behind: the nearest repository above it that is not well, for which it waits in the end.
    """

    name: str
    parent: str
    state: str
    last_equal: Optional[datetime]
    age: Optional[timedelta]
    overdue: bool
    run: str
    failed: int
    behind: str
    failure: str
    message: str
    hint: str

    @property
    def ok(self) -> bool:
        return self.state == "equal" and not self.overdue

    @classmethod
    def _of(cls, values: Mapping[str, Any]) -> RepositoryStatus:
        age = values["age_seconds"]
        return cls(
            _name(values, "repository"),
            values["parent"],
            values["state"],
            _time(values["last_equal"]),
            None if age is None else timedelta(seconds=age),
            values["overdue"],
            _bare(values["run"]),
            values["failed"],
            _bare(values["behind"]),
            values.get("failure", ""),
            values.get("message", ""),
            values.get("hint", ""),
        )


@dataclasses.dataclass(frozen=True)
class Status(_Document):
    """How repositories stand. `unfinished_run` is the run that `Engine.resume` continues; empty for none."""

    time: Optional[datetime]
    unfinished_run: str
    overdue: bool
    repositories: Tuple[RepositoryStatus, ...]

    def __iter__(self) -> Iterator[RepositoryStatus]:
        return iter(self.repositories)

    def __getitem__(self, name: str) -> RepositoryStatus:
        for repository in self.repositories:
            if repository.name == name:
                return repository
        raise KeyError(name)

    @classmethod
    def _of(cls, text: str) -> Status:
        values = json.loads(text)
        repositories = tuple(RepositoryStatus._of(one) for one in values["repositories"])
        return cls(text, _time(values["time"]), _bare(values["unfinished_run"]), values["overdue"], repositories)


@dataclasses.dataclass(frozen=True)
class Check:
    """One thing that a probe tried, and what it found, or what went wrong."""

    name: str
    ok: bool
    failure: str
    detail: str

    @property
    def hint(self) -> str:
        return FAILURES[self.failure].hint if self.failure else ""


@dataclasses.dataclass(frozen=True)
class RepositoryProbe:
    """What a repository's host can do. `free_bytes` is None where it is not known."""

    name: str
    host: str
    system: str
    root: str
    free_bytes: Optional[int]
    round_trip: timedelta
    checks: Tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)


@dataclasses.dataclass(frozen=True)
class ProbeReport:
    """What the hosts of repositories can do, each command tried."""

    repositories: Tuple[RepositoryProbe, ...]

    @property
    def ok(self) -> bool:
        return all(repository.ok for repository in self.repositories)

    def __iter__(self) -> Iterator[RepositoryProbe]:
        return iter(self.repositories)

    def __getitem__(self, name: str) -> RepositoryProbe:
        for repository in self.repositories:
            if repository.name == name:
                return repository
        raise KeyError(name)

    def to_dict(self) -> Dict[str, Any]:
        """As a dictionary."""
        rows = [
            {
                "repository": one.name,
                "host": one.host,
                "system": one.system,
                "root": one.root,
                "free_bytes": one.free_bytes,
                "round_trip_seconds": one.round_trip.total_seconds(),
                "ok": one.ok,
                "checks": [{**dataclasses.asdict(check), "hint": check.hint} for check in one.checks],
            }
            for one in self.repositories
        ]
        return {"ok": self.ok, "repositories": rows}

    def to_json(self) -> str:
        """As a document."""
        return json.dumps(self.to_dict(), indent=2) + "\n"
