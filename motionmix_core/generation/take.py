"""One take: sampled window after window, each going on where the one before it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
_ALONE = 1 << 21  # added to a window's number for what is made alone
LED_FROM = 0.6
"""Noise level from which a doing that was made alone is led over from what goes before it. Of 15 doings told after a
walk 6 were done if the network goes on from the walk, 11 so (weights of an earlier step than those that ship)."""


@dataclass(frozen=True, eq=False)
class Window:
    """What is sampled at once.

    start, stop: first frame and frame after the last. text: the prompt that holds there. anew: what the prompt says is
    known from its first frame on, and best where nothing is shown (`denoisers/frame_waves.py`), but the window's first
    frames are. So it is made alone first, from where they end, and then led over from them. taken_over: how many of its
    first frames stay as the window before made them; what that one made behind them is made again. None = all of them.
    """

    start: int
    stop: int
    text: TextFeatures | None
    anew: bool = False
    taken_over: int | None = None


def network_calls(windows: Sequence[Window], schedule: Schedule, loop: bool) -> int:
    """Steps of one take, for its progress."""
    led = sum(window.anew for window in windows)
    return (len(windows) + loop) * len(schedule) + led * len(schedule.up_to(LED_FROM))


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

    def run(self, known: Observed | None, windows: Sequence[Window]) -> Features:
        """(T,207) features: in the scene if anything is known, else at home."""
        result: Features | None = None
        for number, window in enumerate(windows):
            start, stop = window.start, window.stop
            part = None if known is None else (known.features[start:stop], known.mask[start:stop])
            place = known.placement if known is not None else None
            if result is not None:
                if window.taken_over is not None:
                    result = result[: start + window.taken_over]
                part = _continued(result[start:], stop - start, part)
                place = placement_of(part[0][0])
            if part is not None and place is not None:
                part = (place.home(part[0]), part[1])
            made = self._window(number, stop - start, part, window.text, window.anew)
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
        self,
        number: int,
        frames: int,
        part: tuple[Features, Features] | None,
        text: TextFeatures | None,
        anew: bool = False,
    ) -> Features:
        description, request = self._denoiser.description, self._request
        normaliser = description.normaliser
        noise = SeededNoise(_window_seed(self._seed, number), (1, frames, len(normaliser.mean)))
        start = noise.initial() * np.float32(request.liveliness)
        observation, schedule = None, self._schedule
        if part is not None:
            values = normaliser.normalise(part[0])[None]
            observation = Observation(values, part[1][None])
            if anew:
                schedule = schedule.up_to(LED_FROM)
                guess = normaliser.normalise(self._alone(number, part, text))[None]
                start = q_sample(guess, start, float(schedule.alphas_cumprod[-1])).astype(np.float32)
            elif request.start_level < 1 and number != _LOOP_WINDOW:
                start = q_sample(values, start, float(self._schedule.alphas_cumprod[-1])).astype(np.float32)
        guidance = description.default_guidance if request.guidance is None else request.guidance
        interval = request.guidance_interval or description.guidance_interval
        network = make_predictor(self._denoiser, text, observation, guidance, description.pivot_noise_level, interval)
        predict = network if observation is None else _bridging(network, observation)
        made = sample(
            predict,
            start,
            schedule,
            sampler=request.sampler or description.default_sampler,  # type: ignore[arg-type]  # checked by sample
            noise=noise,
            observed=observation,
            on_step=lambda _done, _total: self._advance(),
        )
        features = normaliser.denormalise(made[0]).astype(np.float32)
        return smoothed(features, None if part is None else part[1], description.smoothing_frames)

    def _alone(self, number: int, part: tuple[Features, Features], text: TextFeatures | None) -> Features:
        """The window's features: what is shown, and behind it what the prompt says, made as if nothing were."""
        shown = shown_first(part[1])
        made = self._window(number + _ALONE, len(part[0]) - shown, None, text)
        return np.concatenate((part[0][:shown], placement_of(part[0][shown - 1]).back(made)))


def shown_first(mask: Features) -> int:
    """How many of a window's first frames are shown as a whole, if nothing else is; else 0. mask: (T,207)."""
    whole = mask.min(axis=1) == 1
    count = len(mask) if whole.all() else int(whole.argmin())
    return 0 if mask[count:].any() or count == len(mask) else count


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
