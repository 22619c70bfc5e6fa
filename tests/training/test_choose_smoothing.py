"""Smoothing that makes generated motion shake as much as real motion does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from motionmix_core.metrics import jitter
from motionmix_core.motion.motion import Motion
from tests import motions
from tests.tiny_model import write_models
from tests.training.evaluators.toy import write_toy_cache
from training.choose_smoothing import Unfinished, chosen, main, set_width, table_of

WIDTHS = (0.0, 0.5, 1.0, 2.0)


def fluttering(seconds: float, metres: float) -> Unfinished:
    """A walk whose every other frame is a little off, as a network's that makes two frames at a time."""
    walk = motions.walk(seconds)
    root = walk.root_positions.copy()
    root[::2, 0] += metres
    return Unfinished(Motion(walk.skeleton, root, walk.rotations, walk.fps), np.zeros((walk.num_frames, 4), bool))


def shaking(place: np.ndarray) -> float:
    return jitter.jitter(place, 30.0)


def test_the_chosen_width_leaves_as_much_shaking_as_real_motion_has() -> None:
    made = [fluttering(2.0, 0.01), fluttering(3.0, 0.01)]
    real = [fluttering(2.0, 0.002).finished(0.0).positions()]
    width = chosen(table_of(made, real, WIDTHS), WIDTHS)
    assert 0.5 < width < 1.0
    before, after = (np.mean([shaking(m.finished(w).positions()) for m in made]) for w in (0.0, width))
    assert abs(after / shaking(real[0]) - 1) < 0.2 * abs(before / shaking(real[0]) - 1)


def test_where_nothing_shakes_nothing_is_smoothed_and_else_the_strongest_is_best() -> None:
    calm, wild = (Unfinished(fluttering(2.0, m).motion, np.zeros((60, 4), bool)) for m in (0.0, 0.1))
    assert chosen(table_of([calm], [wild.finished(0.0).positions()], WIDTHS), WIDTHS) == 0.0
    assert chosen(table_of([wild], [calm.finished(2.0).positions()], (0.0, 0.4)), (0.0, 0.4)) == 0.4


def test_the_width_is_written_beside_everything_else(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text('{"name": "m", "smoothing_frames": 0.6, "patch": 2}', encoding="utf-8")
    set_width(tmp_path, 0.725)
    assert json.loads(path.read_text(encoding="utf-8")) == {"name": "m", "smoothing_frames": 0.725, "patch": 2}


def test_from_a_model_to_its_width(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models = write_models(tmp_path / "models")
    model = next(path.parent for path in models.glob("*/model.json"))
    cache = write_toy_cache(tmp_path / "cache", train=1, held_out=1)
    before = (model / "model.json").read_text(encoding="utf-8")
    assert main([str(model), "--cache", str(cache), "--samples", "2"]) == 0
    assert "chosen: " in capsys.readouterr().out
    assert (model / "model.json").read_text(encoding="utf-8") == before
    assert main([str(model), "--cache", str(cache), "--samples", "2", "--write"]) == 0
    assert 0 <= json.loads((model / "model.json").read_text(encoding="utf-8"))["smoothing_frames"] <= 1.0
    shutil.rmtree(model)
    assert main([str(model), "--cache", str(cache)]) == 2
