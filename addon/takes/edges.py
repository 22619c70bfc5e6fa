"""The keys that a blend changes, kept as they were, so that a blend can be changed or taken back.

They are kept on the Action itself, packed, in a custom property: it goes along with copies, files and undo. They go
along with the take's first frame (or its last), so moving the take doesn't matter. What the animator has edited since
is never thrown away: then the kept keys are forgotten instead.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import bpy
import numpy as np

from .. import compat, keys
from ..keys import Keys
from ..present import custom_properties
from . import timing

PROPERTY = "motionmix_unblended"
LENGTHS = "motionmix_blend"
_POINTS = ("co", "handle_left", "handle_right")
_EARLIER = ("interpolation", "handle_left_type", "handle_right_type")
"""All that the first versions kept of a key beside its points."""

Key = tuple[str, int]


def inside(frames: np.ndarray, first: float, last: float) -> np.ndarray:
    """Which of the frames lie from `first` to `last`, both included."""
    return (frames >= first - keys.SAME_FRAME) & (frames <= last + keys.SAME_FRAME)


def times_and_values(curve: Any) -> np.ndarray:
    """(K, 2) frames and values of a curve's keys: quicker than all of them."""
    flat = np.empty(2 * len(curve.keyframe_points), dtype=np.float32)
    curve.keyframe_points.foreach_get("co", flat)
    return flat.reshape(-1, 2)


def lengths_of(action: bpy.types.Action) -> tuple[int, int]:
    """Over how many frames a take is blended at its start and its end."""
    stored = custom_properties(action).get(LENGTHS)
    try:
        return max(0, int(stored[0])), max(0, int(stored[1]))
    except (TypeError, ValueError, IndexError):
        return 0, 0


def keep(
    action: bpy.types.Action,
    slot: Any,
    ends: tuple[float, float],
    blended: tuple[int, int],
    lengths: tuple[int, int],
    raw: Mapping[Key, tuple[Keys, Keys]],
) -> None:
    """Remember the keys that lay in the frames that a blend has rewritten.

    slot: of the take. ends: its first and last frame. blended: blended frames at its start and its end. lengths:
    rewritten ones. raw: for each rewritten curve its keys there. Call it when the blend has been written: what is
    there now is noted too, to tell later edits.
    """
    header = [(path, index, len(head), len(tail)) for (path, index), (head, tail) in raw.items()]
    tables = [_packed(part) for pair in raw.values() for part in pair]
    numbers = np.concatenate(tables) if tables else np.empty(0, np.float32)
    stored = {
        "fields": [field.name for field in fields(Keys)],
        "slot": compat.slot_handle(slot),
        "ends": ends,
        "lengths": lengths,
        "curves": header,
        "keys": base64.b64encode(zlib.compress(numbers.astype("<f4").tobytes())).decode(),
        "written": _digest(action, slot, ends, lengths),
    }
    action[PROPERTY] = json.dumps(stored)
    action[LENGTHS] = blended


def restore(action: bpy.types.Action) -> bool:
    """Put the remembered keys back, and forget them.

    Returns whether the take is unblended now: False if its blended frames were edited since, or if the memory is
    damaged; nothing has been changed then.
    """
    text = custom_properties(action).get(PROPERTY)
    forget(action)
    if not isinstance(text, str):
        return True
    try:
        stored = json.loads(text)
        names = [str(name) for name in stored.get("fields", (*_POINTS, *_EARLIER))]
        if not {*names} <= {field.name for field in fields(Keys)}:
            return False
        slot = compat.slot_with_handle(action, int(stored.get("slot", 0)))  # none: the first versions knew no slots
        origin = float(stored.get("ends", (0, 0))[0]), float(stored.get("ends", (0, 0))[1])
        lengths = (int(stored["lengths"][0]), int(stored["lengths"][1]))
        numbers = np.frombuffer(zlib.decompress(base64.b64decode(stored["keys"])), "<f4")
        table = numbers.reshape(-1, sum(2 if name in _POINTS else 1 for name in names))
        header = [(str(path), int(index), int(a), int(b)) for path, index, a, b in stored["curves"]]
    except (ValueError, KeyError, TypeError, IndexError, zlib.error):
        return False
    ends = timing.span(action, slot)
    if stored.get("written") != _digest(action, slot, ends, lengths):
        return False
    curves = {(curve.data_path, curve.array_index): curve for curve in compat.curves_in(action, slot)}
    row = 0
    for path, index, before, after in header:
        head = _unpacked(table[row : row + before], names, ends[0] - origin[0])
        tail = _unpacked(table[row + before : row + before + after], names, ends[1] - origin[1])
        row += before + after
        curve = curves.get((path, index))
        if curve is not None:
            present = keys.read(curve)
            between = present.chosen(~inside_ends(present.frames, ends, lengths))
            keys.write(curve, keys.joined(head, between, tail))
    action.update_tag()
    return True


def inside_ends(frames: np.ndarray, ends: tuple[float, float], lengths: tuple[int, int]) -> np.ndarray:
    """Which of the frames are rewritten ones."""
    result = np.zeros(len(frames), dtype=bool)
    if lengths[0]:
        result |= inside(frames, ends[0], ends[0] + lengths[0])
    if lengths[1]:
        result |= inside(frames, ends[1] - lengths[1], ends[1])
    return result


def forget(action: bpy.types.Action) -> None:
    """Drop the remembered keys: what is there now counts as unblended."""
    block: Any = action
    for key in (PROPERTY, LENGTHS):
        if key in block:
            del block[key]


def _packed(some: Keys) -> np.ndarray:
    """All there is to some keys, a row each, the rows one after the other."""
    return np.column_stack([np.asarray(getattr(some, field.name), np.float32) for field in fields(Keys)]).ravel()


def _unpacked(table: np.ndarray, names: Sequence[str], later: float) -> Keys:
    """The keys of some rows, so many frames later than they were. names: of the fields, in the rows' order."""
    found = keys.fillers(table[:, 0], table[:, 1], keys.KEYFRAME)
    column = 0
    for name in names:
        width = 2 if name in _POINTS else 1
        values = np.array(table[:, column : column + width])
        if width == 2:
            values[:, 0] += later
        like = getattr(found, name)
        found = found.changed(**{name: values.reshape(like.shape).astype(like.dtype)})
        column += width
    return found


def _digest(action: bpy.types.Action, slot: Any, ends: tuple[float, float], lengths: tuple[int, int]) -> str:
    """Of the values in the rewritten frames."""
    digest = hashlib.sha256()
    for curve in compat.curves_in(action, slot):
        table = times_and_values(curve)
        values = table[inside_ends(table[:, 0], ends, lengths), 1]
        digest.update(f"{curve.data_path}\n{curve.array_index}\n".encode() + values.astype("<f4").tobytes())
    return digest.hexdigest()
