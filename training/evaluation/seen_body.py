"""What an onlooker would say of a body: where hands and hips are, where it looks, how often it goes to and fro."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from motionmix_core.motion.motion import Motion, heading_angles
from motionmix_core.motion.rotations import quat_apply, quat_inv, quat_yaw

LEFT, UP, AHEAD = range(3)


class SeenBody:
    """A motion, seen from its own pelvis' heading. Metres, degrees, one value a frame."""

    def __init__(self, motion: Motion) -> None:
        self._motion = motion
        self._positions = motion.positions()
        self._world = motion.global_rotations()
        self._heading = quat_yaw(heading_angles(self._world[:, 0]))

    def place(self, joint: str) -> np.ndarray:
        """(T, 3) of a joint over the ground."""
        return np.asarray(self._positions[:, self._motion.skeleton.index(joint)])

    def height(self, joint: str) -> np.ndarray:
        """(T,) of a joint over the ground."""
        return np.asarray(self.place(joint)[:, 1])

    def apart(self, one: str, other: str) -> np.ndarray:
        """(T,) between two joints."""
        return np.asarray(np.linalg.norm(self.place(one) - self.place(other), axis=-1))

    def from_to(self, start: str, end: str) -> np.ndarray:
        """(T, 3) from one joint to another: to the body's left, up, ahead."""
        return quat_apply(quat_inv(self._heading), self.place(end) - self.place(start))

    @cached_property
    def bend(self) -> np.ndarray:
        """(T,) degrees that the trunk is bent away from the vertical."""
        trunk = self.place("neck") - self.place("pelvis")
        return np.degrees(np.arccos(trunk[:, 1] / np.linalg.norm(trunk, axis=-1)))

    @cached_property
    def face(self) -> tuple[np.ndarray, np.ndarray]:
        """(T,) degrees that the face is turned to the left of the pelvis' heading, and up."""
        head = self._world[:, self._motion.skeleton.index("head")]
        ahead = quat_apply(quat_inv(self._heading), quat_apply(head, np.array([0.0, 0.0, 1.0])))
        return np.degrees(np.arctan2(ahead[:, 0], ahead[:, 2])), np.degrees(np.arcsin(np.clip(ahead[:, 1], -1, 1)))

    @property
    def travel(self) -> float:
        """Metres over the ground from the first frame to the last."""
        return float(np.linalg.norm((self.place("pelvis")[-1] - self.place("pelvis")[0])[[0, 2]]))


def swings(values: np.ndarray, least: float) -> int:
    """How often values (T,) go to and fro by at least so much each way."""
    count, low, high, rising = 0, values[0], values[0], None
    for value in values:
        low, high = min(low, value), max(high, value)
        if rising is not True and value - low >= least:
            count, rising, high = count + 1, True, value
        elif rising is not False and high - value >= least:
            count, rising, low = count + 1, False, value
    return count


def mostly(told: np.ndarray, share: float = 0.6) -> bool:
    """Whether it is so in this share of the frames."""
    return bool(np.mean(told) >= share)
