"""Motions that differ in ways that a judge must see, with captions that say which is which."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests import motions
from training.preparation.cache import write_cache
from training.preparation.records import Caption, Clip, Frames

KINDS = {
    "stroll": ("someone strolls slowly", "a slow stroll ahead"),
    "march": ("a person marches briskly", "brisk march forward"),
    "turn": ("the figure turns on the spot", "turning around in place"),
    "stand": ("a person stands still", "standing without moving"),
}


def toy_motion(kind: str, rng: np.random.Generator) -> motions.Motion:
    if kind == "stroll":
        return motions.walk(2.0, speed=float(rng.uniform(0.3, 0.5)), step_seconds=0.7)
    if kind == "march":
        return motions.walk(2.0, speed=float(rng.uniform(1.3, 1.6)), step_seconds=0.4)
    if kind == "turn":
        return motions.turn_in_place(2.0)
    return motions.rest(60)


def write_toy_cache(folder: Path, train: int = 6, held_out: int = 2) -> Path:
    """`train` clips of each kind in the training split, `held_out` of each in validation and test."""
    rng = np.random.default_rng(4)
    clips = []
    for split, count in (("train", train), ("val", held_out), ("test", held_out)):
        for kind, captions in KINDS.items():
            for number in range(count):
                motion = toy_motion(kind, rng)
                told = tuple(Caption(text, text, 0.0, 2.0, "written") for text in captions)
                name = f"toy/{split}-{kind}-{number}"
                clips.append(Clip(name, "toy", "formula", "CC0", "1", split, Frames.pack(motion), captions=told))
    return write_cache(folder, clips, 30.0)
