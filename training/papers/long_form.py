"""Dances of any length: overlapping windows that are denoised together and blended (EDGE, section 3.4).

Window i + 1 begins in the middle of window i. After every step but the last, its first half is set to the second half
of the window before, so that the windows grow into one dance; what differs in the end is faded: path and contacts
linearly, rotations by slerp.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from motionmix_core.conditions.music import fitted
from motionmix_core.errors import RequestError
from motionmix_core.mixed_data.paper_config import PaperConfig
from motionmix_core.motion.rotations import matrix_to_quat, quat_slerp, quat_to_matrix
from motionmix_core.representation.edge import ROTATIONS
from motionmix_core.representation.rot6d import SMPL_JOINTS, matrix_to_row_6d, row_6d_to_matrix

from .clips import Annotation
from .conditioning import Conditioner
from .sampling import Settings, generate
from .space import DanceSpace, Space


def window_count(frames: int, window: int) -> int:
    """How many windows, each half a window after the one before, cover `frames`; 30 s at 5 s a window are 11."""
    return 1 if frames <= window else -(-(frames - window) // (window // 2)) + 1


def tied(x: Tensor) -> Tensor:
    """(N, window, F) with each window's first half set to the second half of the one before. A new tensor."""
    half = x.shape[1] // 2
    out = x.clone()
    out[1:, :half] = x[:-1, -half:]
    return out


def joined(windows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Windows (N, window, 151), not normalised, that overlap by half -> ((N + 1) * window / 2, 151), faded."""
    count, window = windows.shape[:2]
    half = window // 2
    out = np.zeros(((count + 1) * half + window % 2, windows.shape[2]), np.float32)
    out[:window] = windows[0]
    share = np.linspace(0, 1, half)[:, None]
    for number in range(1, count):
        start = number * half
        overlap, after = out[start : start + half].copy(), windows[number]
        blended = overlap + (after[:half] - overlap) * share
        before, behind = (_quaternions(part[:, ROTATIONS]) for part in (overlap, after[:half]))
        turned = quat_to_matrix(quat_slerp(before, behind, np.broadcast_to(share, before.shape[:2])))
        blended[:, ROTATIONS] = matrix_to_row_6d(turned).reshape(half, -1)
        out[start : start + half] = blended
        out[start + half : start + window] = after[half:]
    return out


def generate_long(
    network: nn.Module,
    config: PaperConfig,
    conditioner: Conditioner,
    space: Space,
    music: Annotation,
    frames: int,
    seed: int,
    settings: Settings,
) -> NDArray[np.float32]:
    """(frames, 151) in the network's space. music: (T, width) for the whole length, held at its end; None is silence.

    Raises RequestError for a network that has no windows.
    """
    if not isinstance(space, DanceSpace):
        raise RequestError("only the dance network makes motions longer than its window")
    window = config.data.frames
    count = window_count(frames, window)
    half = window // 2
    heard: list[Annotation] = [None] * count
    if music is not None:
        whole = fitted(np.asarray(music, np.float32), (count + 1) * half + window % 2)
        heard = [whole[number * half : number * half + window] for number in range(count)]
    made = generate(
        network, config, conditioner, heard, frames=window, seed=seed, settings=settings, after_step=tied
    )  # fmt: skip
    one = joined(np.stack([space.normaliser.denormalise(part) for part in made]))
    return space.normaliser.normalise(one)[:frames]


def _quaternions(rows: NDArray[np.floating]) -> NDArray[np.float64]:
    return matrix_to_quat(row_6d_to_matrix(np.asarray(rows, np.float64).reshape(-1, SMPL_JOINTS, 6)))
