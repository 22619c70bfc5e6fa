"""Feet of a generated motion: when they stand, held still while they do, leaving alone what the animator set."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..motion.contacts import FOOT_INDICES
from ..motion.motion import Motion
from ..motion.skeleton import JOINT_NAMES, SOLE_THICKNESS
from ..representation.default import ROOT_HEIGHT, joint_columns
from ..retarget.foot_lock import lock_feet
from .floating import poses_given
from .glides import without_glides

STANDING_SPEED, STANDING_HEIGHT = 0.5, 0.02
"""Metres a second, and metres over a flat foot: what is slower and lower stands, or was meant to."""

SWING_HEIGHT = 0.03
"""Metres over the ground for a foot that travels: a step whose foot has to catch up must not become a slide."""

LEAST_HIP_HEIGHT = 0.1
"""Metres of a hip over its ankle: whoever squats deeply has twice as much, whoever lies or is upside down less."""

NEAR_GROUND = 0.05
"""Metres over its place on the ground, up to which the lowest joint of a take touches it."""

_LEGS = [
    JOINT_NAMES.index(name)
    for name in (
        "pelvis",
        *(f"{side}_{part}" for side in ("left", "right") for part in ("hip", "knee", "ankle", "foot")),
    )
]
_HIPS, _ANKLES = ([JOINT_NAMES.index(f"{side}_{part}") for side in ("left", "right")] for part in ("hip", "ankle"))
_LEG_COLUMNS = np.concatenate(
    [np.arange(ROOT_HEIGHT.start, ROOT_HEIGHT.stop), *(joint_columns(joint) for joint in _LEGS)]
)


def standing_feet(motion: Motion, labels: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(T,4) bool: the network's contact labels, and what is as low and slow as only a standing foot is.

    A network that slides a foot over the ground seldom dares to call it planted; so its word alone holds too few. It
    calls planted what lies or rolls over, too; legs of whoever does can't be bent so that feet stand.
    """
    positions = motion.positions()
    feet = positions[:, FOOT_INDICES]
    window = np.hanning(7)[1:-1] / np.hanning(7).sum()  # speeds of single frames are mostly noise
    reach = len(window) // 2
    padded = np.pad(feet[..., (0, 2)], ((reach, reach), (0, 0), (0, 0)), mode="edge")
    path = np.einsum("tjck,k->tjc", np.lib.stride_tricks.sliding_window_view(padded, len(window), axis=0), window)
    speed = np.linalg.norm(np.gradient(path, axis=0), axis=-1) * motion.fps
    ankle_over_toe = max(-motion.skeleton.offsets[JOINT_NAMES.index("left_foot"), 1], 0.0)
    flat = np.array([SOLE_THICKNESS + ankle_over_toe, SOLE_THICKNESS] * 2)
    under_the_hips = positions[:, _HIPS, 1] - positions[:, _ANKLES, 1] > LEAST_HIP_HEIGHT
    stands = labels | ((feet[..., 1] < flat + STANDING_HEIGHT) & (speed < STANDING_SPEED))
    return np.asarray(stands & np.repeat(under_the_hips, 2, axis=1))


def grounded(motion: Motion, observed_mask: NDArray[np.float32] | None = None) -> Motion:
    """A motion that floats, whose body is nowhere near the ground in any frame, set down on it; any other as it is.

    Jumps, falls, and whoever hangs and lets go touch the ground sometime, so they keep their height.

    Args:
        motion: T frames, Y up, the ground at 0.
        observed_mask: (T,207), above 0 = given; what is given but a path over the ground says how high it is.
    """
    if poses_given(observed_mask):
        return motion
    over = float(motion.positions()[..., 1].min()) - SOLE_THICKNESS
    if over <= NEAR_GROUND:
        return motion
    return replace(motion, root_positions=motion.root_positions - np.array([0.0, over, 0.0]))


def lock_free_feet(motion: Motion, contacts: NDArray[np.bool_], observed_mask: NDArray[np.float32] | None) -> Motion:
    """The motion with its planted feet held still; frames in which legs or hips were given keep their pose.

    A path on the ground alone leaves the legs free: the lock never moves a body along the ground.

    Args:
        motion: T frames on the canonical skeleton.
        contacts: (T,4) bool: left ankle, left foot, right ankle, right foot.
        observed_mask: (T,207), above 0 = given; None = nothing was.
    """
    given = None if observed_mask is None else (observed_mask[:, _LEG_COLUMNS] > 0).any(axis=1)
    free = np.zeros(motion.num_frames, bool) if given is None else given
    return lock_feet(motion, without_glides(motion, np.asarray(contacts, bool), free), SWING_HEIGHT, fixed=given)
