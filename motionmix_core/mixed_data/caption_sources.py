"""Which captions are read, by where they are from: patterns such as "written*", "*" and "!kit-ml"."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

EVERY = ("*",)
"""Whatever stands beside the motion."""

ABOUT_STRETCHES = ("*", "!cmu-index*", "!kit-ml", "!humanml3d", "!action-label")
"""Captions written for the stretch that they stand at: no database's word for a whole trial, no label, and no caption
of research sets, which may not be learned from for a model that ships."""


def is_read(source: str, patterns: Sequence[str]) -> bool:
    """Whether captions from `source` are read. The last pattern that fits decides; "!" before one leaves out."""
    read = False
    for pattern in patterns:
        if fnmatchcase(source, pattern.removeprefix("!")):
            read = not pattern.startswith("!")
    return read
