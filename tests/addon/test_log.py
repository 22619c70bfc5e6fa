"""The log: where the details go, and that it's never in the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import pytest


@pytest.fixture
def unwritable(extension, monkeypatch, tmp_path: Path) -> Path:
    """The extension's user folder can't be made: a file is in its place."""
    blocked = tmp_path / "a file"
    blocked.write_text("")

    def refuse() -> Path:
        blocked.joinpath("motionmix").mkdir()  # raises NotADirectoryError
        return blocked

    monkeypatch.setattr(extension.addon("log"), "user_folder", refuse)
    return blocked


def test_without_a_writable_folder_everything_works_but_the_log(extension, skeleton, models, unwritable, capfd) -> None:
    log: Any = extension.addon("log")
    log.stop()
    log.start()
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    assert skeleton.animation_data.action.name == "walk #1"
    assert "Traceback" not in capfd.readouterr().err
    log.stop()


def test_details_for_a_bug_report_name_versions_and_what_went_wrong(extension, skeleton, models) -> None:
    log: Any = extension.addon("log")
    log.stop()
    log.start()
    with pytest.raises(RuntimeError):
        bpy.ops.motionmix.generate(model="other", seconds=1.0)
    details = extension.addon("operators.open_log").details()
    assert bpy.app.version_string in details
    assert str(models) in details
    assert "no model 'other'" in details


def test_open_log_shows_it_as_a_text(extension) -> None:
    extension.addon("log").logger().warning("a line to be found")
    assert bpy.ops.motionmix.open_log() == {"FINISHED"}
    assert "a line to be found" in bpy.data.texts["motionmix.log"].as_string()


def test_the_log_is_not_passed_on_to_blenders_root_logger(extension) -> None:
    assert not extension.addon("log").logger().propagate
