"""What the worker computes for the add-on besides motions: things that need no network but too long for a window.

They run in a thread of their own in the worker, so they don't wait behind a motion that is being made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from ..motion.motion import Motion
from ..motion.resampling import resampled
from ..retarget import BoneMapping, RetargetOptions, RigDescription, RigPoses, to_rig


def put_on_rig(
    motions: Sequence[Motion],
    contacts: Sequence[np.ndarray | None],
    rig: RigDescription,
    mapping: BoneMapping,
    options: RetargetOptions,
    fps: float,
    frames: int | None = None,
) -> tuple[RigPoses, ...]:
    """Each motion as poses of a rig, at another frame rate.

    motions: on the canonical skeleton. contacts: (T, 4) of each, the feet's; None = to be found. options: their
    `contacts` are put in here. fps: of the poses. frames: how many at most (the motions are a little longer or shorter
    than asked for when their rate isn't that of the poses); None = all there are.
    Raises RigError when the rig can't take a motion.
    """
    poses = []
    for motion, planted in zip(motions, contacts, strict=True):
        timed = resampled(motion, fps, frames)
        at = contacts_at(planted, motion, timed) if planted is not None else None
        poses.append(to_rig(timed, rig, mapping, replace(options, contacts=at)))
    return tuple(poses)


def contacts_at(contacts: np.ndarray, motion: Motion, timed: Motion) -> np.ndarray:
    """Foot contacts (T, 4) of a motion at the frames of the same motion at another rate: those of the nearest frame."""
    nearest = np.rint(np.arange(timed.num_frames) / timed.fps * motion.fps).astype(int)
    return contacts[np.minimum(nearest, len(contacts) - 1)]


TASKS: Mapping[str, Callable[..., Any]] = MappingProxyType({"put_on_rig": put_on_rig})
"""By the names that they are asked for."""
