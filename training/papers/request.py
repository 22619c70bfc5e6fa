"""The one request (design: everything is in-painting) in the numbers of a published data set, and its answer."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from motionmix_core.conditions.music import fitted
from motionmix_core.denoisers.dip import GUIDANCE, PIECE, generate_pieces
from motionmix_core.denoisers.mdm import MDM
from motionmix_core.diffusion import SeededNoise
from motionmix_core.errors import RequestError
from motionmix_core.mixed_data.paper_config import PaperConfig

from .clips import Annotation
from .conditioning import Conditioner
from .long_form import generate_long
from .sampling import Settings, generate
from .space import Space


@dataclass(frozen=True, eq=False)
class PaperRequest:
    """What is asked of a paper's network.

    condition: a text, an action's label, music features (T, width), or None for no condition. frames: length. seed: of
    the first take; the others follow. count: of takes. observed, mask: (frames, F) in the network's space, 1 where it
    holds: in-betweening and body-part editing. prefix: `observed` is what comes before the motion (DiP). settings:
    sampler, steps, guidance, the noise level to start from.
    """

    condition: Annotation = None
    frames: int = 60
    seed: int = 0
    count: int = 1
    observed: NDArray[np.float32] | None = None
    mask: NDArray[np.float32] | None = None
    prefix: bool = False
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        if self.frames < 2 or self.count < 1:
            raise RequestError(f"a request needs at least 2 frames and one take, not {self.frames} and {self.count}")
        if (self.observed is None) != (self.mask is None):
            raise RequestError("observed motion and the mask that says which of it holds go together")
        if self.observed is not None and self.mask is not None:
            if self.observed.shape != self.mask.shape or (len(self.observed) != self.frames and not self.prefix):
                raise RequestError(
                    f"observed motion {self.observed.shape} and its mask {self.mask.shape} must both have "
                    f"{self.frames} frames"
                )
            if not (np.isfinite(self.observed).all() and np.isfinite(self.mask).all()):
                raise RequestError("observed motion holds values that are not finite; repair or leave out those frames")


def answer(
    request: PaperRequest, network: nn.Module, config: PaperConfig, conditioner: Conditioner, space: Space
) -> NDArray[np.float32]:
    """(count, frames, F) in the network's space. Raises RequestError for lengths that the network can't make."""
    window = config.data.frames
    if request.prefix:
        return _continued(request, network, conditioner)
    if request.observed is not None and request.observed.shape[1] != space.features:
        raise RequestError(f"observed motion has {request.observed.shape[1]} numbers a frame, not {space.features}")
    if config.backbone == "edge" and request.frames > window:
        if request.observed is not None:
            raise RequestError(f"observed motion can't be longer than a window of {window} frames")
        takes = [
            generate_long(
                network,
                config,
                conditioner,
                space,
                request.condition,
                request.frames,
                request.seed + take,
                request.settings,
            )
            for take in range(request.count)
        ]
        return np.stack(takes)
    if request.frames > window:
        raise RequestError(
            f"{config.name} was trained on up to {window} frames ({window / space.fps:.1f} s), not {request.frames}"
        )
    frames = made_frames(config, request.frames)
    observed = None
    if request.observed is not None and request.mask is not None:
        # what lies behind the motion's end is known, too: nothing (MDM's editing fixes the padding)
        behind = ((0, frames - request.frames), (0, 0))
        observed = np.pad(request.observed, behind), np.pad(request.mask, behind, constant_values=1.0)
    condition = request.condition
    if config.condition == "music" and condition is not None:
        condition = fitted(np.asarray(condition, np.float32), frames)
    made = generate(
        network,
        config,
        conditioner,
        [condition] * request.count,
        frames=frames,
        seed=request.seed,
        settings=request.settings,
        observed=observed,
        length=request.frames,
    )
    return made[:, : request.frames]


def _continued(request: PaperRequest, network: nn.Module, conditioner: Conditioner) -> NDArray[np.float32]:
    """What comes after the observed motion, piece after piece (DiP)."""
    if not isinstance(network, MDM) or request.observed is None:
        raise RequestError("only DiP goes on from a known motion, and it needs one")
    device = next(network.parameters()).device
    before = torch.from_numpy(request.observed).to(device).expand(request.count, -1, -1)
    shape = (request.count, PIECE, network.config.features)

    def noise(piece: int, call: int) -> Tensor:
        source = SeededNoise(request.seed + 1_000_003 * piece, shape)
        return torch.from_numpy(source.initial() if call == 0 else source(call - 1)).to(device)

    weight = GUIDANCE if request.settings.guidance is None else request.settings.guidance
    made = generate_pieces(
        network.eval(),
        before,
        [conditioner([request.condition] * request.count, device)],
        request.frames,
        noise,
        guidance=weight,
    )
    out: NDArray[np.float32] = made.cpu().numpy()
    return out


def made_frames(config: PaperConfig, frames: int) -> int:
    """How many frames are sampled for a motion of `frames`.

    Networks that were trained on padded clips without a mask must be sampled at the padded length and cut, or they go
    stiff (method: MDM, lengths); EDGE's windows and the action windows are always whole.
    """
    takes_any = config.backbone == "motion_diffuse" or (config.network.mask_frames and config.condition != "action")
    return frames if takes_any else config.data.frames
