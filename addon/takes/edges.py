"""The keys that a blend changes, kept as they were, so that a blend can be changed or taken back.

They are kept on the Action itself, packed, in a custom property: it goes along with copies, files and undo. Times are
relative to the take's first frame (or its last), so moving the take doesn't matter. What the animator has edited since
is never thrown away: then the kept keys are forgotten instead.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any

import bpy
import numpy as np

from .. import compat
from ..present import custom_properties

PROPERTY = "motionmix_unblended"
LENGTHS = "motionmix_blend"
_NEAR = 1e-3  # frames
_POINTS = ("co", "handle_left", "handle_right")
_CHOICES = ("interpolation", "handle_left_type", "handle_right_type")
_COLUMNS = 2 * len(_POINTS) + len(_CHOICES)

Key = tuple[str, int]


def columns(curve: Any) -> np.ndarray:
    """All keys of a curve as a table, a row each: point and handles (x, y), then interpolation and handle types."""
    keys = curve.keyframe_points
    table = np.empty((len(keys), _COLUMNS), dtype=np.float32)
    for place, part in enumerate(_POINTS):
        flat = np.empty(2 * len(keys), dtype=np.float32)
        keys.foreach_get(part, flat)
        table[:, 2 * place : 2 * place + 2] = flat.reshape(-1, 2)
    for place, part in enumerate(_CHOICES):
        numbers = np.empty(len(keys), dtype=np.int32)
        keys.foreach_get(part, numbers)
        table[:, 2 * len(_POINTS) + place] = numbers
    return table


def write(curve: Any, table: np.ndarray) -> None:
    """Give a curve these keys in place of its own."""
    keys = curve.keyframe_points
    keys.clear()
    keys.add(len(table))
    for place, part in enumerate(_CHOICES):  # before the handles: setting a type may move them
        keys.foreach_set(part, table[:, 2 * len(_POINTS) + place].astype(np.int32))
    for place, part in enumerate(_POINTS):
        keys.foreach_set(part, np.ascontiguousarray(table[:, 2 * place : 2 * place + 2]).ravel())
    curve.update()


def inside(table: np.ndarray, first: float, last: float) -> np.ndarray:
    """Which rows lie from `first` to `last`, both included."""
    return (table[:, 0] >= first - _NEAR) & (table[:, 0] <= last + _NEAR)


def times_and_values(curve: Any) -> np.ndarray:
    """(K, 2) frames and values of a curve's keys: quicker than `columns`."""
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
    ends: tuple[float, float],
    blended: tuple[int, int],
    lengths: tuple[int, int],
    raw: Mapping[Key, Any],
) -> None:
    """Remember the keys that lay in the frames that a blend has rewritten.

    ends: first and last frame of the take. blended: blended frames at its start and its end. lengths: rewritten ones.
    raw: for each curve its two tables. Call it when the blend has been written: what is there now is noted too, to
    tell later edits.
    """
    header, tables = [], []
    for (path, index), pair in raw.items():
        header.append((path, index, len(pair[0]), len(pair[1])))
        tables += [_relative(pair[0], -ends[0]), _relative(pair[1], -ends[1])]
    numbers = np.concatenate(tables) if tables else np.empty((0, _COLUMNS), np.float32)
    stored = {
        "lengths": lengths,
        "curves": header,
        "keys": base64.b64encode(zlib.compress(numbers.astype("<f4").tobytes())).decode(),
        "written": _digest(action, ends, lengths),
    }
    action[PROPERTY] = json.dumps(stored)
    action[LENGTHS] = blended


def restore(action: bpy.types.Action, ends: tuple[float, float]) -> bool:
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
        lengths = (int(stored["lengths"][0]), int(stored["lengths"][1]))
        numbers = np.frombuffer(zlib.decompress(base64.b64decode(stored["keys"])), "<f4").reshape(-1, _COLUMNS)
        header = [(str(path), int(index), int(a), int(b)) for path, index, a, b in stored["curves"]]
    except (ValueError, KeyError, TypeError, IndexError, zlib.error):
        return False
    if stored.get("written") != _digest(action, ends, lengths):
        return False
    curves = {(curve.data_path, curve.array_index): curve for curve in compat.curves_in(action)}
    row = 0
    for path, index, before, after in header:
        head = _relative(numbers[row : row + before], ends[0])
        tail = _relative(numbers[row + before : row + before + after], ends[1])
        row += before + after
        curve = curves.get((path, index))
        if curve is not None:
            table = columns(curve)
            blended = inside_ends(table, ends, lengths)
            write(curve, np.concatenate((head, table[~blended], tail)))
    return True


def inside_ends(table: np.ndarray, ends: tuple[float, float], lengths: tuple[int, int]) -> np.ndarray:
    """Which rows lie in the blended frames."""
    result = np.zeros(len(table), dtype=bool)
    if lengths[0]:
        result |= inside(table, ends[0], ends[0] + lengths[0])
    if lengths[1]:
        result |= inside(table, ends[1] - lengths[1], ends[1])
    return result


def forget(action: bpy.types.Action) -> None:
    """Drop the remembered keys: what is there now counts as unblended."""
    block: Any = action
    for key in (PROPERTY, LENGTHS):
        if key in block:
            del block[key]


def _relative(table: np.ndarray, offset: float) -> np.ndarray:
    moved = np.array(table, dtype=np.float32).reshape(-1, _COLUMNS)
    moved[:, 0 : 2 * len(_POINTS) : 2] += offset
    return moved


def _digest(action: bpy.types.Action, ends: tuple[float, float], lengths: tuple[int, int]) -> str:
    """Of the values in the blended frames."""
    digest = hashlib.sha256()
    for curve in compat.curves_in(action):
        table = times_and_values(curve)
        values = table[inside_ends(table, ends, lengths), 1]
        digest.update(f"{curve.data_path}\n{curve.array_index}\n".encode() + values.astype("<f4").tobytes())
    return digest.hexdigest()
