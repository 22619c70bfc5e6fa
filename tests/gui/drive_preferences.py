"""Edit > Preferences > Add-ons > MotionMix."""

from __future__ import annotations

import bpy
from hand import Hand, Steps
from scene import MODULE, empty_scene, part


def steps(hand: Hand) -> Steps:
    yield from empty_scene(hand)
    # In this window's own area, so that the one picture of the screen shows it whole.
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
    hand.picture("1-preferences.png")
    hand.picture("docs-preferences.png", (region.x, region.y, region.width, region.height), trim=True)

    # The button Test, by the command that it calls: it starts the runtime and makes a second of motion with it.
    with hand.override("PREFERENCES"):
        bpy.ops.motionmix.test_python("INVOKE_DEFAULT")
    found = part("addon.operators.preference_tools").last_probe
    yield from hand.until(lambda: len(found()) > 1, "the answer of the test")
    for _ in range(4):
        area.tag_redraw()
        yield 0.5
    hand.picture("2-tested.png")
    assert found()[0][1], found()
