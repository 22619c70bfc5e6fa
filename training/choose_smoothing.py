"""Choose how much a model's motions are smoothed: python -m training.choose_smoothing pretrained/base-cmu [--write]

A network that makes two frames at a time leaves a flutter at half the frame rate; the low-pass that takes it away takes
speed as well when it is too strong. So its width is set where generated motion shakes as much for its speed as real
motion does, on the captions of clean validation clips (noisy ones shake twice as much, which nobody wants back). The
chosen width is the `smoothing_frames` of model.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motionmix_core.errors import DataError, MotionMixError
from motionmix_core.files import written_whole
from motionmix_core.generation import GenerationRequest, Generator
from motionmix_core.generation.feet import lock_free_feet, standing_feet
from motionmix_core.generation.smoothing import smoothed
from motionmix_core.metrics import jitter, skating
from motionmix_core.metrics.report import Estimate, Table
from motionmix_core.motion.motion import Motion
from motionmix_core.representation.default import decode, encode
from training.evaluation.clip_cache import DEFAULT_CACHE
from training.reporting.orders import Order
from training.reporting.stretches import StretchSet, read_stretches

WIDTHS = (0.0, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9, 1.0)
SHAKING = "jitter for its speed"
FORMATS = {SHAKING: ".1f", "jitter": ".1f", "skating": ".3f", "joint speed m/s": ".3f", "moved mm": ".1f"}


@dataclass(frozen=True)
class Unfinished:
    """A motion as the network made it, and when its feet stand (T, 4)."""

    motion: Motion
    standing: NDArray[np.bool_]

    def finished(self, width: float) -> Motion:
        """Smoothed by a Gaussian of `width` frames, feet held."""
        motion = decode(smoothed(encode(self.motion), None, width), self.motion.fps) if width else self.motion
        return lock_free_feet(motion, standing_feet(motion, self.standing), None)


def generate(model: Path, wanted: StretchSet) -> list[Unfinished]:
    """A motion for the first caption of every stretch, neither smoothed nor its feet held."""
    generator = Generator(model.resolve().parent, threads=1)
    denoiser = generator.denoiser(model.resolve().name)
    denoiser.description = replace(denoiser.description, smoothing_frames=0.0)
    made = []
    for stretch in wanted.stretches:
        order = Order(stretch.caption(0, False), stretch.frames / wanted.data.fps)
        request = GenerationRequest(
            order.prompt, order.seconds, seed=order.seed, model=model.resolve().name, foot_lock=False, literal=True
        )
        result = generator.generate(request)
        made.append(Unfinished(result.motions[0], result.contacts[0]))
    return made


def table_of(made: Sequence[Unfinished], real: Sequence[NDArray[np.float32]], widths: Sequence[float]) -> Table:
    """A row a width below the row of real motion; real: joint positions (T, 22, 3)."""
    fps = made[0].motion.fps
    rows = {"real": _measured(real, fps)}
    first = [unfinished.finished(0.0).positions() for unfinished in made]
    for width in widths:
        places = [unfinished.finished(width).positions() for unfinished in made]
        moved = [1000 * float(np.linalg.norm(a - b, axis=-1).mean()) for a, b in zip(places, first, strict=True)]
        rows[f"{width:g} frames"] = {**_measured(places, fps), "moved mm": Estimate.of(moved)}
    return Table("Smoothing of generated motion", tuple(FORMATS), rows, formats=FORMATS, row_header="motions")


def chosen(table: Table, widths: Sequence[float]) -> float:
    """The width between the two that shake more and less than real motion; the strongest if none is enough."""
    real = table.rows["real"][SHAKING].mean
    values = [table.rows[f"{width:g} frames"][SHAKING].mean for width in widths]
    for (low, above), (high, below) in pairwise(zip(widths, values, strict=True)):
        if above >= real >= below:
            part = (above - real) / max(above - below, 1e-9)
            return round(low + part * (high - low), 2)
    return widths[0] if values[0] < real else widths[-1]


def set_width(model: Path, width: float) -> None:
    """Put the width into model.json, beside all else that it says."""
    path = model / "model.json"
    table = json.loads(path.read_text(encoding="utf-8"))
    with written_whole(path) as file:
        file.write(json.dumps({**table, "smoothing_frames": width}, indent=1) + "\n")


def _measured(places: Sequence[NDArray], fps: float) -> dict[str, Estimate]:
    shaking = np.array([jitter.jitter(p, fps) for p in places])
    speeds = np.array([float(np.linalg.norm(np.diff(p, axis=0), axis=-1).mean() * fps) for p in places])
    return {
        SHAKING: Estimate(float(shaking.sum() / speeds.sum())),  # not of each: who stands still would decide
        "jitter": Estimate.of(shaking),
        "skating": Estimate.of([skating.gmd_skating_ratio(p, fps) for p in places]),
        "joint speed m/s": Estimate.of(speeds),
    }


def clean_stretches(cache: Path, count: int) -> StretchSet:
    """At most `count` captioned stretches of the validation clips that aren't noisy."""
    clips = json.loads((cache / "manifest.json").read_text(encoding="utf-8"))["clips"]
    clean = {clip["id"] for clip in clips if clip["clean"]}
    wanted = read_stretches(cache, "val")
    found = tuple(s for s in wanted.stretches if s.clip in clean)
    if not found:
        raise DataError(f"{cache} has no clean captioned motion in its split 'val', to learn from how much is natural")
    return replace(wanted, stretches=found).spread(count)


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, or 2 after one clear line about what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.choose_smoothing", description=__doc__)
    parser.add_argument("model", type=Path, help="a model folder")
    parser.add_argument("--samples", type=int, default=48, help="validation stretches (%(default)s)")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="what training.prepare wrote (%(default)s)")
    parser.add_argument("--write", action="store_true", help="put the chosen width into model.json")
    arguments = parser.parse_args(argv)
    try:
        wanted = clean_stretches(arguments.cache, arguments.samples)
        made = generate(arguments.model, wanted)
        table = table_of(made, wanted.positions()[::2], WIDTHS)
        width = chosen(table, WIDTHS)
        if arguments.write:
            set_width(arguments.model, width)
    except (MotionMixError, OSError, ValueError) as error:
        print(f"choose_smoothing: {error}", file=sys.stderr)
        return 2
    print(table.markdown())
    print(f"chosen: {width:g} frames{' (written)' if arguments.write else ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
