"""When a take happens: moving all its keys, and fitting it into a range of frames.

slot: what of an Action is the take, where it holds the motion of several characters (`collection.slot_in`); None: all.
"""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from .. import compat, keys
from ..core import RequestError

_PARTS = ("co", "handle_left", "handle_right")


def span(action: bpy.types.Action, slot: Any = None) -> tuple[float, float]:
    """First and last frame of the keys.

    Raises RequestError: there are none.
    """
    times = [(curve.keyframe_points[0].co.x, curve.keyframe_points[-1].co.x) for curve in _curves(action, slot)]
    if not times:
        raise RequestError(f"“{action.name}” has no keys")
    return min(first for first, _last in times), max(last for _first, last in times)


def move(action: bpy.types.Action, frames: float, slot: Any = None) -> None:
    """Shift all keys, handles too, by so many frames."""
    for curve in _curves(action, slot):
        _retime(curve, 1.0, frames)
    _retime_range(action, 1.0, frames)


def fit(action: bpy.types.Action, first: float, last: float, slot: Any = None) -> None:
    """Stretch a take so that its first key is on frame `first` and its last on `last`.

    A curve with a key on every frame has one on every frame afterwards; a curve with fewer keys keeps these, moved.
    The animator's own poses among keys that a tool made are moved and kept, too.
    Raises RequestError: the range is empty, or the take is a single frame.
    """
    begin, end = span(action, slot)
    if last <= first:
        raise RequestError("A take can't be fitted into less than two frames")
    if end <= begin:
        raise RequestError(f"“{action.name}” is a single frame: it can be moved, not stretched")
    scale = (last - first) / (end - begin)
    offset = first - begin * scale
    for curve in _curves(action, slot):
        if _is_dense(curve) and scale != 1.0:
            _resample(curve, scale, offset)
        else:
            _retime(curve, scale, offset)
    _retime_range(action, scale, offset)
    action.update_tag()


def _curves(action: bpy.types.Action, slot: Any) -> list[Any]:
    return [curve for curve in compat.curves_in(action, slot) if len(curve.keyframe_points)]


def _retime(curve: Any, scale: float, offset: float) -> None:
    for part in _PARTS:
        points = np.empty(2 * len(curve.keyframe_points), dtype=np.float32)
        curve.keyframe_points.foreach_get(part, points)
        points[0::2] = points[0::2] * scale + offset
        curve.keyframe_points.foreach_set(part, points)
    curve.update()


def _is_dense(curve: Any) -> bool:
    """Whether there is a key on every frame."""
    points = np.empty(2 * len(curve.keyframe_points), dtype=np.float32)
    curve.keyframe_points.foreach_get("co", points)
    return len(points) >= 6 and bool(np.allclose(np.diff(points[0::2]), 1.0, atol=1e-3))


def _resample(curve: Any, scale: float, offset: float) -> None:
    """Keys on the stretched ends and all whole frames between, with the curve's values of where they come from.

    New keys are of the kind that a tool's keys in the curve have, or the most of its keys. Poses between a tool's keys
    get exact keys of their own, on whatever frame they come to lie.
    """
    old = keys.read(curve)
    made = np.isin(old.type, keys.FILLERS)
    kind = int(np.bincount(old.type[made] if made.any() else old.type).argmax())
    kept = ~made if made.any() else np.zeros(len(old), dtype=bool)
    kept[[0, -1]] = True
    places = old.frames.astype(np.float64) * scale + offset
    whole = np.arange(np.ceil(places[0]), np.floor(places[-1]) + 1)
    whole = whole[np.abs(whole - places[kept][_nearest(places[kept], whole)]) > keys.SAME_FRAME]
    frames = np.sort(np.concatenate((places[kept], whole)))
    source = _nearest(places, frames)
    same = np.abs(frames - places[source]) < keys.SAME_FRAME
    values = np.array([curve.evaluate((frame - offset) / scale) for frame in frames])
    new = keys.fillers(frames, np.where(same, old.co[source, 1], values), kind)
    marks = ("type", "select_control_point", "select_left_handle", "select_right_handle")
    marked = {name: np.where(same, getattr(old, name)[source], getattr(new, name)) for name in marks}
    keys.write(curve, new.changed(**marked))


def _nearest(places: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """For each of the frames the index of the place nearest to it. places: two or more, rising."""
    after = np.clip(np.searchsorted(places, frames), 1, len(places) - 1)
    return np.asarray(np.where(frames - places[after - 1] <= places[after] - frames, after - 1, after))


def _retime_range(action: bpy.types.Action, scale: float, offset: float) -> None:
    """Where the animator set the Action's range by hand, it goes along."""
    if action.use_frame_range:
        begin, end = action.frame_start, action.frame_end
        action.frame_start, action.frame_end = begin * scale + offset, end * scale + offset
