"""Key, trajectory and root-path errors against offsets that were put in."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.metrics.keyframes import (
    key_error,
    reached,
    root_path_errors,
    trajectory_errors,
    worst_key_error,
)
from tests import motions


def test_key_errors_look_only_where_the_mask_is() -> None:
    target = motions.walk().positions()
    made = target + 100.0
    mask = np.zeros(target.shape[:2], bool)
    mask[5] = True
    mask[20, 3] = True
    made[5] = target[5] + [0.03, 0, 0.04]  # 5 cm on 22 joints
    made[20, 3] = target[20, 3] + [0, 0.28, 0]
    assert key_error(made, target, mask) == pytest.approx((22 * 0.05 + 0.28) / 23)
    assert worst_key_error(made, target, mask) == pytest.approx(0.28)
    assert key_error(made, target, mask.any(axis=1) & (np.arange(len(target)) < 10)) == pytest.approx(0.05)


def test_trajectory_errors_over_clips() -> None:
    target = np.zeros((10, 2))
    off = [np.zeros(10), np.full(10, 0.3), np.array([0.6] + [0.0] * 9)]
    paths = [target + np.stack([o, 0 * o], axis=1) for o in off]
    masks = [np.ones(10, bool)] * 3
    errors = trajectory_errors(paths, [target] * 3, masks, threshold=0.5)
    assert errors.trajectory == pytest.approx(1 / 3)
    assert errors.location == pytest.approx(1 / 30)
    assert errors.average == pytest.approx((10 * 0.3 + 0.6) / 30)
    strict = trajectory_errors(paths, [target] * 3, masks, threshold=0.2)
    assert [strict.trajectory, strict.location] == pytest.approx([2 / 3, 11 / 30])


def test_root_path_ignores_height() -> None:
    target = np.zeros((100, 3))
    root = target.copy()
    root[:, 1] = 9.0
    root[:10, 0] = 0.2
    errors = root_path_errors(root, target, np.ones(100, bool))
    assert errors.mean == pytest.approx(0.02)
    assert errors.accuracy == pytest.approx(0.9)
    assert errors.p95 == pytest.approx(0.2)


def test_reach_needs_place_and_heading_the_short_way_round() -> None:
    target = np.zeros((4, 3))
    root = np.array([[0.04, 0, 0], [0.06, 0, 0], [0, 0, 0.0], [0, 0, 0.0]])
    made = np.radians([0, 0, 179, 20])
    asked = np.radians([0, 0, -179, 0])
    assert reached(root, made, target, asked, np.ones(4, bool)) == pytest.approx(0.5)


def test_a_mask_without_a_key_or_of_another_shape_is_refused() -> None:
    target = np.zeros((4, 22, 3))
    with pytest.raises(ValueError, match="no key"):
        key_error(target, target, np.zeros((4, 22), bool))
    with pytest.raises(ValueError, match="fit together"):
        key_error(target, target, np.ones((4, 21), bool))
