"""Two-bone inverse kinematics of a leg: the ankle gets where it is sent, whichever way the knee is bent."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.motion.rotations import quat_apply
from motionmix_core.retarget.leg_ik import bend_leg

BONE = 0.42
CASES = [
    (bent, further)
    for bent in (40.0, 12.0, -3.0, -6.0, -10.0, -15.0, -20.0)
    for further in (-0.05, -0.01, -0.002, 0.0003, 0.001, 0.003, 0.008)
    if 2 * BONE * np.cos(np.radians(bent) / 2) + further < 0.999 * 2 * BONE
]


@pytest.mark.parametrize(("bent", "further"), CASES)
def test_the_ankle_gets_there(bent: float, further: float) -> None:
    """Metres further from the hip, with a knee bent by so many degrees; below 0 it is bent backwards, as captures and
    networks have it now and then."""
    angle = np.radians(bent)
    hip, thigh = np.array([[0.0, 0.9, 0.0]]), np.array([[0.0, -BONE, 0.0]])
    knee = hip + thigh
    shin = BONE * np.array([[0.0, -np.cos(angle), -np.sin(angle)]])
    line = thigh + shin
    length = float(np.linalg.norm(line))
    goal = hip + line / length * (length + further)
    turns = bend_leg(hip, knee, knee + shin, goal, np.array([[1.0, 0.0, 0.0]]))
    reached = hip + quat_apply(turns[0], thigh) + quat_apply(turns[1], shin)
    np.testing.assert_allclose(reached, goal, atol=3e-3)  # a knee that comes forward takes its time
