"""Poses that no human body can take: they are kept as they are keyed, and the animator is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from ..core import Motion, rotations

# How far a joint may be turned against its parent, degrees: wide bounds that contortionists reach.
_FARTHEST = {
    "spine1": 80, "spine2": 80, "spine3": 80, "neck": 90, "head": 100, "collar": 80, "shoulder": 175, "elbow": 170,
    "wrist": 130, "hip": 165, "knee": 170, "ankle": 110, "foot": 110,
}  # fmt: skip
_BACKWARDS = 25.0  # degrees that a knee may bend the wrong way


def warnings(motion: Motion, frames: Iterable[int], first: int, changed: Collection[str] = ()) -> list[str]:
    """A line for the worst pose of those frames (indices).

    first: scene frame of the motion's first pose. changed: joints that are made new, so that nothing of them is kept.
    """
    worst: tuple[float, str, int] | None = None
    names = motion.skeleton.names
    for frame in frames:
        angles = np.degrees(np.linalg.norm(rotations.quat_to_axis_angle(motion.rotations[frame]), axis=-1))
        bends = np.degrees(rotations.quat_to_axis_angle(motion.rotations[frame]))
        for joint, name in enumerate(names):
            part = name.split("_")[-1]
            over = float(angles[joint]) - _FARTHEST.get(part, 360)
            if part == "knee":  # bends about the left axis, the shin going back
                over = max(over, -float(bends[joint, 0]) - _BACKWARDS)
            if over > 0 and name not in changed and (worst is None or over > worst[0]):
                worst = over, name, frame
    if worst is None:
        return []
    name = worst[1].replace("_", " ")
    return [
        f"The pose at frame {first + worst[2]} bends the {name} farther than a body can. It is kept as keyed; the "
        "motion beside it may look odd"
    ]
