"""Loops: the last part of a motion, to be made anew so that the first frame could follow.

The beginning is put behind the end, where the travel leads, and shown to the network beside what comes before the part:
a gap between two known motions, as any in-between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..representation.default import CONTACTS, HEADING, ROOT_XZ, turned
from .seams import ease_seam

LOOP_SECONDS = 0.6
CONTEXT_SECONDS = 1.5
STRAIGHT = np.radians(60.0)
"""A motion that turns by less ends facing as it began; one that turns by more goes round by that angle each time."""

Features = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class LoopGap:
    """A window around the seam. values, mask: (W,207), in the scene; start: of the gap in the motion, `lead` frames
    into the window."""

    values: Features
    mask: Features
    start: int
    lead: int

    @classmethod
    def of(cls, features: Features, given: Features | None, fps: float, longest: int) -> LoopGap | None:
        """The gap of a motion (T,207). None for one of less than a second, which has no room for it.

        given: (T,207) mask of what the animator set, which stays in the gap, too.
        """
        total = len(features)
        if total < fps:
            return None
        new = round(min(LOOP_SECONDS, total / fps / 3) * fps)
        lead = min(total - new, round(CONTEXT_SECONDS * fps), (longest - new) // 2)
        follow = min(total, round(CONTEXT_SECONDS * fps), longest - new - lead)
        again = _behind(features, fps)[:follow]
        gap = features[total - new :].copy()
        values = np.concatenate((features[total - new - lead : total - new], gap, again))
        mask = np.ones_like(values)
        mask[lead : lead + new] = 0 if given is None else given[total - new : total]
        return cls(values, mask, total - new, lead)

    def closed(self, features: Features, made: Features, fps: float) -> Features:
        """The motion with its gap as made, what is left of jumps at both ends eased out."""
        stop = self.lead + len(features) - self.start
        made = np.where(self.mask > 0, self.values, made).astype(np.float32)
        made = ease_seam(made, self.lead, self.mask, fps)
        made = ease_seam(made[::-1], len(made) - stop, self.mask[::-1], fps)[::-1]
        return np.concatenate((features[: self.start], made[self.lead : stop]))


def _behind(features: Features, fps: float) -> Features:
    """The motion once more, carried to where its end leads."""
    angle = np.unwrap(np.arctan2(features[:, HEADING.start + 1], features[:, HEADING.start]))
    turn = float(angle[-1] - angle[0])
    again = turned(features, np.array(turn if abs(turn) > STRAIGHT else 0.0), np.zeros(2))
    steps = max(1, min(round(0.25 * fps), len(features) - 1))
    speed = (features[-1, ROOT_XZ] - features[-1 - steps, ROOT_XZ]) / steps
    return turned(again, np.array(0.0), features[-1, ROOT_XZ] + speed - again[0, ROOT_XZ])


def seam_frames(frames: int) -> Features:
    """(T,207) mask for the foot lock: it may not move the frames on either side of the loop's seam."""
    mask = np.zeros((frames, CONTACTS.stop), np.float32)
    mask[[0, -1]] = 1
    return mask
