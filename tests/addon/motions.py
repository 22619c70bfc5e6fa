"""Motions that the add-on's tests make for themselves."""

from __future__ import annotations

from typing import Any

import numpy as np


def lively(extension: Any, frames: int = 45, fps: float = 30.0, seed: int = 3) -> Any:
    """Every joint turning smoothly in its own way, the body wandering and turning.

    No joint, axis or sign can hide in it.
    """
    core_motion, skeleton_module = extension.core("motion.motion"), extension.core("motion.skeleton")
    rotations_module = extension.core("motion.rotations")
    skeleton = skeleton_module.canonical_skeleton()
    rng = np.random.default_rng(seed)
    times = np.arange(frames) / fps
    phase, pace = rng.uniform(0, 6.28, (22, 3)), rng.uniform(1, 4, (22, 3))
    angles = 0.5 * np.sin(phase + times[:, None, None] * pace)
    rotations = rotations_module.axis_angle_to_quat(angles)
    rotations[:, 0] = rotations_module.quat_mul(rotations_module.quat_yaw(times * 0.8), rotations[:, 0])
    root = np.stack((0.4 * np.sin(times), 0.95 + 0.05 * np.cos(times * 3), times), axis=1)
    return core_motion.Motion(skeleton, root, rotations, fps)


def result_of(extension: Any, *motions: Any, prompt_seed: int = 7) -> Any:
    """What the generator would answer with these motions."""
    contacts = extension.core("motion.contacts").foot_contacts
    result = extension.core("generation.result").GenerationResult
    return result(
        list(motions),
        [prompt_seed + i for i in range(len(motions))],
        [contacts(m.positions(), m.fps) for m in motions],
        (),
        "test",
    )
