"""A pose that nobody has keyed yet, kept while other frames are looked at: Blender forgets it with every frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np

from ..present import custom_properties, pose_bones, present

_CHANNELS = {"location": 3, "rotation_quaternion": 4, "rotation_euler": 3, "rotation_axis_angle": 4, "scale": 3}


@contextmanager
def kept(obj: bpy.types.Object, view_layer: bpy.types.ViewLayer | None = None) -> Iterator[None]:
    """Within it the scene may show other frames. Afterwards object and bones stand as before, keyed or not.

    The scene must be back on its frame then.
    """
    layer = view_layer or present(bpy.context.view_layer)
    layer.update()  # what is still to be evaluated is no pose of the animator's
    channels, switches, own = _channels(obj), _switches(obj), _own(obj)
    try:
        yield
    finally:
        layer.update()
        for name, place in own.items():
            if tuple(getattr(obj, name)) != place:  # another Action that was looked at moves the object itself
                setattr(obj, name, place)
        now = _channels(obj)
        bones = list(pose_bones(obj))
        for name, values in channels.items():
            if values.shape == now[name].shape:
                for row in np.flatnonzero((values != now[name]).any(axis=1)):
                    setattr(bones[row], name, values[row].tolist())
        for (bone, key), value in switches.items():
            there = pose_bones(obj).get(bone)
            if there is not None and custom_properties(there).get(key) != value:
                there[key] = value


def _channels(obj: bpy.types.Object) -> dict[str, np.ndarray]:
    """Channel -> (B, C) of all bones."""
    bones: Any = pose_bones(obj)
    found = {}
    for name, width in _CHANNELS.items():
        values = np.empty(len(bones) * width, dtype=np.float32)
        bones.foreach_get(name, values)
        found[name] = values.reshape(len(bones), width)
    return found


def _own(obj: bpy.types.Object) -> dict[str, tuple[float, ...]]:
    """The object's own transform."""
    return {name: tuple(getattr(obj, name)) for name in _CHANNELS}


def _switches(obj: bpy.types.Object) -> dict[tuple[str, str], float]:
    """The numbers among the bones' custom properties: an IK switch can be animated, too."""
    found: dict[tuple[str, str], float] = {}
    for bone in pose_bones(obj):
        custom = custom_properties(bone)
        for key in custom.keys():  # noqa: SIM118
            if type(custom[key]) in (bool, int, float):
                found[bone.name, key] = custom[key]
    return found
