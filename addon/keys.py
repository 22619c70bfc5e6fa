"""The keys of one F-curve as arrays: read all at once, written back all at once, bit for bit.

Blender's own ``insert`` and ``update`` recompute the handles of neighbouring keys. Nothing here does: what isn't
changed on purpose has the same bytes afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

# Blender's numbers for enums, as foreach_get gives them.
CONSTANT, LINEAR, BEZIER = 0, 1, 2
FREE, AUTO, VECTOR, ALIGNED, AUTO_CLAMPED = 0, 1, 2, 3, 4
KEYFRAME, JITTER, GENERATED = 0, 3, 5
FILLERS = (JITTER, GENERATED)
"""Kinds of key that a tool made; the animator's own poses are of another kind."""

_NOTED = 0.0625
"""The amplitude of new keys whose period is the value that they were made with. Of all ways from key to key the elastic
one alone uses these two, so that whatever else the animator chooses for them is what it always is."""

_USUAL_BACK = 1.70158
"""How far Blender's own keys overshoot where the way to the next key is Back."""

SAME_FRAME = 1e-3
"""Two keys nearer to each other than this are at one frame."""

_VECTORS = ("co", "handle_left", "handle_right")
_WHOLE = ("handle_left_type", "handle_right_type", "interpolation", "easing", "type")
_SELECTED = ("select_control_point", "select_left_handle", "select_right_handle")
_NUMBERS = ("amplitude", "back", "period")


@dataclass(frozen=True)
class Keys:
    """N keys in the order of time.

    co, handle_left, handle_right: (N, 2) float32 frame and value. The others: (N,) as Blender names them.
    """

    co: np.ndarray
    handle_left: np.ndarray
    handle_right: np.ndarray
    handle_left_type: np.ndarray
    handle_right_type: np.ndarray
    interpolation: np.ndarray
    easing: np.ndarray
    type: np.ndarray
    select_control_point: np.ndarray
    select_left_handle: np.ndarray
    select_right_handle: np.ndarray
    amplitude: np.ndarray
    back: np.ndarray
    period: np.ndarray

    @property
    def frames(self) -> np.ndarray:
        """(N,) frames."""
        return self.co[:, 0]

    def __len__(self) -> int:
        return len(self.co)

    def at(self, frame: float) -> int | None:
        """Index of the key at a frame; None if there is none."""
        if not len(self):
            return None
        nearest = int(np.argmin(np.abs(self.frames - frame)))
        return nearest if abs(float(self.frames[nearest]) - frame) < SAME_FRAME else None

    def chosen(self, which: np.ndarray) -> Keys:
        """Some of the keys: an array of indices or of bools."""
        return Keys(**{field.name: getattr(self, field.name)[which] for field in fields(self)})

    def changed(self, **values: np.ndarray) -> Keys:
        """With some of the arrays replaced."""
        return replace(self, **values)


def read(curve: Any) -> Keys:
    """All keys of an F-curve."""
    points = curve.keyframe_points
    count = len(points)
    found: dict[str, np.ndarray] = {}
    for names, dtype, width in (
        (_VECTORS, np.float32, 2),
        (_WHOLE, np.int32, 1),
        (_SELECTED, np.bool_, 1),
        (_NUMBERS, np.float32, 1),
    ):
        for name in names:
            values = np.zeros(count * width, dtype=dtype)
            points.foreach_get(name, values)
            found[name] = values.reshape(count, 2) if width == 2 else values
    return Keys(**found)


def frames_of(curve: Any) -> np.ndarray:
    """(N,) frames of the keys of an F-curve, when nothing else is wanted."""
    values = np.zeros(2 * len(curve.keyframe_points), dtype=np.float32)
    curve.keyframe_points.foreach_get("co", values)
    return values[::2]


def are_fillers(curve: Any) -> np.ndarray:
    """(N,) which keys of an F-curve a tool made.

    Blender leaves such a key of its kind when the animator corrects it by keying another pose there; then it's the
    animator's. Where most of a curve's values were changed, a tool has changed the curve and no pose is meant.
    """
    points = curve.keyframe_points
    kinds, numbers = np.zeros(len(points), np.int32), np.zeros((2, len(points)), np.float32)
    points.foreach_get("type", kinds)
    made = np.isin(kinds, FILLERS)
    if not made.any():
        return made
    for name, values in zip(("amplitude", "period"), numbers, strict=True):
        points.foreach_get(name, values)
    co = np.zeros(2 * len(points), np.float32)
    points.foreach_get("co", co)
    corrected = made & (numbers[0] == _NOTED) & (numbers[1] != co[1::2])
    return made if 2 * corrected.sum() > made.sum() else made & ~corrected


def coordinates(curve: Any) -> bytes:
    """Frames and values of the keys of an F-curve, to see whether any was changed."""
    values = np.zeros(2 * len(curve.keyframe_points), dtype=np.float32)
    curve.keyframe_points.foreach_get("co", values)
    return values.tobytes()


def write(curve: Any, keys: Keys) -> None:
    """Give an F-curve these keys in place of its own. They must be in the order of time."""
    points = curve.keyframe_points
    missing = len(keys) - len(points)
    if missing < 0:
        points.clear()
        missing = len(keys)
    if missing:
        points.add(missing)
    for field in fields(keys):
        points.foreach_set(field.name, np.ascontiguousarray(getattr(keys, field.name)).ravel())


def fillers(frames: np.ndarray, values: np.ndarray, kind: int = GENERATED) -> Keys:
    """New keys joined by straight lines. frames, values: (N,).

    Their handles lie on these lines, so that nothing overshoots when the animator makes Bezier curves of them. They
    note the value that they are made with, so that `are_fillers` sees whether it was corrected.
    """
    count = len(frames)
    co = np.stack((frames, values), axis=1).astype(np.float32)
    before, after = np.roll(co, 1, axis=0), np.roll(co, -1, axis=0)
    if count:
        before[0], after[-1] = co[0] - (1, 0), co[-1] + (1, 0)
    zeros, off = np.zeros(count, np.float32), np.zeros(count, np.bool_)
    return Keys(
        co=co,
        handle_left=(co + (before - co) / 3).astype(np.float32),
        handle_right=(co + (after - co) / 3).astype(np.float32),
        handle_left_type=np.full(count, AUTO_CLAMPED, np.int32),
        handle_right_type=np.full(count, AUTO_CLAMPED, np.int32),
        interpolation=np.full(count, LINEAR, np.int32),
        easing=np.zeros(count, np.int32),
        type=np.full(count, kind, np.int32),
        select_control_point=off,
        select_left_handle=off,
        select_right_handle=off,
        amplitude=zeros + np.float32(_NOTED),
        back=zeros + np.float32(_USUAL_BACK),
        period=co[:, 1].copy(),
    )


def joined(*parts: Keys) -> Keys:
    """Keys of several curves' stretches in the order of time."""
    merged = Keys(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Keys)})
    return merged.chosen(np.argsort(merged.frames, kind="stable"))
