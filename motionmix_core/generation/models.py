"""The models on disk: where they are, what they are called, opening them."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import ModelError
from ..onnx_session import DESCRIPTION_FILE, read_description

MODELS_VARIABLE = "MOTIONMIX_MODELS"
DEFAULT_MODEL = "base-cmu"
TEXT_ENCODER_FOLDERS = {"minilm-l6": "text-minilm"}


def default_models_dir() -> Path:
    """The folder that the variable MOTIONMIX_MODELS names, or that of the models that ship."""
    named = os.environ.get(MODELS_VARIABLE)
    return Path(named) if named else shipped_models_dir()


def shipped_models_dir() -> Path:
    """The folder ``pretrained`` beside this package."""
    return Path(__file__).resolve().parents[2] / "pretrained"


def list_models(models_dir: Path) -> list[str]:
    """Names (folder names) of the motion models in a folder, the default one first, encoders left out.

    Raises:
        ModelError: the folder itself is missing.
    """
    if not models_dir.is_dir():
        raise ModelError(f"There is no model folder {models_dir}. Reinstall MotionMix, or choose another folder.")
    names = [folder.name for folder in sorted(models_dir.iterdir()) if _is_motion_model(folder)]
    return sorted(names, key=lambda name: name != DEFAULT_MODEL)


def _is_motion_model(folder: Path) -> bool:
    if not (folder / DESCRIPTION_FILE).is_file():
        return False
    try:
        return read_description(folder).get("kind", "motion") == "motion"
    except ModelError:
        return True  # broken, but opening it will say how


def model_folder(models_dir: Path, name: str) -> Path:
    """The folder of a model; an empty name means the default one.

    Raises:
        ModelError: there is none of that name; the message lists those there are.
    """
    names = list_models(models_dir)
    if not names:
        raise ModelError(f"There is no motion model in {models_dir}. Reinstall MotionMix, or choose another folder.")
    if not name:
        return models_dir / names[0]
    if name not in names:
        raise ModelError(f"There is no model {name!r} in {models_dir}. There are: {', '.join(names)}.")
    return models_dir / name


def text_encoder_folder(models_dir: Path, encoder: str) -> Path:
    """The folder of a text encoder named by a model.

    Raises:
        ModelError: this version has no such encoder.
    """
    if encoder not in TEXT_ENCODER_FOLDERS:
        raise ModelError(
            f"The model needs the text encoder {encoder!r}, which this version doesn't have. Update MotionMix."
        )
    return models_dir / TEXT_ENCODER_FOLDERS[encoder]
