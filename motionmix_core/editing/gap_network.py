"""Learned curves: the small network that bends a plain curve through a gap into what bodies do there.

A cubic is what an animator gets from Bezier keys; over a third of a second and more bodies swing, step and shift their
weight instead. The network answers with a few sine waves for the root and each joint that are added to the cubic in
rotation space ("delta" in-betweening, Oreshkin et al. 2023): zero at the ends, so keys are hit whatever it says. It is
deterministic, and the mean of what may happen there; `in_between` gives it to the diffusion model to start from.
Numpy only: it runs where the request is built.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..generation.models import default_models_dir
from ..motion.kinematics import global_to_local
from ..motion.motion import Motion
from ..motion.rotations import axis_angle_to_quat, quat_apply, quat_mul
from ..retarget.planting import runs
from .gap_view import FUTURE, PAST, WAVES, GapView, mirrored_course
from .interpolation import interpolated
from .keys import Held

FOLDER, WEIGHTS = "in-between", "weights.safetensors"
LONGEST = 50
"""Missing frames, at 30 a second, up to which it was trained."""
ROOT_SCALE, TURN_SCALE = 0.1, 0.3
"""Metres and radians that its numbers are counted in."""
SCALE = ".scale"
"""Ending of the name of what a matrix of bytes is to be multiplied by, row by row."""
_DTYPES = {"F16": np.float16, "F32": np.float32, "I8": np.int8}


@dataclass(frozen=True, eq=False)
class GapNetwork:
    """A residual MLP. tensors: as `training.in_between.network` names them."""

    tensors: dict[str, NDArray[np.float32]]

    def __call__(self, numbers: NDArray[np.float32]) -> NDArray[np.float32]:
        """(B, N) of `GapView.numbers` -> (B, WAVES, 69): how much of each wave."""
        t = self.tensors
        hidden = self._linear((numbers - t["mean"]) / t["std"], "inp")
        for block in range(sum(name.startswith("blocks.") and name.endswith(".1.weight") for name in t)):
            inner = self._linear(_normed(hidden, t, f"blocks.{block}.0"), f"blocks.{block}.1")
            hidden = hidden + self._linear(_gelu(inner), f"blocks.{block}.4")
        out = self._linear(_normed(hidden, t, "norm"), "out")
        return np.asarray(out.reshape(len(numbers), WAVES, -1))

    def courses(self, view: GapView) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(B, n, 3) root positions and (B, n, 22, 4) world rotations at the missing frames.

        The mean of what it says of the gap and of its mirror image, so that left and right are treated alike.
        """
        scale = np.r_[np.full(3, ROOT_SCALE), np.full(66, TURN_SCALE)]
        bent = 0.5 * (self(view.numbers()) + mirrored_course(self(view.mirrored().numbers())))
        course = view.curve() + view.waves() @ bent * scale
        turns = axis_angle_to_quat(course[..., 3:].reshape(*course.shape[:2], 22, 3))
        root = view.root[:, view.last, None] + quat_apply(view.facing()[:, None], course[..., :3])
        return root, quat_mul(view.rotations[:, view.last, None], turns)

    def _linear(self, x: NDArray[np.floating], name: str) -> NDArray[np.floating]:
        return np.asarray(x @ self.tensors[f"{name}.weight"].T + self.tensors[f"{name}.bias"])


def gap_network(models_dir: Path | None = None) -> GapNetwork | None:
    """The network that ships, read once; None where it isn't installed.

    Raises:
        ModelError: its file is damaged.
    """
    file = (models_dir or default_models_dir()) / FOLDER / WEIGHTS
    return _opened(file) if file.is_file() else None


def learned(motion: Motion, held: Held, network: GapNetwork | None = None) -> Motion:
    """As `interpolated`, at the model's frame rate; gaps between whole poses get learned curves.

    Longer gaps, and those in which a part of the body holds, keep the plain ones.
    """
    network = gap_network() if network is None else network
    plain = interpolated(motion, held)
    if network is None:
        return plain
    root, world = plain.root_positions.copy(), plain.global_rotations().copy()
    whole, free = held.poses, ~held.frames
    for start, stop in runs(free):
        if stop - start > LONGEST or start == 0 or stop == len(whole) or not (whole[start - 1] and whole[stop]):
            continue
        view = _view(root, world, held, start, stop)
        made_root, made_world = network.courses(view)
        root[start:stop], world[start:stop] = made_root[0], made_world[0]
    return Motion(plain.skeleton, root, global_to_local(world, plain.skeleton.parents), plain.fps)


def _view(root: NDArray[np.float64], world: NDArray[np.float64], held: Held, start: int, stop: int) -> GapView:
    """One gap. A key with another one beyond it is passed through with the speed of the curve through both."""
    last = start - 1
    frames = [*(last - step for step in PAST), last, stop, *(stop + step for step in FUTURE)]
    moves = np.array([[held.frames[:last].any(), held.frames[stop + 1 :].any()]])
    at = np.clip(frames, 0, len(root) - 1)
    before, behind = held.poses[max(last - PAST[1], 0) : start], held.poses[stop : stop + FUTURE[-1] + 1]
    turns_on = np.array([[before.sum() > PAST[1], behind.sum() > FUTURE[-1]]])  # seen, and not a curve's
    return GapView(root[None, at], world[None, at], moves, stop - start, turns_on)


def _normed(x: NDArray[np.floating], tensors: dict[str, NDArray[np.float32]], name: str) -> NDArray[np.floating]:
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
    return np.asarray(centred / spread * tensors[f"{name}.weight"] + tensors[f"{name}.bias"])


def _gelu(x: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.asarray(0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))))


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
            name: values * found[name + SCALE][:, None] if name + SCALE in found else values
            for name, values in found.items()
            if not name.endswith(SCALE)
        }
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise ModelError(f"{file} is damaged: reinstall MotionMix.") from error
