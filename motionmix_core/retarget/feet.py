"""Foot lock on a rig's own proportions: its legs are longer or shorter than the motion's, so its feet would slide.

The planting and the leg's inverse kinematics are those of the canonical foot lock; here they work on the rig's bones,
in the character frame. The body goes along with the feet as far as it smoothly can, so that the legs keep their
directions; the legs do the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import RigError
from ..motion.contacts import foot_contacts
from ..motion.motion import Motion
from ..motion.rotations import quat_apply, quat_inv, quat_mul
from .body_shift import body_shift
from .calibration import Calibration
from .leg_ik import bend_leg, needed_drop, smooth_cover
from .planting import plant_feet
from .rig import BoneMapping, RigDescription

DROP_SECONDS = 0.15
_SIDES = ("left", "right")
_PARTS = ("hip", "knee", "ankle", "foot")


@dataclass(frozen=True)
class Legs:
    """Places of both legs' joints, (T, 2, 3) each, character frame, and the bones they belong to (toe -1 if none)."""

    hips: np.ndarray
    knees: np.ndarray
    ankles: np.ndarray
    toes: np.ndarray
    bones: tuple[tuple[int, int, int, int], tuple[int, int, int, int]]


def rig_legs(
    rig: RigDescription,
    mapping: BoneMapping,
    calibration: Calibration,
    goals: dict[int, np.ndarray],
    heads: dict[int, np.ndarray],
    shift: np.ndarray,
) -> Legs:
    """The legs in the poses of `goals`. heads: (T, 3) by bone without travel; shift: (T, 3) to add to them."""
    columns: list[list[np.ndarray]] = [[], [], [], []]
    bones = []
    for side in _SIDES:
        chain = [rig.index(mapping.bones[f"{side}_{part}"][0]) for part in _PARTS[:3]]
        toe = mapping.bone(f"{side}_foot")
        for column, bone in zip(columns, chain, strict=False):
            column.append(heads[bone] + shift)
        if toe is not None:
            columns[3].append(heads[rig.index(toe)] + shift)
        else:  # a foot without a toe bone: the ball of the foot, where it would be
            ahead = np.array([0.0, calibration.sole[side][1] - calibration.sole[side][0], 0.14 * calibration.scale])
            flat = quat_mul(calibration.corrections[f"{side}_ankle"], calibration.reference[chain[2]])
            columns[3].append(heads[chain[2]] + shift + quat_apply(quat_mul(goals[chain[2]], quat_inv(flat)), ahead))
        bones.append((chain[0], chain[1], chain[2], -1 if toe is None else rig.index(toe)))
    hips, knees, ankles, toes = (np.stack(column, axis=1) for column in columns)
    return Legs(hips, knees, ankles, toes, (bones[0], bones[1]))


def lock_rig_feet(
    motion: Motion, contacts: np.ndarray | None, legs: Legs, turns: np.ndarray, calibration: Calibration
) -> tuple[dict[int, np.ndarray], np.ndarray]:
    """Turns (T, 4) by bone to put before what the bones have, and how far (T, 3) the body has to be moved.

    turns: (T, J, 4) world turns of the canonical joints, for the knees' axes.
    """
    if contacts is None:
        contacts = foot_contacts(motion.positions(), motion.fps)
    contacts = np.asarray(contacts)
    if contacts.shape != (motion.num_frames, 4):
        raise RigError(f"Foot contacts must be given for each of the {motion.num_frames} frames and four foot joints.")
    contacts = contacts if contacts.dtype == bool else contacts > 0.5
    heights = calibration.floor + np.array([calibration.sole[side] for side in _SIDES])
    first = plant_feet(legs.ankles, legs.toes, contacts, heights, motion.fps, calibration.scale)
    if not first.changed.any():
        return {}, np.zeros((motion.num_frames, 3))
    moved = body_shift(first.ankles - legs.ankles, first.planted.any(axis=2), motion.fps)
    hips, knees, ankles, toes = (places + moved[:, None] for places in (legs.hips, legs.knees, legs.ankles, legs.toes))
    feet = plant_feet(ankles, toes, contacts, heights, motion.fps, calibration.scale)
    lengths = np.linalg.norm(knees - hips, axis=-1)[0] + np.linalg.norm(ankles - knees, axis=-1)[0]
    reach = np.where(feet.planted.any(axis=2) & feet.changed[:, None], 1.0, 0.0)[..., None]
    goals = hips + reach * (feet.ankles - hips)
    drop = smooth_cover(needed_drop(hips, goals, lengths), round(DROP_SECONDS * motion.fps))
    sunk = np.stack((np.zeros_like(drop), -drop, np.zeros_like(drop)), axis=-1)
    found: dict[int, np.ndarray] = {}
    for side, name in enumerate(_SIDES):
        hip, knee, ankle, toe = legs.bones[side]
        hinge = quat_apply(turns[:, motion.skeleton.index(f"{name}_hip")], np.array([1.0, 0.0, 0.0]))
        places = (hips[:, side] + sunk, knees[:, side] + sunk, ankles[:, side] + sunk)
        found[hip], found[knee] = bend_leg(*places, feet.ankles[:, side], hinge)
        found[ankle] = feet.turns[:, side]
        if toe >= 0:
            found[toe] = feet.turns[:, side]
    return found, moved + sunk
