"""New keys in one stretch of an F-curve, the curve outside it unchanged in every point.

The border keys are where it is difficult. A key's automatic handles follow its neighbours, so a border key's outer
handle is pinned where it is. Where a border falls between two keys of the animator's, the curve is cut there: by de
Casteljau's construction for Bezier curves, which leaves the shape as it was.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..keys import (
    ALIGNED,
    AUTO,
    AUTO_CLAMPED,
    BEZIER,
    CONSTANT,
    FREE,
    KEYFRAME,
    LINEAR,
    SAME_FRAME,
    VECTOR,
    Keys,
    fillers,
    joined,
)

_FOLLOWING = (AUTO, AUTO_CLAMPED, VECTOR)
"""Kinds of handle that Blender places by the neighbouring keys."""


def splice(
    keys: Keys,
    start: float,
    stop: float,
    frames: np.ndarray,
    values: np.ndarray,
    evaluate: Callable[[float], float],
    keep: np.ndarray | None = None,
    pin_start: bool = True,
    pin_stop: bool = True,
    resumes: bool = False,
) -> Keys:
    """The keys with new ones between two frames.

    keys: the curve's; none for a new curve. start, stop: the stretch, both included. frames, values: (M,) the new keys
    in it. evaluate: the curve as it is now. keep: (K,) frames at which keys of the animator's stay as they are; None
    keeps none inside the stretch. pin_start, pin_stop: the curve is to go on there as it was: then there is a key of
    its present value at that border, whatever `values` say. resumes: where the end isn't pinned, it goes on as it was
    from the next frame on; what `values` say last holds until there.
    """
    frames, values = np.asarray(frames, np.float64), np.asarray(values, np.float64)
    if pin_start:
        keys = _with_border(keys, start, evaluate)
    if pin_stop:
        keys = _with_border(keys, stop, evaluate)
    behind = stop
    if resumes and not pin_stop:
        behind = min([stop + 1.0, *keys.frames[keys.frames > stop + SAME_FRAME][:1].tolist()])
        keys = _with_border(keys, behind, evaluate)
    at = keys.frames
    inside = (at > start - SAME_FRAME) & (at < stop + SAME_FRAME)
    stays = ~inside
    kept = [float(frame) for frame in (keep if keep is not None else ())]
    kept += [start] * pin_start + [stop] * pin_stop
    for frame in kept:
        index = keys.at(frame)
        if index is not None:
            stays[index] = True
    old = _free_of_neighbours(keys.chosen(stays), start, stop, behind)
    near = np.abs(old.frames[None, :] - frames[:, None]) < SAME_FRAME if len(old) else np.zeros((len(frames), 1), bool)
    fresh = ~near.any(axis=1) & (frames > start - SAME_FRAME) & (frames < stop + SAME_FRAME)
    new = fillers(frames[fresh], values[fresh])
    if behind > stop and len(new):
        new.interpolation[-1] = CONSTANT
    return joined(old, new)


def _free_of_neighbours(keys: Keys, start: float, stop: float, behind: float) -> Keys:
    """Border keys' handles pinned where they are; stepped keys inside go on to the next key in a straight line."""
    left, right = keys.handle_left_type.copy(), keys.handle_right_type.copy()
    interpolation = keys.interpolation.copy()
    for border in (start, stop, behind):
        index = keys.at(border)
        if index is not None:
            for types in (left, right):
                if types[index] in _FOLLOWING:
                    types[index] = FREE
    inside = (keys.frames > start - SAME_FRAME) & (keys.frames < stop - SAME_FRAME)
    interpolation[inside & (interpolation != BEZIER)] = LINEAR
    return keys.changed(handle_left_type=left, handle_right_type=right, interpolation=interpolation)


