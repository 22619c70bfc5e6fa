"""Fit a run's waves of the frame's number alone: python -m training.fit_waves runs/base-cmu

A few hundred steps into a run whose config sets `frame_waves`: the strokes of clips that begin with their window are
fitted to what the network leaves over, and put into the run's last checkpoint; `training.train` then goes on with all
weights. `motionmix_core/mixed_data/waves_fit.py` says why. End a run that is under way first.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from tqdm import tqdm

from motionmix_core.errors import DataError
from motionmix_core.mixed_data.cache import load_cache
from motionmix_core.mixed_data.checkpoints import load_checkpoint, save_checkpoint
from motionmix_core.mixed_data.text_bank import build_text_bank
from motionmix_core.mixed_data.waves_fit import FitConfig, fit_waves
from motionmix_core.mixed_data.windows import possible_texts
from training.command import command


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.fit_waves", description=__doc__)
    parser.add_argument("run", type=Path, help="folder of the run")
    parser.add_argument("--cache", type=Path, default=Path(".cache/motion"), help="what training.prepare wrote")
    parser.add_argument("--text-encoder", type=Path, default=Path("pretrained/text-minilm"))
    parser.add_argument("--batches", type=int, default=FitConfig.batches, help="of 64 windows to fit to")
    parser.add_argument("--steps", type=int, default=FitConfig.steps)
    parser.add_argument("--seed", type=int, default=FitConfig.seed)
    parser.add_argument("--threads", type=int, help="CPU threads for torch")
    return parser.parse_args(argv)


@command
def main(argv: list[str] | None) -> None:
    """Fit the waves of a run and write its checkpoint again."""
    arguments = _arguments(argv)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    checkpoint = load_checkpoint(arguments.run)
    if checkpoint is None:
        raise DataError(f"{arguments.run} holds no checkpoint")
    config = checkpoint.config
    cache = load_cache(arguments.cache, config.data.caption_sources)
    wanted = possible_texts(cache.select("train", config.data.shippable_only), config)
    texts = build_text_bank(wanted, arguments.text_encoder, config.data.text_tokens, arguments.cache)
    with tqdm(total=1.0, bar_format="{desc}: {percentage:3.0f}% [{elapsed}]", file=sys.stderr) as bar:

        def show(part: str, done: float) -> None:
            bar.set_description(part)
            bar.update(done - bar.n)

        fit = FitConfig(batches=arguments.batches, steps=arguments.steps, seed=arguments.seed)
        fitted = fit_waves(checkpoint, cache, texts, fit, show)
    save_checkpoint(
        arguments.run,
        step=checkpoint.step,
        config=config,
        normaliser=checkpoint.normaliser,
        network={**checkpoint.network, **fitted.weights},
        ema={**checkpoint.ema, **fitted.weights},
        optimiser=checkpoint.optimiser,
        clips=checkpoint.clips,
    )
    print(f"{arguments.run}: the waves leave over {100 * fitted.left:.0f} % of what the network left over")


if __name__ == "__main__":
    sys.exit(main())
