"""Every network of the papers and ours: one forward, one training step of batch 64, and each sampler's steps.

Each measurement has a process of its own, so that its peak memory is its own, too:
`python -m training.benchmarks.backbones NAME KIND` prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from motionmix_core.errors import DataError

from .measures import Row, seconds_of, use_cores
from .runtime import peak_memory_mb

FORWARD_FRAMES = 120  # 6 s of HumanML3D
TRAIN_BATCH, TRAIN_FRAMES = 64, 60
SAMPLED_FRAMES = 16  # short, so that 1,000 steps can be measured rather than extrapolated
STEPS = (10, 50, 1000)
SAMPLERS = ("ddpm", "ddim", "dpmpp_2m")
BACKBONES = ("mdm-enc", "mdm-dec", "mdm-gru", "motion-diffuse", "edge", "ours")
TITLES = {
    "mdm-enc": "MDM, encoder (CLIP text)",
    "mdm-dec": "MDM, decoder (CLIP text)",
    "mdm-gru": "MDM, GRU",
    "motion-diffuse": "MotionDiffuse-style",
    "edge": "EDGE-style (35 music features)",
    "ours": "ours, base-cmu",
}


def measure_backbones(
    cores: int, repeats: int, names: Sequence[str] = BACKBONES, *, processor_time: bool = False
) -> list[Row]:
    """All rows. Raises DataError with the last words of a measurement that failed.

    processor_time: count what each process had of the processor, for machines that others are using too; with one core
    it is what the wall's clock would show if they weren't.
    """
    rows = []
    for kind in ("forward", "train"):
        for name in names:
            rows += _asked(name, kind, cores, repeats, processor_time)
    return rows + _asked("mdm-enc", "samplers", cores, 1, processor_time)


def _asked(name: str, kind: str, cores: int, repeats: int, processor_time: bool = False) -> list[Row]:
    command = [sys.executable, "-m", "training.benchmarks.backbones", name, kind, str(cores), str(repeats)]
    command += ["processor"] if processor_time else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    answers = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not answers:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise DataError(f"{name} could not be measured: {words[-1] if words else 'no answer'}")
    answer = json.loads(answers[-1])
    peak = f"peak memory {answer['peak_mb']:,.0f} MB" if answer["peak_mb"] is not None else ""
    rows = []
    for title, times in answer["times"].items():
        calls = answer["calls"].get(title, 1)
        middle = sorted(times)[len(times) // 2]
        note = f"{calls / middle:,.2f} steps/s, {peak}; {answer['note']}"
        rows.append(Row(title, tuple(times), note=note))
    return rows


def main(arguments: Sequence[str]) -> None:
    """Prints {"times": {title: seconds}, "calls", "peak_mb", "note"} of one measurement."""
    name, kind, cores, repeats = arguments[0], arguments[1], int(arguments[2]), int(arguments[3])
    clock = time.process_time if "processor" in arguments[4:] else time.perf_counter
    use_cores(cores)
    import torch

    torch.set_num_threads(cores)
    torch.manual_seed(0)
    times: dict[str, tuple[float, ...]] = {}
    calls: dict[str, int] = {}
    if kind == "samplers":
        note = f"MDM's encoder, batch 1, {SAMPLED_FRAMES} frames, no guidance"
        from motionmix_core.denoisers.mdm import MDM, MDMConfig

        network = MDM(MDMConfig()).eval()
        _sampling(network, "ddpm", 2)()
        for sampler in SAMPLERS:
            for steps in STEPS:
                title = f"{sampler}, {steps:,} steps"
                run = _sampling(network, sampler, steps)
                times[title] = seconds_of(run, 1 if steps > 50 else 3, clock)
                calls[title] = steps
    else:
        network, run = built(name, *((1, FORWARD_FRAMES) if kind == "forward" else (TRAIN_BATCH, TRAIN_FRAMES)))
        weights = sum(p.numel() for p in network.parameters())
        if kind == "forward":
            network.eval()
            title, note = f"forward, {TITLES[name]}", f"batch 1, {FORWARD_FRAMES} frames, {weights / 1e6:.1f} M weights"

            def action() -> None:
                with torch.no_grad():
                    run()
        else:
            optimiser = torch.optim.AdamW(network.parameters(), lr=1e-4)
            title, note = f"training step, {TITLES[name]}", f"batch {TRAIN_BATCH}, {TRAIN_FRAMES} frames, AdamW, fp32"

            def action() -> None:
                optimiser.zero_grad(set_to_none=True)
                run().square().mean().backward()
                optimiser.step()

        action()
        times[title] = seconds_of(action, repeats if kind == "forward" else max(1, repeats // 3), clock)
    print(json.dumps({"times": times, "calls": calls, "peak_mb": peak_memory_mb(os.getpid()), "note": note}))


def built(name: str, batch: int, frames: int) -> tuple[Any, Callable[[], Any]]:
    """A network of the published size and a call of it on noise."""
    import torch

    from motionmix_core.denoisers.edge import EDGE, EdgeConfig
    from motionmix_core.denoisers.mdm import MDM, MDMConfig
    from motionmix_core.denoisers.motion_diffuse import ClipTokens, MotionDiffuse

    t = torch.full((batch,), 500)
    lengths = torch.full((batch,), frames)
    if name == "ours":
        return _ours(batch, frames)
    if name == "edge":
        edge = EDGE(EdgeConfig(music_width=35))
        x, music = torch.randn(batch, frames, 151), torch.randn(batch, frames, 35)
        return edge, lambda: edge(x, t, music)
    x = torch.randn(batch, frames, 263)
    if name == "motion-diffuse":
        diffuse = MotionDiffuse()
        text = ClipTokens(torch.randn(batch, 77, 512), torch.full((batch,), 7))
        return diffuse, lambda: diffuse(x, t, text, lengths)
    architecture: Any = {"mdm-enc": "trans_enc", "mdm-dec": "trans_dec", "mdm-gru": "gru"}[name]
    layers = 2 if architecture == "gru" else 8
    mdm = MDM(MDMConfig(architecture=architecture, layers=layers))
    pooled = torch.randn(batch, 512)
    return mdm, lambda: mdm(x, t, pooled, lengths)


def _ours(batch: int, frames: int) -> tuple[Any, Callable[[], Any]]:
    """The shipped model's network with fresh weights, by the config that trains it."""
    import torch

    from motionmix_core.conditions.text import TEXT_WIDTH
    from motionmix_core.denoisers.motion_transformer import MotionTransformer
    from motionmix_core.mixed_data.config import load_config
    from motionmix_core.representation.default import FEATURES

    config = load_config(Path(__file__).resolve().parents[1] / "configs" / "base-cmu.toml")
    network = MotionTransformer(config.network)
    frames -= frames % 4
    x, mask = torch.randn(batch, frames, FEATURES), torch.zeros(batch, frames, FEATURES)
    tokens, pooled = torch.randn(batch, 32, TEXT_WIDTH), torch.randn(batch, TEXT_WIDTH)
    ones, whole, level = torch.ones(batch, 32), torch.ones(batch, frames), torch.full((batch,), 0.7)
    return network, lambda: network(x, mask, level, tokens, ones, pooled, whole)


def _sampling(network: Any, sampler: Any, steps: int) -> Callable[[], object]:
    """One short motion by a sampler, ready to be timed."""
    import torch

    from motionmix_core.denoisers.mdm import as_predictor
    from motionmix_core.diffusion import SeededNoise, named_schedule, sample

    noise = SeededNoise(0, (1, SAMPLED_FRAMES, network.config.features))
    schedule = named_schedule("cosine", 1000)
    schedule = schedule if steps == 1000 else schedule.respaced(steps)
    predict = as_predictor(network, torch.randn(1, 512))

    def run() -> None:
        with torch.no_grad():
            start = torch.from_numpy(noise.initial())
            sample(predict, start, schedule, sampler=sampler, noise=lambda call: torch.from_numpy(noise(call)))

    return run


if __name__ == "__main__":
    main(sys.argv[1:])
