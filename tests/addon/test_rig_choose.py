"""Where something else than an armature is active, the one that is meant is a click away."""

from __future__ import annotations

from typing import Any

import bpy
import pytest


def a_cube() -> None:
    bpy.ops.mesh.primitive_cube_add()


def test_with_a_cube_active_the_only_armature_is_chosen_and_can_be_animated(skeleton, models) -> None:
    a_cube()
    bpy.ops.object.mode_set(mode="EDIT")
    assert not bpy.ops.motionmix.generate.poll()
    assert bpy.ops.motionmix.choose_rig() == {"FINISHED"}
    assert bpy.context.object == skeleton
    assert bpy.context.selected_objects == [skeleton]
    assert bpy.context.mode == "OBJECT"
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    assert skeleton.animation_data.action.name == "walk #1"


def test_of_several_the_named_one_is_chosen(extension, skeleton) -> None:
    other = extension.addon("rigs.skeleton").add_armature(bpy.context, (2.0, 0.0, 0.0))
    a_cube()
    with pytest.raises(RuntimeError, match="2 armatures"):
        bpy.ops.motionmix.choose_rig()
    bpy.ops.motionmix.choose_rig(rig=skeleton.name)
    assert bpy.context.object == skeleton
    assert bpy.context.selected_objects == [skeleton]
    assert not other.select_get()


def test_what_is_hidden_or_no_armature_is_not_offered(extension, skeleton) -> None:
    hidden = extension.addon("rigs.skeleton").add_armature(bpy.context, (2.0, 0.0, 0.0))
    hidden.hide_set(True)
    a_cube()
    assert extension.addon("rigs.batch").visible(bpy.context) == [skeleton]
    for name in (hidden.name, bpy.context.object.name, "nobody"):
        with pytest.raises(RuntimeError, match=f"“{name}” can be seen"):
            bpy.ops.motionmix.choose_rig(rig=name)
    assert bpy.context.object.type == "MESH"


def test_without_any_it_says_how_to_get_one() -> None:
    a_cube()
    with pytest.raises(RuntimeError, match="Add one"):
        bpy.ops.motionmix.choose_rig()


def test_the_panel_offers_one_as_a_button_and_several_as_a_menu(extension, skeleton) -> None:
    panel = extension.addon("panels.main")
    drawn = Drawn()
    panel._draw_choice(drawn, [skeleton])
    assert (drawn.operators, drawn.rig) == (["Use “MotionMix Skeleton”"], skeleton.name)
    other = extension.addon("rigs.skeleton").add_armature(bpy.context, (2.0, 0.0, 0.0))
    drawn = Drawn()
    panel._draw_choice(drawn, [skeleton, other])
    assert (drawn.operators, drawn.menus) == ([], ["MOTIONMIX_MT_rigs"])


class Drawn:
    """Takes down the texts of buttons and the menus that are drawn."""

    def __init__(self) -> None:
        self.operators: list[str] = []
        self.menus: list[str] = []
        self.rig = ""

    def operator(self, _operator: str, text: str, **_looks: Any) -> Any:
        self.operators.append(text)
        return self

    def menu(self, menu: str, **_looks: Any) -> None:
        self.menus.append(menu)
