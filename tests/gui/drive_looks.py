"""How the panels look: the light theme, letters of twice the size, a narrow sidebar, another language."""

from __future__ import annotations

from pathlib import Path

import bpy
from hand import Hand, Steps
from scene import add_skeleton, empty_scene, generate, settings


def steps(hand: Hand) -> Steps:
    yield from empty_scene(hand)
    bpy.context.preferences.system.use_region_overlap = True
    yield from add_skeleton(hand)
    settings().prompt = "a person walks forward and waves"
    yield from generate(hand, variations=2, quality="draft", seconds=2.0)

    for place in bpy.utils.preset_paths("interface_theme"):
        for path in Path(place).glob("*.xml"):
            if "light" in path.name.lower():
                bpy.ops.script.execute_preset(filepath=str(path), menu_idname="USERPREF_MT_interface_theme_presets")
    yield 1.0
    hand.picture("1-light.png")
    yield from hand.unfold("MOTIONMIX_PT_advanced")
    yield from hand.picture_of_tab("2-light-tab.png")

    bpy.context.preferences.view.ui_scale = 2.0
    yield 2.0
    yield from hand.settle()
    hand.places.clear()
    hand.picture("3-twice-the-size.png")
    bpy.context.preferences.view.ui_scale = 1.0
    yield 1.0

    # The sidebar as narrow as Blender lets it be, drawn by its edge.
    hand.places.clear()
    usual = hand.region().width
    for beside in (0, 2, -2, 4):
        region = hand.region()
        edge, middle = region.x + beside, region.y + region.height * 0.3
        yield from hand.move(edge, middle)
        yield 0.3
        hand.press_down()
        for step in range(1, 20):
            yield from hand.move(edge + 5 * step, middle)
        hand.let_go()
        yield 0.5
        if hand.region().width != usual:
            break
    assert 1 < hand.region().width < usual, "the sidebar's edge was drawn"
    yield from hand.picture_of_tab("4-narrow.png")

    language = bpy.context.preferences.view
    language.language = "de_DE"
    language.use_translate_interface = True
    language.use_translate_tooltips = True
    yield 1.5
    yield from hand.picture_of_tab("5-german.png")
