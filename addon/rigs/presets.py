"""Bone maps as files in the user's folder: one JSON file a preset, kept when the extension is updated."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import bpy

from ..core import BoneMapping, RigError
from ..package import PACKAGE

_UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_SUFFIX = ".json"


def folder(create: bool = False) -> Path:
    """Where presets are kept."""
    return Path(bpy.utils.extension_path_user(PACKAGE, path="rigs", create=create))


def names() -> list[str]:
    """The presets that there are, by name."""
    here = folder()
    return sorted((path.stem for path in here.glob(f"*{_SUFFIX}")), key=str.casefold) if here.is_dir() else []


def save(name: str, mapping: BoneMapping) -> Path:
    """Write a preset, over one of the same name. RigError for a name that can't be a file's, or a full disk."""
    path = _path(name)
    try:
        folder(create=True)
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps(mapping.to_json(), indent=1, ensure_ascii=False), encoding="utf-8")
        os.replace(draft, path)
    except OSError as error:
        raise RigError(f"The preset can't be written to {path}: {error.strerror or error}.") from error
    return path


def load(name: str) -> BoneMapping:
    """Read a preset. RigError names the file when it isn't there or isn't a bone map."""
    return read_file(_path(name))


def read_file(path: Path) -> BoneMapping:
    """Read a bone map from a file. RigError names it when it can't be read."""
    try:
        return BoneMapping.from_json(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise RigError(f"The preset {path} can't be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise RigError(f"The preset {path} is damaged ({error}). Delete it and save it anew.") from error
    except RigError as error:
        raise RigError(f"{path}: {error}") from error


def remove(name: str) -> None:
    """Delete a preset. RigError when it can't be."""
    try:
        _path(name).unlink(missing_ok=True)
    except OSError as error:
        raise RigError(f"The preset {_path(name)} can't be deleted: {error.strerror or error}.") from error


def _path(name: str) -> Path:
    tidy = " ".join(_UNFIT.sub(" ", name).split()).strip(".")
    if not tidy:
        raise RigError("Give the preset a name.")
    return folder() / f"{tidy}{_SUFFIX}"
