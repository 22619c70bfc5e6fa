"""When a take happens: moving all its keys, and fitting it into a range of frames."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from .. import compat
from ..core import RequestError

_PARTS = ("co", "handle_left", "handle_right")
_LINEAR = 1
_AUTO_CLAMPED = 4


def span(action: bpy.types.Action) -> tuple[float, float]:
    """First and last frame of the keys.

    Raises RequestError: there are none.
    """
    times = [(curve.keyframe_points[0].co.x, curve.keyframe_points[-1].co.x) for curve in _curves(action)]
    if not times:
        raise RequestError(f"“{action.name}” has no keys")
    return min(first for first, _last in times), max(last for _first, last in times)


def move(action: bpy.types.Action, frames: float) -> None:
    """Shift all keys, handles too, by so many frames."""
    for curve in _curves(action):
        _retime(curve, 1.0, frames)
    _retime_range(action, 1.0, frames)


def fit(action: bpy.types.Action, first: float, last: float) -> None:
    """Stretch a take so that its first key is on frame `first` and its last on `last`.

    A curve with a key on every frame has one on every frame afterwards; a curve with fewer keys keeps these, moved.
    Raises RequestError: the range is empty, or the take is a single frame.
    """
    begin, end = span(action)
    if last <= first:
        raise RequestError("A take can't be fitted into less than two frames")
    if end <= begin:
        raise RequestError(f"“{action.name}” is a single frame: it can be moved, not stretched")
    scale = (last - first) / (end - begin)
    offset = first - begin * scale
    for curve in _curves(action):
        if _is_dense(curve) and scale != 1.0:
            _resample(curve, scale, offset)
        else:
            _retime(curve, scale, offset)
    _retime_range(action, scale, offset)


def _curves(action: bpy.types.Action) -> list[Any]:
    return [curve for curve in compat.curves_in(action) if len(curve.keyframe_points)]


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
    """Keys on the stretched ends and all whole frames between, with the curve's values of where they come from."""
    first = curve.keyframe_points[0].co.x * scale + offset
    last = curve.keyframe_points[-1].co.x * scale + offset
    frames = np.unique(np.concatenate(([first], np.arange(np.ceil(first), np.floor(last) + 1), [last])))
    frames = frames[np.append(np.diff(frames) > 1e-3, True)]
    points = np.empty((len(frames), 2), dtype=np.float32)
    points[:, 0] = frames
    points[:, 1] = [curve.evaluate((frame - offset) / scale) for frame in frames]
    keys = curve.keyframe_points
    keys.clear()
    keys.add(len(frames))
    keys.foreach_set("co", points.ravel())
    keys.foreach_set("interpolation", np.full(len(frames), _LINEAR, dtype=np.int32))
    for side in ("left", "right"):
        keys.foreach_set(f"handle_{side}_type", np.full(len(frames), _AUTO_CLAMPED, dtype=np.int32))
    curve.update()


def _retime_range(action: bpy.types.Action, scale: float, offset: float) -> None:
    """Where the animator set the Action's range by hand, it goes along."""
    if action.use_frame_range:
        begin, end = action.frame_start, action.frame_end
        action.frame_start, action.frame_end = begin * scale + offset, end * scale + offset
