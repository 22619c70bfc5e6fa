"""Learned curves: the small network that bends a plain curve through a gap into what bodies do there.

A cubic is what an animator gets from Bezier keys; over a third of a second and more bodies swing, step and shift their
weight instead. The network, a transformer over the poses beside the gap and along the cubic, answers with what is added
to the cubic in rotation space ("delta" in-betweening, Oreshkin et al. 2023): nothing at the ends, so keys are hit
whatever it says. It is deterministic, and the mean of what may happen there; `in_between` gives it to the diffusion
model to start from. Numpy only: it runs where the request is built.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..generation.models import default_models_dir, shipped_models_dir
from ..motion.kinematics import global_to_local
from ..motion.motion import Motion
from ..motion.rotations import axis_angle_to_quat, quat_apply, quat_mul
from ..retarget.planting import runs
from .gap_tokens import POSE, GapTokens, tokens_of
from .gap_view import FUTURE, PAST, SPEED_OVER, GapView, mirrored_course
from .interpolation import interpolated
from .keys import Held

FOLDER, WEIGHTS = "in-between", "weights.safetensors"
LONGEST = 50
"""Missing frames, at 30 a second, up to which it was trained."""
ROOT_SCALE, TURN_SCALE = 0.1, 0.3
"""Metres and radians that its numbers are counted in."""
SOON = 10
"""Frames behind a key in which another one makes the curve through both worth believing: with keys 8 and 10 frames
apart that was better on validation clips (1.4 and 2.1 cm off against 1.5 and 2.3), with 12 and more it was worse."""
SCALE = ".scale"
"""Ending of the name of what a matrix of bytes is to be multiplied by, row by row."""
_DTYPES = {"F16": np.float16, "F32": np.float32, "I8": np.int8}


HEAD = 32
"""Width of an attention head."""


@dataclass(frozen=True, eq=False)
class GapNetwork:
    """Transformer encoders with biases by distance in time, whose answers' mean is taken.

    tensors: as `training.in_between.network` names them, each with a leading axis of the M members. Members that were
    taught apart miss by different things: their mean is nearer to the truth than any of them.
    """

    tensors: dict[str, NDArray[np.float32]]

    def __call__(self, tokens: GapTokens) -> NDArray[np.float32]:
        """(B, K, 69): corrections to the curve at its knots, in ROOT_SCALE and TURN_SCALE."""
        t, last, known = self.tensors, tokens.last, tokens.known.shape[1]
        mean, std = (t[name][:, None, None] for name in ("mean", "std"))
        poses, curve = ((x - mean) / std for x in (tokens.known[..., :POSE], tokens.curve))
        changes = tokens.known[..., POSE:] / std
        ends = (poses[:, :, at, None] for at in (last, last + 1))
        seen = self._linear(np.concatenate((poses, changes), axis=-1), "known")
        seen += t["kind.weight"][:, None, tokens.kinds]
        asked = self._linear(np.concatenate((curve, *(curve - end for end in ends)), axis=-1), "curve")
        hidden = np.concatenate((seen, asked), axis=2) + self._linear(tokens.times()[None, None], "time")
        apart = tokens.apart()
        for layer in range(sum(name.endswith(".near") for name in t)):
            hidden = hidden + self._attended(hidden, f"layers.{layer}", apart)
            inner = self._linear(self._normed(hidden, f"layers.{layer}.norm2"), f"layers.{layer}.up")
            hidden = hidden + self._linear(_gelu(inner), f"layers.{layer}.down")
        return np.asarray(self._linear(self._normed(hidden[:, :, known:], "norm"), "out").mean(axis=0))

    def courses(self, view: GapView) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(B, n, 3) root positions and (B, n, 22, 4) world rotations at the missing frames.

        The mean of what it says of the gap and of its mirror image, so that left and right are treated alike.
        """
        scale = np.r_[np.full(3, ROOT_SCALE), np.full(66, TURN_SCALE)]
        both = view.with_mirrored()
        seen, mirrored = np.split(self(tokens_of(both)), 2)
        bent = 0.5 * (seen + mirrored_course(mirrored))
        course = both.curve()[: len(seen)] + view.bends() @ bent * scale
        turns = axis_angle_to_quat(course[..., 3:].reshape(*course.shape[:2], 22, 3))
        root = view.root[:, view.last, None] + quat_apply(view.facing()[:, None], course[..., :3])
        return root, quat_mul(view.rotations[:, view.last, None], turns)

    def _attended(self, hidden: NDArray[np.float32], layer: str, apart: NDArray[np.int64]) -> NDArray[np.float32]:
        split = self._linear(self._normed(hidden, f"{layer}.norm1"), f"{layer}.qkv")
        split = split.reshape(*hidden.shape[:3], 3, -1, HEAD)
        queries, keys, values = np.moveaxis(split, (3, 4), (0, 3))  # each (M, B, heads, T, HEAD)
        near = self.tensors[f"{layer}.near"][:, None][..., apart]
        scores = queries @ np.swapaxes(keys, -1, -2) * HEAD**-0.5 + near
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = weights / weights.sum(axis=-1, keepdims=True) @ values
        return self._linear(np.swapaxes(mixed, 2, 3).reshape(hidden.shape), f"{layer}.out")

    def _normed(self, x: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        centred = x - x.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
        weight, bias = (self.tensors[f"{name}.{part}"][:, None, None] for part in ("weight", "bias"))
        return np.asarray(centred / spread * weight + bias)

    def _linear(self, x: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        """(M or 1, B, T, in) -> (M, B, T, out): one product a member."""
        weight, bias = (self.tensors[f"{name}.{part}"] for part in ("weight", "bias"))
        made = x.reshape(len(x), -1, x.shape[-1]) @ np.swapaxes(weight, -1, -2) + bias[:, None]
        return np.asarray(made.reshape(len(made), *x.shape[1:-1], -1))


def gap_network(models_dir: Path | None = None) -> GapNetwork | None:
    """The network, read once; None where it isn't installed.

    models_dir: where it is looked for; None = the folder of models in use, else that of those that ship, so that a
    folder of one's own models needs no copy of it.

    Raises:
        ModelError: its file is damaged.
    """
    folders = [default_models_dir(), shipped_models_dir()] if models_dir is None else [models_dir]
    files = [folder / FOLDER / WEIGHTS for folder in folders]
    return next((_opened(file) for file in files if file.is_file()), None)


def learned(motion: Motion, held: Held, network: GapNetwork | None = None) -> Motion:
    """As `interpolated`, at the model's frame rate; gaps between whole poses get learned curves.

    Longer gaps, and those in which a part of the body holds, keep the plain ones. Of gaps in a row each is made twice:
    the second time it goes over into what was made of its neighbours.
    """
    network = gap_network() if network is None else network
    plain = interpolated(motion, held)
    if network is None:
        return plain
    root, world = plain.root_positions.copy(), plain.global_rotations().copy()
    whole = held.poses
    gaps = [
        (start, stop)
        for start, stop in runs(~held.frames)
        if stop - start <= LONGEST and start > 0 and stop < len(whole) and whole[start - 1] and whole[stop]
    ]
    for made in (False, True) if len(gaps) > 1 else (False,):
        for start, stop in gaps:
            view = _view(root, world, held, start, stop, made)
            made_root, made_world = network.courses(view)
            root[start:stop], world[start:stop] = made_root[0], made_world[0]
    return Motion(plain.skeleton, root, global_to_local(world, plain.skeleton.parents), plain.fps)


def _view(
    root: NDArray[np.float64], world: NDArray[np.float64], held: Held, start: int, stop: int, made: bool
) -> GapView:
    """One gap, between whose neighbours keys are passed through without a stop.

    made: whether the gap behind has been made, too; before, only the one in front has. The plain curve there is looked
    at where another key comes soon; elsewhere it would only mislead.
    """
    last = start - 1
    frames = [*(last - step for step in PAST), last, stop, *(stop + step for step in FUTURE)]
    looked_at = len(root) if made else SOON
    moves = bool(held.frames[:last].any()), bool(held.frames[stop + 1 : stop + 1 + looked_at].any())
    at = np.clip(frames, 0, len(root) - 1)
    before, behind = held.poses[max(last - SPEED_OVER, 0) : start], held.poses[stop : stop + SPEED_OVER + 1]
    turns_on = bool(before.sum() > SPEED_OVER), bool(behind.sum() > SPEED_OVER)  # seen, and not a curve's
    return GapView(root[None, at], world[None, at], moves, stop - start, turns_on)


def _gelu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return 0.5 * x * (1 + np.tanh(0.7978846 * x * (1 + 0.044715 * x * x)))  # a power would cost half the network


@cache
def _opened(file: Path) -> GapNetwork:
    return GapNetwork(read_tensors(file))


def read_tensors(file: Path) -> dict[str, NDArray[np.float32]]:
    """The arrays of a safetensors file of bytes with scales, halves or floats; ModelError: it is damaged."""
    try:
        data = file.read_bytes()
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])
        found = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            first, last = (8 + size + offset for offset in entry["data_offsets"])
            values = np.frombuffer(data[first:last], _DTYPES[entry["dtype"]])
            found[name] = values.reshape(entry["shape"]).astype(np.float32)
        return {
            name: values * found[name + SCALE][..., None] if name + SCALE in found else values
            for name, values in found.items()
            if not name.endswith(SCALE)
        }
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise ModelError(f"{file} is damaged: reinstall MotionMix.") from error
