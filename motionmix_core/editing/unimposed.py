"""What a network would have made where the given was imposed on its answer.

The generator puts given values back into what the network answers, so a key looks hit while the frames beside it lie
where the network thought the key was: a jump of one frame. Before the difference can be spread over the gap it must be
known. It is told by the free frames beside: the curve through them, continued over what was given.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from ..motion.rotations import axis_angle_to_quat, quat_inv, quat_mul, quat_to_axis_angle
from .interpolation import joints_by_frames
from .keys import Held

_BETWEEN = {-2: -1 / 6, -1: 4 / 6, 1: 4 / 6, 2: -1 / 6}
"""Weights of the two frames before and the two after: a cubic through them."""


def unimposed(made: Motion, held: Held) -> Motion:
    """The made motion with held frames beside free ones replaced by what the free frames lead to.

    Args:
        made: T frames, as the generator gives them: what was given stands in them.
        held: what was given, at the same frames. Held frames with no free frame beside them stay.
    """
    root = made.root_positions.copy()
    for frame, weights in _weights(held.root):
        root[frame] = sum(weight * made.root_positions[at] for at, weight in weights.items())
    rotations = made.rotations.copy()
    for joints, frames in joints_by_frames(held.rotations):
        given = np.zeros(made.num_frames, bool)
        given[frames] = True
        for frame, weights in _weights(given):
            nearest = min(weights, key=lambda at, frame=frame: abs(at - frame))  # type: ignore[misc]
            base = made.rotations[nearest][joints]
            turn = sum(
                weight * quat_to_axis_angle(quat_mul(quat_inv(base), made.rotations[at][joints]))
                for at, weight in weights.items()
            )
            rotations[frame, joints] = quat_mul(base, axis_angle_to_quat(np.asarray(turn)))
    return replace(made, root_positions=root, rotations=rotations)


def _weights(given: NDArray[np.bool_]) -> list[tuple[int, dict[int, float]]]:
    """Given frames beside free ones, with the free frames that tell about them and what each counts."""
    free = ~np.pad(given, 3, constant_values=True)
    found = []
    for frame in np.flatnonzero(given):
        near = {step: bool(free[frame + 3 + step]) for step in (-2, -1, 1, 2)}
        before, after = near[-1], near[1]
        if not before and not after:
            continue
        if before and after:
            whole = near[-2] and near[2]
            steps = _BETWEEN if whole else {-1: 0.5, 1: 0.5}
        else:
            side = -1 if before else 1
            steps = {side: 2.0, 2 * side: -1.0} if near[2 * side] else {side: 1.0}
        found.append((int(frame), {int(frame) + step: weight for step, weight in steps.items()}))
    return found
