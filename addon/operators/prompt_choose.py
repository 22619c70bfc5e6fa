"""Choosing a prompt: from a list that can be searched, or back to a former one."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bpy
from bpy.props import EnumProperty

from .. import prompts, properties
from ..core import OperatorReturn
from ..present import present
from ..telling import allowed
from ..translations import interface

_FORMER_SHOWN = 12


class _Items:
    """The items shown last: Blender keeps no copy of their texts, so somebody must."""

    shown: tuple[tuple[str, str, str], ...] = ()


def _items(_self: object, _context: bpy.types.Context | None) -> tuple[tuple[str, str, str], ...]:
    _Items.shown = tuple((prompt, prompt, interface(group)) for prompt, group in prompts.choices())
    return _Items.shown


class MOTIONMIX_OT_choose_prompt(bpy.types.Operator):
    """Search among the prompts that were used before and those that the model is good at"""

    bl_idname = "motionmix.choose_prompt"
    bl_label = "Choose Prompt"
    bl_options = {"REGISTER", "UNDO"}
    bl_property = "prompt"

    prompt: EnumProperty(
        name="Prompt", description="The prompt to put into the panel", items=_items, options={"SKIP_SAVE"}
    )

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturn]:
        """Open the list."""
        present(context.window_manager).invoke_search_popup(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Put the prompt into the panel."""
        properties.of(present(context.scene)).prompt = self.prompt
        for window in present(context.window_manager).windows:
            for area in window.screen.areas:
                area.tag_redraw()
        return {"FINISHED"}


class MOTIONMIX_OT_clear_prompts(bpy.types.Operator):
    """Forget all prompts that were used before. The presets stay"""

    bl_idname = "motionmix.clear_prompts"
    bl_label = "Clear Prompt History"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """There must be some."""
        if not prompts.former():
            return allowed(cls, "No prompt has been used yet")
        return True

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturn]:
        """Forget them."""
        prompts.forget()
        return {"FINISHED"}


class MOTIONMIX_MT_prompts(bpy.types.Menu):
    """The last prompts, and the presets by what they show."""

    bl_label = "Prompts"

    def draw(self, _context: bpy.types.Context) -> None:
        """Draw the menu."""
        layout = present(self.layout)
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator(MOTIONMIX_OT_choose_prompt.bl_idname, text="Search...", icon="VIEWZOOM")
        layout.separator()
        for menu in GROUP_MENUS:
            layout.menu(menu.__name__)
        former = prompts.former()[:_FORMER_SHOWN]
        if former:
            layout.separator()
            layout.label(text=prompts.FORMER)
            _draw_prompts(layout, former)
        layout.separator()
        layout.operator(MOTIONMIX_OT_clear_prompts.bl_idname, icon="TRASH")


def _draw_prompts(layout: bpy.types.UILayout, shown: Iterable[str]) -> None:
    layout.operator_context = "EXEC_DEFAULT"
    for prompt in shown:
        layout.operator(MOTIONMIX_OT_choose_prompt.bl_idname, text=prompt, translate=False).prompt = prompt


def _group_menu(number: int, group: str) -> type[bpy.types.Menu]:
    """The menu of one group of presets."""

    def draw(self: Any, _context: bpy.types.Context) -> None:
        _draw_prompts(self.layout, [prompt for prompt, other in prompts.presets() if other == group])

    name = f"MOTIONMIX_MT_prompts_{number}"
    return type(name, (bpy.types.Menu,), {"bl_label": group, "draw": draw, "__module__": __name__})


GROUP_MENUS = tuple(
    _group_menu(number, group)
    for number, group in enumerate(dict.fromkeys(group for _, group in prompts.presets()), start=1)
)

CLASSES = (MOTIONMIX_OT_choose_prompt, MOTIONMIX_OT_clear_prompts, *GROUP_MENUS, MOTIONMIX_MT_prompts)
