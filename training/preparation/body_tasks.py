"""Everyday doings and gestures of the whole body, keyed by hand (body_tasks.toml): motion with captions of its own.

What the captured clips hardly show (who bows, nods, kneels, drinks, salutes), a network taught on them alone stands
through. Here too a task keeps to one rate and begins at one place (`hand_tasks` says why); its clips differ in how far
it goes, where exactly hands are held, how the feet stand and how the body sways, all drawn from their names.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from motionmix_core.motion.motion import Motion
from motionmix_core.motion.skeleton import canonical_skeleton

from .key_poses import Hand, Pose, pose_with
from .keyed_body import keyed_body
from .records import Caption, Clip, Frames
from .text import mirror_text

DATASET = "body_tasks"
VARIANTS = 3
SECONDS = 7.0
STAND = "stand"
EXTENT, PLACE_SPREAD = 0.07, 0.012  # of how far a variant goes; metres that its hands are held elsewhere
FIGURES = ("hips", "lean", "back", "head", "shoulders")


@dataclass(frozen=True)
class BodyTask:
    """captions: one is about a clip of this kind. keys: (second, pose), first and last alike where they repeat.

    again: second of the key from which on the keys repeat; None = the last pose is held.
    """

    name: str
    captions: tuple[str, ...]
    keys: tuple[tuple[float, Pose], ...]
    again: float | None = None


def body_tasks() -> tuple[BodyTask, ...]:
    """All tasks of the file beside this one."""
    with (Path(__file__).parent / "body_tasks.toml").open("rb") as file:
        return tuple(_task(entry) for entry in tomllib.load(file)["task"])


def body_task_clips(fps: float) -> list[Clip]:
    """All made clips, for training only; training mirrors them."""
    return [_clip(task, variant, fps) for task in body_tasks() for variant in range(VARIANTS)]


def body_task_motion(task: BodyTask, variant: int, fps: float) -> Motion:
    """One clip of a task, the same for the same task and variant."""
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(f"{task.name}/{variant}".encode()).digest()[:8], "big"))
    extent = 1 + rng.uniform(-EXTENT, EXTENT)
    aside = {side: rng.normal(0, PLACE_SPREAD, 3) for side in ("left_hand", "right_hand")}
    keys = [(second, _varied(pose, extent, aside)) for second, pose in _repeated(task)]
    return keyed_body(canonical_skeleton(), keys, round(SECONDS * fps), fps, rng)


def _task(entry: Mapping[str, Any]) -> BodyTask:
    told = entry.get("poses", {})
    poses: dict[str, Pose] = {}

    def pose(name: str) -> Pose:
        if name not in poses:
            changes = dict(told.get(STAND, {}) if name == STAND else told[name])
            base = pose(changes.pop("from")) if "from" in changes else Pose()
            poses[name] = pose_with(base, changes)
        return poses[name]

    keys = tuple((float(second), pose(name)) for second, name in entry["keys"])
    return BodyTask(entry["name"], tuple(entry["captions"]), keys, entry.get("again"))


def _repeated(task: BodyTask) -> list[tuple[float, Pose]]:
    """The keys of a whole clip."""
    keys = list(task.keys)
    if task.again is None:
        return keys
    cycle = [(second, pose) for second, pose in keys if second >= task.again]
    period = cycle[-1][0] - cycle[0][0]
    while keys[-1][0] < SECONDS:
        keys += [(second + period, pose) for second, pose in cycle[1:]]
        cycle = [(second + period, pose) for second, pose in cycle]
    return keys


def _varied(pose: Pose, extent: float, aside: Mapping[str, np.ndarray]) -> Pose:
    changes: dict[str, Any] = {
        field.name: tuple(extent * value for value in getattr(pose, field.name))
        for field in fields(pose)
        if field.name in FIGURES
    }
    for side, shift in aside.items():
        hand: Hand = getattr(pose, side)
        changes[side] = replace(hand, at=tuple(hand.at + shift))
    return replace(pose, **changes)


def _clip(task: BodyTask, variant: int, fps: float) -> Clip:
    motion = body_task_motion(task, variant, fps)
    return Clip(
        id=f"{DATASET}/{task.name}_{variant}", dataset=DATASET, source="training.preparation.body_tasks",
        licence="CC0 1.0: made by formula", subject=DATASET, split="train", frames=Frames.pack(motion),
        captions=tuple(Caption(t, mirror_text(t), 0.0, motion.seconds, "written") for t in task.captions),
        group=task.name, captured=False,
    )  # fmt: skip
