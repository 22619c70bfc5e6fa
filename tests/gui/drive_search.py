"""Blender's own search (F3) finds Generate, and a key starts it."""

from __future__ import annotations

import bpy
from hand import Hand, Steps
from scene import add_skeleton, bridge, empty_scene, settings


def steps(hand: Hand) -> Steps:
    yield from empty_scene(hand)
    yield from add_skeleton(hand)
    settings().prompt = "a person jumps up high"
    settings().quality = "draft"

    # The command that F3 is bound to: xdotool's own F3 does not reach every Blender.
    keymap = bpy.context.window_manager.keyconfigs.user.keymaps["Window"]
    assert any(item.type == "F3" and item.idname == "wm.search_menu" and item.active for item in keymap.keymap_items)
    yield from hand.rest()
    with hand.override():
        bpy.ops.wm.search_menu("INVOKE_DEFAULT")
    yield 4.0 * hand.patience  # all menus are gone through before the field opens; what is typed sooner is lost
    yield from hand.write("generate motion")
    yield 1.0 * hand.patience
    hand.picture("1-found.png")
    region = hand.region(region="WINDOW")  # the field opens where the mouse rests
    x, y = region.x + 0.35 * region.width, region.y + 0.45 * region.height
    hand.picture("docs-search.png", (x - 6, y - 132, 522, 140))
    yield from hand.key("Return")
    yield from hand.until(lambda: bridge().busy or bpy.data.actions, "the search starts Generate")
    yield from hand.until(lambda: bpy.data.actions and not bridge().busy, "a take")
    yield 0.5
    hand.picture("2-made.png")

    # And the key that MotionMix brings along.
    made = len(bpy.data.actions)
    yield from hand.rest()
    yield from hand.key("ctrl+shift+h")
    yield from hand.until(lambda: len(bpy.data.actions) > made and not bridge().busy, "Ctrl Shift H makes another")
