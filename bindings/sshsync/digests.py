"""Digests, and what computes them.

    >>> hasher = Hasher("sha256")
    >>> hasher.update(b"a")
    >>> hasher.update(b"bc")
    >>> str(hasher.finish())[:16]
    'ba7816bf8f01cfea'
    >>> Digest("DA39A3EE5E6B4B0D3255BFEF95601890AFD80709") == Digest.of(b"", "sha1")
    True
"""

from __future__ import annotations

import functools
import os
from typing import Any, Tuple, Union

from . import _sshsync

Buffer = Union[bytes, bytearray, memoryview]

#: The names that `Hasher` knows.
ALGORITHMS: Tuple[str, ...] = _sshsync.digest_names()


@functools.total_ordering
class Digest:
    """A digest as a host reports it: 32 to 128 hex digits in any case, or a CRC and a size. Its kind is the shape of
    the text, for an
    operator's digestcmd does not say which algorithm it uses; only digests of one kind can be compared. Immutable,
    ordered by text.

    Raises:
        ValueError: the text is no digest.
    """

    __slots__ = ("_text", "_kind")

    def __init__(self, text: str) -> None:
        read = _sshsync.read_digest(text)
        if read is None:
            raise ValueError(f"{text!r} is no digest")
        self._text, self._kind = read

    @classmethod
    def of(cls, data: Buffer, algorithm: str = "sha256") -> Digest:
        """Of bytes."""
        hasher = Hasher(algorithm)
        hasher.update(data)
        return hasher.finish()

    @property
    def text(self) -> str:
        """In lower case."""
        return self._text

    @property
    def kind(self) -> str:
        """`40 hex digits`, or `CRC and size`."""
        return self._kind

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Digest({self._text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Digest) and self._text == other._text

    def __lt__(self, other: Digest) -> bool:
        return self._text < other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> Tuple[Any, ...]:
        return Digest, (self._text,)


class Hasher:
    """Computes digests, one after the other; `ALGORITHMS` has the names. While it works on much, other threads go on;
    it is for one
    thread at a time.

    Raises:
        ConfigError: an unknown name, or one that this machine's policy forbids.
    """

    __slots__ = ("_hasher",)

    def __init__(self, algorithm: str = "sha256") -> None:
        self._hasher = _sshsync.Hasher(algorithm)

    @property
    def algorithm(self) -> str:
        return self._hasher.name

    def update(self, data: Buffer) -> None:
        """Takes the next bytes: anything that has a buffer."""
        self._hasher.update(data)

    def finish(self) -> Digest:
        """The digest of all bytes since the last `finish`; the hasher then starts anew."""
        return Digest(self._hasher.finish())


def digest_file(path: Union[str, "os.PathLike[str]"], algorithm: str = "sha256") -> Digest:
    """The digest of a file, read without the GIL.

    Raises:
        ProcessingError: there is no such file (`failure` is `source_vanished`), or it cannot be read (`permission`).
    """
    return Digest(_sshsync.digest_of_file(os.fspath(path), algorithm))
