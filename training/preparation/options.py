"""What the person who prepares data may choose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FPS = 30.0
MIN_SECONDS = 0.5  # stretches shorter than this teach nothing


@dataclass(frozen=True)
class NoisyPlace:
    """A folder or file whose joints are off by so many metres; None: unknown, the training config's pivot holds."""

    path: Path
    metres: float | None

    def holds(self, path: Path) -> bool:
        """Whether a file or folder lies in it."""
        return path.resolve().is_relative_to(self.path)


@dataclass(frozen=True)
class Options:
    """How to prepare.

    research: also take data whose licence forbids shipping weights trained on it. limit: clips a folder, or None.
    licence: what the person says of files that state no licence; None keeps those out of models that ship.
    made: add what no capture holds: short gaits repeated, and hand tasks made by formula (training clips only).
    unstated_fps: of SMPL files that state no frame rate; None = as such files mostly are. noisy: places of noisy files.
    test_share: of files that bring no split of their own.
    """

    research: bool = False
    limit: int | None = None
    fps: float = FPS
    licence: str | None = None
    made: bool = False
    unstated_fps: float | None = None
    noisy: tuple[NoisyPlace, ...] = ()
    test_share: float = 0.0
