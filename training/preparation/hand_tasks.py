"""Everyday work of one hand that no public capture here shows: motion made by formula, with captions of its own.

Nobody in the packs' training part wipes, paints, knocks or writes, so a network taught on them alone has no idea what
"wash a window" means. A standing body with a little sway, one hand led along a path by two-bone inverse kinematics,
gives it the sense of the words: where the hand is and how it goes. Every clip's numbers are drawn from its name.

A task keeps to one rate and begins at one place of its stroke: a network of an hour of data that must guess rate and
phase at once answers with the mean of all strokes, a hand at rest. (Windows of these clips begin at the first frame.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from motionmix_core.motion.motion import Motion
from motionmix_core.motion.skeleton import canonical_skeleton

from .records import Caption, Clip, Frames
from .standing_worker import WorkerPath, standing_worker
from .text import mirror_text

DATASET = "hand_tasks"
VARIANTS = 6
SECONDS = 7.0

Stroke = Callable[[np.random.Generator, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class HandTask:
    """What the right hand does. captions: one is about a clip of this kind, "{hand}" is replaced.

    stroke: (generator, times (T,) seconds) -> (T, 3) metres from the task's middle, x across, y up, z away.
    middle: metres from the point between the shoulders to the task's middle, x to the working side.
    fingers, palm: directions of hand and palm. bend: radians that the back leans forward.
    """

    name: str
    captions: tuple[str, ...]
    stroke: Stroke
    middle: tuple[float, float, float]
    fingers: tuple[float, float, float] = (0.0, 0.9, 0.35)
    palm: tuple[float, float, float] = (0.0, -0.2, 1.0)
    bend: float = 0.05


def _wandering(rng: np.random.Generator, times: np.ndarray, reach: tuple[float, float, float]) -> np.ndarray:
    """A slow, smooth walk of the middle of a stroke over the surface."""
    rates, phases = rng.uniform(0.04, 0.08, 3), rng.uniform(0, 2 * np.pi, 3)
    return np.sin(2 * np.pi * times[:, None] * rates + phases) * reach


def _turning(times: np.ndarray, rate: float) -> np.ndarray:
    """(T,) radians of a stroke that repeats `rate` times a second."""
    return 2 * np.pi * times * rate


def _circles(rng: np.random.Generator, times: np.ndarray) -> np.ndarray:
    angle = _turning(times, 0.8)
    wide, high = rng.uniform(0.14, 0.17), rng.uniform(0.12, 0.15)
    round_ = np.stack([wide * np.cos(angle), high * np.sin(angle), 0 * angle], -1)
    return round_ + _wandering(rng, times, (0.09, 0.07, 0.0))


def _wipes(rng: np.random.Generator, times: np.ndarray) -> np.ndarray:
    angle = _turning(times, 0.8)
    side = rng.uniform(0.19, 0.23) * np.sin(angle)
    return np.stack([side, 0.03 * np.sin(2 * angle), 0 * side], -1) + _wandering(rng, times, (0.05, 0.09, 0.0))


def _table_wipes(rng: np.random.Generator, times: np.ndarray) -> np.ndarray:
    flat = _circles(rng, times) if rng.random() < 0.5 else _wipes(rng, times)
    return flat[:, (0, 2, 1)]  # the surface lies instead of standing


def _brush(rng: np.random.Generator, times: np.ndarray) -> np.ndarray:
    angle = _turning(times, 0.6)
    up = rng.uniform(0.22, 0.27) * np.sin(angle)
    return np.stack([0 * up, up, -0.02 * np.cos(angle)], -1) + _wandering(rng, times, (0.16, 0.03, 0.0))


def _writing(rng: np.random.Generator, times: np.ndarray) -> np.ndarray:
    small = _turning(times, 1.8)
    line = (times * 0.18) % 1.0
    back = np.minimum(line / 0.9, (1 - line) / 0.1)  # along the line, then quickly to the next
    letters = np.stack([-0.22 + 0.44 * back + 0.02 * np.sin(small), 0.035 * np.cos(small * 0.9), 0 * small], -1)
    return letters + _wandering(rng, times, (0.0, 0.08, 0.0))


def _knocks(rng: np.random.Generator, times: np.ndarray) -> np.ndarray:
    rate, every = 2.8, 2.4
    on = (times % every) < 3 / rate  # three knocks, then a wait
    swing = np.where(on, 0.5 - 0.5 * np.cos(2 * np.pi * (times % every) * rate), 0.0)
    away = -0.10 * swing - np.where(on, 0.0, 0.03)
    smooth = np.convolve(np.pad(away, 2, mode="edge"), [0.1, 0.2, 0.4, 0.2, 0.1], mode="valid")
    return np.stack([0 * smooth, -0.3 * smooth, smooth], -1)


def _stirs(rng: np.random.Generator, times: np.ndarray) -> np.ndarray:
    angle = _turning(times, 0.8)
    radius = rng.uniform(0.09, 0.11)
    return np.stack([radius * np.cos(angle), 0.01 * np.sin(2 * angle), radius * np.sin(angle)], -1)


_DOWN, _OUT = (0.0, -1.0, 0.1), (0.0, 0.0, 1.0)
TASKS: tuple[HandTask, ...] = (
    HandTask(
        "wash_window",
        (
            "a person washes a window",
            "wash a window",
            "someone washes a window with the {hand} hand",
            "a person cleans a window, wiping in circles with the {hand} hand",
            "the figure wipes the glass in front of it",
            "someone polishes a mirror with a cloth",
            "a person scrubs a wall with circular motions of the {hand} arm",
            "clean the window",
        ),
        _circles,
        middle=(0.12, 0.02, 0.43),
    ),
    HandTask(
        "wipe_wall",
        (
            "a person wipes a window from side to side",
            "a person washes windows",
            "someone wipes a wall with the {hand} hand",
            "wipe a board clean",
            "a person erases a blackboard",
            "washing a window with wide wipes of the {hand} hand",
            "a person cleans a window",
        ),
        _wipes,
        middle=(0.06, 0.05, 0.42),
    ),
    HandTask(
        "wipe_table",
        (
            "a person wipes a table",
            "someone cleans a table with the {hand} hand",
            "wipe the table",
            "a person bends over a table and wipes it",
            "someone polishes the top of a table",
            "a person dusts a low shelf with the {hand} hand",
        ),
        _table_wipes,
        middle=(0.08, -0.40, 0.39),
        fingers=_OUT,
        palm=_DOWN,
        bend=0.35,
    ),
    HandTask(
        "paint_wall",
        (
            "a person paints a wall",
            "someone paints a wall with a brush in the {hand} hand",
            "paint the wall",
            "a person moves a paint roller up and down a wall",
            "the figure paints a fence with long strokes",
        ),
        _brush,
        middle=(0.05, 0.05, 0.43),
    ),
    HandTask(
        "write_board",
        (
            "a person writes on a board",
            "someone writes on a blackboard with the {hand} hand",
            "a teacher writes on the board",
            "write on the wall",
            "a person draws on a whiteboard",
        ),
        _writing,
        middle=(0.08, 0.12, 0.42),
        fingers=(0.0, 0.5, 0.85),
        palm=(0.0, -0.9, 0.4),
    ),
    HandTask(
        "knock_door",
        (
            "a person knocks on a door",
            "knock on the door",
            "someone knocks at a door with the {hand} hand",
            "a person raps on a door and waits",
            "the figure knocks on a wall",
        ),
        _knocks,
        middle=(0.02, -0.02, 0.44),
        fingers=(0.0, 0.95, 0.3),
    ),
    HandTask(
        "stir_pot",
        (
            "a person stirs a pot",
            "someone stirs soup with the {hand} hand",
            "cooking, someone stirs a pan",
            "a person mixes something in a bowl with a spoon",
            "stir the pot",
        ),
        _stirs,
        middle=(0.05, -0.38, 0.36),
        fingers=(0.0, -0.6, 0.8),
        palm=(1.0, 0.0, 0.0),
        bend=0.12,
    ),
)


def hand_task_clips(fps: float) -> list[Clip]:
    """All made clips, for training only; the right hand works, training mirrors them."""
    return [_clip(task, variant, fps) for task in TASKS for variant in range(VARIANTS)]


def hand_task_motion(task: HandTask, variant: int, fps: float) -> Motion:
    """One clip of a task, the same for the same task and variant."""
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(f"{task.name}/{variant}".encode()).digest()[:8], "big"))
    times = np.arange(round(SECONDS * fps)) / fps
    middle = np.array(task.middle) * (-1, 1, 1) + rng.normal(0, 0.02, 3)  # the right side is -X
    path = WorkerPath(
        hand=middle + task.stroke(rng, times) * (-1, 1, 1),
        fingers=np.array(task.fingers),
        palm=np.array(task.palm),
        bend=task.bend * rng.uniform(0.8, 1.2),
    )
    return standing_worker(canonical_skeleton(), path, rng, fps)


def _clip(task: HandTask, variant: int, fps: float) -> Clip:
    motion = hand_task_motion(task, variant, fps)
    texts = [text.replace("{hand}", "right") for text in task.captions]
    return Clip(
        id=f"{DATASET}/{task.name}_{variant}", dataset=DATASET, source="training.preparation.hand_tasks",
        licence="CC0 1.0: made by formula", subject=DATASET, split="train", frames=Frames.pack(motion),
        captions=tuple(Caption(t, mirror_text(t), 0.0, motion.seconds, "written") for t in texts),
        group=task.name, captured=False,
    )  # fmt: skip
