"""The key for Generate: Ctrl Shift H, in Object and Pose Mode.

No other command of Blender's own key maps has it there (the default one and the industry compatible one). Both
modifiers are on either side of a keyboard and H is in its middle, so one hand reaches it, be it the left or the right.
"""

from __future__ import annotations

from typing import Any

import bpy

from .operators.generate import MOTIONMIX_OT_generate
from .present import present

CLASSES = ()

KEY = "H"
KEYMAPS = ("Object Mode", "Pose")


def register() -> None:
    """Add the key. Without a window there are no key maps."""
    added: Any = present(bpy.context.window_manager).keyconfigs.addon
    if added is None:
        return
    for name in KEYMAPS:
        keymap = added.keymaps.new(name=name, space_type="EMPTY")
        keymap.keymap_items.new(MOTIONMIX_OT_generate.bl_idname, KEY, "PRESS", ctrl=True, shift=True)


def unregister() -> None:
    """Take it back, however often it was added."""
    added: Any = present(bpy.context.window_manager).keyconfigs.addon
    if added is None:
        return
    for name in KEYMAPS:
        keymap = added.keymaps.get(name)
        for item in list(keymap.keymap_items) if keymap is not None else ():
            if item.idname == MOTIONMIX_OT_generate.bl_idname:
                keymap.keymap_items.remove(item)
