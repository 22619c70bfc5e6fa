"""Keys: which poses, or parts of them, an animator has set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import RequestError
from ..motion.skeleton import JOINT_NAMES


@dataclass(frozen=True)
class Key:
    """A pose that holds at one frame.

    Args:
        frame: index into the source.
        joints: names of the joints whose rotation holds; None = all of them.
        root: whether the root's place holds. No joints and the root = a point of a path.
    """

    frame: int
    joints: frozenset[str] | None = None
    root: bool = True


@dataclass(frozen=True, eq=False)
class Held:
    """What of a motion of T frames holds. rotations: (T,22) bool; root: (T,) bool."""

    rotations: NDArray[np.bool_]
    root: NDArray[np.bool_]

    @property
    def frames(self) -> NDArray[np.bool_]:
        """(T,) bool: frames of which anything holds."""
        return np.asarray(self.rotations.any(axis=1) | self.root)

    @property
    def poses(self) -> NDArray[np.bool_]:
        """(T,) bool: frames of which everything holds."""
        return np.asarray(self.rotations.all(axis=1) & self.root)


def joint_indices(names: Iterable[str]) -> list[int]:
    """Indices of canonical joints. RequestError names those there aren't."""
    chosen = list(names)
    unknown = sorted(set(chosen) - set(JOINT_NAMES))
    if unknown:
        raise RequestError(f"There are no joints called {', '.join(unknown)}. There are: {', '.join(JOINT_NAMES)}.")
    return sorted(JOINT_NAMES.index(name) for name in chosen)


def held_by(keys: Sequence[Key], frames: int) -> Held:
    """What keys hold of a motion of so many frames; two keys at one frame hold what either does.

    Raises:
        RequestError: a key outside the motion, or of an unknown joint.
    """
    rotations, root = np.zeros((frames, len(JOINT_NAMES)), bool), np.zeros(frames, bool)
    for key in keys:
        if not 0 <= key.frame < frames:
            raise RequestError(f"There is a key at frame {key.frame}, outside the motion of {frames} frames.")
        joints = range(len(JOINT_NAMES)) if key.joints is None else joint_indices(key.joints)
        rotations[key.frame, list(joints)] = True
        root[key.frame] |= key.root
    return Held(rotations, root)
