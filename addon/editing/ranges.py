"""Which frames an edit is about: from the selected keys, the preview range, numbers, or the whole Action."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import bpy
import numpy as np

from .. import keys
from ..core import RequestError
from .channels import Channel, unique_frames

RANGE_ITEMS = (
    (
        "SELECTED",
        "Selected Keys",
        "From the first to the last key selected in the Dope Sheet, Timeline or Graph Editor",
    ),
    ("PREVIEW", "Preview Range", "The timeline's preview range (P in the Timeline)"),
    ("FRAMES", "By Number", "From one frame to another, by number"),
    ("ACTION", "Whole Action", "From the Action's first key to its last"),
)


@dataclass(frozen=True)
class FrameRange:
    """first, last: scene frames, both included; a key may stand between whole frames."""

    first: float
    last: float

    @property
    def whole_frames(self) -> np.ndarray:
        """(T,) the whole frames in it."""
        return np.arange(np.ceil(self.first - keys.SAME_FRAME), np.floor(self.last + keys.SAME_FRAME) + 1)


def find(kind: str, scene: bpy.types.Scene, channels: Iterable[Channel], first: float, last: float) -> FrameRange:
    """The range that is meant. channels: of the bones in question. first, last: for "FRAMES".

    Raises RequestError when there is none, with what to do.
    """
    channels = list(channels)
    if kind == "PREVIEW":
        if not scene.use_preview_range:
            raise RequestError("There is no preview range: press P in the Timeline and drag over the frames")
        first, last = scene.frame_preview_start, scene.frame_preview_end
    elif kind == "SELECTED":
        frames = selected_frames(channels)
        if not len(frames):
            raise RequestError(
                "No keys of the body's bones are selected: select keys on at least two frames in the Dope Sheet, or "
                "choose another range"
            )
        if len(frames) == 1:
            raise RequestError(
                f"All selected keys are on frame {frames[0]:g}: select keys on at least two frames, or choose another "
                "range"
            )
        first, last = frames[0], frames[-1]
    elif kind == "ACTION":
        frames = unique_frames([channel.key_frames(with_fillers=True) for channel in channels])
        if not len(frames):
            raise RequestError("The Action has no keys on the body's bones")
        first, last = frames[0], frames[-1]
    if not (np.isfinite(first) and np.isfinite(last)) or last - first < 2 - keys.SAME_FRAME:
        raise RequestError(f"Frames {first:g} to {last:g} leave nothing between them: the range must be longer")
    return FrameRange(float(first), float(last))


def selected_frames(channels: Iterable[Channel], with_fillers: bool = False) -> np.ndarray:
    """Sorted frames of the selected keys of the animator's; of keys that a tool made, if only such are selected.

    with_fillers: of all of them in any case.
    """
    own, made = [], []
    for channel in channels:
        for curve in channel.curves:
            if curve is None or not len(curve.keyframe_points):
                continue
            points = curve.keyframe_points
            chosen = np.zeros(len(points), np.bool_)
            points.foreach_get("select_control_point", chosen)
            if not chosen.any():
                continue
            frames, filler = keys.frames_of(curve), keys.are_fillers(curve)
            own.append(frames[chosen & ~filler])
            made.append(frames[chosen & filler])
    found = unique_frames(own)
    return found if len(found) and not with_fillers else unique_frames(own + made)
