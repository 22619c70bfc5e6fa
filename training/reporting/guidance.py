"""What guidance does, weight by weight and interval by interval, on captions of the validation split.

For every setting the same captions from the same start noise; beside them real validation clips. Two measures of what
guidance is suspected of taking away are added: multimodality, and how fast the hand moves in work of one hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motionmix_core.diffusion import EVERYWHERE, Interval, checked_interval
from motionmix_core.metrics.distribution import fid, kid
from motionmix_core.metrics.report import Estimate, Table
from motionmix_core.metrics.retrieval import mm_distance, whole_pool_r_precision
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.skeleton import JOINT_NAMES
from training.evaluation.physical import measure
from training.evaluators.judge import Judge

from .memory import Library, nearest_of_each
from .orders import Order
from .scores import Points, multimodal
from .stretches import StretchSet

HAND_PROMPTS = (
    "wash a window",
    "a person stirs a pot",
    "a person wipes a table",
    "paint a wall",
    "a person walks forward and waves",
    "a person waves with the right hand",
)
HAND_SECONDS, HAND_SAMPLES = 5.0, 6
FREE_PROMPTS, FREE_SAMPLES = 8, 5
WRITTEN = ("default_guidance", "guidance_interval")  # what a choice changes in model.json
FORMATS = {
    "R@3 of all": ".3f",
    "MM-Dist": ".2f",
    "FID (8 axes)": ".2f",
    "KID": ".3f",
    "multimodality": ".2f",
    "skating": ".3f",
    "jitter": ".1f",
    "joint speed m/s": ".3f",
    "to training clips m": ".3f",
    "hand m/s": ".2f",
    "seconds": ".2f",
}
WRISTS = tuple(JOINT_NAMES.index(name) for name in ("left_wrist", "right_wrist"))
CHEST = JOINT_NAMES.index("spine3")


@dataclass(frozen=True)
class Setting:
    """A weight of guidance, and the noise levels between which it holds."""

    guidance: float
    interval: Interval = EVERYWHERE

    @property
    def name(self) -> str:
        """Its row in the table."""
        low, high = self.interval
        where = "" if self.interval == EVERYWHERE or self.guidance == 1 else f", {low:g} to {high:g}"
        return f"{self.guidance:g}{where}"

    @classmethod
    def parsed(cls, text: str) -> Setting:
        """From "2.5" or "2.5:0.3:0.95". Raises ValueError for anything else."""
        guidance, *interval = (float(part) for part in text.split(":"))
        if len(interval) not in (0, 2):
            raise ValueError(f"{text!r} is neither a weight nor weight:low:high")
        return cls(guidance, (interval[0], interval[1]) if interval else EVERYWHERE)


@dataclass(frozen=True)
class Orders:
    """What one setting is asked for. captions: one a stretch. free: several samples of some captions. hands: ditto."""

    captions: list[Order]
    free: list[Order]
    hands: list[Order]

    @property
    def all(self) -> list[Order]:
        """Every order once."""
        return list(dict.fromkeys((*self.captions, *self.free, *self.hands)))


def orders_of(wanted: StretchSet, setting: Setting) -> Orders:
    """The orders of one setting; start noise follows from prompt and length, so it is the same for every setting."""
    fps = wanted.data.fps

    def order(prompt: str, seconds: float, number: int = 0) -> Order:
        return Order(prompt, seconds, number, guidance=setting.guidance, interval=setting.interval)

    captions = [order(text, s.frames / fps) for text, s in zip(captions_of(wanted), wanted.stretches, strict=True)]
    free = [
        order(s.caption(0, False), s.frames / fps, number)
        for s in wanted.spread(FREE_PROMPTS).stretches
        for number in range(FREE_SAMPLES)
    ]
    hands = [order(prompt, HAND_SECONDS, number) for prompt in HAND_PROMPTS for number in range(HAND_SAMPLES)]
    return Orders(captions, free, hands)


def captions_of(wanted: StretchSet) -> list[str]:
    """One a stretch, in turn the short one, the full one and the paraphrase."""
    return [s.caption(number, False) for number, s in enumerate(wanted.stretches)]


@dataclass(frozen=True)
class Scale:
    """What samples are held against: real validation motions as judges see them, and the training clips.

    groups: ids of captions that say the same, one a stretch. reference, axes: of each judge by name.
    """

    wanted: StretchSet
    judges: Sequence[Judge]
    groups: NDArray[np.int64]
    reference: dict[str, Points]
    axes: dict[str, Points]
    library: Library

    def row(self, positions: Sequence[NDArray], motions: Sequence[Motion]) -> dict[str, Estimate]:
        """positions (T, 22, 3) and motions of one sample a stretch, in the stretches' order."""
        fps, captions = self.wanted.data.fps, captions_of(self.wanted)
        found: dict[str, list[float]] = {name: [] for name in ("R@3 of all", "MM-Dist", "FID (8 axes)", "KID")}
        for judge in self.judges:
            made, text, axes = judge.motions(positions, fps), judge.texts(captions), self.axes[judge.name]
            real = self.reference[judge.name]
            found["R@3 of all"].append(float(whole_pool_r_precision(text, made, self.groups)[-1]))
            found["MM-Dist"].append(mm_distance(text, made))
            found["FID (8 axes)"].append(fid(made @ axes, real @ axes))
            found["KID"].append(kid(made, real, np.random.default_rng(0), 20, len(made) * 4 // 5))
        physical = [measure(motion) for motion in motions]
        near = nearest_of_each(self.library, positions, fps)
        return {
            **{name: Estimate(float(np.mean(values))) for name, values in found.items()},
            "skating": Estimate(float(np.mean([one["skate GMD"] for one in physical]))),
            "jitter": Estimate(float(np.mean([one["jitter"] for one in physical]))),
            "joint speed m/s": Estimate(float(np.mean([one["joint speed m/s"] for one in physical]))),
            "to training clips m": Estimate(float(np.median([one.metres for one in near]))),
        }

    def variety(self, positions: Sequence[NDArray]) -> Estimate:
        """Multimodality of FREE_SAMPLES samples each of some captions, mean of the judges."""
        found = [
            multimodal(judge.motions(positions, self.wanted.data.fps).reshape(-1, FREE_SAMPLES, self._width(judge)))
            for judge in self.judges
        ]
        return Estimate(float(np.mean([one.mean for one in found])))

    def _width(self, judge: Judge) -> int:
        return int(self.reference[judge.name].shape[1])


def hand_speeds(motions: Iterable[Motion]) -> list[float]:
    """Mean speed of the busier wrist relative to the chest, in m/s, of each motion."""
    speeds = []
    for motion in motions:
        places = motion.positions()
        steps = np.diff(places[:, WRISTS] - places[:, [CHEST]], axis=0)
        speeds.append(float(np.linalg.norm(steps, axis=-1).mean(axis=0).max() * motion.fps))
    return speeds


def table_of(rows: dict[str, dict[str, Estimate]], title: str) -> Table:
    """One row a setting."""
    return Table(title, tuple(FORMATS), rows, formats=FORMATS, row_header="guidance")


def set_guidance(model: Path, setting: Setting) -> None:
    """Put a setting into model.json, beside all else that it says."""
    from motionmix_core.files import written_whole

    path = model / "model.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    low, high = checked_interval(setting.interval)
    said |= {"default_guidance": setting.guidance, "guidance_interval": [low, high]}
    with written_whole(path) as file:
        file.write(json.dumps(said, indent=1) + "\n")
