"""Measures of gaps: intervals over clips, and what spinning bodies add."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat
from motionmix_core.motion.skeleton import canonical_skeleton
from training.evaluation.tasks.gap_scores import Frames, Judge, turned_by

COUNT = 40


def frames(seed: int, off: float = 0.0) -> Frames:
    """Poses that sway, and as much again off them."""
    rng = np.random.default_rng(0)
    sway = rng.normal(size=(COUNT, 1, 22, 3)) * np.sin(np.linspace(0, 3, 12))[:, None, None]
    other = np.random.default_rng(seed).normal(size=sway.shape) * off
    return Frames(sway + other, axis_angle_to_quat(0.4 * (sway + other)))


def judge(clips: list[str]) -> Judge:
    return Judge(frames(0), np.zeros((22, 3)), np.ones((22, 3)), clips)


def test_half_as_far_off_is_half_the_distance() -> None:
    found = judge([str(i) for i in range(COUNT)]).ratios(frames(1, 0.1), frames(1, 0.2))
    assert found["L2P"].mean == pytest.approx(0.5, abs=1e-6)
    assert found["L2Q"].mean == pytest.approx(0.5, abs=0.02)
    assert found["L2P"].interval < 1e-6  # it is half in every clip


def test_few_clips_tell_less_than_many() -> None:
    """As many windows of fewer clips: each clip of its own difficulty."""
    share = np.repeat(np.linspace(0.2, 1.8, 4), COUNT // 4)[:, None, None, None]
    base, truth = frames(2, 0.2), frames(0)
    made = Frames(truth.positions + share * (base.positions - truth.positions), base.rotations)
    of_four = judge([str(i // (COUNT // 4)) for i in range(COUNT)]).ratios(made, base)["L2P"]
    of_all = judge([str(i) for i in range(COUNT)]).ratios(made, base)["L2P"]
    assert of_four.mean == of_all.mean == pytest.approx(1.0, abs=0.05)
    assert of_four.interval > 2 * of_all.interval > 0
    assert of_four.repeats == 4


def test_one_clip_has_no_interval() -> None:
    assert judge(["only"] * COUNT).ratios(frames(1, 0.1), frames(2, 0.1))["NPSS"].interval == 0.0


def test_spins_are_told_apart_and_the_shares_are_all_there_is() -> None:
    turned = np.linspace(0, 300, COUNT)
    rows = judge([str(i) for i in range(COUNT)]).by_turning(frames(1, 0.1), frames(3, 0.3), turned)
    assert [row["windows"].mean for row in rows.values()] == [12, 12, 16]
    for whose in ("slerp's", "our"):
        assert sum(row[f"share of {whose} NPSS"].mean for row in rows.values()) == pytest.approx(1.0)
    assert list(judge(["a"] * COUNT).by_turning(frames(1), frames(2), 0 * turned)) == ["under 90 degrees"]


@pytest.mark.parametrize("degrees", [20.0, 170.0, 270.0, 540.0])
def test_turns_past_half_a_circle_are_counted(degrees: float) -> None:
    angles = np.radians(np.linspace(0, degrees, 31))
    rotations = np.zeros((31, 22, 4))
    rotations[..., 0] = 1
    rotations[:, 0] = axis_angle_to_quat(angles[:, None] * (0, 1, 0))
    motion = Motion(canonical_skeleton(), np.zeros((31, 3)), rotations, 30.0)
    np.testing.assert_allclose(turned_by([motion], 0, 30), degrees, atol=0.1)
