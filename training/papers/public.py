"""Checkpoints that MDM's authors published, opened as if they had been trained here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from motionmix_core.denoisers.mdm import MDM
from motionmix_core.errors import DataError
from motionmix_core.formats.published import read_array
from motionmix_core.formats.text_motion import Statistics
from motionmix_core.mixed_data.paper_config import (
    ConditionName,
    PaperConfig,
    PaperData,
    PaperDiffusion,
    PaperMix,
    PaperNetwork,
    PaperSampling,
    PaperTraining,
)
from motionmix_core.representation.guo_layout import HUMANML3D, KIT

from .space import ActionSpace, Space, TextSpace

ARGS = "args.json"
DATASETS: dict[str, Literal["humanml3d", "kit", "humanact12", "uestc"]] = {
    "humanml": "humanml3d",
    "kit": "kit",
    "humanact12": "humanact12",
    "uestc": "uestc",
}
FPS = {"humanml3d": 20.0, "kit": 12.5, "humanact12": 20.0, "uestc": 30.0}
CONDITIONS: dict[str, ConditionName] = {"text": "clip", "tokens": "distilbert", "action": "action", "none": "none"}
TEXT_FRAMES, ACTION_FRAMES = 196, 60
TEXT_GUIDANCE = 2.5


def is_public(folder: Path) -> bool:
    """Whether a folder holds a published checkpoint rather than a run of training.train_paper."""
    return (folder / ARGS).is_file()


def open_public(folder: Path, statistics: Path | None, *, use_ema: bool = True) -> tuple[MDM, PaperConfig, Space]:
    """The network of a published folder, how it is sampled, and the space that it works in.

    statistics: folder of the data set's Mean.npy and Std.npy, for text models. Raises ModelError for a broken folder,
    DataError for missing statistics or a data set that MDM wasn't published on.
    """
    model = MDM.from_public_checkpoint(folder, use_ema=use_ema)
    args: dict[str, Any] = json.loads((folder / ARGS).read_text("utf-8"))
    width = model.config.features
    named = str(args.get("dataset") or {263: "humanml", 251: "kit", 150: "humanact12"}.get(width, ""))
    if named not in DATASETS:
        raise DataError(f"{folder / ARGS}: unknown data set '{named}'; known are {', '.join(DATASETS)}")
    name = DATASETS[named]
    text = name in ("humanml3d", "kit")
    space: Space = ActionSpace(FPS[name])
    if text:
        if statistics is None:
            raise DataError(
                "a text model's numbers are z-scores: name the folder of Mean.npy and Std.npy (--statistics)"
            )
        mean, std = (read_array(statistics / f"{part}.npy", 1, width) for part in ("Mean", "Std"))
        space = TextSpace(Statistics(mean, std), HUMANML3D if name == "humanml3d" else KIT)
    own = model.config
    config = PaperConfig(
        name=folder.name,
        backbone="mdm",
        data=PaperData(
            name,
            width,
            FPS[name],
            TEXT_FRAMES if text else ACTION_FRAMES,
            "normalised_features" if text else "axis_angle_and_joints",
            actions=own.actions,
        ),
        diffusion=PaperDiffusion("linear" if own.noise_schedule == "linear" else "cosine", own.diffusion_steps, "x0"),
        mix=PaperMix(False, 0, 0, 0, 0.0, "null"),
        training=PaperTraining("adamw", 1e-4, 64, "mdm", steps=1, condition_drop=own.condition_drop),
        sampling=PaperSampling("ddpm", own.diffusion_steps, TEXT_GUIDANCE if text else 1.0),
        condition=CONDITIONS[own.condition],
        network=PaperNetwork(
            own.width,
            own.feedforward,
            own.layers,
            own.heads,
            own.dropout,
            own.architecture,
            own.decoder_token,
            own.mask_frames,
        ),
    )
    return model, config, space
