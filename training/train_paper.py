"""Train a paper's network.

    python -m training.train_paper training/configs/papers/mdm-humanml3d.toml --data HumanML3D --run runs/mdm

The same command goes on with a run that was ended or killed. --full-supervision is the backbone's own paper: every clip
as it is, with its annotation, at every timestep.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path

import torch
from tqdm import tqdm

from motionmix_core.mixed_data.paper_config import PaperConfig, load_paper_config
from motionmix_core.mixed_data.roles import RoleSplit

from .command import command
from .papers.checkpoints import LAST, ROLES, load_roles
from .papers.clips import Clips
from .papers.conditioning import build_conditioner
from .papers.dance_clips import DanceClips
from .papers.objective import Objective, body_of
from .papers.open_data import open_clips
from .papers.trainer import PaperTrainer, Progress
from .papers.training_set import TrainingSet, mixed


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.train_paper", description=__doc__)
    add = parser.add_argument
    add("config", type=Path, help="a TOML file, see training/configs/papers")
    add("--data", type=Path, required=True, help="folder of the data set in its published layout")
    add("--run", type=Path, required=True, help="folder of the run; an existing run goes on")
    add("--full-supervision", action="store_true", help="the mix off")
    add("--text-encoder", type=Path, help="folder of CLIP ViT-B/32 or DistilBERT, for networks that read text")
    add("--smpl-models", type=Path, help="folder of SMPL's body model, for the geometric losses (optional)")
    add("--keep", type=Path, help="where encoded captions are kept (default: the run's folder)")
    add("--seed", type=int, default=10, help="of roles, noise, weights and batches (default 10)")
    add("--minutes", type=float, help="end cleanly after so many minutes; run again to go on")
    add("--cpu", action="store_true", help="don't use a GPU")
    add("--threads", type=int, help="CPU threads for torch")
    return parser.parse_args(argv)


def prepare(arguments: argparse.Namespace) -> tuple[PaperConfig, TrainingSet]:
    """The config and the clips with their roles. Raises DataError."""
    config = load_paper_config(arguments.config)
    if arguments.full_supervision:
        config = config.without_mix()
    clips: Clips = open_clips(config, arguments.data)
    for skip in clips.skipped[:5]:
        print(f"left out: {skip.file}: {skip.reason}", file=sys.stderr)
    if len(clips.skipped) > 5:
        print(f"left out: {len(clips.skipped)} in all", file=sys.stderr)
    return config, mixed(config, clips, arguments.seed, _kept_roles(arguments.run, arguments.seed, config))


def _kept_roles(run: Path, seed: int, config: PaperConfig) -> RoleSplit | None:
    """The roles of the run's folder; None to draw them.

    A run that was ended before its first checkpoint leaves roles that nothing was learned with: they hold only for the
    seed and share that they were drawn with. With a checkpoint the trainer compares seed and config.
    """
    roles = load_roles(run)
    if roles is None or not config.mix.enabled or (run / LAST).exists():
        return roles
    if (roles.seed, roles.noisy_ratio) == (seed, config.mix.noisy_ratio):
        return roles
    print(
        f"{run / ROLES}: drawn with seed {roles.seed} and a noisy share of {roles.noisy_ratio:g} by a run that saved "
        f"nothing; drawn anew with seed {seed} and {config.mix.noisy_ratio:g}",
        file=sys.stderr,
    )
    return None


def _run(arguments: argparse.Namespace) -> None:
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    device = torch.device("cuda" if torch.cuda.is_available() and not arguments.cpu else "cpu")
    config, data = prepare(arguments)
    conditioner = build_conditioner(
        config, data.clips.captions(), arguments.text_encoder, arguments.keep or arguments.run / "texts"
    )
    normaliser = None
    if isinstance(data.clips, DanceClips):
        normaliser = data.clips.normaliser
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    bar = tqdm(unit="step", mininterval=2, file=sys.stderr)

    def show(progress: Progress) -> None:
        bar.update(progress.step - bar.n)
        bar.set_postfix(loss=f"{progress.loss:.4f}", refresh=False)
        line = {"step": progress.step, "loss": progress.loss, **progress.parts}
        with open(arguments.run / "log.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    trainer = PaperTrainer(
        config,
        data,
        conditioner,
        Objective(config, body_of(config, arguments.smpl_models), normaliser, device),
        arguments.run,
        seed=arguments.seed,
        device=device,
        stop_requested=lambda: stopping,
        on_progress=show,
    )
    bar.total = trainer.steps
    bar.update(trainer.step)
    noisy = 0 if data.split is None else len(data.split.noisy)
    weights = sum(p.numel() for p in trainer.network.parameters())
    tqdm.write(
        f"{config.name}: {len(data)} clips, {noisy} noisy, {weights / 1e6:.1f} M parameters, from step {trainer.step} "
        f"of {trainer.steps} on {device}",
        file=sys.stderr,
    )
    ended = trainer.run(arguments.minutes)
    bar.close()
    print(json.dumps({"step": ended.step, "ended": ended.why}))


@command
def main(argv: list[str] | None) -> None:
    """Train a network of the papers."""
    _run(_arguments(argv))


if __name__ == "__main__":
    sys.exit(main())
