"""What all looks at a range have in common: the rig is read, something is found in what was read, and no key changes.

Called by a script a look blocks until it's done; pressed in the window it runs beside the animator's work, and Esc ends
it.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import bpy

from ..core import MotionMixError, OperatorReturn
from ..editing import look, reading, settings
from ..editing.reading import Reader, at_once
from ..editing.spec import EditSpec
from ..present import present
from ..rigs.read import target_of
from ..telling import failed
from .active_rig import RigOperator, rig_of
from .beside import BesideTheWindow


class LookOperator(RigOperator, BesideTheWindow):
    """Base of the looks; each names the `tool` whose settings say where to look."""

    tool = ""

    @staticmethod
    def looked_at(scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec, read: Reader) -> Any:
        """What is read. Raises MotionMixError when there is nothing to look at."""
        raise NotImplementedError

    @staticmethod
    def found_in(seen: Any, spec: EditSpec) -> Any:
        """What is found in what was read; called in a thread, so it mustn't touch anything of Blender's."""
        raise NotImplementedError

    @classmethod
    def begun(cls, scene: bpy.types.Scene, obj: bpy.types.Object) -> look.LookRun[Any, Any]:
        """A look, begun. Raises MotionMixError when there is nothing to look at."""
        spec = settings.spec_of(scene, cls.tool)

        def begin(scene: bpy.types.Scene, obj: bpy.types.Object, read: Reader) -> Any:
            return cls.looked_at(scene, obj, spec, read)

        return look.LookRun(reading.beginning(begin, scene, obj), partial(_found, cls, spec))

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Read the range and say what was found: for scripts."""
        scene = present(context.scene)
        spec = settings.spec_of(scene, self.tool)
        try:
            seen = self.looked_at(scene, target_of(context.object), spec, at_once)
            return self._told(self.found_in(seen, spec))
        except MotionMixError as error:
            return failed(self, error)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturn]:
        """Read a few frames at a time; the window goes on."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        try:
            run = self.begun(present(context.scene), rig_of(context))
        except Exception as error:
            return self._fail(error)
        return self._start(context, run)


def _found(cls: type[LookOperator], spec: EditSpec, seen: Any) -> Any:
    return cls.found_in(seen, spec)
