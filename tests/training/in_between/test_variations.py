"""Varied gaps: what a body does in them stays what a body does."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.editing.gap_view import PAST
from motionmix_core.motion.rotations import quat_angle, quat_apply, quat_inv, quat_mul, quat_normalise, quat_yaw
from motionmix_core.motion.skeleton import JOINT_NAMES, PARENTS
from tests.mixed_data.small_run import write_cache
from training.evaluation.clip_cache import open_cache
from training.in_between.gaps import GapSampler
from training.in_between.variations import Variations, exchanged, spun

LAST = len(PAST)


def _bodies(size: int, frames: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    return quat_normalise(rng.standard_normal((size, frames, len(JOINT_NAMES), 4)))


def _local(world: np.ndarray) -> np.ndarray:
    return quat_mul(quat_inv(world[:, :, list(PARENTS[1:])]), world[:, :, 1:])


def test_a_spin_leaves_the_pose_and_where_it_turns() -> None:
    world, root = _bodies(3, 4), np.random.default_rng(1).standard_normal((3, 4, 3))
    angles = np.linspace(-1, 2, 12).reshape(3, 4)
    turned_root, turned = spun(root, world, angles, 1)
    np.testing.assert_allclose(quat_angle(_local(turned), _local(world)), 0, atol=1e-5)
    np.testing.assert_allclose(turned_root[:, 1], root[:, 1], atol=1e-6)
    np.testing.assert_allclose(turned_root[..., 1], root[..., 1], atol=1e-6)
    np.testing.assert_allclose(quat_angle(turned, quat_mul(quat_yaw(angles)[:, :, None], world)), 0, atol=1e-5)
    steps = quat_apply(quat_inv(quat_yaw(angles)), turned_root - turned_root[:, 1:2])
    np.testing.assert_allclose(steps, root - root[:, 1:2], atol=1e-5)


def test_an_exchanged_limb_moves_as_one_other_body_does_it_and_the_rest_stays() -> None:
    world = _bodies(200, 3)
    local, made = _local(world), _local(exchanged(np.random.default_rng(2), world, np.ones(200, bool)))
    same = quat_angle(made, local).max(axis=1) < 1e-5  # (200, 21)
    names = np.array(JOINT_NAMES[1:])
    assert same[:, [n.endswith(("hip", "knee", "ankle", "foot")) for n in names]].all()
    for side in ("left", "right"):
        arm = [n in {f"{side}_{j}" for j in ("collar", "shoulder", "elbow", "wrist")} for n in names]
        whole = same[:, arm]
        assert (whole.all(axis=1) | ~whole.any(axis=1)).all()
        assert 0.4 < 1 - whole.mean() < 0.95
    changed = np.flatnonzero(~same[:, names == "right_wrist"].ravel())
    for body in changed:
        column = int(np.flatnonzero(names == "right_wrist")[0])
        nearest = quat_angle(local[:, :, column], made[body, :, column]).max(axis=1)
        assert nearest.min() < 1e-5


def test_nothing_is_varied_that_was_not_chosen() -> None:
    world, root = _bodies(5, 3), np.zeros((5, 3, 3))
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(exchanged(rng, world, np.zeros(5, bool)), world)
    unvaried = Variations().varied(rng, root, world, np.arange(3), 0)
    np.testing.assert_array_equal(unvaried[1], world)


@pytest.mark.parametrize("variations", [Variations(reversal=1.0), Variations(spin=1.0), Variations(exchange=1.0)])
def test_varied_gaps_are_like_recorded_ones(tmp_path, variations: Variations) -> None:
    """The pose after the gap is where the missing frames lead: nothing jumps at its ends more than inside it."""
    sampler = GapSampler(open_cache(write_cache(tmp_path / "cache").folder), "train", (1.0,), variations)
    gaps = sampler.batch(np.random.default_rng(3), 64, 8, 8)
    course = np.concatenate(
        (gaps.view.rotations[:, LAST, None], gaps.rotations, gaps.view.rotations[:, LAST + 1, None]), axis=1
    )
    steps = quat_angle(course[:, 1:], course[:, :-1]).mean(axis=(0, 2))
    assert list(gaps.frames) == list(range(8))
    assert steps[[0, -1]].max() < 2 * np.median(steps)


def test_backwards_the_motion_before_is_the_motion_behind(tmp_path) -> None:
    """Read backwards, the body walks the other way: towards where it faces becomes away from it."""
    cache = open_cache(write_cache(tmp_path / "cache").folder)
    ahead = []
    for share in (0.0, 1.0):
        sampler = GapSampler(cache, "train", (1.0,), Variations(reversal=share))
        ahead.append(sampler.batch(np.random.default_rng(3), 256, 12, 4).view.steps()[:, LAST + 1, 2].mean())
    assert ahead[1] == pytest.approx(-ahead[0], abs=0.3 * abs(ahead[0]))
