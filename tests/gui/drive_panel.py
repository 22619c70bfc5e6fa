"""The sidebar tab as an animator uses it: type, Generate, watch, Esc, Generate again, undo. All by hand."""

from __future__ import annotations

import time

import bpy
from hand import Hand, Steps
from scene import bridge, empty_scene, say, settings

PROMPT = "a person walks forward and waves"


def steps(hand: Hand) -> Steps:
    yield from empty_scene(hand)
    hand.picture("1-nothing-selected.png")
    yield from hand.picture_of_tab("docs-panel-empty.png", rows=10)

    yield from hand.press("motionmix.add_skeleton")
    yield from hand.until(lambda: any(obj.type == "ARMATURE" for obj in bpy.data.objects), "the skeleton")
    hand.places.clear()
    with hand.override():
        bpy.ops.view3d.view_selected()
    yield from hand.enter("prompt", PROMPT)
    assert settings().prompt == PROMPT, settings().prompt
    hand.picture("2-prompt.png")
    yield from hand.picture_of_tab("docs-panel.png", tabs=True)

    settings().variations = 8
    settings().quality = "high"
    yield from hand.press("motionmix.generate")
    yield from hand.until(lambda: bridge().busy, "the button was pressed")
    yield from hand.until(
        lambda: bridge().current and bridge().current.progress and bridge().current.progress.done > 2, "progress"
    )
    yield from hand.rest()
    yield 0.3
    hand.picture("3-progress.png")
    yield from hand.picture_of_tab("docs-progress.png")
    assert bridge().busy, "eight takes of high quality take longer than a picture"
    asked = time.monotonic()
    yield from hand.key("Escape")
    yield from hand.until(lambda: not bridge().busy, "Esc stops it")
    say(f"Esc to the end of the work: {time.monotonic() - asked:.2f} s")
    yield 0.5
    assert not bpy.data.actions, "nothing is left of what was stopped"
    hand.picture("4-cancelled.png")
    yield from hand.unfold("MOTIONMIX_PT_advanced")
    yield from hand.picture_of_tab("docs-advanced.png")

    settings().variations = 2
    settings().quality = "draft"
    yield from hand.press("motionmix.generate")
    yield from hand.until(lambda: len(bpy.data.actions) == 2 and not bridge().busy, "two takes")
    yield 0.5
    hand.picture("5-done.png")

    yield from hand.rest()
    yield from hand.key("ctrl+z")
    yield from hand.until(lambda: not bpy.data.actions, "one undo step takes the takes away")
    yield from hand.key("ctrl+shift+z")
    yield from hand.until(lambda: len(bpy.data.actions) == 2, "redo brings them back")

    bpy.context.scene.frame_set(12)
    hand.places.clear()
    yield from hand.settle()
    hand.picture("6-redone.png")

    # Something else is active: the armature is a press away.
    skeleton = bpy.context.object.name
    with hand.override():
        bpy.ops.mesh.primitive_cube_add(location=(1.5, 0.0, 0.5), size=0.5)
    yield from hand.rest()
    yield 0.5
    hand.picture("7-a-cube.png")
    yield from hand.press("motionmix.choose_rig")
    yield from hand.until(lambda: bpy.context.view_layer.objects.active.name == skeleton, "the skeleton again")
