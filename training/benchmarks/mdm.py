"""MDM's network with as many parameters as ours, making 6 s with its published sampler: the figure to beat."""

from __future__ import annotations

import json
import struct
from bisect import bisect_left
from functools import cache
from math import prod
from pathlib import Path

import torch

from motionmix_core.denoisers.mdm import MDM, MDMConfig, as_predictor
from motionmix_core.diffusion import SeededNoise, named_schedule, sample, with_guidance

from .measures import REFERENCE, Row, seconds_of
from .runtime import CLIP_SECONDS

FPS = 20.0  # of the data that MDM was published on
GUIDANCE = 2.5


def measure_mdm(parameters: int, threads: int, repeats: int, full_run: bool) -> list[Row]:
    """A 6 s clip (120 frames of 263 features) with guidance in 50 and 1,000 DDPM steps; text encoding isn't counted.

    full_run: measure 1,000 steps once, else extrapolate from 50 and say so.
    """
    torch.set_num_threads(threads)
    network = mdm_of_size(parameters).eval()
    count = sum(p.numel() for p in network.parameters())
    text = torch.randn(1, network.config.condition_width, generator=torch.Generator().manual_seed(0))
    note = f"torch, {count / 1e6:.1f} M parameters, width {network.config.width}, DDPM, guidance as two network calls"

    def run(steps: int) -> None:
        noise = SeededNoise(0, (1, round(CLIP_SECONDS * FPS), network.config.features))
        predict = with_guidance(
            as_predictor(network, text), as_predictor(network, text, unconditional=True), weight=GUIDANCE
        )
        schedule = named_schedule("cosine", 1000)
        with torch.no_grad():
            sample(
                predict,
                torch.from_numpy(noise.initial()),
                schedule if steps == 1000 else schedule.respaced(steps, "even"),
                sampler="ddpm",
                noise=lambda call: torch.from_numpy(noise(call)),
            )

    run(2)
    fifty = seconds_of(lambda: run(50), max(2, repeats // 3))
    rows = [Row("MDM, same size, 50 steps", fifty, timed=True, note=note)]
    if full_run:
        rows.append(Row(REFERENCE, seconds_of(lambda: run(1000), 1), timed=True, note="measured once"))
    else:
        rows.append(Row(REFERENCE, (rows[0].median * 20,), timed=True, note="EXTRAPOLATED from 50 steps, not measured"))
    return rows


def mdm_of_size(parameters: int) -> MDM:
    """The published encoder's shape (8 layers, feed-forward twice the width, 4 heads) at the width that fits best."""
    widths = range(128, 1025, 16)
    above = bisect_left(widths, parameters, key=_parameters)  # counting builds the network, so count few
    best = min(
        widths[max(above - 1, 0) : above + 1] or widths[-1:], key=lambda width: abs(_parameters(width) - parameters)
    )
    return MDM(MDMConfig(width=best, feedforward=2 * best))


@cache
def _parameters(width: int) -> int:
    with torch.device("meta"):
        return sum(p.numel() for p in MDM(MDMConfig(width=width, feedforward=2 * width)).parameters())


def parameters_of(model: Path) -> int:
    """Number of weights in a model folder, from the header of its safetensors file."""
    with open(model / "weights.safetensors", "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    return sum(prod(entry["shape"]) for name, entry in header.items() if name != "__metadata__")
