"""Edit > Preferences > Add-ons > MotionMix."""

from __future__ import annotations

import bpy
from hand import Hand, Steps
from scene import MODULE, empty_scene


def steps(hand: Hand) -> Steps:
    yield from empty_scene(hand)
    # In this window's own area, so that the one picture of the screen shows it whole.
    area = hand.area()
    area.type = "PREFERENCES"
    bpy.context.preferences.active_section = "ADDONS"
    bpy.context.window_manager.addon_search = "MotionMix"
    yield 1.0
    bpy.ops.preferences.addon_expand(module=MODULE)
    yield 1.5
    hand.picture("1-preferences.png")
    region = hand.region("PREFERENCES", "WINDOW")
    yield from hand.move(region.x + region.width / 2, region.y + 4)
    yield 1.0
    hand.picture("docs-preferences.png", (region.x, region.y, region.width, region.height))
