"""What a model folder's ``model.json`` says about a denoiser: its data, its schedule, its defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..diffusion import EVERYWHERE, Interval, checked_interval
from ..errors import ModelError, RequestError
from ..onnx_session import DESCRIPTION_FILE, read_description
from ..representation.default import FEATURES, Normaliser


@dataclass(frozen=True)
class ModelDescription:
    """A denoiser's ``model.json``.

    Args:
        name: what it is called in menus; the folder's name if the file has none.
        fps: frames a second of its motions.
        patch: frames to a token; lengths are padded to a multiple of it.
        normaliser: between features and what the network sees.
        schedule_kind, schedule_steps: the noise schedule that it was trained on.
        pivot_noise_level: below this noise level it is run without the condition (MotionMix's T*); None = never.
        default_steps, default_sampler, default_guidance: what it was found to work best with.
        guidance_interval: noise levels between which it was found best to guide; all where the file says nothing.
        min_seconds, max_seconds: the lengths that one window may have.
        text_encoder: name of the text encoder, or None for a model without text.
        smoothing_frames: spread of the low-pass that takes the jitter out of its motions; 0 = none.
        weights_sha256: of ``weights.safetensors``.
    """

    name: str
    fps: float
    patch: int
    normaliser: Normaliser
    schedule_kind: str
    schedule_steps: int
    pivot_noise_level: float | None
    default_steps: int
    default_sampler: str
    default_guidance: float
    min_seconds: float
    max_seconds: float
    text_encoder: str | None
    weights_sha256: str
    smoothing_frames: float = 0.0
    guidance_interval: Interval = EVERYWHERE

    @property
    def max_frames(self) -> int:
        """The longest window in frames, a multiple of the patch."""
        return int(self.max_seconds * self.fps) // self.patch * self.patch


def read_model_description(folder: Path) -> ModelDescription:
    """Read and check ``folder/model.json``.

    Raises:
        ModelError: no such file, another format or representation, a missing or impossible value (named).
    """
    raw = read_description(folder)
    try:
        return _parsed(raw, folder.name)
    except (KeyError, TypeError, ValueError, RequestError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise ModelError(f"{folder / DESCRIPTION_FILE}: {what}. Reinstall the model.") from error


def _parsed(raw: Mapping[str, Any], folder_name: str) -> ModelDescription:
    if raw["representation"] != "default" or raw["features"] != FEATURES:
        raise ValueError(
            f"it makes {raw['features']} numbers a frame of the representation {raw['representation']!r}, and this "
            f"version reads only {FEATURES} of 'default'"
        )
    mean, std = (np.asarray(raw[name], np.float32) for name in ("mean", "std"))
    if mean.shape != (FEATURES,) or std.shape != (FEATURES,) or not np.isfinite(mean).all() or not (std > 0).all():
        raise ValueError(f"its mean and std must be {FEATURES} numbers each, the std above zero")
    pivot = raw["pivot_noise_level"]
    description = ModelDescription(
        name=str(raw.get("name") or folder_name),
        fps=float(raw["fps"]),
        patch=int(raw["patch"]),
        normaliser=Normaliser(mean, std),
        schedule_kind=str(raw["schedule"]["kind"]),
        schedule_steps=int(raw["schedule"]["steps"]),
        pivot_noise_level=None if pivot is None else float(pivot),
        default_steps=int(raw["default_steps"]),
        default_sampler=str(raw["default_sampler"]),
        default_guidance=float(raw["default_guidance"]),
        min_seconds=float(raw["min_seconds"]),
        max_seconds=float(raw["max_seconds"]),
        text_encoder=raw["text_encoder"],
        weights_sha256=str(raw["weights_sha256"]),
        smoothing_frames=float(raw.get("smoothing_frames", 0.0)),
        guidance_interval=checked_interval(raw.get("guidance_interval", EVERYWHERE)),
    )
    if not 0 <= description.smoothing_frames <= 10:
        raise ValueError(f"its smoothing of {description.smoothing_frames} frames isn't between 0 and 10")
    if description.fps <= 0 or description.patch < 1 or not 0 < description.min_seconds <= description.max_seconds:
        raise ValueError("its fps, patch, min_seconds and max_seconds don't fit together")
    return description
