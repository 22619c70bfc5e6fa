"""Export a trained run for the runtime: python -m training.export runs/base-cmu -o pretrained/base-cmu

Writes graph.onnx, weights.safetensors (matrices as fp16, kept once) and model.json, checks that ONNX Runtime agrees
with torch within 1e-3, and only then puts them in place. The model card is written by hand and left alone.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from motionmix_core.denoisers.motion_transformer import MotionTransformer, MotionTransformerConfig
from motionmix_core.denoisers.onnx_denoiser import INPUTS, OUTPUT
from motionmix_core.denoisers.root_then_body import RootThenBody, denoiser_of
from motionmix_core.errors import DataError, MotionMixError
from motionmix_core.mixed_data.checkpoints import Checkpoint, load_checkpoint
from motionmix_core.mixed_data.initial_weights import TRANSPOSED, initial_weights
from motionmix_core.onnx_session import open_session
from training import taught
from training.onnx_weights import WEIGHTS_FILE, write_model

OPSET = 18
TOLERANCE = 1e-3
GUIDANCE_INTERVAL = (0.7, 1.0)  # chosen by training.choose_guidance: training/reports/guidance.md
SMOOTHING_FRAMES = 0.53  # of base-cmu; training.choose_smoothing says what it should be for other weights
MODEL_FILES = ("graph.onnx", WEIGHTS_FILE, "model.json")


def example_inputs(
    config: MotionTransformerConfig, batch: int, frames: int, words: int, seed: int = 0
) -> dict[str, np.ndarray]:
    """Random inputs of the network, float32, for tracing and for comparing runtimes."""
    rng = np.random.default_rng(seed)
    shape = (batch, frames, config.features)
    observed = (rng.random(shape) < 0.2).astype(np.float32)
    text_mask = np.ones((batch, words), np.float32)
    text_mask[-1] = 0  # the last sample has no text
    frame_mask = np.ones((batch, frames), np.float32)
    frame_mask[0, frames - config.patch :] = 0
    return {
        "x": rng.standard_normal(shape).astype(np.float32),
        "observed_mask": observed,
        "noise_level": rng.random(batch).astype(np.float32),
        "text_tokens": rng.standard_normal((batch, words, config.text_width)).astype(np.float32) * 0.3,
        "text_mask": text_mask,
        "text_pooled": rng.standard_normal((batch, config.text_width)).astype(np.float32) * 0.05,
        "frame_mask": frame_mask,
    }


def to_onnx(network: MotionTransformer | RootThenBody) -> onnx.ModelProto:
    """The network as an ONNX graph with its weights inline; batch, frames and words are free."""
    inputs = example_inputs(network.config, batch=2, frames=8 * network.config.patch, words=5)
    axes: dict[str, dict[int, str]] = {name: {0: "batch"} for name in (*INPUTS, OUTPUT)}
    for name in ("x", "observed_mask", "frame_mask", OUTPUT):
        axes[name][1] = "frames"
    for name in ("text_tokens", "text_mask"):
        axes[name][1] = "words"
    buffer = io.BytesIO()
    torch.onnx.export(
        network.eval(),
        tuple(torch.from_numpy(inputs[name]) for name in INPUTS),
        buffer,  # type: ignore[arg-type]  # torch takes a file object too; its hints forgot
        input_names=list(INPUTS),
        output_names=[OUTPUT],
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )
    model = onnx.load_from_string(buffer.getvalue())
    name_as_in_torch(model, network)
    onnx.checker.check_model(model)
    return model


def name_as_in_torch(model: onnx.ModelProto, network: MotionTransformer | RootThenBody) -> None:
    """Give matrices that the exporter transposed, and named by a number, their own name plus ".T".

    So the weights file can be read back into the network (`mixed_data/initial_weights.py`), to go on training it.
    """
    state = {name: tensor.numpy() for name, tensor in network.state_dict().items() if tensor.ndim == 2}
    missing = {name: array for name, array in state.items() if name not in {t.name for t in model.graph.initializer}}
    renamed: dict[str, str] = {}
    for tensor in model.graph.initializer:
        if tensor.name.startswith("onnx::") and len(tensor.dims) == 2:
            values = numpy_helper.to_array(tensor).T
            same = [name for name, array in missing.items() if np.array_equal(array, values)]
            if same:
                missing.pop(same[0])
                renamed[tensor.name] = same[0] + TRANSPOSED
                tensor.name = same[0] + TRANSPOSED
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = renamed.get(name, name)


def largest_difference(folder: Path, network: MotionTransformer | RootThenBody) -> float:
    """Largest |ONNX Runtime - torch| over inputs of several shapes (normalised units)."""
    session = open_session(folder, threads=2)
    worst = 0.0
    for number, (batch, frames, words) in enumerate(((1, 60, 3), (2, 180, 24), (3, 96, 48))):
        feed = example_inputs(network.config, batch, frames, words, seed=number)
        (ours,) = session.run([OUTPUT], feed)
        with torch.no_grad():
            truth = network(*(torch.from_numpy(feed[name]) for name in INPUTS)).numpy()
        worst = max(worst, float(np.abs(ours - truth).max()))
    return worst


def description(checkpoint: Checkpoint, name: str, sha256: str, pivot: float | None, guidance: float) -> dict[str, Any]:
    """The contents of model.json."""
    config = checkpoint.config
    fps = 30.0
    return {
        "format": 1,
        "name": name,
        "representation": "default",
        "fps": fps,
        "features": config.network.features,
        "patch": config.network.patch,
        "mean": [round(float(v), 6) for v in checkpoint.normaliser.mean],
        "std": [round(float(v), 6) for v in checkpoint.normaliser.std],
        "schedule": {"kind": config.schedule, "steps": config.diffusion_steps},
        "pivot_noise_level": pivot,
        "default_steps": 16,
        "default_sampler": "ddim",
        "default_guidance": guidance,
        "guidance_interval": list(GUIDANCE_INTERVAL),
        "smoothing_frames": SMOOTHING_FRAMES,
        "max_seconds": round(config.data.lengths[-1] / fps, 3),
        "min_seconds": 0.5,
        "text_encoder": "minilm-l6",
        "trained_steps": checkpoint.step,
        taught.KEY: taught.record_of(config),
        "weights_sha256": sha256,
    }


def export(
    run: Path,
    out: Path,
    *,
    name: str,
    pivot: float | None = None,
    guidance: float = 2.5,
    blend: Sequence[tuple[Path, float]] = (),
) -> float:
    """Export the EMA weights of a run's last checkpoint; returns the largest difference from torch.

    blend: further runs or exported models, each with its share of the weights (0 to 1), mixed in one after the other.
    Of runs that began with the same weights the mean often keeps what either has learned. What another lacks (a layer
    that came in later) stays the run's own.

    Raises DataError if there is no checkpoint, if the networks differ, or if the exported model doesn't agree.
    """
    checkpoint = _checkpoint(run)
    network = denoiser_of(checkpoint.config.network)
    weights = checkpoint.ema
    for folder, share in blend:
        if not 0 <= share <= 1:
            raise DataError(f"a share of the weights lies between 0 and 1, not at {share}")
        other = initial_weights(folder).network
        if any(key not in weights or value.shape != weights[key].shape for key, value in other.items()):
            raise DataError(f"{folder} has another network than {run}: their weights can't be averaged")
        weights = {key: torch.lerp(value, other.get(key, value), share) for key, value in weights.items()}
    network.load_state_dict(weights)
    return export_network(network, checkpoint, out, name=name, pivot=pivot, guidance=guidance)


def _checkpoint(run: Path) -> Checkpoint:
    checkpoint = load_checkpoint(run)
    if checkpoint is None:
        raise DataError(f"{run} holds no checkpoint")
    return checkpoint


def export_network(
    network: MotionTransformer | RootThenBody,
    checkpoint: Checkpoint,
    out: Path,
    *,
    name: str,
    pivot: float | None,
    guidance: float,
) -> float:
    """As `export`, for a network at hand. Files are put in place only when all is right."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        folder = Path(scratch)
        _round_as_stored(network)
        sha256 = write_model(to_onnx(network), folder)
        worst = largest_difference(folder, network.eval())
        if not worst <= TOLERANCE:
            raise DataError(f"ONNX Runtime differs from torch by {worst:.2g}, more than {TOLERANCE}: not exported")
        table = description(checkpoint, name, sha256, pivot, guidance)
        (folder / "model.json").write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
        out.mkdir(exist_ok=True)
        for file in MODEL_FILES:
            shutil.copyfile(folder / file, out / file)
    return worst


