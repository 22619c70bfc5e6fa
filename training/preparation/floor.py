"""Where the ground is under a captured clip, from the feet that stand on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from motionmix_core.motion.motion import Motion
from motionmix_core.motion.skeleton import FOOT_JOINTS, rest_height

from .records import Clip

STANDING_SPEED = 0.2  # m/s: a foot joint slower than this may be standing
EVIDENCE_SECONDS = 0.3


@dataclass(frozen=True)
class Floor:
    """height: where the soles stand, metres (0 is right). seconds: how much standing it was measured on."""

    height: float
    seconds: float

    @property
    def trusted(self) -> bool:
        """Whether there was enough standing to measure on."""
        return self.seconds >= EVIDENCE_SECONDS


def estimate_floor(motion: Motion) -> Floor:
    """Median height of the standing soles, taken over the lower half of all standing feet.

    A sole's height is the joint's height less what it has over the ground in the rest pose; per foot the lower of
    ankle and toe joint counts, so a lifted heel doesn't raise the floor. Feet standing on steps or boxes are higher
    than those on the ground, hence the lower half.
    """
    skeleton = motion.skeleton
    joints = [skeleton.index(name) for name in FOOT_JOINTS]
    feet = motion.positions()[:, joints]
    rest = skeleton.rest_positions()[joints, 1] + rest_height(skeleton)
    height = (feet[..., 1] - rest).reshape(len(feet), 2, 2)
    speed = np.zeros(feet.shape[:2])
    if len(feet) > 1:
        speed = np.linalg.norm(np.gradient(feet, axis=0), axis=-1) * motion.fps
    slow = (speed < STANDING_SPEED).reshape(len(feet), 2, 2)
    lowest = np.take_along_axis(height, height.argmin(-1)[..., None], -1)[..., 0]
    standing = np.take_along_axis(slow, height.argmin(-1)[..., None], -1)[..., 0]
    heights = np.sort(lowest[standing])
    if len(heights) == 0:
        return Floor(float(np.percentile(lowest, 2)), 0.0)
    return Floor(float(np.median(heights[: (len(heights) + 1) // 2])), len(heights) / motion.fps)


# Captures of uneven ground: the feet stand on things that aren't there, so their height is kept.
UNEVEN_GROUND = {("cmu", "3")}
# A clip whose feet stand off its group's floor by more than this has a floor of its own; from STEP upwards its feet
# stand on something (a stepstool, a ladder) and it's left there. Both in metres.
OWN_FLOOR, STEP = 0.03, 0.1
MAX_SHIFT = 0.3  # metres: more than that is no wrong floor but something else


def settle_floors(clips: Sequence[tuple[Clip, Floor]]) -> list[Clip]:
    """Shift clips up or down so that standing feet rest on y = 0; same order, noted in the clip.

    The shift is the median of the group (one subject's captures, or one pack of animations, share body and floor).
    A captured clip that lies clearly off its group's floor is shifted by its own estimate, unless it's so high that its
    feet must stand on a ladder or a stool.
    """
    trials: dict[str, Floor] = {}  # stretches of one clip stand on one floor: the one with most evidence
    owners: dict[str, tuple[str, str]] = {}
    for clip, floor in clips:
        trial = _trial(clip)
        owners[trial] = (clip.dataset, clip.subject)
        if trial not in trials or floor.seconds > trials[trial].seconds:
            trials[trial] = floor
    groups: dict[tuple[str, str], list[Floor]] = {}
    for trial, floor in trials.items():
        groups.setdefault(owners[trial], []).append(floor)
    medians = {}
    for key, floors in groups.items():
        heights = [floor.height for floor in floors if floor.trusted]
        medians[key] = float(np.median(heights)) if heights and key not in UNEVEN_GROUND else 0.0
    settled = []
    for clip, _ in clips:
        floor = trials[_trial(clip)]
        height = medians[clip.dataset, clip.subject]
        even = (clip.dataset, clip.subject) not in UNEVEN_GROUND
        own = floor.height < height - OWN_FLOOR or height + OWN_FLOOR < floor.height < height + STEP
        if clip.captured and even and floor.trusted and own:
            height = floor.height
        if abs(height) > MAX_SHIFT:
            height = 0.0
        note = (f"floor moved by {-height:+.3f} m",) if abs(height) > 0.05 else ()
        settled.append(replace(clip, frames=clip.frames.raised(-height), notes=clip.notes + note))
    return settled


def _trial(clip: Clip) -> str:
    """The clip that a stretch was cut from."""
    return clip.id.rpartition("@")[0] or clip.id
