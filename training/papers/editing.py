"""Editing as a request: which frames and which joints of a known motion hold (MDM, section 3, "Editing").

Known motion is (T, F) in the network's own numbers at `fps` frames a second.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motionmix_core.errors import RequestError
from motionmix_core.generation.request import GenerationRequest
from motionmix_core.motion.skeleton import JOINT_NAMES

from .space import Space, TextSpace

_ARM = ("collar", "shoulder", "elbow", "wrist")
_LEG = ("hip", "knee", "ankle", "foot")
LOWER = ("pelvis", *(f"{side}_{part}" for side in ("left", "right") for part in _LEG))
PARTS: dict[str, tuple[str, ...]] = {
    "upper": tuple(name for name in JOINT_NAMES if name not in LOWER),
    "lower": LOWER,
    "left_arm": tuple(f"left_{part}" for part in _ARM),
    "right_arm": tuple(f"right_{part}" for part in _ARM),
    "arms": tuple(f"{side}_{part}" for side in ("left", "right") for part in _ARM),
    "legs": tuple(name for name in LOWER if name != "pelvis"),
    "head": ("neck", "head"),
}
HANDS = {"left_wrist": 22, "right_wrist": 23}  # SMPL's hand joints go with their wrists


def in_between(
    request: GenerationRequest, known: NDArray[np.float32], space: Space, start: float = 0.25, stop: float = 0.75
) -> GenerationRequest:
    """The request with all of `known` (T, F) held but the frames between two shares of its length (MDM: 25 to 75 %)."""
    frames = len(known)
    first, last = int(start * frames), int(stop * frames)
    if not 0 <= first < last <= frames:
        raise RequestError(f"the frames between {start:g} and {stop:g} of {frames} frames aren't a stretch to fill")
    mask = np.ones_like(known)
    mask[first:last] = 0
    return _observing(request, known, mask, space)


def body_part(request: GenerationRequest, known: NDArray[np.float32], part: str, space: Space) -> GenerationRequest:
    """The request with all of `known` (T, F) held but one part of the body, in every frame. Raises RequestError."""
    if part not in PARTS:
        raise RequestError(f"unknown part of the body '{part}': use one of {', '.join(PARTS)}")
    free = space.columns(joints_of(PARTS[part], space))
    return _observing(request, known, np.broadcast_to(~free, known.shape), space)


def going_on(request: GenerationRequest, known: NDArray[np.float32], space: Space) -> GenerationRequest:
    """The request for what comes after `known` (T, F), which is held: `request.seconds` more (DiP)."""
    more = request.frames(space.fps)
    mask = np.zeros((len(known) + more, known.shape[1]), np.float32)
    mask[: len(known)] = 1
    return _observing(request, np.pad(known, ((0, more), (0, 0))), mask, space)


def _observing(
    request: GenerationRequest, known: NDArray[np.float32], mask: NDArray[np.generic], space: Space
) -> GenerationRequest:
    return replace(
        request,
        seconds=len(known) / space.fps,
        observed_features=known,
        observed_mask=np.asarray(mask, np.float32),
    )


def joints_of(names: Collection[str], space: Space) -> list[int]:
    """The joint numbers of canonical names in a space. Raises RequestError for KIT, whose joints are others."""
    if not isinstance(space, TextSpace):
        hands = [HANDS[name] for name in names if name in HANDS]
        return [JOINT_NAMES.index(name) for name in names] + hands
    if space.layout.joints != JOINT_NAMES:
        raise RequestError("body-part editing needs the 22 joints of HumanML3D or the action data; KIT-ML has others")
    return [JOINT_NAMES.index(name) for name in names]
