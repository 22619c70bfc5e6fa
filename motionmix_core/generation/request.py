"""What is asked of the generator: plain data, checked, that can be written as JSON and arrays and read back.

Every feature fills in the same request (design: everything is in-painting): a condition (text, action, music or none),
a length, observed motion with a mask, and the noise level to start from. The model that ships and the papers' networks
(`training.papers.request`) answer the same one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..diffusion import checked_interval
from ..errors import RequestError
from ..motion.motion import Motion
from ..motion.skeleton import JOINT_NAMES, canonical_skeleton
from ..representation.default import FEATURES
from .condition import Condition, condition_of

MIN_SECONDS = 0.1
MAX_SECONDS = 60.0
MIN_SEGMENT_SECONDS = 0.5
MAX_COUNT = 64
MAX_STEPS = 1000
MAX_SEED = 2**63 - 1
SAMPLERS = ("ddim", "dpmpp_2m", "ddpm")
QUALITY_STEPS: Mapping[str, int] = MappingProxyType({"draft": 6, "normal": 14, "high": 30})
"""Network calls of each quality (a guided one counts once)."""
ARRAY_FIELDS = ("observed_mask", "music", "observed_features")


@dataclass(frozen=True, eq=False)
class GenerationRequest:
    """A request; checked when made.

    Args:
        prompt: what the motion shows, in English. Empty = anything (no text condition).
        seconds: length, 0.1 to 60.
        seed: the first take's; take k has seed + k, and one seed gives one motion whatever the count.
        count: number of takes, 1 to 64.
        quality: "draft", "normal" or "high": how many steps.
        steps: network calls, in place of the quality's.
        sampler: "ddim", "dpmpp_2m" or "ddpm"; None = the model's own.
        guidance: how hard to follow the prompt, 0 (not at all) to 20; None = the model's own.
        observed: known motion on the canonical skeleton, at any frame rate; its first frame is the request's first.
            The result lies where it lies. Where it is shorter than the request its last pose is held (leave it free).
        observed_mask: (T,207) in 0..1, T = the request's frames at the model's rate: which features of `observed` hold.
        start_level: noise level to start from, above 0 to 1. Below 1 the result is a change of `observed`: the lower,
            the closer.
        foot_lock: keep planted feet from sliding.
        model: folder name of the model; empty = the default one.
        segments: prompts with their seconds, one after the other, in place of `prompt`; together they last `seconds`.
        loop: make the last part flow into the first frame.
        action: name or number of an action, for networks of actions; in place of a prompt.
        music: (T,width) music features at the network's frame rate, for networks of dance; in place of a prompt.
        observed_features: (T,F) numbers of the network's own in place of `observed`, for the papers' networks, whose
            joints need not be the canonical skeleton's; `observed_mask` then is (T,F), too.
        guidance_interval: (low, high) noise levels, 0 to 1, between which `guidance` holds (1 elsewhere); None = the
            model's own.
        liveliness: strength of the noise to start from, 0.5 to 2; above 1 the motion is livelier than the network
            thinks likely. The papers' networks don't look at it.
        literal: the prompt goes to the network as it is: not as a caption that the network knows (`phrasebook`), no
            opening before a change of posture (`openings`), no sequence of what comes first and what then (`parts`).
    Raises:
        RequestError: a value out of its range, said in one line.
    """

    prompt: str = ""
    seconds: float = 4.0
    seed: int = 0
    count: int = 1
    quality: str = "normal"
    steps: int | None = None
    sampler: str | None = None
    guidance: float | None = None
    observed: Motion | None = None
    observed_mask: NDArray[Any] | None = None
    start_level: float = 1.0
    foot_lock: bool = True
    model: str = ""
    segments: tuple[tuple[str, float], ...] = ()
    loop: bool = False
    action: str = ""
    music: NDArray[Any] | None = None
    observed_features: NDArray[Any] | None = None
    guidance_interval: tuple[float, float] | None = None
    liveliness: float = 1.0
    literal: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.prompt, str):
            raise RequestError(f"The prompt must be text, not {type(self.prompt).__name__}.")
        object.__setattr__(self, "prompt", _encodable(self.prompt))
        for name in ("seconds", "seed", "count", "steps", "guidance", "start_level", "liveliness"):
            object.__setattr__(self, name, _plain(getattr(self, name)))
        if not isinstance(self.model, str):
            raise RequestError(f"The model must be given by name, not {type(self.model).__name__}.")
        _check_number("length in seconds", self.seconds, MIN_SECONDS, MAX_SECONDS)
        _check_integer("seed", self.seed, 0, MAX_SEED)
        _check_integer("number of takes", self.count, 1, MAX_COUNT)
        _check_choice("quality", self.quality, tuple(QUALITY_STEPS))
        if self.steps is not None:
            _check_integer("number of steps", self.steps, 1, MAX_STEPS)
        if self.sampler is not None:
            _check_choice("sampler", self.sampler, SAMPLERS)
        if self.guidance is not None:
            _check_number("guidance", self.guidance, 0.0, 20.0)
        if self.guidance_interval is not None:
            object.__setattr__(self, "guidance_interval", checked_interval(self.guidance_interval))
        _check_number("noise level to start from", self.start_level, 0.0, 1.0)
        if self.start_level == 0:
            raise RequestError("The noise level to start from must be above 0: at 0 nothing would change.")
        _check_number("liveliness", self.liveliness, 0.5, 2.0)
        self._check_segments()
        if self.music is not None and np.asarray(self.music).dtype.kind in "iuf":
            object.__setattr__(self, "music", np.asarray(self.music, np.float32))
        condition_of(self.prompt or "".join(prompt for prompt, _ in self.segments), self.action, self.music)
        self._check_observed()

    def _check_segments(self) -> None:
        try:
            segments = tuple((prompt, _plain(seconds)) for prompt, seconds in self.segments)
        except (TypeError, ValueError):
            raise RequestError("The prompts of a sequence must be pairs of a text and seconds.") from None
        for prompt, seconds in segments:
            if not isinstance(prompt, str):
                raise RequestError(f"The prompts of a sequence must be texts, not {type(prompt).__name__}.")
            _check_number(f"length of {prompt!r} in seconds", seconds, MIN_SEGMENT_SECONDS, MAX_SECONDS)
        if segments and abs(sum(seconds for _, seconds in segments) - self.seconds) > 1e-3:
            raise RequestError("The prompts of a sequence must last as long together as the motion.")
        encodable = tuple((_encodable(prompt), seconds) for prompt, seconds in segments)
        object.__setattr__(self, "segments", encodable)

    def _check_observed(self) -> None:
        mask = self.observed_mask
        if self.observed_features is not None:
            self._check_features(self.observed_features)
            return
        if self.observed is None:
            if mask is not None:
                raise RequestError("A mask of observed motion needs the observed motion beside it.")
            if self.start_level < 1:
                raise RequestError("Starting below full noise needs the motion that is to be changed.")
            return
        if self.observed.skeleton.names != JOINT_NAMES:
            raise RequestError("Observed motion must be on the canonical skeleton: retarget it first.")
        if mask is None:
            if self.start_level == 1:
                raise RequestError("Observed motion needs a mask that says which of it holds.")
            return
        mask = np.asarray(mask, np.float32)
        if mask.ndim != 2 or mask.shape[1] != FEATURES:
            raise RequestError(f"The mask of observed motion must be (frames, {FEATURES}), not {mask.shape}.")
        _check_mask(mask)
        object.__setattr__(self, "observed_mask", mask)

    def _check_features(self, features: NDArray[Any]) -> None:
        if self.observed is not None:
            raise RequestError("Observed motion is given as a motion or as a network's numbers, not as both.")
        if self.observed_mask is None:
            raise RequestError("Observed motion needs a mask that says which of it holds.")
        features, mask = np.asarray(features, np.float32), np.asarray(self.observed_mask, np.float32)
        if features.ndim != 2 or mask.shape != features.shape:
            raise RequestError(
                f"Observed numbers and their mask must both be (frames, features), not {features.shape} and "
                f"{mask.shape}."
            )
        if not np.isfinite(features).all():
            raise RequestError("Observed motion holds values that are not finite: repair or leave out those frames.")
        _check_mask(mask)
        object.__setattr__(self, "observed_features", features)
        object.__setattr__(self, "observed_mask", mask)

    @property
    def condition(self) -> Condition:
        """What the motion follows. A sequence (`segments`) has a text a part instead, and none here."""
        return condition_of(self.prompt, self.action, self.music)

    @property
    def step_count(self) -> int:
        """Network calls from full noise."""
        return QUALITY_STEPS[self.quality] if self.steps is None else self.steps

    def frames(self, fps: float) -> int:
        """Length in frames at a frame rate, at least 2."""
        return max(2, round(self.seconds * fps))

    def to_plain(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """As a JSON-ready dictionary and named arrays; `from_plain` reads them back."""
        header: dict[str, Any] = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if name != "observed" and name not in ARRAY_FIELDS
        }
        arrays: dict[str, NDArray[Any]] = {}
        for name in ARRAY_FIELDS:
            if getattr(self, name) is not None:
                arrays[name] = getattr(self, name)
        if self.observed is not None:
            header["observed_fps"] = self.observed.fps
            arrays["observed_root"] = self.observed.root_positions
            arrays["observed_rotations"] = self.observed.rotations
        return header, arrays

    @classmethod
    def from_plain(cls, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> GenerationRequest:
        """The request that `to_plain` wrote.

        Raises:
            RequestError: an unknown field, or values out of range.
        """
        fields = dict(header)
        fps = fields.pop("observed_fps", None)
        unknown = set(fields) - set(cls.__dataclass_fields__)
        if unknown:
            raise RequestError(f"The request has fields that this version doesn't know: {', '.join(sorted(unknown))}.")
        if fps is not None:
            try:
                fields["observed"] = Motion(
                    canonical_skeleton(), arrays["observed_root"], arrays["observed_rotations"], fps
                )
            except (KeyError, ValueError) as error:
                raise RequestError(f"The observed motion can't be used: {error}.") from error
        fields |= {name: arrays[name] for name in ARRAY_FIELDS if name in arrays}
        return cls(**fields)


def _plain(value: Any) -> Any:
    """A number of numpy's as Python's own, which JSON can write."""
    return value.item() if isinstance(value, np.integer | np.floating) else value


def _encodable(text: str) -> str:
    """The text without what UTF-8 can't write: half of a pair, from a command line in another encoding."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _check_number(what: str, value: Any, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise RequestError(f"The {what} must be a number, not {value!r}.")
    if not math.isfinite(value) or not low <= value <= high:
        raise RequestError(f"The {what} must be between {low:g} and {high:g}, not {value:g}.")


def _check_mask(mask: NDArray[np.float32]) -> None:
    if not (np.isfinite(mask).all() and mask.min() >= 0 and mask.max() <= 1):
        raise RequestError("The mask of observed motion must hold numbers from 0 (free) to 1 (holds).")


def _check_integer(what: str, value: Any, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise RequestError(f"The {what} must be a whole number, not {value!r}.")
    if not low <= value <= high:
        raise RequestError(f"The {what} must be between {low} and {high}, not {value}.")


def _check_choice(what: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise RequestError(f"The {what} must be one of {', '.join(choices)}, not {value!r}.")
