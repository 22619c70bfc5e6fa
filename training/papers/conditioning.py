"""Annotations -> what the network is given, with the placeholder for clips that have none.

The placeholder in training and the one that the second stage of sampling sees are made by the same call, so that they
can't differ (MotionMix, two-stage sampling).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from motionmix_core.conditions.clip_bank import build_clip_bank
from motionmix_core.conditions.clip_text import CONTEXT, MDM_TOKENS
from motionmix_core.conditions.token_bank import build_clip_token_bank, build_distilbert_bank
from motionmix_core.denoisers.mdm import TextTokens
from motionmix_core.denoisers.motion_diffuse import ClipTokens
from motionmix_core.errors import DataError
from motionmix_core.mixed_data.paper_config import PaperConfig
from motionmix_core.mixed_data.placeholders import EMPTY_TEXT, placeholder_class

from .clips import Annotation


class Conditioner(Protocol):
    """Turns a batch's annotations into the network's condition; None stands for the placeholder."""

    def __call__(self, annotations: Sequence[Annotation], device: torch.device) -> Any:
        """A tensor, TextTokens or ClipTokens, or None for a network without condition."""
        ...


class NoCondition:
    """For unconstrained networks."""

    def __call__(self, annotations: Sequence[Annotation], device: torch.device) -> None:
        """None, whatever was given."""
        return


@dataclass(frozen=True)
class ActionCondition:
    """Labels; the placeholder is the row behind the known actions, or nothing at all (the zero embedding)."""

    actions: int
    extra_class: bool

    def __call__(self, annotations: Sequence[Annotation], device: torch.device) -> torch.Tensor | None:
        """(B,) int64. Raises DataError for a label outside the table, or none where there is no placeholder."""
        if all(annotation is None for annotation in annotations) and not self.extra_class:
            return None
        labels = []
        for annotation in annotations:
            if annotation is None and self.extra_class:
                labels.append(placeholder_class(self.actions))
            elif isinstance(annotation, int | np.integer) and 0 <= annotation < self.actions:
                labels.append(int(annotation))
            else:
                raise DataError(f"action label {annotation} is outside the table of {self.actions}")
        return torch.tensor(labels, device=device)


@dataclass(frozen=True)
class MusicCondition:
    """Music features; the placeholder is silence."""

    frames: int
    width: int

    def __call__(self, annotations: Sequence[Annotation], device: torch.device) -> torch.Tensor:
        """(B, frames, width) float32. Raises DataError for music of another length or width."""
        rows = []
        for annotation in annotations:
            heard = np.zeros((self.frames, self.width), np.float32) if annotation is None else np.asarray(annotation)
            if heard.shape != (self.frames, self.width):
                raise DataError(f"music features are {heard.shape}, this network hears ({self.frames}, {self.width})")
            rows.append(heard)
        return torch.from_numpy(np.stack(rows)).to(device)


class TextCondition:
    """Captions, encoded once; the placeholder is the empty text. Captions that weren't encoded before, are now."""

    def __init__(self, kind: str, captions: Sequence[str], encoder: Path, keep_in: Path, max_tokens: int) -> None:
        """kind: "clip", "distilbert" or "clip_tokens". Raises ModelError if the encoder's folder isn't right."""
        keep_in.mkdir(parents=True, exist_ok=True)
        self._kind = kind
        texts = {EMPTY_TEXT, *captions}
        if kind == "clip":
            self._pooled = build_clip_bank(texts, encoder, keep_in, max_tokens)
        elif kind == "distilbert":
            self._tokens = build_distilbert_bank(texts, encoder, keep_in)
        else:
            self._tokens = build_clip_token_bank(texts, encoder, keep_in, max_tokens)

    def __call__(self, annotations: Sequence[Annotation], device: torch.device) -> Any:
        """(B, 512), TextTokens or ClipTokens, float32."""
        texts = [EMPTY_TEXT if annotation is None else str(annotation) for annotation in annotations]
        if self._kind == "clip":
            return torch.from_numpy(self._pooled.gather(texts)).to(device)
        states, valid = self._tokens.gather(texts)
        features = torch.from_numpy(states).to(device)
        if self._kind == "distilbert":
            return TextTokens(features, torch.from_numpy(valid).to(device))
        return ClipTokens(features, torch.from_numpy(self._tokens.ends(texts)).to(device))


def build_conditioner(
    config: PaperConfig, captions: Sequence[str], text_encoder: Path | None, keep_in: Path
) -> Conditioner:
    """The conditioner of a config. text_encoder: folder of CLIP or DistilBERT, where texts are the condition.

    Raises DataError if it is needed and not given, ModelError if it can't be opened.
    """
    kind = config.condition
    if kind == "none":
        return NoCondition()
    if kind == "action":
        return ActionCondition(config.data.actions, config.action_rows > config.data.actions)
    if kind == "music":
        return MusicCondition(config.data.frames, config.data.music_width)
    if text_encoder is None:
        what = "distilbert/distilbert-base-uncased" if kind == "distilbert" else "openai/clip-vit-base-patch32"
        raise DataError(f"this network is conditioned by text: name the folder of {what} with --text-encoder")
    return TextCondition(kind, captions, text_encoder, keep_in, MDM_TOKENS if kind == "clip" else CONTEXT)
