"""Drives the sidebar tab in a real Blender window, as an animator would, and leaves pictures.

Run by a tool that starts Blender's window on a machine without a screen and calls `steps(ui)` inside it: each `yield`
lets the window draw for that many seconds, `ui.shot` takes a picture, `ui.x` moves a real mouse and keyboard.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import bpy

# Where things are in a window of 1600 x 900 with the skeleton active.
PROMPT = "1180 175"
GENERATE = "1174 300"
ADVANCED = "1110 337"
PACKAGE = "bl_ext.user_default.motionmix"
LONGEST = 90.0  # seconds for anything to happen


def bridge() -> Any:
    import importlib

    return importlib.import_module(f"{PACKAGE}.addon.worker_bridge").bridge()


def until(condition: Any) -> Iterator[float]:
    """Let the window live until something is so."""
    deadline = time.monotonic() + LONGEST
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("this took too long")
        yield 0.05


def time_calls(blocked: list[float]) -> None:
    """Note how long the window waits for us: each look at the worker, and the writing of the takes."""
    import importlib

    jobs = importlib.import_module(f"{PACKAGE}.addon.jobs")
    for owner, name in ((type(bridge()), "poll"), (jobs, "finish")):
        original = getattr(owner, name)

        def timed(*arguments: Any, original: Any = original) -> Any:
            started = time.perf_counter()
            try:
                return original(*arguments)
            finally:
                blocked.append(1000 * (time.perf_counter() - started))

        setattr(owner, name, timed)


def start_long_job(ui: Any) -> Iterator[float]:
    with ui.override():
        bpy.ops.motionmix.generate("INVOKE_DEFAULT", variations=8, quality="high")
    yield from until(lambda: bridge().current and bridge().current.progress and bridge().current.progress.done > 3)


def disable() -> None:
    import addon_utils

    addon_utils.disable(PACKAGE, default_set=True)


def enable() -> None:
    import addon_utils

    addon_utils.enable(PACKAGE, default_set=True)


def enable_rigify() -> None:
    import addon_utils

    addon_utils.enable("rigify", default_set=True)


def steps(ui: Any) -> Iterator[float]:
    bpy.ops.wm.read_homefile(use_empty=False)
    yield 1.0
    cube = bpy.data.objects.get("Cube")
    if cube is not None:
        bpy.data.objects.remove(cube)
    ui.panel("MotionMix")
    yield 0.5
    ui.panel("MotionMix")
    yield 1.0
    ui.shot("1-nothing-selected.png")

    with ui.override():
        bpy.ops.motionmix.add_skeleton("INVOKE_DEFAULT")
        bpy.ops.view3d.view_selected()
    yield 1.0
    ui.shot("2-skeleton.png")

    scene = bpy.context.scene
    scene.motionmix.prompt = "a person walks forward and waves"
    scene.motionmix.lock_seed = True
    scene.motionmix.variations = 8
    scene.motionmix.quality = "high"
    skeleton = bpy.context.view_layer.objects.active

    ui.x(f"mousemove {PROMPT} click --repeat 2 1")
    yield 0.5
    ui.x("key ctrl+a")
    ui.x("type wave")
    yield 0.3
    ui.x("key Return")
    yield 0.3
    assert scene.motionmix.prompt == "wave", scene.motionmix.prompt
    scene.motionmix.prompt = "a person walks forward and waves"

    blocked: list[float] = []
    time_calls(blocked)
    ui.x(f"mousemove {GENERATE} click 1")
    yield 0.3
    assert bridge().busy, "the button was pressed"
    ui.x("mousemove 700 400")
    yield from until(lambda: bridge().current and bridge().current.progress and bridge().current.progress.done > 8)
    yield 0.3
    ui.shot("3-progress.png")
    asked = time.monotonic()
    ui.x("key Escape")
    yield from until(lambda: not bridge().busy)
    print("cancelled after", round(time.monotonic() - asked, 3), "s")
    yield 0.5
    assert not bpy.data.actions
    ui.shot("4-cancelled.png")

    scene.motionmix.variations = 2
    scene.motionmix.quality = "normal"
    with ui.override():
        bpy.ops.motionmix.generate("INVOKE_DEFAULT")
    yield from until(lambda: not bridge().busy)
    yield from until(lambda: len(bpy.data.actions) == 2)
    scene.frame_set(30)
    yield 0.5
    ui.shot("5-done.png")
    assert skeleton.animation_data.action.name == "a person walks forward and waves #1"

    with ui.override():
        bpy.ops.ed.undo()
    yield 0.5
    assert not bpy.data.actions, "one undo step takes the takes away"
    with ui.override():
        bpy.ops.ed.redo()
    yield 0.5
    assert len(bpy.data.actions) == 2

    print("the window waited for", round(max(blocked), 2), "ms at most,", len(blocked), "times")

    ui.x(f"mousemove {ADVANCED}")  # a panel header wants a slower click than a button
    yield 1.0
    ui.x("mousedown 1")
    yield 0.3
    ui.x("mouseup 1")
    yield 0.5
    with ui.override():
        enable_rigify()
        bpy.ops.object.armature_human_metarig_add()
        bpy.context.object.location.x = 1.5
        bpy.ops.motionmix.generate("INVOKE_DEFAULT")
    yield from until(lambda: not bridge().busy)
    yield from until(lambda: len(bpy.data.actions) == 4)
    yield 0.5
    ui.shot("7-metarig-advanced.png")
    bpy.data.objects.remove(bpy.context.object)

    # The target is deleted while its motion is being made.
    skeleton = next(obj for obj in bpy.data.objects if obj.type == "ARMATURE")
    bpy.context.view_layer.objects.active = skeleton
    with ui.override():
        bpy.ops.motionmix.generate("INVOKE_DEFAULT")
    yield 0.1
    bpy.data.objects.remove(skeleton)
    yield from until(lambda: not bridge().busy)
    yield 0.5
    assert len(bpy.data.actions) == 4
    ui.shot("6-target-deleted.png")

    # Undo while a motion is made, then another file, then no extension at all.
    with ui.override():
        bpy.ops.motionmix.add_skeleton("INVOKE_DEFAULT", True)  # True: with an undo step, as from the interface
        bpy.ops.motionmix.new_seed("INVOKE_DEFAULT", True)
        bpy.ops.motionmix.generate("INVOKE_DEFAULT")
    yield 0.3
    with ui.override():
        bpy.ops.ed.undo()
    yield from until(lambda: not bridge().busy)
    yield 0.5
    assert len(bpy.data.actions) == 6, "the motion reaches its target after an undo of something else"

    yield from start_long_job(ui)
    bpy.ops.wm.read_homefile(use_empty=False)
    yield 0.5
    yield from until(lambda: not bridge().busy)
    assert not bpy.data.actions

    with ui.override():
        bpy.ops.motionmix.add_skeleton("INVOKE_DEFAULT")
    yield from start_long_job(ui)
    disable()
    yield 1.0
    assert not hasattr(bpy.types.Scene, "motionmix")
    enable()
    yield 1.0
    with ui.override():
        bpy.ops.motionmix.generate("INVOKE_DEFAULT", variations=1, quality="draft", seconds=1.0)
    yield from until(lambda: len(bpy.data.actions) == 1)

    bpy.ops.screen.userpref_show("INVOKE_DEFAULT")
    bpy.context.preferences.active_section = "ADDONS"
    bpy.context.window_manager.addon_search = "MotionMix"
    yield 1.0
    bpy.ops.preferences.addon_expand(module=PACKAGE)
    yield 1.5
    ui.shot("8-preferences.png")
