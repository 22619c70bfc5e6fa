"""Motions longer than a network can make at once: windows that overlap, each continuing the one before."""

from __future__ import annotations

import math


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
