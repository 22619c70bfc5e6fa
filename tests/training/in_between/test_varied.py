"""Gaps that no clip has: other arms over the same legs, and blends."""

from __future__ import annotations

import numpy as np
import torch

from motionmix_core.motion.kinematics import global_to_local
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_angle, quat_inv, quat_mul
from motionmix_core.motion.skeleton import JOINT_NAMES, PARENTS
from training.in_between.bank import Bank
from training.in_between.blends import blended
from training.in_between.network import TokenTensors
from training.in_between.varied import UPPER, held_otherwise

LAST = 2


def random_rotations(rng: np.random.Generator, shape: tuple[int, ...], scale: float = 1.0) -> np.ndarray:
    return np.asarray(axis_angle_to_quat(rng.normal(scale=scale, size=(*shape, 3))))


def test_trunk_and_arms_change_and_legs_do_not() -> None:
    world = random_rotations(np.random.default_rng(0), (6, 5, 22)).astype(np.float32)
    varied = held_otherwise(np.random.default_rng(1), world, LAST)
    changed = quat_angle(varied, world).max(axis=(0, 1)) > 1e-3
    assert [name for name, other in zip(JOINT_NAMES, changed, strict=True) if not other] == [
        "pelvis", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", "left_foot",
        "right_foot",
    ]  # fmt: skip


def test_who_stands_still_still_stands_still() -> None:
    """One pose in all frames becomes one other pose in all frames."""
    pose = random_rotations(np.random.default_rng(2), (8, 1, 22)).astype(np.float32)
    varied = held_otherwise(np.random.default_rng(3), np.repeat(pose, 4, axis=1), LAST)
    assert quat_angle(varied, varied[:, :1]).max() < 1e-3
    assert quat_angle(varied, pose).max() > 0.2


def test_an_arm_turns_about_the_same_axis_more_or_less() -> None:
    """How far a joint turns between the last pose and another frame grows by one share for all joints of a gap."""
    start = random_rotations(np.random.default_rng(4), (50, 1, 22))
    small = random_rotations(np.random.default_rng(5), (50, 1, 22), 0.1)
    world = np.concatenate((start, start, start, quat_mul(start, small)), axis=1).astype(np.float32)

    def turned(rotations: np.ndarray) -> np.ndarray:
        local = global_to_local(rotations, PARENTS)[..., list(UPPER), :]
        return np.asarray(quat_angle(quat_mul(quat_inv(local[:, LAST]), local[:, 3]), np.array([1.0, 0, 0, 0])))

    more = turned(held_otherwise(np.random.default_rng(6), world, LAST)) / turned(world)
    np.testing.assert_allclose(more, np.repeat(more[:, :1], len(UPPER), axis=1), rtol=0.02)
    assert 0.1 < np.log(more[:, 0]).std() < 0.3


def test_a_blend_lies_between_two_gaps_in_all_that_is_told_of_them() -> None:
    draw = torch.Generator().manual_seed(0)
    size, missing = 64, 9
    known, kinds, curve, times, apart = (torch.randn((size, 3, 4), generator=draw).half() for _ in range(5))
    tokens = TokenTensors(known, kinds, curve, times, apart, last=0)
    off, turns, bones = (torch.randn((size, 2, 5), generator=draw) for _ in range(3))
    gaps = Bank(missing, tokens, off, turns, bones, torch.eye(2))
    made = blended(np.random.default_rng(1), gaps)
    for number in range(size):
        ways = off - off[number]
        steps = made.off[number] - off[number]
        if steps.abs().max() < 1e-6:
            continue
        shares = (ways * steps).sum((1, 2)) / ways.square().sum((1, 2)).clamp(min=1e-9)
        misses = (ways * shares[:, None, None] - steps).abs().amax((1, 2))
        other = int(misses.argmin())
        assert misses[other] < 1e-4
        for before, after in ((turns, made.turns), (bones, made.bones), (tokens.known.float(), made.tokens.known)):
            expected = torch.lerp(before[number], before[other], float(shares[other]))
            torch.testing.assert_close(after[number], expected, atol=1e-4, rtol=1e-4)
    kept = (made.off - off).abs().amax((1, 2)) < 1e-6
    assert 0.3 < float(kept.float().mean()) < 0.7
