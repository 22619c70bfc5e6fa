"""The engine behind every feature: a request in, motions out.

prompt -> text features; length -> frames; seed -> noise; observed motion -> known entries
-> sampler with guidance and pivot, window after window -> features -> motion -> foot lock
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..conditions.text import MiniLMEncoder, TextFeatures
from ..denoisers.description import ModelDescription
from ..denoisers.onnx_denoiser import OnnxDenoiser
from ..diffusion import Schedule, named_schedule, two_stage_schedule
from ..errors import Cancelled, RequestError
from ..motion.motion import Motion
from ..onnx_session import DEFAULT_RUNTIME, Interrupter, Runtime
from ..representation.default import decode, decoded_contacts
from .condition import Action, Music
from .feet import grounded, lock_free_feet, standing_feet
from .floating import let_down, poses_given
from .loop import seam_frames
from .models import default_models_dir, model_folder, text_encoder_folder
from .observed import Observed
from .openings import opened
from .parts import in_turn
from .phrasebook import Phrasebook, read_phrasebook
from .phrasing import FIXED, as_sentence
from .predictor import Features
from .request import GenerationRequest
from .result import GenerationResult, Progress
from .sunken import lifted
from .take import TakeSampler, Window, network_calls, shown_first
from .unsure_rotations import without_flips
from .windows import HANDOVER_SECONDS, plan_segments, plan_windows

OVERLAP_SECONDS = 1.0
"""How much of a window the next one sees: enough to carry its speed, its stride and its mood on."""
LOOK_AHEAD_SECONDS = 1.0
"""How much more of it is made again where keys follow. Of keys two frames behind a window's end in a walk of 20 s the
worst acceleration of a joint was 158 to 474 m/s² in three motions without it, 90 at most with it; the walk's own 82."""

OnProgress = Callable[[Progress], None]
ShouldCancel = Callable[[], bool]


class Generator:
    """Loads models when they're first needed, keeps them, and makes motions. Not for use from two threads at once."""

    def __init__(
        self, models_dir: Path | str | None = None, threads: int = 0, runtime: Runtime = DEFAULT_RUNTIME
    ) -> None:
        """Nothing is loaded yet.

        Args:
            models_dir: holds a folder a model; None = the one that ships.
            threads: for one network operator; 0 = physical cores.
            runtime: what networks are run with.
        """
        self.models_dir = Path(models_dir) if models_dir is not None else default_models_dir()
        self._threads, self._runtime = threads, runtime
        self._denoisers: dict[Path, OnnxDenoiser] = {}
        self._encoders: dict[Path, MiniLMEncoder] = {}
        self._phrasebooks: dict[Path, Phrasebook] = {}
        self._interrupter = Interrupter()

    def interrupt(self) -> None:
        """End the network call of the present `generate`, which then raises Cancelled. From another thread."""
        self._interrupter.set()

    def denoiser(self, model: str = "") -> OnnxDenoiser:
        """The network of a model, loaded if need be. ModelError says what is wrong with it."""
        folder = model_folder(self.models_dir, model)
        if folder not in self._denoisers:
            self._denoisers.clear()  # one at a time: memory is the animator's
            self._denoisers[folder] = OnnxDenoiser(folder, self._threads, self._interrupter, self._runtime)
        return self._denoisers[folder]

    def name_of(self, model: str = "") -> str:
        """By its folder's name a model can be asked for again, whatever name its description keeps after a copy."""
        return model_folder(self.models_dir, model).name

    def phrasebook(self, model: str = "") -> Phrasebook:
        """A model's captions by which prompts in other words are read; empty where it has none. ModelError: damaged."""
        folder = model_folder(self.models_dir, model)
        if folder not in self._phrasebooks:
            self._phrasebooks[folder] = read_phrasebook(folder)
        return self._phrasebooks[folder]

    def load(self, model: str = "") -> None:
        """Load a model and its text encoder ahead of the first request."""
        encoder = self.denoiser(model).description.text_encoder
        if encoder is not None:
            self._encoder(encoder)

    def _encoder(self, name: str) -> MiniLMEncoder:
        folder = text_encoder_folder(self.models_dir, name)
        if folder not in self._encoders:
            self._encoders[folder] = MiniLMEncoder(folder, self._threads, self._interrupter, self._runtime)
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

        self._interrupter.clear()
        check()  # after the line above: what was cancelled before it must not be forgotten
        if on_progress is not None and model_folder(self.models_dir, request.model) not in self._denoisers:
            on_progress(Progress(0, 0, "Loading the model"))
        denoiser = self.denoiser(request.model)
        description = denoiser.description
        _check_kind(request, description)
        warnings: list[str] = []
        book = self.phrasebook(request.model)
        if description.text_encoder is not None:
            request = opened(self._in_known_words(in_turn(request), book, description.text_encoder, warnings))
        check()
        prompts = [prompt for prompt, _ in request.segments] or [request.prompt]
        sentences = [prompt if book.has(prompt) else as_sentence(prompt.strip()) for prompt in prompts]
        texts = [self._text(sentence, description, warnings) for sentence in sentences]
        check()
        known = Observed.of(request, description)
        schedule = _schedule(request, description)
        frames = max(request.frames(description.fps), math.ceil(description.min_seconds * description.fps))
        known = known.padded_to(frames) if known else None
        windows = _windows(request, frames, description, texts, [book.has(text) for text in sentences], known)
        total = request.count * network_calls(windows, schedule, request.loop)
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
            sampling = TakeSampler(denoiser, schedule, request, seed, advance)
            features = sampling.run(known, windows)
            features = features[: request.frames(description.fps)]
            takes.append(sampling.closed(features, known, texts[-1]) if request.loop else features)
        motions, contacts = [], []
        for features in takes:
            check()
            motion, planted = _finished(features, request, description.fps)
            motions.append(motion)
            contacts.append(planted)
        return GenerationResult(motions, seeds, contacts, warnings, self.name_of(request.model))

    def _in_known_words(
        self, request: GenerationRequest, book: Phrasebook, encoder: str, warnings: list[str]
    ) -> GenerationRequest:
        """The request with prompts read as the phrasebook has them."""
        if not book.captions or request.literal:
            return request

        def reading(prompt: str) -> str:
            sentence = as_sentence(prompt.strip())
            if not sentence or sentence in FIXED or book.has(prompt):
                return prompt
            known = book.reading(sentence, self._encoder(encoder).encode([sentence]).pooled[0])
            if known is None:
                return prompt
            warnings.append(f"Read as “{known}”: the model was taught these words.")
            return known

        segments = tuple((reading(prompt), seconds) for prompt, seconds in request.segments)
        return replace(request, prompt=reading(request.prompt), segments=segments)

    def _text(self, prompt: str, description: ModelDescription, warnings: list[str]) -> TextFeatures | None:
        if not prompt.strip():
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


