"""A trained judge: captions and motions in, points of one space out, in numpy; and its files."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from motionmix_core.errors import DataError

from .features import FEATURES, motion_features
from .network import JudgeConfig, MotionEncoder, TextEncoder
from .words import Vocabulary

FORMAT = 1
DESCRIPTION, WEIGHTS = "judge.json", "judge.safetensors"
_BATCH = 128


class Encoders(nn.Module):
    """Both encoders and the temperature of the loss that they were trained with."""

    mean: Tensor
    std: Tensor

    def __init__(self, config: JudgeConfig) -> None:
        super().__init__()
        self.config = config
        self.motion = MotionEncoder(config)
        self.text = TextEncoder(config)
        self.log_temperature = nn.Parameter(torch.tensor(float(np.log(0.1))))
        self.register_buffer("mean", torch.zeros(config.features))
        self.register_buffer("std", torch.ones(config.features))

    def pack(self, motions: Sequence[NDArray[np.float32]]) -> tuple[Tensor, Tensor]:
        """Feature arrays (T, 139) of any lengths -> normalised (B, T, 139), zero where frame_mask (B, T) is 0."""
        patch = self.config.patch
        longest = min(max(map(len, motions)), patch * self.config.max_tokens)
        longest += -longest % patch
        packed = torch.zeros(len(motions), longest, self.config.features)
        frame_mask = torch.zeros(len(motions), longest)
        for row, motion in enumerate(motions):
            kept = torch.from_numpy(np.ascontiguousarray(motion[:longest]))
            packed[row, : len(kept)] = (kept - self.mean) / self.std
            frame_mask[row, : len(kept)] = 1
        return packed, frame_mask


@dataclass(frozen=True)
class Judge:
    """name, seed, what it was measured to do on validation pairs (`record`), and its encoders.

    Points have D numbers of unit spread (length sqrt(D)), so that distances and kernels mean the same at any D.
    """

    name: str
    encoders: Encoders
    vocabulary: Vocabulary
    record: dict[str, Any]

    @property
    def dimensions(self) -> int:
        """D."""
        return self.encoders.config.dimensions

    @torch.no_grad()
    def texts(self, captions: Sequence[str]) -> NDArray[np.float64]:
        """(N, D) points of captions."""
        self.encoders.eval()
        parts = []
        for start in range(0, len(captions), _BATCH):
            encoded = self.vocabulary.encode(captions[start : start + _BATCH])
            parts.append(self.encoders.text(torch.from_numpy(encoded.words), torch.from_numpy(encoded.groups)))
        return self._scaled(parts)

    @torch.no_grad()
    def features(self, features: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
        """(N, D) points of motions that are given by their `motion_features`; what is after 12 s isn't seen."""
        self.encoders.eval()
        parts = []
        for start in range(0, len(features), _BATCH):
            packed, frame_mask = self.encoders.pack(features[start : start + _BATCH])
            parts.append(self.encoders.motion(packed, frame_mask))
        return self._scaled(parts)

    def motions(self, positions: Sequence[NDArray], fps: float) -> NDArray[np.float64]:
        """(N, D) points of motions given as joint positions (T, 22, 3), metres, Y up, on the ground."""
        return self.features([motion_features(p, fps) for p in positions])

    def _scaled(self, parts: list[Tensor]) -> NDArray[np.float64]:
        return torch.cat(parts).double().numpy() * np.sqrt(self.dimensions)

    def save(self, folder: Path) -> None:
        """Write judge.json and judge.safetensors."""
        folder.mkdir(parents=True, exist_ok=True)
        save_file({k: v.contiguous() for k, v in self.encoders.state_dict().items()}, str(folder / WEIGHTS))
        table = {
            "format": FORMAT,
            "name": self.name,
            "config": dataclasses.asdict(self.encoders.config),
            "words": list(self.vocabulary.words),
            "record": self.record,
        }
        (folder / DESCRIPTION).write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> Judge:
        """Read a judge. Raises DataError for a folder that holds none, or one of another version."""
        try:
            table = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
            config = JudgeConfig(**table["config"])
            if table["format"] != FORMAT or config.features != FEATURES:
                raise ValueError("it is of another version")
            encoders = Encoders(config)
            encoders.load_state_dict(load_file(str(folder / WEIGHTS)))
            vocabulary = Vocabulary(tuple(table["words"]), buckets=config.buckets, max_words=config.max_words)
            return Judge(str(table["name"]), encoders.eval(), vocabulary, dict(table["record"]))
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise DataError(f"{folder} holds no judge ({error}); run python -m training.train_evaluator") from error


def load_judges(folder: Path) -> list[Judge]:
    """All judges in the folders under `folder`, by name. Raises DataError if there is none."""
    found = sorted(path.parent for path in folder.glob(f"*/{DESCRIPTION}"))
    if not found:
        raise DataError(f"{folder} holds no judge; run python -m training.train_evaluator")
    return [Judge.load(path) for path in found]
