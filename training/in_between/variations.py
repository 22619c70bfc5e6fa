"""Gaps that nobody recorded and bodies might do as well: played backwards, turned on the way, with another's arms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionmix_core.motion.rotations import quat_apply, quat_inv, quat_mul, quat_yaw
from motionmix_core.motion.skeleton import JOINT_NAMES, PARENTS

LIMBS = (("left_collar",), ("right_collar",), ("left_collar", "right_collar"), ("spine1",))
"""Where the chains begin that are taken from another body: either arm, both, or all above the hips."""
Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Variations:
    """Shares of the gaps, 0 to 1, that are changed so; a gap may be changed in several ways.

    reversal: played backwards. spin: turned steadily about the vertical axis, by `spin_rate` radians a second (one
    standard deviation). exchange: an arm, both or the whole upper body from another gap.
    """

    reversal: float = 0.0
    spin: float = 0.0
    exchange: float = 0.0
    spin_rate: float = 1.0

    def backwards(self, rng: np.random.Generator, size: int) -> NDArray[np.bool_]:
        """(size,) which are to be read backwards."""
        return rng.random(size) < self.reversal if self.reversal else np.zeros(size, bool)

    def varied(
        self, rng: np.random.Generator, root: Floats, rotations: Floats, times: NDArray[np.int64], last: int
    ) -> tuple[Floats, Floats]:
        """What is left to be done to (B, T, 3) places and (B, T, 22, 4) world rotations.

        times: (T,) frames at 30 a second, counted from the pose with the index `last`.
        """
        size = len(root)
        if self.exchange:
            rotations = exchanged(rng, rotations, rng.random(size) < self.exchange)
        if self.spin:
            rates = rng.standard_normal(size) * self.spin_rate * (rng.random(size) < self.spin)
            root, rotations = spun(root, rotations, rates[:, None] * times / 30, last)
        return root, rotations


def spun(root: Floats, rotations: Floats, angles: NDArray[np.floating], last: int) -> tuple[Floats, Floats]:
    """Everything turned by (B, T) radians about the vertical axis through where the root is at the index `last`."""
    turn = quat_yaw(angles)
    centre = root[:, last, None]
    turned = centre + quat_apply(turn, root - centre)
    return turned.astype(np.float32), quat_mul(turn[:, :, None], rotations).astype(np.float32)


def exchanged(rng: np.random.Generator, rotations: Floats, which: NDArray[np.bool_]) -> Floats:
    """(B, T, 22, 4) with limbs of those chosen as another of the batch moves them, against what they hang on."""
    made = rotations.copy()
    limbs = rng.integers(len(LIMBS), size=len(which))
    others = rng.permutation(len(which))
    for number, roots in enumerate(LIMBS):
        at = np.flatnonzero(which & (limbs == number))
        other = rotations[others[at]]
        for start in roots:
            base = PARENTS[JOINT_NAMES.index(start)]
            across = quat_mul(rotations[at][:, :, base], quat_inv(other[:, :, base]))
            joints = _chain(start)
            made[at[:, None, None], np.arange(rotations.shape[1])[:, None], joints] = quat_mul(
                across[:, :, None], other[:, :, joints]
            )
    return made


def _chain(start: str) -> NDArray[np.int64]:
    """The joint of this name and all that hang on it."""
    found = [JOINT_NAMES.index(start)]
    for joint in range(found[0] + 1, len(PARENTS)):
        if PARENTS[joint] in found:
            found.append(joint)
    return np.array(found)
