"""Motions that the tests make themselves, by formula: what they do is known exactly.

All stand on y = 0, start over the origin facing +Z, on the canonical skeleton. numpy only, so that Blender's Python can
import it too.
"""

from __future__ import annotations

import numpy as np

from motionmix_core.motion.kinematics import global_to_local
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_mul, quat_yaw
from motionmix_core.motion.skeleton import canonical_skeleton, rest_height

SKELETON = canonical_skeleton()
THIGH = float(-SKELETON.offsets[SKELETON.index("left_knee"), 1])
SHIN = float(-SKELETON.offsets[SKELETON.index("left_ankle"), 1])
HIP_DROP = float(SKELETON.offsets[SKELETON.index("left_hip"), 1])  # from the pelvis to the hips, negative
HIP_FORWARD = float(SKELETON.offsets[SKELETON.index("left_hip"), 2])
ANKLE_HEIGHT = rest_height(SKELETON) + HIP_DROP - THIGH - SHIN  # when the sole is flat on the ground


def about(axis: str, angle: np.ndarray | float) -> np.ndarray:
    """Quaternion for a turn of so many radians about "x", "y" or "z"."""
    vector = np.zeros((*np.shape(angle), 3))
    vector[..., "xyz".index(axis)] = angle
    return axis_angle_to_quat(vector)


def rest(frames: int = 1, fps: float = 30.0) -> Motion:
    """The T-pose standing on the ground."""
    rotations = np.tile([1.0, 0.0, 0.0, 0.0], (frames, SKELETON.num_joints, 1))
    return Motion(SKELETON, np.tile([0.0, rest_height(SKELETON), 0.0], (frames, 1)), rotations, fps)


def walk(seconds: float = 4.0, fps: float = 30.0, speed: float = 1.2, step_seconds: float = 0.55) -> Motion:
    """A straight walk along +Z at a constant speed (m/s), arms swinging, left foot first in stance.

    Each foot stands perfectly still, flat on the ground, for `step_seconds` and swings for as long.
    """
    time = np.arange(round(seconds * fps)) / fps
    root = np.stack([0 * time, np.full_like(time, rest_height(SKELETON) - 0.05), speed * time], axis=-1)
    world = np.tile([1.0, 0.0, 0.0, 0.0], (len(time), SKELETON.num_joints, 1))
    for side, shift in (("left", 0.0), ("right", 1.0)):
        steps = time / step_seconds + shift
        cycle, phase = np.divmod(steps, 2.0)
        swing = np.clip(phase - 1.0, 0.0, 1.0)
        smooth = swing * swing * (3 - 2 * swing)
        stride = 2 * step_seconds * speed
        # while standing the foot is where the body passes over it in the middle of the stance
        ankle_z = HIP_FORWARD + (cycle + smooth) * stride - (shift - 0.5) * step_seconds * speed
        ankle_y = ANKLE_HEIGHT + 0.10 * np.sin(np.pi * swing) ** 2
        _place_leg(world, side, root, ankle_z, ankle_y)
        swing_arm = 0.4 * np.cos(np.pi * steps)  # back while the foot is in front
        sign = 1.0 if side == "left" else -1.0
        arm = quat_mul(about("x", swing_arm), about("z", np.full_like(time, -sign * 1.3)))
        world[:, SKELETON.index(f"{side}_shoulder")] = arm
        world[:, SKELETON.index(f"{side}_elbow")] = quat_mul(arm, about("y", np.full_like(time, -sign * 0.3)))
        world[:, SKELETON.index(f"{side}_wrist")] = world[:, SKELETON.index(f"{side}_elbow")]
    return Motion(SKELETON, root, global_to_local(world, SKELETON.parents), fps)


def _place_leg(world: np.ndarray, side: str, root: np.ndarray, ankle_z: np.ndarray, ankle_y: np.ndarray) -> None:
    """World rotations of hip and knee that put the ankle at the given place in the sagittal plane; the foot level."""
    down = root[:, 1] + HIP_DROP - ankle_y
    forward = ankle_z - (root[:, 2] + HIP_FORWARD)
    reach = np.minimum(np.hypot(down, forward), THIGH + SHIN - 1e-6)
    lean = np.arctan2(forward, down)
    at_hip = np.arccos(np.clip((THIGH**2 + reach**2 - SHIN**2) / (2 * THIGH * reach), -1, 1))
    at_knee = np.arccos(np.clip((THIGH**2 + SHIN**2 - reach**2) / (2 * THIGH * SHIN), -1, 1))
    thigh = lean + at_hip  # radians the thigh points forward of straight down
    world[:, SKELETON.index(f"{side}_hip")] = about("x", -thigh)
    world[:, SKELETON.index(f"{side}_knee")] = about("x", -(thigh - (np.pi - at_knee)))


def turn_in_place(seconds: float = 3.0, fps: float = 30.0, angle: float = np.pi) -> Motion:
    """The T-pose turning about the vertical by `angle` radians in all (positive: to its left), smoothly."""
    motion = rest(round(seconds * fps), fps)
    t = np.linspace(0, 1, motion.num_frames)
    rotations = motion.rotations.copy()
    rotations[:, 0] = quat_yaw(angle * t * t * (3 - 2 * t))
    return Motion(SKELETON, motion.root_positions, rotations, fps)


def jump(height: float = 0.4, fps: float = 30.0, stand_seconds: float = 0.5) -> Motion:
    """Stand, fly so that the pelvis rises by `height` metres under gravity (9.81), land and stand; legs straight."""
    flight = 2 * np.sqrt(2 * height / 9.81)
    time = np.arange(round((flight + 2 * stand_seconds) * fps)) / fps - stand_seconds
    up = np.where((time > 0) & (time < flight), 0.5 * 9.81 * time * (flight - time), 0.0)
    motion = rest(len(time), fps)
    return Motion(SKELETON, motion.root_positions + up[:, None] * [0, 1, 0], motion.rotations, fps)


def random_motion(
    rng: np.random.Generator,
    seconds: float = 2.0,
    fps: float = 30.0,
    amplitude: float = 0.6,
    knots_per_second: float = 2.0,
) -> Motion:
    """Every joint (twist included) and the root wander smoothly and at random; amplitude in radians."""
    frames = max(round(seconds * fps), 1)
    angles = smooth_noise(rng, frames, fps, (SKELETON.num_joints, 3), knots_per_second) * amplitude
    path = smooth_noise(rng, frames, fps, (3,), knots_per_second) * [0.5, 0.1, 0.5]
    path[:, (0, 2)] -= path[0, (0, 2)]
    path[:, 1] += rest_height(SKELETON)
    return Motion(SKELETON, path, axis_angle_to_quat(angles), fps)


def smooth_noise(
    rng: np.random.Generator, frames: int, fps: float, shape: tuple[int, ...], knots_per_second: float = 2.0
) -> np.ndarray:
    """(frames, *shape) of about unit size: cosine interpolation between random knots."""
    knots = rng.normal(size=(int(frames / fps * knots_per_second) + 3, *shape))
    at = np.arange(frames) / fps * knots_per_second
    low = at.astype(int)
    t = (0.5 - 0.5 * np.cos(np.pi * (at - low))).reshape(-1, *([1] * len(shape)))
    return knots[low] * (1 - t) + knots[low + 1] * t
