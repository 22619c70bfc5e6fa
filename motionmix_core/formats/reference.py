"""Finding a foreign skeleton's T-pose: its rest pose, a T-pose in front of the motion, or one built from the motion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..motion.rotations import axis_angle_to_quat, quat_angle
from .humanoid import HumanoidMapping
from .source import SourceMotion

LEG_LIMIT, ARM_LIMIT = np.cos(np.radians(15)), np.cos(np.radians(20))  # of a T-pose, from vertical and from level
JUMP = np.radians(25)  # a limb that turns more than this between the T-pose and the motion: they don't belong together
RAMP_SECONDS = 0.2  # after a T-pose some converters blend into the motion (cgspeed's Daz files: 10 frames at 120 fps)
Z_UP_TO_Y_UP = axis_angle_to_quat(np.array([-np.pi / 2, 0.0, 0.0]))


def upright_axes(motion: SourceMotion, mapping: HumanoidMapping) -> SourceMotion:
    """Turn a source whose rest pose stands along +Z (Blender, 3ds Max) so that it stands along +Y."""
    up = _rest_up(motion, mapping)
    if up[2] > 0.8 and up[2] > abs(up[1]):
        return replace(motion.turned(Z_UP_TO_Y_UP), notes=(*motion.notes, "turned from Z up to Y up"))
    return motion


def take_reference(motion: SourceMotion, mapping: HumanoidMapping) -> tuple[SourceMotion, np.ndarray | None]:
    """The motion without a T-pose put in front of it, and the local rotations (J, 4) of its T-pose.

    None means that the rest pose (with the mapping's own correction) will do.
    """
    directions = _directions(motion, mapping)
    first_is_t_pose = motion.num_frames > 1 and _is_t_pose({name: path[0] for name, path in directions.items()})
    reference: np.ndarray | None = None
    rest_will_do = bool(mapping.t_pose) or _rest_is_a_body(motion, mapping)
    if first_is_t_pose:
        reference = motion.rotations[0].copy()
        start = _end_of_lead_in(motion, directions)
        if start:
            cut = motion.crop(start, motion.num_frames)
            return replace(cut, notes=(*motion.notes, f"T-pose in front cut off ({start} frames)")), reference
    if rest_will_do:
        return motion, None
    if reference is None:
        reference = motion.rotations[_most_upright(directions)].copy()
    return motion, reference


def _end_of_lead_in(motion: SourceMotion, directions: dict[str, np.ndarray]) -> int:
    """How many frames in front aren't part of the motion: a lone T-pose, one with a steady blend out of it, or none.

    A blend takes steps of about the same size, much larger than those of the motion after it, and is short.
    """
    last = min(int(RAMP_SECONDS * motion.fps), motion.num_frames - 2)
    if last < 1:
        return 0
    steps = quat_angle(motion.rotations[:-1], motion.rotations[1:]).max(axis=-1)
    slow = np.flatnonzero(steps[1 : last + 1] < 0.5 * steps[0])
    if len(slow) == 0:
        return 0
    end = int(slow[0]) + 1
    turned = max(float(np.arccos(np.clip(path[0] @ path[end], -1, 1))) for path in directions.values())
    return end if turned > JUMP else 0


def _rest_positions(motion: SourceMotion, mapping: HumanoidMapping) -> dict[str, np.ndarray]:
    rest = motion.skeleton.rest_positions()
    names = motion.skeleton.names
    return {ours: rest[names.index(theirs)] for ours, theirs in mapping.joints.items() if theirs in names}


def _rest_up(motion: SourceMotion, mapping: HumanoidMapping) -> np.ndarray:
    rest = _rest_positions(motion, mapping)
    up = rest["left_shoulder"] + rest["right_shoulder"] - rest["left_ankle"] - rest["right_ankle"]
    return up / max(float(np.linalg.norm(up)), 1e-9)


def _rest_is_a_body(motion: SourceMotion, mapping: HumanoidMapping) -> bool:
    """Whether the rest pose is a person standing: legs down, shoulders up, left arm to the left of the right."""
    rest = _rest_positions(motion, mapping)
    hips = 0.5 * (rest["left_hip"] + rest["right_hip"])
    shoulders = 0.5 * (rest["left_shoulder"] + rest["right_shoulder"])
    ankles = 0.5 * (rest["left_ankle"] + rest["right_ankle"])
    up, down = shoulders - hips, ankles - hips
    side = rest["left_hip"] - rest["right_hip"]
    arms = rest["left_shoulder"] - rest["right_shoulder"]
    standing = up @ down < -0.7 * np.linalg.norm(up) * np.linalg.norm(down)
    sided = arms @ side > 0.7 * np.linalg.norm(arms) * np.linalg.norm(side)
    return bool(standing and sided and abs(up @ side) < 0.5 * np.linalg.norm(up) * np.linalg.norm(side))


def _directions(motion: SourceMotion, mapping: HumanoidMapping) -> dict[str, np.ndarray]:
    """Unit directions (T, 3) of arms and legs, and "side": from the right hip to the left."""
    positions, _ = motion.world()
    at = {ours: positions[:, motion.skeleton.index(theirs)] for ours, theirs in mapping.joints.items()
          if theirs in motion.skeleton.names}  # fmt: skip
    pairs = {"side": ("right_hip", "left_hip")}
    for side in ("left", "right"):
        for a, b in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist")):
            pairs[f"{side}_{a}"] = (f"{side}_{a}", f"{side}_{b}")
    lines = {name: at[b] - at[a] for name, (a, b) in pairs.items()}
    return {name: line / np.maximum(np.linalg.norm(line, axis=-1, keepdims=True), 1e-9) for name, line in lines.items()}


def _is_t_pose(direction: dict[str, np.ndarray]) -> bool:
    """Legs straight down and arms straight out to their sides."""
    side = direction["side"] * np.array([1.0, 0.0, 1.0])
    side = side / max(float(np.linalg.norm(side)), 1e-9)
    legs = all(direction[f"{lr}_{part}"][1] < -LEG_LIMIT for lr in ("left", "right") for part in ("hip", "knee"))
    out = all(sign * (direction[f"{lr}_{part}"] @ side) > ARM_LIMIT
              for lr, sign in (("left", 1), ("right", -1)) for part in ("shoulder", "elbow"))  # fmt: skip
    return legs and out


def _most_upright(directions: dict[str, np.ndarray]) -> int:
    """The frame that looks most like standing: legs straight down, elbows straight."""
    score = np.zeros(len(directions["side"]))
    for side in ("left", "right"):
        score -= directions[f"{side}_hip"][:, 1] + directions[f"{side}_knee"][:, 1]
        score += 0.5 * np.sum(directions[f"{side}_shoulder"] * directions[f"{side}_elbow"], axis=-1)
    return int(np.argmax(score))
