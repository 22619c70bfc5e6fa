"""Clean-up of captures with faults of known size, beside the filters that are usual for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from motionmix_core.editing import EditSettings, clean_up
from motionmix_core.metrics.jitter import acceleration_error, jitter
from motionmix_core.metrics.report import Table
from motionmix_core.metrics.skating import contact_skating
from motionmix_core.mixed_data.corruption import (
    Drift,
    DroppedFrames,
    Fault,
    FootSlide,
    JointJitter,
    clip_generator,
)
from motionmix_core.motion.contacts import foot_contacts
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_normalise
from motionmix_core.motion.skeleton import JOINT_NAMES
from training.evaluation.tasks.setup import TaskSetup, estimates
from training.evaluation.tasks.windows import thinned, windows

FRAMES = 120
PER_CLIP = 3
FAULTS: Mapping[str, tuple[Fault, ...]] = {
    "clean": (),
    "jitter, weak": (JointJitter(0.3, 0.01, 0.05),),
    "jitter": (JointJitter(0.3, 0.02, 0.1),),
    "jitter, strong": (JointJitter(0.3, 0.04, 0.2),),
    "drift, weak": (Drift(0.025),),
    "drift": (Drift(0.05),),
    "slide": (FootSlide(0.1),),
    "slide, strong": (FootSlide(0.2),),
    "dropped, few": (DroppedFrames(0.05, 0.1),),
    "dropped": (DroppedFrames(0.1, 0.2),),
    "all": (JointJitter(0.3, 0.02, 0.1), FootSlide(0.1), Drift(0.025), DroppedFrames(0.05, 0.15)),
}
COLUMNS = ("acceleration error m/s²", "off cm", "contact skate cm/s", "jitter", "hand peak speed")
ENDS = [JOINT_NAMES.index(name) for name in ("left_wrist", "right_wrist")]


def measure(setup: TaskSetup) -> list[Table]:
    """A table a fault: the faulty capture, the filters, ours."""
    methods: dict[str, Callable[[Motion], Motion]] = {
        "as captured": lambda motion: motion,
        "Gaussian, 1 frame": lambda motion: gaussian(motion, 1.0),
        "Gaussian, 2 frames": lambda motion: gaussian(motion, 2.0),
        "Savitzky-Golay 7, 3": lambda motion: savitzky_golay(motion, 7),
        "Savitzky-Golay 11, 3": lambda motion: savitzky_golay(motion, 11),
        "ours": lambda motion: _ours(setup, motion),
    }
    seen: dict[str, int] = {}
    chosen = []
    for window in windows(setup.cache, setup.split, FRAMES, FRAMES):
        seen[window.clip] = seen.get(window.clip, 0) + 1
        if seen[window.clip] <= PER_CLIP:
            chosen.append(window)
    chosen = thinned(chosen, setup.limit)
    tables = []
    for name, faults in FAULTS.items():
        table = Table(
            title=f"Clean-up: {name} ({setup.split}, {len(chosen)} windows)",
            columns=COLUMNS,
            row_header="method",
            notes=(
                "Contact skate: speed of the joints that stand in the true motion, there. Hand peak speed: "
                "over the true one.",
            ),
        )
        faulty = [_with(faults, w.motion, f"{w.clip}:{w.start}") for w in chosen]
        for method, apply in methods.items():
            made = [apply(motion) for motion in faulty]
            table.rows[method] = estimates([_row(m, w.motion) for m, w in zip(made, chosen, strict=True)])
        tables.append(table)
    return tables


def gaussian(motion: Motion, sigma: float) -> Motion:
    """Root and rotations filtered along time; sigma in frames."""
    reach = int(np.ceil(3 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return _filtered(motion, kernel / kernel.sum())


def savitzky_golay(motion: Motion, frames: int, degree: int = 3) -> Motion:
    """Root and rotations by least squares with polynomials over so many frames."""
    half = frames // 2
    powers = np.vander(np.arange(-half, half + 1), degree + 1, increasing=True)
    return _filtered(motion, np.linalg.pinv(powers)[0])


def _filtered(motion: Motion, kernel: np.ndarray) -> Motion:
    reach = len(kernel) // 2

    def along_time(values: np.ndarray) -> np.ndarray:
        flat = values.reshape(len(values), -1)
        padded = np.concatenate((2 * flat[:1] - flat[reach:0:-1], flat, 2 * flat[-1:] - flat[-2 : -2 - reach : -1]))
        return np.stack([np.convolve(column, kernel, mode="valid") for column in padded.T], axis=1).reshape(
            values.shape
        )

    rotations = quat_normalise(along_time(motion.rotations))
    return replace(motion, root_positions=along_time(motion.root_positions), rotations=rotations)


def _ours(setup: TaskSetup, motion: Motion) -> Motion:
    return setup.finished(
        clean_up(motion, settings=EditSettings(seed=setup.seed, model=setup.model, steps=setup.steps))
    )


def _with(faults: tuple[Fault, ...], motion: Motion, name: str) -> Motion:
    generator = clip_generator(0, name)
    for fault in faults:
        motion = fault.apply(motion, generator)
    return motion


def _row(made: Motion, real: Motion) -> dict[str, float]:
    positions, truth = made.positions(), real.positions()
    peaks = [np.linalg.norm(np.diff(p[:, ENDS], axis=0), axis=-1).max(axis=0) for p in (positions, truth)]
    return {
        "acceleration error m/s²": acceleration_error(positions, truth, real.fps),
        "off cm": 100 * float(np.linalg.norm(positions - truth, axis=-1).mean()),
        "contact skate cm/s": 100 * contact_skating(positions, foot_contacts(truth, real.fps), real.fps),
        "jitter": jitter(positions, real.fps),
        "hand peak speed": float((peaks[0] / np.maximum(peaks[1], 1e-6)).mean()),
    }