def _with_border(keys: Keys, frame: float, evaluate: Callable[[float], float]) -> Keys:
    """The same curve with a key at a frame."""
    if keys.at(frame) is not None:
        return keys
    value = evaluate(frame)
    new = fillers(np.array([frame]), np.array([value]), KEYFRAME)
    after = int(np.searchsorted(keys.frames, frame))
    if after == 0 or after == len(keys):  # before the first key or after the last: the curve goes on straight
        slope = (evaluate(frame + 0.5) - evaluate(frame - 0.5)) if len(keys) else 0.0
        aside = np.array([[1.0, slope]], np.float32)
        free = np.full(1, FREE, np.int32)
        new = new.changed(
            handle_left=new.co - aside,
            handle_right=new.co + aside,
            handle_left_type=free,
            handle_right_type=free,
            interpolation=np.full(1, BEZIER if slope else LINEAR, np.int32),
        )
        return joined(keys, new)
    kind = int(keys.interpolation[after - 1])
    if kind == BEZIER:
        return _cut_bezier(keys, after, frame, new)
    if kind not in (CONSTANT, LINEAR):  # bounces and the like: frame by frame
        return _frame_by_frame(keys, after, frame, evaluate, new)
    return joined(keys, new.changed(interpolation=np.full(1, kind, np.int32)))


def _cut_bezier(keys: Keys, after: int, frame: float, new: Keys) -> Keys:
    """A Bezier segment cut in two at a frame. after: index of the key at its end."""
    points = bezier_points(keys, after)
    u = _parameter(points[:, 0], frame)
    first = [points[i] + u * (points[i + 1] - points[i]) for i in range(3)]
    second = [first[i] + u * (first[i + 1] - first[i]) for i in range(2)]
    middle = second[0] + u * (second[1] - second[0])
    right, left = keys.handle_right.copy(), keys.handle_left.copy()
    right[after - 1], left[after] = first[0], first[2]
    types = [keys.handle_left_type.copy(), keys.handle_right_type.copy()]
    for index in (after - 1, after):  # automatic handles would follow the new neighbour, on both sides of the key
        for kind in types:
            if kind[index] in (*_FOLLOWING, ALIGNED):
                kind[index] = FREE
    cut = keys.changed(handle_right=right, handle_left=left, handle_left_type=types[0], handle_right_type=types[1])
    free = np.full(1, FREE, np.int32)
    border = new.changed(
        co=np.array([[frame, middle[1]]], np.float32),
        handle_left=np.array([second[0]], np.float32),
        handle_right=np.array([second[1]], np.float32),
        handle_left_type=free,
        handle_right_type=free,
        interpolation=np.full(1, BEZIER, np.int32),
    )
    return joined(cut, border)


def bezier_points(keys: Keys, after: int) -> np.ndarray:
    """(4, 2) the segment's points as Blender evaluates them: handles that overlap in time are shortened."""
    points = np.array(
        [keys.co[after - 1], keys.handle_right[after - 1], keys.handle_left[after], keys.co[after]], np.float64
    )
    length = points[3, 0] - points[0, 0]
    one, two = abs(points[1, 0] - points[0, 0]), abs(points[3, 0] - points[2, 0])
    if one + two > length > 0:
        shrink = length / (one + two)
        points[1] = points[0] + shrink * (points[1] - points[0])
        points[2] = points[3] + shrink * (points[2] - points[3])
    return points


def _parameter(x: np.ndarray, frame: float) -> float:
    """Where on the curve a frame is, 0 to 1, by halving: time never runs backwards on it."""
    low, high = 0.0, 1.0
    for _ in range(60):
        u = 0.5 * (low + high)
        v = 1 - u
        if v * v * v * x[0] + 3 * v * v * u * x[1] + 3 * v * u * u * x[2] + u * u * u * x[3] < frame:
            low = u
        else:
            high = u
    return 0.5 * (low + high)


def _frame_by_frame(keys: Keys, after: int, frame: float, evaluate: Callable[[float], float], new: Keys) -> Keys:
    """An eased segment as straight lines from frame to frame, in which a border can be set."""
    start, stop = float(keys.frames[after - 1]), float(keys.frames[after])
    between = np.arange(np.floor(start) + 1, np.ceil(stop))
    between = between[(np.abs(between - frame) > SAME_FRAME) & (between > start) & (between < stop)]
    interpolation = keys.interpolation.copy()
    interpolation[after - 1] = LINEAR
    dense = fillers(between, np.array([evaluate(at) for at in between]))
    return joined(keys.changed(interpolation=interpolation), dense, new)
