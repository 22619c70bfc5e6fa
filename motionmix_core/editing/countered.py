"""Fast turns that neighbours counter: real ones, as captures have them, kept out of what is taken for noise.

Where a solver turns the pelvis a little too far it turns the hips back, in every frame, and the body doesn't shake by
it (see `made_up`). If one of the two trembles besides, taking all that is fast out of it alone would leave the other's
turns uncountered, and the whole body shaking by them. But the quiet neighbours tell those turns: they go the other way,
and the trembling knows nothing of theirs. So as much of the neighbours' fast turns as the trembling joint is seen to
counter (least squares over the motion) is put aside while the noise is taken out, and put back afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..motion.rotations import quat_apply, quat_inv, quat_mul, quat_to_axis_angle
from ..representation.default import SMOOTHING_SECONDS, smooth_path

QUIET = 0.25
"""Of a joint's noise, that a neighbour may have to tell about it."""

FAST_SECONDS = 0.1
"""Standard deviation of the Gaussian that fast turns are told from slow ones by."""

SHARE = 0.5
"""Standard deviation of what joints counter of each other's turns: a share told less surely counts for less."""

Curve = NDArray[np.float64]


def countered(rotations: Curve, sigma: NDArray[np.float64], parents: Sequence[int], fps: float) -> Curve:
    """(T, J, 3) rotation vectors behind local rotations (T, J, 4): fast turns that quiet neighbours go against.

    sigma: (J,) standard deviations of the joints' noise in radians; joints of 0 have no such turns.
    """
    frames, joints = rotations.shape[:2]
    out = np.zeros((frames, joints, 3))
    if frames < 5 or not sigma.any():
        return out
    own = quat_to_axis_angle(quat_mul(quat_inv(rotations[:-1]), rotations[1:]))  # in each joint's frame
    above = quat_to_axis_angle(quat_mul(rotations[1:], quat_inv(rotations[:-1])))  # the same in its parent's
    for joint in np.flatnonzero(sigma > 0):
        quiet = sigma < QUIET * sigma[joint]
        children = [child for child, parent in enumerate(parents) if parent == joint and quiet[child]]
        told = [above[:, children].mean(axis=1)] if children else []
        if parents[joint] >= 0 and quiet[parents[joint]]:
            told.append(quat_apply(quat_inv(rotations[:-1, joint]), own[:, parents[joint]]))
        turns = sum((share * one for share, one in _against(own[:, joint], told)), np.zeros((frames - 1, 3)))
        course = np.concatenate((np.zeros((1, 3)), np.cumsum(turns, axis=0)))
        out[:, joint] = course - smooth_path(course, FAST_SECONDS / SMOOTHING_SECONDS * fps)
    return out


def _against(turns: Curve, told: list[Curve]) -> list[tuple[float, Curve]]:
    """What of the turns a frame (T, 3) goes against each of the others that tell: shares from -1 to 0."""
    changes = [np.diff(one, axis=0).ravel() for one in told]
    kept = [index for index, change in enumerate(changes) if np.square(change).sum() > 1e-12]
    if not kept:
        return []
    design, wanted = np.stack([changes[index] for index in kept], axis=1), np.diff(turns, axis=0).ravel()
    inverse = np.linalg.pinv(design.T @ design)
    shares = inverse @ (design.T @ wanted)
    error = np.square(wanted - design @ shares).sum() / len(wanted) * np.diag(inverse)
    shares = shares * SHARE**2 / (SHARE**2 + error)
    return [(float(share), told[index]) for share, index in zip(shares.clip(-1.0, 0.0), kept, strict=True)]
