"""Motion of any length, piece after piece, by DiP (CLoSD's autoregressive MDM): 20 frames known, 40 made.

Each piece is denoised after the last 20 frames of what there is; every piece may have a text of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..diffusion.guidance import with_guidance
from ..diffusion.samplers import sample
from ..errors import RequestError
from .mdm import MDM, Condition, Targets, as_predictor

PIECE = 40  # frames that the published networks make at a time
GUIDANCE = 7.5


@torch.no_grad()
def generate_pieces(
    model: MDM,
    prefix: Tensor,
    conditions: Sequence[Condition],
    frames: int,
    noise: Callable[[int, int], Tensor],
    *,
    guidance: float = GUIDANCE,
    piece: int = PIECE,
    targets: Sequence[Targets | None] | None = None,
) -> Tensor:
    """Motion that goes on from `prefix`.

    Args:
        model: a network with `prefix_frames` (DiP).
        prefix: (batch, prefix_frames or more, features) clean frames before the motion, in the network's space; the
            last `prefix_frames` are used.
        conditions: one a piece; the last holds for the pieces after it.
        frames: how many to make.
        noise: (piece, call) -> (batch, piece, features); call 0 is x_T, the others the sampler's.
        guidance: 1 for none.
        targets: goals of each piece's last frame, for networks that know them.
    Returns:
        (batch, frames, features), the frames after the prefix.
    Raises:
        RequestError: a network without prefix, too short a prefix, no condition.
    """
    known = model.config.prefix_frames
    if known < 1:
        raise RequestError("this network isn't given frames to go on from: it makes its motion at once")
    if prefix.ndim != 3 or prefix.shape[1] < known:
        raise RequestError(f"this network goes on from {known} frames; there are {prefix.shape[1:-1]}")
    if not conditions or frames < 1 or piece < known:
        raise RequestError(f"need a condition, a frame and pieces of at least {known} frames")
    made = prefix
    for number in range(-(-frames // piece)):
        before = made[:, -known:]
        condition = conditions[min(number, len(conditions) - 1)]
        goal = None if targets is None else targets[min(number, len(targets) - 1)]
        lengths = torch.full((len(before),), piece, device=before.device)
        guided = as_predictor(model, condition, lengths, prefix=before, targets=goal)
        if guidance != 1:
            free = as_predictor(model, condition, lengths, unconditional=True, prefix=before, targets=goal)
            guided = with_guidance(guided, free, guidance)
        new = sample(
            guided,
            noise(number, 0),
            model.schedule(),
            sampler="ddpm",
            noise=lambda call, number=number: noise(number, call + 1),
        )
        made = torch.cat([made, new], dim=1)
    return made[:, prefix.shape[1] :][:, :frames]
