"""Foot lock for motion on the canonical skeleton: planted feet stand still, legs follow by inverse kinematics."""

from __future__ import annotations

import numpy as np

from ..motion.contacts import foot_contacts
from ..motion.kinematics import global_to_local
from ..motion.motion import Motion
from ..motion.rotations import quat_apply, quat_mul
from ..motion.skeleton import SOLE_THICKNESS, Skeleton
from .leg_ik import bend_leg, needed_drop, smooth_cover
from .planting import plant_feet

DROP_SECONDS = 0.15  # how long before and after a far step the hips begin to sink
_LEFT = np.array([1.0, 0.0, 0.0])


def lock_feet(
    motion: Motion,
    contacts: np.ndarray | None = None,
    swing_height: float = 0.0,
    sinks: bool = True,
    fixed: np.ndarray | None = None,
) -> Motion:
    """The motion with its planted feet held still, on the ground y = 0.

    contacts: (T, 4) left_ankle, left_foot, right_ankle, right_foot, bool or a probability; None = found from height
    and speed. Frames in which no foot has to be moved keep their pose; without contacts the motion itself is returned,
    bit for bit. swing_height: metres that a fast foot is kept over the ground at least (see `plant_feet`); 0 leaves
    swings as they are. Knee direction, twist and everything above the hips are kept; the hips sink where a leg would
    be too short, or, if they may not (`sinks`), that leg reaches as far as it can. fixed: (T,) bool, frames that keep
    their pose to the last bit; feet that stand through them stand where they stand there. Raises ValueError for
    contacts of another shape.
    """
    skeleton = motion.skeleton
    positions = motion.positions()
    if contacts is None:
        contacts = foot_contacts(positions, motion.fps)
    contacts = np.asarray(contacts)
    if contacts.shape != (motion.num_frames, 4):
        raise ValueError(f"foot contacts must be ({motion.num_frames}, 4), not {contacts.shape}")
    contacts = contacts if contacts.dtype == bool else contacts > 0.5
    hips, knees, ankles, toes = (
        np.array([skeleton.index(f"{side}_{part}") for side in ("left", "right")])
        for part in ("hip", "knee", "ankle", "foot")
    )
    feet = plant_feet(
        positions[:, ankles],
        positions[:, toes],
        contacts,
        _flat_heights(skeleton),
        motion.fps,
        swing_height=swing_height,
        fixed=fixed,
    )
    if not feet.changed.any():
        return motion
    lengths = np.linalg.norm(skeleton.offsets[knees], axis=-1) + np.linalg.norm(skeleton.offsets[ankles], axis=-1)
    reach = np.where(feet.planted.any(axis=2) & feet.changed[:, None], 1.0, 0.0)
    goals = positions[:, hips] + reach[..., None] * (feet.ankles - positions[:, hips])
    needed = needed_drop(positions[:, hips], goals, lengths) if sinks else np.zeros(motion.num_frames)
    drop = smooth_cover(needed, round(DROP_SECONDS * motion.fps))
    if fixed is not None and np.any(fixed):
        drop = drop * _away_from(np.asarray(fixed, dtype=bool), DROP_SECONDS * motion.fps)
    touched = np.flatnonzero(feet.changed | (drop > 0))
    sunk = np.zeros((len(touched), 3))
    sunk[:, 1] = -drop[touched]
    world = motion.global_rotations()[touched]
    for side in range(2):
        places = (positions[touched, joints[side]] + sunk for joints in (hips, knees, ankles))
        thigh, knee, ankle, toe = hips[side], knees[side], ankles[side], toes[side]
        start, bend, end = places
        turns = bend_leg(start, bend, end, feet.ankles[touched, side], quat_apply(world[:, thigh], _LEFT))
        foot = feet.turns[touched, side]
        for joint, turn in ((thigh, turns[0]), (knee, turns[1]), (ankle, foot), (toe, foot)):
            world[:, joint] = quat_mul(turn, world[:, joint])
    local = global_to_local(world, skeleton.parents)
    rotations, root = motion.rotations.copy(), motion.root_positions.copy()
    legs = np.concatenate((hips, knees, ankles, toes))
    rotations[touched[:, None], legs] = local[:, legs]
    root[touched] += sunk
    return Motion(skeleton, root, rotations, motion.fps)


def _away_from(fixed: np.ndarray, frames: float) -> np.ndarray:
    """(T,) 0 in fixed frames, rising smoothly to 1 so many frames beside them."""
    near = np.abs(np.arange(len(fixed))[:, None] - np.flatnonzero(fixed)).min(axis=1)
    t = np.clip(near / max(frames, 1.0), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t))


def _flat_heights(skeleton: Skeleton) -> np.ndarray:
    """(2, 2) [side][ankle, toe] heights when the sole is flat on the ground."""
    toes = [skeleton.index(f"{side}_foot") for side in ("left", "right")]
    return np.array([[SOLE_THICKNESS - min(skeleton.offsets[toe, 1], 0.0), SOLE_THICKNESS] for toe in toes])
