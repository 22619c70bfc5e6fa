"""What a motion is asked to follow: a text, an action, music, or nothing (MDM, section 3; EDGE, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import RequestError


@dataclass(frozen=True)
class Text:
    """What happens, in English."""

    prompt: str


@dataclass(frozen=True)
class Action:
    """One of a network's actions. label: its name, or its number as the data set counts."""

    label: str


@dataclass(frozen=True, eq=False)
class Music:
    """features: (T,width) float32, one row a frame of the motion, as `conditions.music.load_music` gives them.

    What width a network hears is the network's: 35 by librosa, 4800 by Jukebox.
    """

    features: NDArray[np.float32]


Condition = Text | Action | Music | None
"""None: unconditional."""


def condition_of(prompt: str, action: str, music: NDArray[Any] | None) -> Condition:
    """The one condition among what a request's fields say.

    Raises:
        RequestError: more than one of them, or music that isn't finite numbers (T,width).
    """
    if not isinstance(action, str):
        raise RequestError(f"The action must be given by name or number as text, not {type(action).__name__}.")
    given = [name for name, there in (("text", prompt), ("action", action), ("music", music is not None)) if there]
    if len(given) > 1:
        raise RequestError(f"A motion follows one condition, not {' and '.join(given)}.")
    if music is not None:
        features = np.asarray(music)
        if features.ndim != 2 or not features.size or features.dtype.kind not in "fiu":
            raise RequestError(f"Music features must be numbers (frames, width), not {features.shape}.")
        if not np.isfinite(features).all():
            raise RequestError("The music features hold values that are not finite: compute them again.")
        return Music(features.astype(np.float32))
    if action:
        return Action(action)
    return Text(prompt) if prompt else None
