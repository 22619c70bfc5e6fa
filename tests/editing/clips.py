"""Motions for the edits' tests, and a generator over the tiny model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionmix_core.editing import Edit
from motionmix_core.generation import Generator
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_mul
from motionmix_core.motion.skeleton import JOINT_NAMES
from tests.motions import rest, walk


def lively_walk(seconds: float = 4.0, fps: float = 30.0) -> Motion:
    """A walk that looks about and leans, so that no joint stands still."""
    motion = walk(seconds, fps)
    time = np.arange(motion.num_frames) / fps
    rotations = motion.rotations.copy()
    for joint, (axis, pace, size) in {"spine1": (1, 2.0, 0.2), "neck": (0, 3.0, 0.15), "head": (1, 1.3, 0.4)}.items():
        turn = np.zeros((len(time), 3))
        turn[:, axis] = size * np.sin(pace * time)
        index = JOINT_NAMES.index(joint)
        rotations[:, index] = quat_mul(rotations[:, index], axis_angle_to_quat(turn))
    return replace(motion, rotations=rotations)


def lively_stand(seconds: float = 4.0, fps: float = 30.0) -> Motion:
    """Standing and gesturing: every joint above the hips turns smoothly, as fast as people do; the feet stand still."""
    motion = rest(round(seconds * fps), fps)
    time = np.arange(motion.num_frames) / fps
    turns = np.zeros((len(time), len(JOINT_NAMES), 3))
    for joint, name in enumerate(JOINT_NAMES):
        if not name.endswith(("hip", "knee", "ankle", "foot", "pelvis")):
            for axis in range(3):
                turns[:, joint, axis] = 0.25 * np.sin((1.0 + 0.37 * joint % 2.3) * 2 * time + joint + axis)
    return replace(motion, rotations=axis_angle_to_quat(turns))


def punch(fps: float = 30.0, seconds: float = 3.0) -> Motion:
    """Standing, the right arm shot forward within a tenth of a second and drawn back, twice."""
    motion = lively_stand(seconds, fps)
    time = np.arange(motion.num_frames) / fps
    bend = sum(np.exp(-0.5 * ((time - at) / 0.05) ** 2) for at in (1.0, 2.0))
    turn = np.zeros((len(time), 3))
    turn[:, 1] = 1.4 * bend
    rotations = motion.rotations.copy()
    index = JOINT_NAMES.index("right_shoulder")
    rotations[:, index] = quat_mul(rotations[:, index], axis_angle_to_quat(turn))
    return replace(motion, rotations=rotations)


def clap(fps: float = 30.0, seconds: float = 3.0) -> Motion:
    """Standing, arms held out in front and the hands clapped together four times a second."""
    motion = rest(round(seconds * fps), fps)
    time = np.arange(motion.num_frames) / fps
    return _arms_in_front(motion, 1.55 - 0.35 * np.abs(np.sin(4 * np.pi * time)))


def one_clap(fps: float = 30.0, seconds: float = 3.0) -> Motion:
    """Standing and gesturing, and after half of the time the hands clapped together once, in 0.18 s."""
    motion = lively_stand(seconds, fps)
    away = np.abs(np.arange(motion.num_frames) / fps - seconds / 2)
    return _arms_in_front(motion, 1.55 - 0.7 * np.sin(np.pi / 2 * np.minimum(away / 0.18, 1.0)))


def _arms_in_front(motion: Motion, inward: np.ndarray) -> Motion:
    """Both arms turned inward at the shoulders by (T,) radians; with 1.55 the hands touch."""
    turn = inward[:, None] * (0.0, 1.0, 0.0)
    rotations = motion.rotations.copy()
    for name, sign in (("left_shoulder", -1.0), ("right_shoulder", 1.0)):
        rotations[:, JOINT_NAMES.index(name)] = axis_angle_to_quat(sign * turn)
    return replace(motion, rotations=rotations)


def stamp(fps: float = 30.0, seconds: float = 3.0) -> Motion:
    """Standing and gesturing, the right foot lifted and stamped down within 0.12 s, at 1 s and at 2.2 s."""
    motion = lively_stand(seconds, fps)
    time = np.arange(motion.num_frames) / fps
    lift = np.zeros(len(time))
    for at in (1.0, 2.2):
        up = np.clip((time - at + 0.5) / 0.38, 0, 1)
        down = 1 - np.clip((time - at + 0.12) / 0.12, 0, 1) ** 2
        lift += up * up * (3 - 2 * up) * down * (time < at)
    rotations = motion.rotations.copy()
    for name, size in (("right_hip", -0.8), ("right_knee", 1.3), ("right_ankle", -0.4)):
        turn = np.zeros((len(time), 3))
        turn[:, 0] = size * lift
        index = JOINT_NAMES.index(name)
        rotations[:, index] = quat_mul(rotations[:, index], axis_angle_to_quat(turn))
    return replace(motion, rotations=rotations)


def kick(fps: float = 30.0, seconds: float = 3.0) -> Motion:
    """Standing, the right leg shot forward and drawn back within half a second, twice."""
    motion = lively_stand(seconds, fps)
    time = np.arange(motion.num_frames) / fps
    turn = np.zeros((len(time), 3))
    turn[:, 0] = -1.5 * sum(np.exp(-0.5 * ((time - at) / 0.1) ** 2) for at in (1.0, 2.0))
    rotations = motion.rotations.copy()
    index = JOINT_NAMES.index("right_hip")
    rotations[:, index] = quat_mul(rotations[:, index], axis_angle_to_quat(turn))
    return replace(motion, rotations=rotations)


def hop(fps: float = 30.0, seconds: float = 3.0) -> Motion:
    """Standing, and thrown up 0.3 m by gravity's law once, off and on in an eighth of a second."""
    motion = lively_stand(seconds, fps)
    since = np.arange(motion.num_frames) / fps - 1.2
    over = np.maximum(np.sqrt(2 * 9.81 * 0.3) * since - 9.81 / 2 * since**2, 0.0)
    window = np.hanning(2 * round(0.125 * fps) + 1)
    root = motion.root_positions.copy()
    root[:, 1] += np.convolve(over, window / window.sum(), mode="same")
    return replace(motion, root_positions=root)


def done(generator: Generator, edit: Edit) -> Motion:
    """The edit, made and finished."""
    result = generator.generate(edit.request)
    return edit.finish(result[0], result.contacts[0])


def off(a: Motion, b: Motion) -> float:
    """The largest difference of two motions' numbers."""
    return max(float(np.abs(a.rotations - b.rotations).max()), float(np.abs(a.root_positions - b.root_positions).max()))