def _round_as_stored(network: MotionTransformer | RootThenBody) -> None:
    """Round the matrices to what ships, so that the runtimes are compared with that.

    Stored as fp16 with the seven bits of bf16's mantissa, in which training computes: the other three say nothing, and
    without them the extension's zip is 5 MB smaller.
    """
    state = network.state_dict()
    network.load_state_dict({k: v.bfloat16().half().float() if v.ndim >= 2 else v for k, v in state.items()})


def main(argv: list[str] | None = None) -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.export", description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--name", help="the model's name; the folder's by default")
    parser.add_argument("--pivot", type=float, help="noise level below which the text is dropped when sampling")
    parser.add_argument("--guidance", type=float, default=2.5)
    parser.add_argument("--blend", nargs=2, metavar=("RUN", "SHARE"), action="append", default=[],
                        help="mix in a share of another run's or model's weights; may be given again")  # fmt: skip
    arguments = parser.parse_args(argv)
    try:
        blend = [(Path(folder), float(share)) for folder, share in arguments.blend]
    except ValueError as error:
        parser.error(f"--blend takes a run and a number ({error})")
    try:
        worst = export(
            arguments.run,
            arguments.out,
            name=arguments.name or arguments.out.name,
            pivot=arguments.pivot,
            guidance=arguments.guidance,
            blend=blend,
        )
    except MotionMixError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    size = (arguments.out / WEIGHTS_FILE).stat().st_size / 1e6
    print(f"{arguments.out}: weights {size:.1f} MB, largest difference from torch {worst:.1e}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
