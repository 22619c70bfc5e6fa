"""Every command stands in a menu of Blender's, so that its menu search (F3) finds it."""

from __future__ import annotations

from typing import Any

import bpy

NEED_A_ROW = {
    # Meant for a row of a list or a field beside them; the menus that list what they need have them.
    "motionmix.edit_collection",
    "motionmix.edit_sequence_remove",
    "motionmix.mapping_pick",
    "motionmix.mapping_load",
    "motionmix.mapping_delete",
    "motionmix.take_show",
}


class Layout:
    """Takes down which operators and menus are drawn, as `bpy.types.UILayout` takes them."""

    def __init__(self) -> None:
        self.operators: list[str] = []
        self.menus: list[str] = []

    def operator(self, operator: str, **_looks: Any) -> Any:
        self.operators.append(operator)
        return type("Properties", (), {})()

    def menu(self, menu: str, **_looks: Any) -> None:
        self.menus.append(menu)

    def separator(self, **_looks: Any) -> None:
        """A line."""

    def label(self, **_looks: Any) -> None:
        """A heading."""


def found_from(draw: Any) -> set[str]:
    """The operators of a menu and of the menus in it."""
    layout = Layout()
    draw(type("Menu", (), {"layout": layout})(), bpy.context)
    found = set(layout.operators)
    for name in layout.menus:
        found |= found_from(getattr(bpy.types, name).draw)
    return found


def test_the_menu_search_finds_every_command(extension, models) -> None:
    menus = extension.addon("menus")
    for name in ("VIEW3D_MT_object_animation", "VIEW3D_MT_pose"):  # one is there in Object Mode, the other in Pose Mode
        ours = [draw for menu, draw in menus._entries() if menu.__name__ == name]
        found = set().union(*(found_from(draw) for draw in ours))
        every = {
            cls.bl_idname
            for cls in extension.addon("registration").CLASSES
            if issubclass(cls, bpy.types.Operator) and cls.bl_idname not in NEED_A_ROW
        }
        assert every - found == set(), name
