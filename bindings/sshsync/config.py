"""Configurations: files in the dialect of the command `sshsync`, read, checked, and there as typed values.

    >>> config = Config.loads('''
    ... [DEFAULT]
    ... transport = local
    ... timeout = 60
    ... [master]
    ... path = /srv/app
    ... [node[1-2]]
    ... path = /srv/copy${NODE}
    ... parent = master
    ... ''')
    >>> list(config)
    ['master', 'node1', 'node2']
    >>> node = config["node2"]
    >>> node.parent, node.path, node.timeout.total_seconds()
    ('master', '/srv/copy2', 60.0)
    >>> node["timeout"]                    # the text of the file
    '60'
    >>> [child.name for child in config.children("master")]
    ['node1', 'node2']
"""

from __future__ import annotations

import dataclasses
import os
import stat
from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Dict, Optional, Tuple, Union

from . import _sshsync
from .errors import FAILURES, ConfigError, error_of
from .template import TemplateDiagnostic

_DEFAULT = "/etc/sshsync/sshsync.conf"
_LARGEST = 64 << 20

StrPath = Union[str, "os.PathLike[str]"]


@dataclasses.dataclass(frozen=True)
class Diagnostic:
    """One thing to say about one place of a configuration.

    Attributes:
        severity: `error`, `warning` or `info`.
        file, line, column: the place, from 1; 0 for the whole file, or line.
        message, remedy: what is wrong, and what to do about it.
        failure: of an error, `config` or `missing_section`.
        for_check: a remark for who looks at the file, not for every night's run.
        rendered: all of it with the line of the file and a caret under the place.
    """

    severity: str
    file: str
    line: int
    column: int
    message: str
    remedy: str
    failure: str
    for_check: bool
    rendered: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}" + (f": {self.remedy}" if self.remedy else "")


@dataclasses.dataclass(frozen=True)
class CommandInForce:
    """A command as a repository's host is given it.

    Attributes:
        key: as the configuration has it: `digestcmd`, `action.read`.
        of_section: whether the section gives it.
        presets: where a command that the section does not give comes from; with `preset = auto` the first that passes
        its trial on the host. Empty
            for a synccmd that is not given: sshsync moves the files itself.
        shell: the program that reads it.
        given: the text as it was written; empty for a template that several actions make up.
        text: what the shell gets: quotes added, escapes undone.
        refused: whether no run takes it; `remarks` say why.
    """

    key: str
    of_section: bool
    presets: Tuple[str, ...]
    shell: str
    given: str
    text: str
    refused: bool
    remarks: Tuple[TemplateDiagnostic, ...]


@dataclasses.dataclass(frozen=True)
class Settings:
    """The section [sshsync]: settings of the tool itself. Empty texts are the defaults of the account."""

    jobs: int
    max_sessions: int
    state_dir: str
    pid_file: str
    stop_at: str
    keep_runs: int
    metrics_file: str
    on_success: str
    on_failure: str
    on_change: str


@dataclasses.dataclass(frozen=True, repr=False, eq=False)
class Repository(Mapping[str, str]):
    """One section: a folder on a host. As a mapping it has the texts of the file, with what [DEFAULT] gives and
    everything in them replaced;
    as attributes the validated values, with the defaults of the tool. `host` is how the controller reaches it.

    Durations are `timedelta`, sizes are bytes. `recheck` is None for always. sshsync.conf(5) tells what each key means.
    """

    name: str
    parent: str
    node: str
    line: int
    host: _sshsync.Host
    path: str
    password: str
    peerhost: str
    peeruser: str
    peerport: int
    peerssh: str
    templates: Mapping[str, str]
    preset: str
    original_quoting: bool
    any_names: bool
    batch_digest: bool
    digest: Tuple[str, ...]
    transfer: str
    route: Tuple[str, ...]
    chunk: int
    streams: int
    bwlimit: str
    stage: str
    publish: str
    delete: bool
    max_delete: str
    trash: bool
    trash_keep: timedelta
    filter: Tuple[str, ...]
    settle: timedelta
    recheck: Optional[timedelta]
    metadata: bool
    links: str
    follow_symlinks: bool
    nice: int
    timeout: timedelta
    wait: timedelta
    retries: int
    groups: Tuple[str, ...]
    texts: Mapping[str, str]

    @property
    def is_root(self) -> bool:
        """Whether it has no parent: it is read, and never written."""
        return not self.parent

    def __getitem__(self, key: str) -> str:
        return self.texts[key.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)

    def __repr__(self) -> str:
        return f"<Repository {self.name}: {self.host}:{self.path}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Repository) and self._state() == other._state()

    def __hash__(self) -> int:
        return hash((self.name, self.path))

    def _state(self) -> Dict[str, Any]:
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {**values, "templates": dict(self.templates), "texts": dict(self.texts)}

    def __reduce__(self) -> Tuple[Any, ...]:
        return _repository, (self._state(),)


def _repository(values: Dict[str, Any]) -> Repository:
    for key in ("digest", "route", "filter", "groups"):
        values[key] = tuple(values[key])
    for key in ("templates", "texts"):
        values[key] = MappingProxyType(dict(values[key]))
    for key in ("trash_keep", "settle", "recheck", "timeout", "wait"):
        if isinstance(values[key], float):
            values[key] = timedelta(seconds=min(values[key], 1e9))
    return Repository(**values)


