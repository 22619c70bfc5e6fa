"""What the person who prepares data may choose."""

from __future__ import annotations

from dataclasses import dataclass

FPS = 30.0
MIN_SECONDS = 0.5  # stretches shorter than this teach nothing


@dataclass(frozen=True)
class Options:
    """How to prepare.

    research: also take data whose licence forbids shipping weights trained on it. limit: clips a folder, or None.
    licence: what the person says of files that state no licence; None keeps those out of models that ship.
    made: add what no capture holds: short gaits repeated, and hand tasks made by formula (training clips only).
    """

    research: bool = False
    limit: int | None = None
    fps: float = FPS
    licence: str | None = None
    made: bool = False