def _check_kind(request: GenerationRequest, description: ModelDescription) -> None:
    """RequestError for what only the papers' networks (training.papers) answer."""
    if isinstance(request.condition, Action | Music):
        what = "actions by name" if isinstance(request.condition, Action) else "music"
        raise RequestError(f"The model {description.name} follows text, not {what}: describe the motion by a prompt.")
    if request.observed_features is not None:
        raise RequestError(f"The model {description.name} takes observed motion as a motion, not as numbers.")


def _windows(
    request: GenerationRequest,
    frames: int,
    description: ModelDescription,
    texts: Sequence[TextFeatures | None],
    keyed: Sequence[bool],
    known: Observed | None,
) -> list[Window]:
    """The windows of a motion; texts, keyed: of each prompt, whether it is a keyed doing."""
    overlap, taken_over = round(OVERLAP_SECONDS * description.fps), None
    if request.segments:
        ends = np.cumsum([seconds for _, seconds in request.segments]) * description.fps
        edges = [0, *np.rint(ends).astype(int).tolist()]
        edges[-1] = frames
        lengths = [b - a for a, b in pairwise(edges)]
        planned = plan_segments(lengths, description.max_frames, overlap, round(HANDOVER_SECONDS * description.fps))
    else:
        ahead = _looks_ahead(known, description)
        taken_over = overlap if ahead else None
        planned = [(a, b, 0) for a, b in plan_windows(frames, description.max_frames, overlap + ahead)]
    windows: list[Window] = []
    said = -1
    for start, stop, which in planned:
        begins, said = which != said, which
        if known is None:
            shown = start > 0
        else:
            shown = bool(shown_first(known.mask)) if start == 0 else not known.mask[start:stop].any()
        anew = begins and keyed[which] and shown and request.start_level == 1
        windows.append(Window(start, stop, texts[which], anew, taken_over))
    return windows


def _looks_ahead(known: Observed | None, description: ModelDescription) -> int:
    """Frames by which windows overlap more, where something is shown behind the first one.

    A key just behind a window's end comes as a surprise to the next, which has a few frames left to get there.
    """
    if known is None or not known.mask[description.max_frames :].any():
        return 0
    return round(LOOK_AHEAD_SECONDS * description.fps)


def _schedule(request: GenerationRequest, description: ModelDescription) -> Schedule:
    """The steps to visit. Starting lower takes proportionally fewer of them."""
    full = named_schedule(description.schedule_kind, description.schedule_steps)
    part = full.up_to(request.start_level) if request.start_level < 1 else full
    steps = description.default_steps if request.quality == "normal" and request.steps is None else request.step_count
    steps = max(1, min(round(steps * len(part) / len(full)), len(part)))
    return two_stage_schedule(part, steps, description.pivot_noise_level)


def _finished(features: Features, request: GenerationRequest, fps: float) -> tuple[Motion, NDArray[np.bool_]]:
    motion = decode(without_flips(features, request.observed_mask), fps)
    if request.observed is None:
        motion = motion.canonicalised()
    labels, locked = decoded_contacts(features), request.foot_lock
    motion = grounded(motion, request.observed_mask)
    motion = let_down(motion, labels if locked else None, request.observed_mask, request.loop)
    height_is_ours = not poses_given(request.observed_mask)
    if height_is_ours:
        motion = lifted(motion, loop=request.loop)
    planted = standing_feet(motion, labels)
    if not locked:
        return motion, planted
    fixed = request.observed_mask
    if request.loop:
        fixed = seam_frames(len(features)) if fixed is None else np.maximum(fixed, seam_frames(len(features)))
    motion = lock_free_feet(motion, planted, fixed)
    return lifted(motion, loop=request.loop) if height_is_ours else motion, planted
