"""Foot lock on a rig's own proportions: its legs are longer or shorter than the motion's, so its feet would slide.

Where body, ankles and feet have to be is fitted (foot_fit.py); the legs get there by inverse kinematics.
"""

from __future__ import annotations

import numpy as np

from ..errors import RigError
from ..motion.contacts import FOOT_INDICES, foot_contacts
from ..motion.motion import Motion
from ..motion.rotations import axis_angle_to_quat, quat_apply, quat_inv, quat_mul
from .calibration import Calibration
from .foot_fit import Legs, fit_feet
from .leg_ik import bend_leg
from .planting import runs, tidy_contacts
from .rig import BoneMapping, RigDescription

TOE_SECONDS = 0.1  # in which toes come to lie beside a heel that rises, or go along with a foot that is set down whole
LIFTED = 0.04  # metres: a foot that the motion itself has so high over where it stands, doesn't stand, whatever is said
_SIDES = ("left", "right")
_CHAIN = ("hip", "knee", "ankle")
_LEFT = np.array([1.0, 0.0, 0.0])


def rig_legs(
    rig: RigDescription,
    mapping: BoneMapping,
    calibration: Calibration,
    goals: dict[int, np.ndarray],
    heads: dict[int, np.ndarray],
    shift: np.ndarray,
    hinges: np.ndarray,
) -> Legs:
    """The legs in the poses of `goals`. heads: (T, 3) by bone without travel; shift: (T, 3) to add to them.

    hinges: (T, 2, 3) the axes about which the knees bend.
    """
    columns: list[list[np.ndarray]] = [[], [], [], []]
    for side in _SIDES:
        chain = [rig.index(mapping.bones[f"{side}_{part}"][0]) for part in _CHAIN]
        toe = mapping.bone(f"{side}_foot")
        for column, bone in zip(columns, chain, strict=False):
            column.append(heads[bone] + shift)
        if toe is not None:
            columns[3].append(heads[rig.index(toe)] + shift)
        else:  # a foot without a toe bone: the ball of the foot, where it would be
            ahead = np.array([0.0, calibration.sole[side][1] - calibration.sole[side][0], 0.14 * calibration.scale])
            flat = quat_mul(calibration.corrections[f"{side}_ankle"], calibration.reference[chain[2]])
            columns[3].append(heads[chain[2]] + shift + quat_apply(quat_mul(goals[chain[2]], quat_inv(flat)), ahead))
    hips, knees, ankles, toes = (np.stack(column, axis=1) for column in columns)
    return Legs(hips, knees, ankles, toes, hinges)


def knee_axes(motion: Motion, turns: np.ndarray) -> np.ndarray:
    """(T, 2, 3) axes about which the knees bend, from the joints' world turns (T, J, 4)."""
    return np.stack([quat_apply(turns[:, motion.skeleton.index(f"{side}_hip")], _LEFT) for side in _SIDES], axis=1)


def lock_rig_feet(
    motion: Motion,
    contacts: np.ndarray | None,
    legs: Legs,
    rig: RigDescription,
    mapping: BoneMapping,
    calibration: Calibration,
) -> tuple[dict[int, np.ndarray], np.ndarray, np.ndarray]:
    """Turns (T, 4) by bone to put before what the bones have, how far (T, 3) to move the body, (T, 4) what stands.

    Of the contacts those are left out that the motion doesn't hold itself, if the legs would have to turn for them.
    Raises RigError for contacts of other frames than the motion's.
    """
    if contacts is None:
        contacts = foot_contacts(motion.positions(), motion.fps)
    contacts = np.asarray(contacts)
    if contacts.shape != (motion.num_frames, 4):
        raise RigError(f"Foot contacts must be given for each of the {motion.num_frames} frames and four foot joints.")
    contacts = contacts if contacts.dtype == bool else contacts > 0.5
    planted = tidy_contacts(contacts, motion.fps).reshape(-1, 2, 2)
    away = strays(motion, planted)
    planted &= away[..., 1] <= LIFTED
    if not planted.any():
        return {}, np.zeros((motion.num_frames, 3)), planted.reshape(-1, 4)
    heights = calibration.floor + np.array([calibration.sole[side] for side in _SIDES])
    metre = float(1 / np.cbrt(np.abs(np.linalg.det(rig.world[:3, :3]))))
    fit = fit_feet(legs, planted, heights, motion.fps, calibration.scale, metre, np.linalg.norm(away, axis=-1))
    shift = fit.body[:, None]
    hips, knees, ankles = legs.hips + shift, legs.knees + shift, legs.ankles + shift
    # toes stay on the ground under a heel that rises more or less; those of a foot that is set down whole go along
    whole = _eased(planted[..., 0], motion.fps)[..., None]
    found: dict[int, np.ndarray] = {}
    for side, name in enumerate(_SIDES):
        hip, knee, ankle = (rig.index(mapping.bones[f"{name}_{part}"][0]) for part in _CHAIN)
        found[hip], found[knee] = bend_leg(
            hips[:, side], knees[:, side], ankles[:, side], fit.ankles[:, side], legs.hinges[:, side]
        )
        found[ankle] = axis_angle_to_quat(fit.pitch[:, side] + fit.yaw[:, side])
        toe = mapping.bone(f"{name}_foot")
        if toe is not None:
            found[rig.index(toe)] = axis_angle_to_quat(whole[:, side] * fit.pitch[:, side] + fit.yaw[:, side])
    return found, fit.body, fit.planted.reshape(-1, 4)


def strays(motion: Motion, planted: np.ndarray) -> np.ndarray:
    """(T, 2, 2, 3) metres from where a planted point stands in the motion itself: where it is most of the time."""
    points = motion.positions()[:, FOOT_INDICES].reshape(-1, 2, 2, 3)
    away = np.zeros(points.shape)
    for foot, point in np.ndindex(2, 2):
        for start, stop in runs(planted[:, foot, point]):
            way = points[start:stop, foot, point]
            away[start:stop, foot, point] = way - np.median(way, axis=0)
    return away


def _eased(mask: np.ndarray, fps: float) -> np.ndarray:
    """(T, F) 0..1, a mask that changes within some frames."""
    reach = max(1, round(0.5 * TOE_SECONDS * fps))
    padded = np.pad(mask.astype(np.float64), ((reach, reach), (0, 0)), mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0).mean(axis=-1))
