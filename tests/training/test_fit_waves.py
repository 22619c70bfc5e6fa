"""The command that fits a run's waves."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

from training.fit_waves import main


def test_a_folder_without_a_run_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"error: {tmp_path} holds no checkpoint\n"
