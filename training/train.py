"""Train a model: python -m training.train training/configs/base-cmu.toml --run runs/base-cmu [--minutes 25]

The same command resumes a run that was ended or killed. Several processes:
python -m torch.distributed.run --standalone --nproc_per_node 2 -m -- training.train CONFIG --run RUN
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path

import torch
from accelerate import Accelerator
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from motionmix_core.mixed_data.cache import load_cache
from motionmix_core.mixed_data.config import TrainConfig, load_config
from motionmix_core.mixed_data.text_bank import build_text_bank
from motionmix_core.mixed_data.trainer import Progress, Trainer, choose_precision, end_training, validation_config
from motionmix_core.mixed_data.windows import possible_texts
from training.command import command
from training.training_data import told


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("config", type=Path, help="a TOML file, see training/configs")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run; an existing run is resumed")
    parser.add_argument("--cache", type=Path, default=Path(".cache/motion"), help="what training.prepare wrote")
    parser.add_argument("--text-encoder", type=Path, default=Path("pretrained/text-minilm"))
    parser.add_argument("--minutes", type=float, help="end cleanly after so many minutes; run again to go on")
    parser.add_argument("--cpu", action="store_true", help="don't use a GPU")
    parser.add_argument("--threads", type=int, help="CPU threads for torch")
    return parser.parse_args(argv)


def _run(arguments: argparse.Namespace) -> None:
    config = load_config(arguments.config)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    device = torch.device("cuda" if torch.cuda.is_available() and not arguments.cpu else "cpu")
    accelerator = Accelerator(mixed_precision=choose_precision(config.precision, device), cpu=device.type == "cpu")
    _train(arguments, config, accelerator)
    end_training(accelerator)


def _train(arguments: argparse.Namespace, config: TrainConfig, accelerator: Accelerator) -> None:
    main = accelerator.is_main_process

    with accelerator.main_process_first():  # one process encodes, the others read what it kept
        everything = load_cache(arguments.cache)
        if main:
            print(f"learned from, of {arguments.cache}:", *told(everything, config), sep="\n  ", file=sys.stderr)
        cache = everything.told_by(config.data.caption_sources)
        wanted = possible_texts(cache.select("train", config.data.shippable_only), config)
        wanted |= possible_texts(cache.select("val", config.data.shippable_only), validation_config(config))
        texts = build_text_bank(wanted, arguments.text_encoder, config.data.text_tokens, arguments.cache)

    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    writer = SummaryWriter(str(arguments.run / "logs")) if main else None

    def show(progress: Progress) -> None:
        bar.update(progress.step - bar.n)
        bar.set_postfix(loss=f"{progress.loss:.3f}", refresh=False)
        if writer:
            writer.add_scalar("train/loss", progress.loss, progress.step)
            writer.add_scalar("train/steps_per_second", progress.steps_per_second, progress.step)
            for name, value in progress.parts.items():
                writer.add_scalar(f"train/{name}", value, progress.step)

    trainer = Trainer(
        config,
        cache,
        texts,
        arguments.run,
        accelerator=accelerator,
        stop_requested=lambda: stopping,
        on_progress=show,
        on_validation=lambda step, values: _log_validation(writer, arguments.run, step, values),
    )
    bar = tqdm(total=config.steps, disable=not main, unit="step", mininterval=2, file=sys.stderr)
    bar.update(trainer.step)
    if main and trainer.note:
        tqdm.write(trainer.note, file=sys.stderr)
    if main:
        tqdm.write(
            f"{len(cache.select('train', config.data.shippable_only))} clips, {len(texts.index)} texts, "
            f"{trainer.parameters / 1e6:.1f} M parameters, {accelerator.num_processes} process(es) on "
            f"{accelerator.device}, {accelerator.mixed_precision}; from step {trainer.step} of {config.steps}",
            file=sys.stderr,
        )
    result = trainer.run(arguments.minutes)
    bar.close()
    if main:
        _log_validation(writer, arguments.run, result.step, result.validation)
        print(json.dumps({"step": result.step, "ended": result.ended, "validation": result.validation}))


def _log_validation(writer: SummaryWriter | None, run: Path, step: int, values: dict[str, float]) -> None:
    if writer is None:
        return
    for name, value in values.items():
        writer.add_scalar(f"validation/{name}", value, step)
    writer.flush()
    with open(run / "validation.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps({"step": step, **values}) + "\n")


@command
def main(argv: list[str] | None) -> None:
    """Train a model."""
    _run(_arguments(argv))


if __name__ == "__main__":
    sys.exit(main())
