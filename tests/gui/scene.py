"""What the scripts need of Blender and of the extension, where no hand is needed."""

from __future__ import annotations

import importlib
from typing import Any

import bpy
from hand import Hand, Steps

MODULE = "bl_ext.user_default.motionmix"


def say(line: str) -> None:
    """A line for whoever started the tests; all other output stays in the log."""
    print(f"gui: {line}", flush=True)


def part(name: str) -> Any:
    """A module of the installed extension: "addon.jobs"."""
    return importlib.import_module(f"{MODULE}.{name}")


def bridge() -> Any:
    """The extension's way to its worker."""
    return part("addon.worker_bridge").bridge()


def settings() -> Any:
    """What the panel shows."""
    return bpy.context.scene.motionmix


def empty_scene(hand: Hand) -> Steps:
    """A new file without the cube, the sidebar open at our tab."""
    bpy.context.preferences.system.use_region_overlap = False  # the sidebar beside the viewport: plainer pictures
    bpy.context.preferences.system.viewport_aa = "FXAA"  # else software draws the viewport eight times for each change
    bpy.ops.wm.read_homefile(use_empty=False)
    yield 1.0
    cube = bpy.data.objects.get("Cube")
    if cube is not None:
        bpy.data.objects.remove(cube)
    settings().lock_seed = True
    yield from hand.open_tab()


def add_skeleton(hand: Hand, with_figure: bool = True) -> Steps:
    """The MotionMix skeleton, in view."""
    with hand.override():
        bpy.ops.motionmix.add_skeleton("INVOKE_DEFAULT", with_figure=with_figure)
        bpy.ops.view3d.view_selected()
    hand.places.clear()
    yield 0.5


def show_preferences(hand: Hand) -> Steps:
    """MotionMix's preferences, in this window's own area, so that the one picture of the screen shows them whole."""
    area = hand.area()
    area.type = "PREFERENCES"
    bpy.context.preferences.active_section = "ADDONS"
    bpy.context.window_manager.addon_search = "MotionMix"
    yield 1.0
    bpy.ops.preferences.addon_expand(module=MODULE)
    region = hand.region("PREFERENCES", "WINDOW")
    yield from hand.move(region.x + region.width / 2, region.y + 4)
    for _ in range(4):
        area.tag_redraw()
        yield 0.5


def generate(hand: Hand, **options: Any) -> Steps:
    """Motion from the panel's settings, made as the button makes it, waited for."""
    before = len(bpy.data.actions)
    with hand.override():
        bpy.ops.motionmix.generate("INVOKE_DEFAULT", **options)
    yield from hand.until(lambda: not bridge().busy and len(bpy.data.actions) > before, "a motion")
    hand.places.clear()
    yield 0.3


def start_long_job(hand: Hand) -> Steps:
    """A motion that takes long, in the midst of being made."""
    with hand.override():
        bpy.ops.motionmix.generate("INVOKE_DEFAULT", variations=8, quality="high", seconds=20.0)
    yield from hand.until(
        lambda: bridge().current and bridge().current.progress and bridge().current.progress.done > 1, "progress"
    )


def playing(obj: bpy.types.Object) -> str | None:
    """The name of the Action that an object plays."""
    data = obj.animation_data
    return data.action.name if data is not None and data.action is not None else None
