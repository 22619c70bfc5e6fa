"""How calm edits get: measured beside the clips, and the width nearest to them is named."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from motionmix_core.editing.calmness import WIDTHS
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_mul
from tests.motions import walk
from tests.tiny_model import write_models
from training.choose_edit_smoothing import chosen, main, table_of
from training.preparation.cache import write_cache
from training.preparation.records import Clip, Frames


def shaking(motion: Motion, radians: float) -> Motion:
    turns = radians * np.random.default_rng(0).normal(size=(*motion.rotations.shape[:2], 3))
    return replace(motion, rotations=quat_mul(motion.rotations, axis_angle_to_quat(turns)))


def test_the_width_that_shakes_as_the_clips_do_is_chosen() -> None:
    walks = [walk(2.0, speed=speed) for speed in (0.6, 0.9, 1.2, 1.5)]
    clips = [shaking(motion, 0.002) for motion in walks]

    def finish(index: int, width: float) -> Motion:
        """An edit that shakes as its clip does once it may be smoothed by half a frame, and less beyond."""
        return clips[index] if width == 0.5 else shaking(walks[index], 0.008 if width < 0.5 else 0.0)

    finishes = [partial(finish, index) for index in range(len(clips))]
    table = table_of("head", finishes, clips)
    assert list(table.rows) == ["0 frames", *(f"{width:g} frames" for width in WIDTHS)]
    assert table.rows["0 frames"]["calm clips"].mean > 1.5
    assert table.rows["0.5 frames"]["calm clips"].mean == pytest.approx(1.0)
    assert chosen([table]) == 0.5


def test_from_a_model_to_its_widths(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models = write_models(tmp_path / "models")
    model = next(path.parent for path in models.glob("*/model.json"))
    clips = [
        Clip(f"walk/{speed}", "walks", "formula", "CC0", "1", "val", Frames.pack(walk(4.5, speed=speed)))
        for speed in (0.8, 1.4)
    ]
    cache = write_cache(tmp_path / "cache", clips, 30.0)
    assert main([str(model), "--cache", str(cache), "--limit", "2"]) == 0
    said = capsys.readouterr().out
    assert "### continue (val, 2 windows)" in said
    assert "PART_CALMEST, CONTINUED_CALMEST = 0" in said
