"""Observed motion in the network's terms."""

from __future__ import annotations

import numpy as np

from ..denoisers.description import ModelDescription
from ..errors import RequestError
from ..representation.default import encode
from .placement import Placement, placement_of
from .predictor import Features
from .request import GenerationRequest


class Observed:
    """Observed motion in the model's terms: (T,207) features in the scene, their mask, and where home is."""

    def __init__(self, features: Features, mask: Features, placement: Placement) -> None:
        self.features, self.mask, self.placement = features, mask, placement

    @classmethod
    def of(cls, request: GenerationRequest, description: ModelDescription) -> Observed | None:
        """What a request gives; None if it gives nothing. RequestError for a mask of another length."""
        if request.observed is None:
            return None
        frames = request.frames(description.fps)
        features = encode(request.observed.sampled(np.arange(frames) / description.fps, description.fps))
        mask = request.observed_mask
        if mask is None:
            mask = np.zeros_like(features)
        if len(mask) != frames:
            raise RequestError(
                f"The mask of observed motion has {len(mask)} frames, and {request.seconds:g} s at {description.fps:g} "
                f"frames a second are {frames}."
            )
        held = np.flatnonzero(mask.any(axis=1)) if request.start_level == 1 else np.array([0])
        anchor = int(held[0]) if len(held) else 0
        return cls(features, mask, placement_of(features[anchor]))

    def padded_to(self, frames: int) -> Observed:
        """Longer by frames that hold nothing (windows shorter than the network's shortest are filled up)."""
        more = frames - len(self.features)
        if more <= 0:
            return self
        features = np.concatenate((self.features, np.repeat(self.features[-1:], more, axis=0)))
        return Observed(features, np.pad(self.mask, ((0, more), (0, 0))), self.placement)
