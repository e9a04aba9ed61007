"""Manifests: which files a folder has, with their digests; and what a child lacks beside its parent.

    >>> parent = Manifest([FileEntry("a", Digest.of(b"1"), 1), FileEntry("b", Digest.of(b"2"), 1)])
    >>> child = Manifest([FileEntry("a", Digest.of(b"0"), 1), FileEntry("c", Digest.of(b"3"), 1)])
    >>> for item in diff(parent, child):
    ...     print(item.action, item.path)
    replace a
    copy b
    >>> diff(parent, child).extra
    ('c',)
"""

from __future__ import annotations

import dataclasses
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Dict, List, Optional, Tuple, Union

from . import _sshsync
from .digests import Digest
from .template import Filter


@dataclasses.dataclass(frozen=True)
class FileEntry:
    """One regular file: its relative path, its digest (None where it was not computed, or could not be), its size (-1:
    not known).
    """

    path: str
    digest: Optional[Digest] = None
    size: int = -1


class Manifest(Mapping[str, FileEntry]):
    """Files by path, in the order of their paths. Immutable."""

    __slots__ = ("_files",)

    def __init__(self, files: Iterable[FileEntry] = ()) -> None:
        entries = {entry.path: entry for entry in files}
        self._files: Dict[str, FileEntry] = {path: entries[path] for path in sorted(entries, key=os.fsencode)}

    @classmethod
    def of_folder(
        cls, folder: Union[str, "os.PathLike[str]"], *, algorithm: str = "sha256", filter: Filter = Filter()
    ) -> Manifest:
        """Reads a folder of this machine: its regular files, without links, and without the tool's own `.sshsync`.

        Raises:
            OSError: a folder cannot be read. A file that cannot be read has no digest.
        """
        top = os.fspath(folder)
        found: List[Tuple[str, int]] = []
        pending = [""]
        while pending:
            prefix = pending.pop()
            with os.scandir(os.path.join(top, prefix)) as entries:
                for entry in entries:
                    path = prefix + entry.name
                    if entry.name == ".sshsync":
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(path + "/")
                        continue
                    about = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(about.st_mode) and filter.selects(path):
                        found.append((path, about.st_size))
        digests = _sshsync.digests_of_files([os.path.join(top, path) for path, _ in found], algorithm)
        return cls(
            FileEntry(path, Digest(digest) if digest else None, size) for (path, size), digest in zip(found, digests)
        )

    @staticmethod
    def paths_of_listing(output: bytes, *roots: str) -> Tuple[str, ...]:
        """The paths that a listcmd printed, relative to the first of `roots` below which they lie.

        Unclean ones, and those outside, are left out.
        """
        return tuple(_sshsync.parse_listing(output, list(roots))[0])

    def __getitem__(self, path: str) -> FileEntry:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __repr__(self) -> str:
        return f"<Manifest of {len(self)} file{'' if len(self) == 1 else 's'}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Manifest) and self._files == other._files

    def __hash__(self) -> int:
        return hash(tuple(self._files.values()))

    def __reduce__(self) -> Tuple[Any, ...]:
        return Manifest, (tuple(self._files.values()),)

    def _rows(self) -> List[Tuple[str, str, int]]:
        return [(entry.path, entry.digest.text if entry.digest else "", entry.size) for entry in self._files.values()]


@dataclasses.dataclass(frozen=True)
class PlanItem:
    """One file that is to be copied (`copy`) or replaced (`replace`), with what each side has."""

    action: str
    path: str
    parent: FileEntry
    child: Optional[FileEntry]


@dataclasses.dataclass(frozen=True)
class Plan:
    """What brings a child in line, in the order of the paths. `kept` files are equal, `bytes` are to be moved, `extra`
    are the paths that the
    child has alone; deleting them is for somebody to decide."""

    items: Tuple[PlanItem, ...]
    kept: int
    bytes: int
    extra: Tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether the child has everything that its parent has."""
        return not self.items

    def __iter__(self) -> Iterator[PlanItem]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def diff(parent: Manifest, child: Manifest, *, filter: Filter = Filter()) -> Plan:
    """Compares a child with its parent, digest by digest. What `filter` leaves out is left alone; a file of the child
    without a digest
    differs."""
    rows, kept, count, _ = _sshsync.diff(parent._rows(), child._rows(), list(filter.lines))
    extra = tuple(path for path in child if path not in parent and filter.selects(path))
    return Plan(
        tuple(PlanItem(action, path, parent[path], child.get(path)) for action, path in rows), kept, count, extra
    )
