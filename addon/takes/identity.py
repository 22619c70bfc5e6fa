"""What exactly made a take: the weights by their hash, the description that goes with them, our own version."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..package import FOLDER

_DESCRIPTION = "model.json"
_MANIFEST = "blender_manifest.toml"


def of_model(models_folder: Path, model: str) -> dict[str, str]:
    """The hash of a model's weights and of its description; empty if the model can't be read.

    The weights' hash is the one that the description states: the worker has checked it when it opened the model. The
    description says what else decides the motion (normalisation, schedule, smoothing).
    """
    try:
        text = (models_folder / model / _DESCRIPTION).read_bytes()
        description = json.loads(text)
    except (OSError, ValueError):
        return {}
    weights = description.get("weights_sha256") if isinstance(description, dict) else None
    return {"weights_sha256": str(weights or ""), "model_sha256": hashlib.sha256(text).hexdigest()}


def difference(request: Mapping[str, Any], models_folder: Path) -> str:
    """A line for the animator when the model isn't any more what made a take; "" when it is, or can't be told."""
    model = str(request.get("model", ""))
    now = of_model(models_folder, model) if model else {}
    if any(now[key] != request[key] for key in now if request.get(key)):
        return f"The model “{model}” has changed since this take was made: the motion may come out differently"
    return ""


@lru_cache(maxsize=1)
def version() -> str:
    """The extension's version, from its manifest."""
    try:
        manifest = tomllib.loads((FOLDER / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return ""
    return str(manifest.get("version", ""))
