"""What Blender always has where the add-on runs, though the stubs that mypy reads call it optional or don't know it.

A panel is drawn with a layout and in a scene, an armature has a pose. Said here once, mypy can watch over every other
None of the add-on.
"""

from __future__ import annotations

from typing import Any, TypeVar, cast

import bpy

Something = TypeVar("Something")


def present(value: Something | None) -> Something:
    """The value of a member that is never None where it is asked for: a context's scene, a panel's layout."""
    assert value is not None
    return value


def pose_bones(obj: bpy.types.Object) -> bpy.types.bpy_prop_collection[bpy.types.PoseBone]:
    """The pose bones of an armature object."""
    return present(obj.pose).bones


def armature(obj: bpy.types.Object) -> bpy.types.Armature:
    """The data of an armature object."""
    return cast(bpy.types.Armature, obj.data)


def evaluated_object(obj: bpy.types.Object, layer: bpy.types.ViewLayer | None = None) -> bpy.types.Object:
    """The object as it is seen on the current frame: after constraints, drivers and the NLA.

    layer: the view layer in which it is seen; the window's own if none is given.
    """
    return obj.evaluated_get(present(present(layer or bpy.context.view_layer).depsgraph))


def registered(owner: bpy.types.bpy_struct, name: str) -> Any:
    """A property that the add-on has registered with one of Blender's classes: ``scene.motionmix``."""
    return getattr(owner, name)


def custom_properties(owner: bpy.types.bpy_struct) -> Any:
    """The custom properties of a data-block or a bone: ``get``, ``keys``. (To 4.2's stubs, these return nothing.)"""
    return owner
