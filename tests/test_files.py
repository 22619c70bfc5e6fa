"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from motionmix_core.errors import DataError
from motionmix_core.files import written_whole


def test_what_was_there_stays_until_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")
    with written_whole(path) as file:
        file.write("after\n")
        assert path.read_text() == "before"
    assert path.read_bytes() == b"after\n"


def test_an_error_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"before")

    def fail_half_way() -> None:
        with written_whole(path, binary=True) as file:
            file.write(b"half")
            raise KeyError("half-way")

    with pytest.raises(KeyError):
        fail_half_way()
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_others_may_read_it_as_any_new_file(tmp_path: Path) -> None:
    with written_whole(tmp_path / "a.txt") as file:
        file.write("x")
    (tmp_path / "b.txt").write_text("x")
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "b.txt").stat().st_mode


def test_a_path_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "missing" / "a.txt", tmp_path / "folder"):
        with pytest.raises(DataError, match=str(path.name)), written_whole(path) as file:
            file.write("x")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]
