"""Motions longer than a network can make at once: windows that overlap, each continuing the one before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

HANDOVER_SECONDS = 0.25
"""How much a prompt sees of what goes on before it: enough to carry the speed on. Shown a whole second of a walk the
network walks on, whatever it is told: of 24 prompts after a walk 13 were done so, 20 to 22 now."""


def plan_windows(frames: int, longest: int, overlap: int) -> list[tuple[int, int]]:
    """Split `frames` into (start, stop) windows of nearly equal length, none longer than `longest`.

    Neighbours share `overlap` frames, so that the later can continue the earlier's movement. Equal lengths: a short
    last window would be a motion of its own kind.

    Raises:
        ValueError: windows that couldn't get on (longest <= overlap).
    """
    if frames <= longest:
        return [(0, frames)]
    if longest <= overlap:
        raise ValueError(f"windows of {longest} frames can't overlap by {overlap}")
    count = math.ceil((frames - overlap) / (longest - overlap))
    fresh = frames - overlap
    edges = [round(i * fresh / count) for i in range(count + 1)]
    return [(edges[i], edges[i + 1] + overlap) for i in range(count)]


def plan_segments(
    lengths: Sequence[int], longest: int, overlap: int, handover: int | None = None
) -> list[tuple[int, int, int]]:
    """Windows of a motion that does one thing after the other: (start, stop, segment) each.

    Args:
        lengths: frames of each segment.
        longest, overlap: as in `plan_windows`, for windows of one segment.
        handover: frames that a segment sees of the one before it; None = `overlap`.
    """
    planned = []
    for segment, (end, length) in enumerate(zip(accumulate(lengths), lengths, strict=True)):
        first = max(0, end - length - (overlap if handover is None else handover))
        planned += [(first + a, first + b, segment) for a, b in plan_windows(end - first, longest, overlap)]
    return planned
