"""sshsync in Python: the engine of the command `sshsync`, in this process.

    >>> import sshsync
    >>> config = sshsync.Config.load("/etc/sshsync/sshsync.conf")             # doctest: +SKIP
    >>> engine = sshsync.Engine(config, on_event=print)                       # doctest: +SKIP
    >>> report = engine.sync("repoproxy", ["appnode1", "appnode2"])           # doctest: +SKIP
    >>> report.ok                                                             # doctest: +SKIP
    True

Whole runs: `Config` reads a configuration, `Engine` carries it out, a `Report` says what became of every repository and
file, `Event`s
tell it as it happens, and what fails raises a `SshsyncError`.

Parts of them, usable alone: `Template` and `Filter`, `Digest` and `Hasher`, `Manifest` and its `diff`, `Host` and
`Command` with the runners
that carry commands out. A `Runner` of one's own can take the place of ssh for a whole run.

The engine logs to `logging.getLogger("sshsync")`. Anything here may be used from any thread; while the engine works,
other threads of Python go on.
"""

import atexit
import os

from . import _sshsync

_sshsync.require_main_interpreter()

from .config import CommandInForce, Config, Diagnostic, Repository, Settings
from .digests import ALGORITHMS, Digest, Hasher, digest_file
from .engine import Engine, Event, Stream
from .errors import (
    ConfigError,
    HostTimeoutError,
    HostUnreachableError,
    InternalError,
    LockedError,
    MissingSectionError,
    ProcessingError,
    SafetyError,
    SshsyncError,
    UsageError,
)
from .manifest import FileEntry, Manifest, Plan, PlanItem, diff
from .report import (
    Check,
    FileReport,
    ProbeReport,
    RecordedRun,
    Report,
    RepositoryProbe,
    RepositoryReport,
    RepositoryStatus,
    Status,
)
from .runner import (
    Command,
    Host,
    RecordingRunner,
    Recorded,
    Result,
    Runner,
    Session,
    SshRunner,
    Stop,
    SubprocessRunner,
    run,
)
from .template import BoundCommand, Filter, Template, TemplateDiagnostic

atexit.register(_sshsync.end_all)
os.register_at_fork(after_in_child=_sshsync.forget_all)

__version__: str = _sshsync.version()

__all__ = [
    "ALGORITHMS",
    "BoundCommand",
    "Check",
    "Command",
    "CommandInForce",
    "Config",
    "ConfigError",
    "Diagnostic",
    "Digest",
    "Engine",
    "Event",
    "FileEntry",
    "FileReport",
    "Filter",
    "Hasher",
    "Host",
    "HostTimeoutError",
    "HostUnreachableError",
    "InternalError",
    "LockedError",
    "Manifest",
    "MissingSectionError",
    "Plan",
    "PlanItem",
    "ProbeReport",
    "ProcessingError",
    "Recorded",
    "RecordedRun",
    "RecordingRunner",
    "Report",
    "Repository",
    "RepositoryProbe",
    "RepositoryReport",
    "RepositoryStatus",
    "Result",
    "Runner",
    "SafetyError",
    "Session",
    "Settings",
    "SshRunner",
    "SshsyncError",
    "Status",
    "Stop",
    "Stream",
    "SubprocessRunner",
    "Template",
    "TemplateDiagnostic",
    "UsageError",
    "diff",
    "digest_file",
    "run",
]
