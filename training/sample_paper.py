"""Motions from a run of training.train_paper, or from a published checkpoint of MDM.

    python -m training.sample_paper runs/mdm --text "a person walks"

    --text / --action / --music   the condition; none of them: unconditional
    --observe clip --between 0.25 0.75     in-betweening: the frames between are made
    --observe clip --part upper            body-part editing: that part is made

Writes .npz (motion on the canonical skeleton), .bvh, or .npy (the network's own numbers, un-normalised as trained).
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from motionmix_core.conditions.music import load_music
from motionmix_core.denoisers.mdm import MDM
from motionmix_core.errors import DataError, RequestError
from motionmix_core.formats.bvh_write import write_bvh
from motionmix_core.formats.motion_npz import load_motion, save_motion
from motionmix_core.formats.published import read_array
from motionmix_core.generation.request import GenerationRequest
from motionmix_core.mixed_data.paper_config import PaperConfig

from .command import command
from .papers.checkpoints import load_checkpoint, load_config
from .papers.conditioning import build_conditioner
from .papers.editing import PARTS, body_part, going_on, in_between
from .papers.networks import build_network
from .papers.public import is_public, open_public
from .papers.request import annotation_of, answer
from .papers.space import Space, load_space


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training.sample_paper",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("run", type=Path, help="folder of a run, or of a published checkpoint (args.json and model*.pt)")
    add("-o", "--output", type=Path, default=Path("motion.npz"), help=".npz, .bvh or .npy (default motion.npz)")
    add("--text", help="what happens, in English")
    add("--action", help="an action's name or number")
    add("--music", type=Path, help="an audio file, or ready features (.npy)")
    add("--seconds", type=float, help="length (default: the network's window)")
    add("--seed", type=int, default=0)
    add("--count", type=int, default=1, help="takes; several get -1, -2, .. before the dot")
    add("--observe", type=Path, help="a known motion: .npz, or .npy in the network's numbers; DiP goes on from its end")
    add("--between", type=float, nargs=2, metavar=("START", "STOP"), help="shares of the length to be filled in")
    add("--part", choices=sorted(PARTS), help="the part of the body to be made anew")
    add("--start-level", type=float, default=1.0, help="noise level to start from: below 1 keeps more of --observe")
    add("--steps", type=int)
    add("--guidance", type=float)
    interval_help = "noise levels, 0 to 1, between which guidance holds (default: all of them, as published)"
    add("--guidance-interval", type=float, nargs=2, metavar=("LOW", "HIGH"), help=interval_help)
    add("--sampler", choices=("ddpm", "ddim", "dpmpp_2m"))
    add("--text-encoder", type=Path, help="folder of CLIP ViT-B/32 or DistilBERT, as in training")
    add("--statistics", type=Path, help="folder of Mean.npy and Std.npy, for a published text checkpoint")
    add("--raw-weights", action="store_true", help="the last weights in place of their average")
    return parser.parse_args(argv)


def _run(arguments: argparse.Namespace) -> list[Path]:
    network, config, space = _opened(arguments)
    if arguments.output.suffix not in (".npz", ".bvh", ".npy"):
        raise DataError(f"{arguments.output}: the file's name must end in .npz, .bvh or .npy")
    prefix = network.config.prefix_frames if isinstance(network, MDM) else 0
    request = request_of(arguments, config, space, prefix)
    annotation_of(request.condition, config)  # before a text encoder is asked for in vain
    texts = [request.prompt] if request.prompt else []
    conditioner = build_conditioner(config, texts, arguments.text_encoder, arguments.run / "texts")
    made = answer(request, network.eval(), config, conditioner, space)
    made = made[:, prefix:]  # a motion that goes on is written without what was there before
    paths = []
    for number, values in enumerate(made, start=1):
        path = arguments.output
        if len(made) > 1:
            path = path.with_name(f"{path.stem}-{number}{path.suffix}")
        _write(path, values, space)
        paths.append(path)
    return paths


def _opened(arguments: argparse.Namespace) -> tuple[nn.Module, PaperConfig, Space]:
    if is_public(arguments.run):
        return open_public(arguments.run, arguments.statistics, use_ema=not arguments.raw_weights)
    config, checkpoint = load_config(arguments.run), load_checkpoint(arguments.run)
    if config is None or checkpoint is None:
        raise DataError(
            f"{arguments.run} holds no run of training.train_paper (config.json and last.pt), nor a published "
            "checkpoint (args.json and model*.pt)"
        )
    network = build_network(config)
    network.load_state_dict(checkpoint.network if arguments.raw_weights else checkpoint.best)
    return network, config, load_space(config, arguments.run)


def request_of(arguments: argparse.Namespace, config: PaperConfig, space: Space, prefix: int = 0) -> GenerationRequest:
    """The request that a command line stands for: every task is one way of filling it in.

    prefix: frames of the observed motion that a network goes on from (DiP), 0 for others.
    """
    request = GenerationRequest(
        prompt=arguments.text or "",
        action=arguments.action or "",
        music=None if arguments.music is None else load_music(arguments.music),
        seconds=config.data.frames / space.fps if arguments.seconds is None else arguments.seconds,
        seed=arguments.seed,
        count=arguments.count,
        steps=arguments.steps,
        sampler=arguments.sampler,
        guidance=arguments.guidance,
        guidance_interval=arguments.guidance_interval,
        foot_lock=False,
    )
    if arguments.observe is None:
        if arguments.between or arguments.part:
            raise RequestError("--between and --part need the motion that holds elsewhere: --observe FILE")
        if prefix:
            raise RequestError(f"this network goes on from {prefix} frames of a known motion: --observe FILE")
        return request
    known = observed_of(arguments.observe, space)
    if prefix:
        return going_on(request, known[-prefix:], space)
    known = known[: config.data.frames]
    if arguments.part:
        request = body_part(request, known, arguments.part, space)
    elif arguments.between:
        request = in_between(request, known, space, *arguments.between)
    else:
        raise RequestError("say what of the observed motion is to be made anew: --between START STOP or --part NAME")
    return replace(request, start_level=arguments.start_level)


def observed_of(path: Path, space: Space) -> NDArray[np.float32]:
    """A known motion in the network's space: a motion file, or an array of numbers as `--output x.npy` writes them."""
    if path.suffix == ".npy":
        return read_array(path, 2, space.features)
    return space.encode(load_motion(path))


def _write(path: Path, values: NDArray[np.float32], space: Space) -> None:
    if path.suffix == ".npy":
        np.save(path, values)
        return
    motion = space.decode(values).motion
    if motion is None:
        raise RequestError("this data's joints aren't those of the canonical skeleton: write its numbers (.npy)")
    if path.suffix == ".bvh":
        write_bvh(path, motion)
    else:
        save_motion(path, motion)


@command
def main(argv: list[str] | None) -> None:
    """Sample a network of the papers and name the files written."""
    with torch.no_grad():
        for path in _run(_arguments(argv)):
            print(path)


if __name__ == "__main__":
    sys.exit(main())
