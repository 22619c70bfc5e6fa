"""The armature that an operator works on: the active one, or the one that moves the active mesh."""

from __future__ import annotations

from typing import Any

import bpy

from ..rigs import read
from ..telling import allowed


class RigOperator:
    """Base of the operators that need an armature and nothing else."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """An armature that can be animated must be active."""
        return poll_rig(cls, context)


def poll_rig(operator: Any, context: bpy.types.Context) -> bool:
    """For an operator's `poll`: whether an armature that can be animated is active; else the button says why not."""
    return allowed(operator, read.problem(read.target_of(context.object)))


def rig_of(context: bpy.types.Context) -> bpy.types.Object:
    """The armature that is meant; there is one where the operator's poll holds."""
    obj = read.target_of(context.object)
    assert obj is not None
    return obj
