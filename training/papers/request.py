"""The papers' networks answer the one request (motionmix_core.generation.request): everything is in-painting.

text, action, music or none   GenerationRequest.condition
in-betweening, body parts     observed_features and observed_mask, in the network's own numbers (see editing.py)
going on from a motion (DiP)  observed_features that hold in the first frames alone
a change of a motion          start_level below 1
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from motionmix_core.conditions.action import BANDAI_ACTIONS, HUMANACT12_ACTIONS, ActionTable
from motionmix_core.conditions.music import fitted
from motionmix_core.denoisers.dip import GUIDANCE, PIECE, generate_pieces
from motionmix_core.denoisers.mdm import MDM
from motionmix_core.diffusion import EVERYWHERE, SeededNoise
from motionmix_core.errors import RequestError
from motionmix_core.generation.condition import Action, Condition, Music, Text
from motionmix_core.generation.request import GenerationRequest
from motionmix_core.mixed_data.paper_config import PaperConfig

from .clips import Annotation
from .conditioning import Conditioner
from .long_form import generate_long
from .sampling import Settings, generate
from .space import Space

FOLLOWS = {"clip": Text, "distilbert": Text, "clip_tokens": Text, "action": Action, "music": Music}
ACTION_TABLES = {"humanact12": HUMANACT12_ACTIONS, "bandai": BANDAI_ACTIONS}


def answer(
    request: GenerationRequest, network: nn.Module, config: PaperConfig, conditioner: Conditioner, space: Space
) -> NDArray[np.float32]:
    """(count, frames, F) in the network's space; it agrees with what is observed where the mask is 1.

    Quality "normal" without `steps` samples as the paper does. `model` is the caller's business, and so is `foot_lock`:
    the numbers are the network's own. Raises RequestError for a condition or a length that the network can't follow,
    and for sequences and loops, which are the shipped model's.
    """
    if request.segments or request.loop:
        raise RequestError(f"{config.name} makes one motion at a time: no sequences of prompts, no loops")
    if request.observed is not None:
        raise RequestError("give the papers' networks observed motion in their own numbers (Space.encode)")
    annotation = annotation_of(request.condition, config)
    frames, window = request.frames(space.fps), config.data.frames
    observed, mask = request.observed_features, request.observed_mask
    if observed is not None and observed.shape != (frames, space.features):
        raise RequestError(
            f"observed motion is {observed.shape}, the request needs {frames} frames of {space.features} numbers"
        )
    if isinstance(network, MDM) and network.config.prefix_frames:
        return _continued(request, network, conditioner, annotation, frames)
    settings = settings_of(request, config)
    if config.backbone == "edge" and frames > window:
        if observed is not None:
            raise RequestError(f"observed motion can't be longer than a window of {window} frames")
        seeds = range(request.seed, request.seed + request.count)
        return np.stack(
            [generate_long(network, config, conditioner, space, annotation, frames, seed, settings) for seed in seeds]
        )
    if frames > window:
        raise RequestError(
            f"{config.name} was trained on up to {window} frames ({window / space.fps:.1f} s), not {frames}"
        )
    sampled = made_frames(config, frames)
    known = None
    if observed is not None and mask is not None:
        # what lies behind the motion's end is known, too: nothing (MDM's editing fixes the padding)
        behind = ((0, sampled - frames), (0, 0))
        known = np.pad(observed, behind), np.pad(mask, behind, constant_values=1.0)
    if config.condition == "music" and annotation is not None:
        annotation = fitted(np.asarray(annotation, np.float32), sampled)
    made = generate(
        network,
        config,
        conditioner,
        [annotation] * request.count,
        frames=sampled,
        seed=request.seed,
        settings=settings,
        observed=known,
        length=frames,
    )
    return made[:, :frames]


def annotation_of(condition: Condition, config: PaperConfig) -> Annotation:
    """The condition as a data set's annotation: a caption, a label's number, music features, or None.

    Raises RequestError if the network isn't conditioned by that, or has no such action.
    """
    if condition is None:
        return None
    takes = FOLLOWS.get(config.condition)
    if takes is None or not isinstance(condition, takes):
        instead = f", but --{takes.__name__.lower()}" if takes else ""
        raise RequestError(f"{config.name} takes no --{type(condition).__name__.lower()}{instead}")
    if isinstance(condition, Text):
        return condition.prompt
    if isinstance(condition, Music):
        return condition.features
    numbered = ActionTable(config.data.name, tuple(str(label) for label in range(config.data.actions)))
    return ACTION_TABLES.get(config.data.name, numbered).label(condition.label)


def settings_of(request: GenerationRequest, config: PaperConfig) -> Settings:
    """How to sample: the paper's way, but for what the request says."""
    free = request.condition is None and config.training.condition_drop > 0
    return Settings(
        steps=None if request.quality == "normal" and request.steps is None else request.step_count,
        guidance=0.0 if free else request.guidance,  # without condition there is nothing to be led by
        sampler=request.sampler,
        start_level=request.start_level,
        guidance_interval=request.guidance_interval or EVERYWHERE,
    )


def _continued(
    request: GenerationRequest, network: MDM, conditioner: Conditioner, annotation: Annotation, frames: int
) -> NDArray[np.float32]:
    """What is observed in the first frames, and what comes after it, piece after piece (DiP)."""
    known = network.config.prefix_frames
    mask = request.observed_mask
    if request.observed_features is None or mask is None:
        raise RequestError(f"this network goes on from {known} frames of a known motion: give it them (--observe FILE)")
    held = mask.all(axis=1)
    first = int(held.sum())
    if not held[:first].all() or mask[first:].any() or not known <= first < frames:
        raise RequestError(f"this network goes on from {known} frames or more at the beginning, held as a whole")
    device = next(network.parameters()).device
    given = torch.from_numpy(request.observed_features[:first]).to(device)
    before = given.expand(request.count, -1, -1)
    shape = (request.count, PIECE, network.config.features)

    def noise(piece: int, call: int) -> Tensor:
        source = SeededNoise(request.seed + 1_000_003 * piece, shape)
        return torch.from_numpy(source.initial() if call == 0 else source(call - 1)).to(device)

    made = generate_pieces(
        network.eval(),
        before,
        [conditioner([annotation] * request.count, device)],
        frames - first,
        noise,
        guidance=GUIDANCE if request.guidance is None else request.guidance,
    )
    out: NDArray[np.float32] = torch.cat([before, made], dim=1).cpu().numpy()
    return out


def made_frames(config: PaperConfig, frames: int) -> int:
    """How many frames are sampled for a motion of `frames`.

    Networks that were trained on padded clips without a mask must be sampled at the padded length and cut, or they go
    stiff (method: MDM, lengths); EDGE's windows and the action windows are always whole.
    """
    takes_any = config.backbone == "motion_diffuse" or (config.network.mask_frames and config.condition != "action")
    return frames if takes_any else config.data.frames
