"""MotionMix inside Blender: panels, operators, rigs. Everything of the project that imports bpy is in this folder.

The data goes one way: panel -> operator -> request (plain data) -> worker process -> motion -> retarget -> a new
Action on the armature.
"""

from __future__ import annotations


def register() -> None:
    """Add MotionMix to Blender."""
    from . import registration

    registration.register()


def unregister() -> None:
    """Take MotionMix out of Blender again.

    Stops the worker process and leaves nothing behind but the animator's actions.
    """
    from . import registration

    registration.unregister()
