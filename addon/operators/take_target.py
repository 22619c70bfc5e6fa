"""What the operators for takes have in common: which armature and which take are meant, and why it can't be done."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import StringProperty

from ..core import MotionMixError, OperatorReturn
from ..rigs import read
from ..takes import collection
from ..telling import allowed, failed
from .active_rig import rig_of

TAKE_TEXT = "Name of the take. Empty: the one that is shown"


def why_not(context: bpy.types.Context) -> str:
    """Why takes can't be worked with here, in the animator's words; "" if they can."""
    obj = read.target_of(context.object)
    reason = read.problem(obj)
    if reason or obj is None:
        return reason
    if not collection.takes_of(obj, every_rig=True) and collection.shown(obj) is None:
        return f"“{obj.name}” has no takes yet. Press Generate"
    return ""


class TakeOperator:
    """Base of the operators that work on one take of the active armature.

    They do it in `run`; what goes wrong is reported, and the operator has then changed nothing.
    """

    take: StringProperty(name="Take", description=TAKE_TEXT, options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """The active armature must have takes."""
        return allowed(cls, why_not(context))

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Do it, or say why not."""
        try:
            obj = rig_of(context)
            return self.run(context, obj, collection.find(obj, self.take))
        except MotionMixError as error:
            return failed(self, error)

    def run(self, context: bpy.types.Context, obj: bpy.types.Object, action: bpy.types.Action) -> set[OperatorReturn]:
        """Do it. Raises MotionMixError."""
        raise NotImplementedError