def _read(path: str) -> Tuple[bytes, Tuple[int, int, int]]:
    """The bytes of a file and (mode, owner, who asks). Waits for nobody: a FIFO without a writer is refused, too."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        raise error_of("config", f"{path}: cannot read it: {error.strerror}") from error
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        os.close(descriptor)
        what = (
            "that is a folder: name the configuration file in it"
            if stat.S_ISDIR(about.st_mode)
            else "that is no regular file: copy it to one"
        )
        raise error_of("config", f"{path}: {what}")
    with open(descriptor, "rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise error_of("config", f"{path}: larger than 64 MiB: that is no configuration")
    return content, (stat.S_IMODE(about.st_mode), about.st_uid, os.geteuid())


class Config(Mapping[str, Repository]):
    """A configuration: its repositories by name, in the order of the file, and its settings. Immutable; pickled as the
    bytes it was read from,
    passwords included.

    Made by `load` or `loads`. `file` is where it came from, for messages.
    """

    __slots__ = ("_loaded", "_repositories", "_settings", "_access")
    _loaded: _sshsync.Loaded
    _repositories: Dict[str, Repository]
    _settings: Settings
    _access: Optional[Tuple[int, int, int]]

    def __init__(self) -> None:
        raise TypeError("a Config is made by Config.load or Config.loads")

    @classmethod
    def _of(cls, file: str, content: bytes, access: Optional[Tuple[int, int, int]], strict: bool, runs: bool) -> Config:
        self = object.__new__(cls)
        self._loaded = _sshsync.read_configuration(file, content, access, runs)
        self._access = access
        self._settings = Settings(**self._loaded.settings())
        sections = self._loaded.sections()
        self._repositories = {
            values["name"]: _repository({**values, "texts": sections.get(values["name"], {})})
            for values in self._loaded.repositories()
        }
        if strict:
            self.require_valid()
        return self

    @classmethod
    def load(cls, path: Optional[StrPath] = None, *, strict: bool = True) -> Config:
        """Reads a file: the one given, else that of the variable SSHSYNC_CONFIG, else /etc/sshsync/sshsync.conf.

        Args:
            path: the file.
            strict: whether a configuration with errors raises. Without it the errors are there in `validate()`; nothing
            can be run by it.

        Raises:
            ConfigError: the file cannot be read, others than its owner can write it, or it is wrong; `diagnostics` then
            has every problem.
            MissingSectionError: a parent is named that no section describes.
        """
        file = os.fspath(path) if path is not None else os.environ.get("SSHSYNC_CONFIG") or _DEFAULT
        content, access = _read(file)
        return cls._of(file, content, access, strict, strict)

    @classmethod
    def loads(cls, text: Union[str, bytes], *, file: str = "<text>", strict: bool = True) -> Config:
        """Reads a configuration from a text; `file` is what messages call it. Raises as `load` does.

        >>> Config.loads("[a]\\nhost = -x\\npath = /srv\\n", strict=False).validate()[0].line
        2
        """
        content = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else bytes(text)
        return cls._of(file, content, None, strict, strict)

    @property
    def file(self) -> str:
        return self._loaded.file

    @property
    def settings(self) -> Settings:
        return self._settings

    @property
    def ok(self) -> bool:
        """Whether there are no errors."""
        return self._loaded.ok

    def validate(self) -> Tuple[Diagnostic, ...]:
        """Everything there is to say about the configuration, by line: what `sshsync check` prints."""
        return tuple(Diagnostic(*row) for row in self._loaded.diagnostics())

    def require_valid(self) -> None:
        """Raises ConfigError, or MissingSectionError, where there are errors."""
        if self._loaded.ok:
            return
        diagnostics = self.validate()
        errors = [one for one in diagnostics if one.severity == "error"]
        # A wrong file comes before a missing section, whatever their order.
        first = next((one for one in errors if one.failure == "config"), errors[0])
        row = FAILURES[first.failure]
        message = "\n".join(one.rendered for one in errors)
        error = row.error(message, failure=row.name, exit_code=row.exit_code, hint=row.hint)
        assert isinstance(error, ConfigError)
        error.diagnostics = diagnostics
        raise error

    def children(self, name: str) -> Tuple[Repository, ...]:
        """The repositories whose parent that is."""
        return tuple(one for one in self._repositories.values() if one.parent == name)

    def resolve(self, *names: str) -> Tuple[Repository, ...]:
        """The repositories that names mean, each once: `@group` and `node[1-20]` expand.

        Raises:
            MissingSectionError: a name without a section.
            UsageError: an empty name, or a wrong range.
        """
        return tuple(self._repositories[name] for name in self._loaded.resolve(list(names)))

    def commands(self, name: str) -> Tuple[CommandInForce, ...]:
        """The commands that the host of a repository is given: what `sshsync commands` prints. First the templates,
        then what sshsync runs by itself.

        >>> config = Config.loads("[m]\\nhost = h\\npath = /srv\\npreset = gnu\\nlistcmd = find ${REPOPATH} -type f\\n")
        >>> {one.key: one for one in config.commands("m")}["listcmd"].text
        'find "${REPOPATH}" -type f'

        Raises:
            MissingSectionError: a name without a section.
            UsageError: it names several.
        """
        rows = self._loaded.commands(name)
        return tuple(
            CommandInForce(
                key,
                of_section,
                tuple(presets),
                shell,
                given,
                text,
                refused,
                tuple(TemplateDiagnostic(*remark) for remark in remarks),
            )
            for key, of_section, presets, shell, given, text, refused, remarks in rows
        )

    def __getitem__(self, name: str) -> Repository:
        return self._repositories[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._repositories)

    def __len__(self) -> int:
        return len(self._repositories)

    def __repr__(self) -> str:
        return f"<Config {self.file}: {len(self)} {'repository' if len(self) == 1 else 'repositories'}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Config) and (self.file, self._loaded.bytes) == (other.file, other._loaded.bytes)

    def __hash__(self) -> int:
        return hash((self.file, self._loaded.bytes))

    def __reduce__(self) -> Tuple[Any, ...]:
        return Config._of, (self.file, self._loaded.bytes, self._access, False, False)
