"""The edits' evaluation: its baselines and measures on motions whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.motion.motion import Motion
from tests.motions import rest, walk
from training.evaluation.tasks.filters import gaussian, savitzky_golay
from training.evaluation.tasks.registry import TASKS
from training.evaluation.tasks.setup import estimates, seam_ratio
from training.evaluation.tasks.windows import Window, thinned


def test_filters_leave_straight_lines_alone() -> None:
    motion = walk(2.0)
    for made in (gaussian(motion, 2.0), savitzky_golay(motion, 11)):
        np.testing.assert_allclose(made.root_positions, motion.root_positions, atol=1e-9)
        assert made.num_frames == motion.num_frames


def test_filters_take_noise_out(rng: np.random.Generator) -> None:
    still = rest(90)
    noisy = Motion(still.skeleton, still.root_positions + rng.normal(0, 0.01, (90, 3)), still.rotations, still.fps)
    for made, left in ((gaussian(noisy, 2.0), 0.45), (savitzky_golay(noisy, 11), 0.65)):
        assert made.root_positions.std(axis=0).max() < left * noisy.root_positions.std(axis=0).max() * 1.3


def test_a_jump_shows_in_the_seam_ratio() -> None:
    motion = walk(2.0)
    root = motion.root_positions.copy()
    root[30:] += [0.0, 0.0, 0.2]
    jumping = Motion(motion.skeleton, root, motion.rotations, motion.fps)
    assert seam_ratio(motion, [30], motion.positions()) <= 1.5
    assert seam_ratio(jumping, [30], motion.positions()) > 5


def test_windows_are_thinned_evenly() -> None:
    found = [Window(str(i), 0, rest(2)) for i in range(100)]
    assert [w.clip for w in thinned(found, 3)] == ["0", "50", "99"]
    assert thinned(found, None) is found


def test_values_that_are_not_finite_are_left_out() -> None:
    row = estimates([{"a": 1.0, "b": float("nan")}, {"a": 3.0, "b": 2.0}])
    assert row["a"].mean == pytest.approx(2.0)
    assert row["b"].mean == pytest.approx(2.0)


def test_the_command_line_knows_the_tasks() -> None:
    assert set(TASKS) == {"inbetween", "bodypart", "cleanup", "continue", "doings"}
