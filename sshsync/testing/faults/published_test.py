"""Whether the watch over published paths sees what must not happen, and lets be what may."""

import os

import pytest

from sshsync.testing import python_cases
from sshsync.testing.faults import published


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "file").write_bytes(b"old")
    (tmp_path / "extra").write_bytes(b"mine")
    (tmp_path / ".sshsync").mkdir()
    return tmp_path


def seen(folder, deed):
    watch = published.Watch(folder, lambda path, content: content in (b"old", b"new"), lambda path: path == b"extra")
    with watch:
        deed()
    return watch


def staged(folder, content):
    (folder / ".sshsync" / "staged").write_bytes(content)
    return folder / ".sshsync" / "staged"


def test_a_rename_of_a_known_content_is_a_publish(folder):
    watch = seen(folder, lambda: os.rename(staged(folder, b"new"), folder / "d" / "file"))
    assert watch.published == 1 and not watch.wrong


def test_a_folder_that_was_made_is_watched_too(folder):
    def deed():
        os.makedirs(folder / "n" / "m")
        os.rename(staged(folder, b"new"), folder / "n" / "m" / "file")

    watch = seen(folder, deed)
    assert watch.published == 1 and not watch.wrong


@pytest.mark.parametrize(
    "deed,law",
    [
        (lambda folder: os.rename(staged(folder, b"ne"), folder / "d" / "file"), "L1"),
        (lambda folder: (folder / "d" / "file").write_bytes(b"new"), "L1"),
        (lambda folder: (folder / "d" / "other").write_bytes(b"new"), "L1"),
        (lambda folder: os.unlink(folder / "d" / "file"), "L2"),
        (lambda folder: os.rename(folder / "d" / "file", folder / ".sshsync" / "x"), "L2"),
    ],
)
def test_what_breaks_a_law_is_told(folder, deed, law):
    watch = seen(folder, lambda: deed(folder))
    assert watch.wrong and all(text.startswith(law) for text in watch.wrong), watch.wrong


def test_what_may_go_may_go(folder):
    assert not seen(folder, lambda: os.unlink(folder / "extra")).wrong


if __name__ == "__main__":
    python_cases.main(__file__)
