"""What a take is called, and what it carries with it: its request, and what the rig can't show of the motion.

A take is an Action that MotionMix made. The request (prompt, seed, settings, model) is kept on it as JSON in a custom
property, so that it can be made again or changed a little.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import bpy
import numpy as np

from ..core import Untold, canonical_skeleton
from ..present import custom_properties

PROPERTY = "motionmix"
_UNTOLD = "motionmix_untold"
_UNTITLED = "motion"
_SUBJECT = re.compile(r"^(?:a|the) (?:person|man|woman|character) (?=\S)", re.IGNORECASE)
# Blender up to 4.5 cuts a name after 63 bytes: leave room for the number.
_MAX_NAME_BYTES = 52


def take_name(prompt: str, taken: Collection[str]) -> str:
    """The next free "prompt #n", without a leading "a person", which tells no take from another.

    A long prompt is cut at a word; an empty one is called "motion".
    """
    base = _SUBJECT.sub("", re.sub(r"\s+", " ", prompt).strip()) or _UNTITLED
    if len(base.encode()) > _MAX_NAME_BYTES:
        base = base.encode()[:_MAX_NAME_BYTES].decode(errors="ignore")
        base = base.rpartition(" ")[0] or base
    number = 1
    while f"{base} #{number}" in taken:
        number += 1
    return f"{base} #{number}"


def store_request(action: bpy.types.Action, request: Mapping[str, Any]) -> None:
    """Keep the request on the action."""
    action[PROPERTY] = json.dumps(request, ensure_ascii=False, sort_keys=True)


def request_of(action: bpy.types.Action) -> dict[str, Any] | None:
    """The request that made this action; None if MotionMix didn't make it, or if somebody changed it past reading."""
    stored = custom_properties(action).get(PROPERTY)
    if not isinstance(stored, str):
        return None
    try:
        request = json.loads(stored)
    except ValueError:
        return None
    return request if isinstance(request, dict) else None


def store_untold(action: bpy.types.Action, untold: Untold | None, frame_start: float, frame_step: float) -> None:
    """Keep on the action what its bones don't tell, row i of it for scene frame ``frame_start + i * frame_step``."""
    if untold is not None:
        action[_UNTOLD] = {
            "joints": " ".join(untold.joints),
            "start": float(frame_start),
            "step": float(frame_step),
            "shown": np.ravel(untold.shown).tolist(),
            "lost": np.ravel(untold.lost).tolist(),
            "rolls": " ".join(untold.rolls),
            "rolled": np.ravel(untold.rolled).tolist(),
        }


def untold_of(action: bpy.types.Action | None, frames: Sequence[float]) -> Untold | None:
    """What an action's bones don't tell at these scene frames; nothing is lost at frames that it doesn't know."""
    stored: Any = custom_properties(action).get(_UNTOLD) if action is not None else None
    try:
        joints, rolls = (tuple(str(stored.get(name, "")).split()) for name in ("joints", "rolls"))
        rows = np.round((np.asarray(frames, dtype=np.float64) - stored["start"]) / stored["step"]).astype(int)
        shown, lost = (_turns(stored, name, len(joints), rows) for name in ("shown", "lost"))
        rolled = _turns(stored, "rolled", len(rolls), rows)
    except (AttributeError, TypeError, KeyError, ValueError):  # not there, or changed by somebody
        return None
    return Untold(joints, shown, lost, rolls, rolled) if {*joints, *rolls} <= set(canonical_skeleton().names) else None


def _turns(stored: Any, name: str, joints: int, rows: np.ndarray) -> np.ndarray:
    """(T, joints, 4) of what an action keeps under a name at these rows; zeros, which are no turns, for others."""
    if not joints:
        return np.zeros((len(rows), 0, 4))
    values = np.array(stored[name], dtype=np.float64).reshape(-1, joints, 4)
    known = (rows >= 0) & (rows < len(values))
    return np.where(known[:, None, None], values[np.where(known, rows, 0)], 0.0)
