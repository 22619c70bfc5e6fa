"""The engine behind every feature: a request in, motions out.

prompt -> text features; length -> frames; seed -> noise; observed motion -> known entries
-> sampler with guidance and pivot, window after window -> features -> motion -> foot lock
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..conditions.text import MiniLMEncoder, TextFeatures
from ..denoisers.description import ModelDescription
from ..denoisers.onnx_denoiser import OnnxDenoiser
from ..diffusion import (
    Observation,
    Schedule,
    SeededNoise,
    named_schedule,
    q_sample,
    sample,
    two_stage_schedule,
)
from ..errors import Cancelled, RequestError
from ..motion.motion import Motion
from ..representation.default import decode, decoded_contacts, encode
from .feet import lock_free_feet
from .models import default_models_dir, model_folder, text_encoder_folder
from .placement import Placement, placement_of
from .predictor import Features, make_predictor
from .request import GenerationRequest
from .result import GenerationResult, Progress
from .windows import plan_windows

OVERLAP_SECONDS = 1.0
"""How much of a window the next one sees: enough to carry its speed, its stride and its mood on."""

OnProgress = Callable[[Progress], None]
ShouldCancel = Callable[[], bool]


class Generator:
    """Loads models when they're first needed, keeps them, and makes motions. Not for use from two threads at once."""

    def __init__(self, models_dir: Path | str | None = None, threads: int = 0) -> None:
        """Nothing is loaded yet.

        Args:
            models_dir: holds a folder a model; None = the one that ships.
            threads: for one network operator; 0 = physical cores.
        """
        self.models_dir = Path(models_dir) if models_dir is not None else default_models_dir()
        self._threads = threads
        self._denoisers: dict[Path, OnnxDenoiser] = {}
        self._encoders: dict[Path, MiniLMEncoder] = {}

    def denoiser(self, model: str = "") -> OnnxDenoiser:
        """The network of a model, loaded if need be. ModelError says what is wrong with it."""
        folder = model_folder(self.models_dir, model)
        if folder not in self._denoisers:
            self._denoisers.clear()  # one at a time: memory is the animator's
            self._denoisers[folder] = OnnxDenoiser(folder, self._threads)
        return self._denoisers[folder]

    def load(self, model: str = "") -> None:
        """Load a model and its text encoder ahead of the first request."""
        encoder = self.denoiser(model).description.text_encoder
        if encoder is not None:
            self._encoder(encoder)

    def _encoder(self, name: str) -> MiniLMEncoder:
        folder = text_encoder_folder(self.models_dir, name)
        if folder not in self._encoders:
            self._encoders[folder] = MiniLMEncoder(folder, self._threads)
        return self._encoders[folder]

    def generate(
        self,
        request: GenerationRequest,
        on_progress: OnProgress | None = None,
        should_cancel: ShouldCancel | None = None,
    ) -> GenerationResult:
        """Make the takes that a request asks for, one after the other.

        Args:
            request: what to make.
            on_progress: called before the first network call and after each (`done` never falls), and before a model is
                loaded.
            should_cancel: asked between network calls.
        Raises:
            ModelError: a model is missing or broken. RequestError: the model can't do what is asked.
            Cancelled: should_cancel said so.
        """

        def check() -> None:
            if should_cancel is not None and should_cancel():
                raise Cancelled("Cancelled.")

        check()
        if on_progress is not None and model_folder(self.models_dir, request.model) not in self._denoisers:
            on_progress(Progress(0, 0, "Loading the model"))
        denoiser = self.denoiser(request.model)
        description = denoiser.description
        check()
        warnings: list[str] = []
        text = self._text(request.prompt, description, warnings)
        known = _Known.of(request, description)
        schedule = _schedule(request, description)
        frames = max(request.frames(description.fps), math.ceil(description.min_seconds * description.fps))
        windows = plan_windows(frames, description.max_frames, round(OVERLAP_SECONDS * description.fps))
        total = request.count * len(windows) * len(schedule)
        done = 0

        def advance() -> None:
            nonlocal done
            done += 1
            report()
            check()

        def report() -> None:
            if on_progress is not None:
                take = min(done * request.count // total + 1, request.count)
                stage = f"Take {take} of {request.count}" if request.count > 1 else "Generating"
                on_progress(Progress(done, total, stage))

        report()
        seeds = [request.seed + index for index in range(request.count)]
        takes = []
        for seed in seeds:
            sampling = _Sampling(denoiser, text, schedule, request, seed, advance)
            features = sampling.run(known.padded_to(frames) if known else None, windows)
            takes.append(features[: request.frames(description.fps)])
        motions, contacts = [], []
        for features in takes:
            check()
            planted = decoded_contacts(features)
            motions.append(_finished(features, planted, request, description.fps))
            contacts.append(planted)
        return GenerationResult(motions, seeds, contacts, warnings, description.name)

    def _text(self, prompt: str, description: ModelDescription, warnings: list[str]) -> TextFeatures | None:
        prompt = prompt.strip()
        if not prompt:
            return None
        if description.text_encoder is None:
            warnings.append(f"The model {description.name} takes no text: the prompt was left out.")
            return None
        encoder = self._encoder(description.text_encoder)
        if not encoder.knows(prompt):
            warnings.append(
                "The text model knows none of the prompt's characters: describe the motion in English words."
            )
        text = encoder.encode([prompt])
        if text.cut[0]:
            warnings.append(
                f"The prompt is longer than the {text.mask.shape[1] - 2} words or so that the text model reads: "
                "its end was cut."
            )
        return text


class _Known:
    """Observed motion in the model's terms: (T,207) features in the scene, their mask, and where home is."""

    def __init__(self, features: Features, mask: Features, placement: Placement) -> None:
        self.features, self.mask, self.placement = features, mask, placement

    @classmethod
    def of(cls, request: GenerationRequest, description: ModelDescription) -> _Known | None:
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

    def padded_to(self, frames: int) -> _Known:
        """Longer by frames that hold nothing (windows shorter than the network's shortest are filled up)."""
        more = frames - len(self.features)
        if more <= 0:
            return self
        features = np.concatenate((self.features, np.repeat(self.features[-1:], more, axis=0)))
        return _Known(features, np.pad(self.mask, ((0, more), (0, 0))), self.placement)


class _Sampling:
    """One take: its windows, one after the other."""

    def __init__(
        self,
        denoiser: OnnxDenoiser,
        text: TextFeatures | None,
        schedule: Schedule,
        request: GenerationRequest,
        seed: int,
        advance: Callable[[], None],
    ) -> None:
        self._denoiser, self._text, self._schedule, self._request = denoiser, text, schedule, request
        self._seed, self._advance = seed, advance

    def run(self, known: _Known | None, windows: list[tuple[int, int]]) -> Features:
        """(T,207) features: in the scene if anything is known, else at home."""
        result: Features | None = None
        for number, (start, stop) in enumerate(windows):
            part = None if known is None else (known.features[start:stop], known.mask[start:stop])
            place = known.placement if known is not None else None
            if result is not None:
                part = _continued(result[start:], stop - start, part)
                place = placement_of(part[0][0])
            if part is not None and place is not None:
                part = (place.home(part[0]), part[1])
            made = self._window(number, stop - start, part)
            if place is not None:
                made = place.back(made)
            result = made if result is None else np.concatenate((result[:start], made))
        assert result is not None
        return result

    def _window(self, number: int, frames: int, part: tuple[Features, Features] | None) -> Features:
        description, request = self._denoiser.description, self._request
        normaliser = description.normaliser
        noise = SeededNoise(_window_seed(self._seed, number), (1, frames, len(normaliser.mean)))
        start = noise.initial()
        observation = None
        if part is not None:
            values = normaliser.normalise(part[0])[None]
            observation = Observation(values, part[1][None])
            if request.start_level < 1:
                start = q_sample(values, start, float(self._schedule.alphas_cumprod[-1])).astype(np.float32)
        guidance = description.default_guidance if request.guidance is None else request.guidance
        predict = make_predictor(self._denoiser, self._text, observation, guidance, description.pivot_noise_level)
        made = sample(
            predict,
            start,
            self._schedule,
            sampler=request.sampler or description.default_sampler,  # type: ignore[arg-type]
            noise=noise,
            observed=observation,
            on_step=lambda _done, _total: self._advance(),
        )
        return normaliser.denormalise(made[0]).astype(np.float32)


def _continued(before: Features, frames: int, part: tuple[Features, Features] | None) -> tuple[Features, Features]:
    """What a later window knows: the end of the one before it, and what the animator set in the rest."""
    overlap = len(before)
    values = np.repeat(before[-1:], frames, axis=0) if part is None else part[0].copy()
    mask = np.zeros_like(values) if part is None else part[1].copy()
    values[:overlap], mask[:overlap] = before, 1.0
    return values, mask


def _schedule(request: GenerationRequest, description: ModelDescription) -> Schedule:
    """The steps to visit. Starting lower takes proportionally fewer of them."""
    full = named_schedule(description.schedule_kind, description.schedule_steps)
    part = full.up_to(request.start_level) if request.start_level < 1 else full
    steps = description.default_steps if request.quality == "normal" and request.steps is None else request.step_count
    steps = max(1, min(round(steps * len(part) / len(full)), len(part)))
    return two_stage_schedule(part, steps, description.pivot_noise_level)


def _window_seed(seed: int, window: int) -> int:
    """The first window has the take's own seed, each later one a seed derived from it."""
    return seed if window == 0 else int(np.random.SeedSequence([seed, window]).generate_state(1, np.uint64)[0])


def _finished(features: Features, contacts: NDArray[np.bool_], request: GenerationRequest, fps: float) -> Motion:
    motion = decode(features, fps)
    if request.observed is None:
        motion = motion.canonicalised()
    return lock_free_feet(motion, contacts, request.observed_mask) if request.foot_lock else motion
