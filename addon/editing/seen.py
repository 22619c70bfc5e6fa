"""Channels as they were seen at each frame, where no single Action's curves say it: NLA strips, several Actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import bpy
import numpy as np

from ..present import pose_bones
from .channels import Channel, channels_of
from .reading import Reader, at_once


@dataclass(frozen=True)
class SeenChannel(Channel):
    """A channel without curves of its own. table: (T, C) values of the whole frames from `first` on."""

    table: np.ndarray = field(default_factory=lambda: np.zeros((1, 1)))
    first: int = 0

    def values(self, frames: Sequence[float] | np.ndarray) -> np.ndarray:
        """(T, C) what was seen at the frames."""
        at = np.clip(np.asarray(frames, np.float64) - self.first, 0, len(self.table) - 1)
        grid = np.arange(len(self.table))
        return np.stack([np.interp(at, grid, column) for column in self.table.T], axis=1)

    def component(self, index: int) -> Callable[[float], float]:
        """A component's value at any frame."""
        return lambda frame: float(self.values([frame])[0, index])


def evaluated(
    scene: bpy.types.Scene,
    obj: bpy.types.Object,
    bones: Sequence[str],
    first: int,
    last: int,
    read: Reader = at_once,
) -> dict[tuple[str, str], SeenChannel]:
    """The bones' channels as the armature plays them, whatever moves them. The scene's frame is put back."""
    plain = channels_of(obj, bones)
    places = [(bone, channel.name) for (bone, _), channel in plain.items()]

    def look(seen: bpy.types.Object) -> np.ndarray:
        own = pose_bones(seen)
        return np.concatenate([np.array(getattr(own[bone], name)) for bone, name in places])

    table = np.stack(read(scene, obj, range(first, last + 1), "channels", look))
    ends = np.cumsum([len(channel.static) for channel in plain.values()])
    return seen_channels(plain, dict(zip(plain, np.split(table, ends[:-1], axis=1), strict=True)), first)


def seen_channels(
    plain: Mapping[tuple[str, str], Channel], tables: Mapping[tuple[str, str], np.ndarray], first: int
) -> dict[tuple[str, str], SeenChannel]:
    """Channels with tables of what was seen."""
    return {
        key: SeenChannel(
            channel.bone,
            channel.name,
            channel.path,
            channel.mode,
            (None,) * len(channel.static),
            channel.static,
            tables[key],
            first,
        )
        for key, channel in plain.items()
    }


def one_after_the_other(
    parts: Sequence[Mapping[tuple[str, str], Channel]], frames: Sequence[np.ndarray], first: int
) -> dict[tuple[str, str], SeenChannel]:
    """Channels that say at the first frames what the first part says at `frames[0]`, then the second, and so on.

    parts: with the same keys. frames: for each part the scene frames to look at.
    """
    tables = {
        key: np.concatenate([part[key].values(at) for part, at in zip(parts, frames, strict=True)]) for key in parts[0]
    }
    return seen_channels(parts[0], tables, first)
