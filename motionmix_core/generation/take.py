"""One take: sampled window after window, each going on where the one before it ends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..conditions.text import TextFeatures
from ..denoisers.onnx_denoiser import OnnxDenoiser
from ..diffusion import Observation, Schedule, SeededNoise, q_sample, sample
from ..diffusion.bridging import bridged, bridges
from ..representation.default import CONTACTS, ROOT_XZ
from .loop import LoopGap
from .observed import Observed
from .placement import placement_of
from .predictor import Features, Predict, make_predictor
from .request import GenerationRequest
from .seams import ease_seam
from .smoothing import smoothed

_LOOP_WINDOW = 1 << 20  # the number that its noise is drawn by; no motion has so many windows
Window = tuple[int, int, TextFeatures | None]
"""First frame, frame after the last, and the prompt that holds there."""


class TakeSampler:
    """Makes the features of one take."""

    def __init__(
        self,
        denoiser: OnnxDenoiser,
        schedule: Schedule,
        request: GenerationRequest,
        seed: int,
        advance: Callable[[], None],
    ) -> None:
        self._denoiser, self._schedule, self._request = denoiser, schedule, request
        self._seed, self._advance = seed, advance

    def run(self, known: Observed | None, windows: list[Window]) -> Features:
        """(T,207) features: in the scene if anything is known, else at home."""
        result: Features | None = None
        for number, (start, stop, text) in enumerate(windows):
            part = None if known is None else (known.features[start:stop], known.mask[start:stop])
            place = known.placement if known is not None else None
            if result is not None:
                part = _continued(result[start:], stop - start, part)
                place = placement_of(part[0][0])
            if part is not None and place is not None:
                part = (place.home(part[0]), part[1])
            made = self._window(number, stop - start, part, text)
            if place is not None:
                made = place.back(made)
            if result is None:
                result = made
                continue
            seam = len(result)
            mask = np.zeros((stop, made.shape[1]), np.float32) if known is None else known.mask[:stop]
            result = ease_seam(np.concatenate((result[:start], made)), seam, mask, self._denoiser.description.fps)
        assert result is not None
        return result

    def closed(self, features: Features, known: Observed | None, text: TextFeatures | None) -> Features:
        """The take with its last part made anew so that it flows into the first frame."""
        fps = self._denoiser.description.fps
        gap = LoopGap.of(features, None if known is None else known.mask, fps, self._denoiser.description.max_frames)
        if gap is None:
            return features
        place = placement_of(gap.values[0])
        made = place.back(self._window(_LOOP_WINDOW, len(gap.values), (place.home(gap.values), gap.mask), text))
        return gap.closed(features, made, fps)

    def _window(
        self, number: int, frames: int, part: tuple[Features, Features] | None, text: TextFeatures | None
    ) -> Features:
        description, request = self._denoiser.description, self._request
        normaliser = description.normaliser
        noise = SeededNoise(_window_seed(self._seed, number), (1, frames, len(normaliser.mean)))
        start = noise.initial() * np.float32(request.liveliness)
        observation = None
        if part is not None:
            values = normaliser.normalise(part[0])[None]
            observation = Observation(values, part[1][None])
            if request.start_level < 1 and number != _LOOP_WINDOW:
                start = q_sample(values, start, float(self._schedule.alphas_cumprod[-1])).astype(np.float32)
        guidance = description.default_guidance if request.guidance is None else request.guidance
        interval = request.guidance_interval or description.guidance_interval
        network = make_predictor(self._denoiser, text, observation, guidance, description.pivot_noise_level, interval)
        predict = network if observation is None else _bridging(network, observation)
        made = sample(
            predict,
            start,
            self._schedule,
            sampler=request.sampler or description.default_sampler,  # type: ignore[arg-type]  # checked by sample
            noise=noise,
            observed=observation,
            on_step=lambda _done, _total: self._advance(),
        )
        features = normaliser.denormalise(made[0]).astype(np.float32)
        return smoothed(features, None if part is None else part[1], description.smoothing_frames)


def _bridging(network: Predict, observation: Observation) -> Predict:
    """The network's prediction with what it misses the observation by spread over the gaps.

    Not of foot contacts, which come and go between two frames.
    """
    mask = np.array(observation.mask[0])
    mask[:, CONTACTS] = 0
    built = bridges(mask, np.arange(ROOT_XZ.start, ROOT_XZ.stop))
    return lambda x, step: bridged(network(x, step), observation.values, built)


def _continued(before: Features, frames: int, part: tuple[Features, Features] | None) -> tuple[Features, Features]:
    """What a later window knows: the end of the one before it, and what the animator set in the rest."""
    overlap = len(before)
    values = np.repeat(before[-1:], frames, axis=0) if part is None else part[0].copy()
    mask = np.zeros_like(values) if part is None else part[1].copy()
    values[:overlap], mask[:overlap] = before, 1.0
    return values, mask


def _window_seed(seed: int, window: int) -> int:
    """The first window has the take's own seed, each later one a seed derived from it."""
    return seed if window == 0 else int(np.random.SeedSequence([seed, window]).generate_state(1, np.uint64)[0])
