"""How the panels look: the light theme, letters of twice the size, a narrow sidebar, another language."""

from __future__ import annotations

from pathlib import Path

import bpy
from hand import Hand, Steps
from scene import add_skeleton, empty_scene, generate, settings, show_preferences


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

    yield from narrow(hand)
    yield from hand.picture_of_tab("4-narrow.png")

    yield from empty_scene(hand)  # with a sidebar as wide as usual
    yield from add_skeleton(hand)
    yield from generate(hand, variations=2, quality="draft", seconds=2.0)
    yield from german(hand)


def narrow(hand: Hand) -> Steps:
    """The sidebar as narrow as Blender lets it be, drawn by its edge."""
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


def german(hand: Hand) -> Steps:
    """All panels, an error, and why a button is grey, in German."""
    view = bpy.context.preferences.view
    view.language = "de_DE"
    view.use_translate_interface = view.use_translate_tooltips = view.use_translate_reports = True
    yield 1.5
    yield from hand.picture_of_tab("5-german.png")

    bpy.utils.unregister_class(bpy.types.MOTIONMIX_PT_advanced)
    yield from hand.unfold("MOTIONMIX_PT_rig")
    yield from hand.picture_of_tab("6-german-rig.png")
    bpy.utils.unregister_class(bpy.types.MOTIONMIX_PT_rig_bones)
    bpy.utils.unregister_class(bpy.types.MOTIONMIX_PT_rig)
    bpy.utils.unregister_class(bpy.types.MOTIONMIX_PT_take_timing)
    bpy.utils.unregister_class(bpy.types.MOTIONMIX_PT_takes)
    yield from hand.unfold("MOTIONMIX_PT_edit")
    for tool in ("clean_up", "in_between"):  # no keys are selected: it says so
        bpy.context.scene.motionmix_edit.tool = tool
        yield from hand.picture_of_tab(f"7-german-{tool.replace('_', '-')}.png")

    told = ""
    try:
        with hand.override():
            bpy.ops.motionmix.generate(seconds=9999.0)
    except RuntimeError as error:
        told = str(error)
    assert "Länge in Sekunden muss zwischen" in told, told

    # An armature that is no body: the panel says why in German; so does the tooltip of a button that is grey.
    with hand.override():
        bpy.ops.object.armature_add()
    yield from hand.rest()
    yield 0.5
    yield from hand.picture_of_tab("8-german-one-bone.png", rows=14)
    with hand.override():
        bpy.ops.object.mode_set(mode="EDIT")
    hand.places.clear()
    yield from hand.settle()
    yield from hand.find("motionmix.generate")
    x, y = hand.places["motionmix.generate"]
    yield from hand.move(x - 10, y)
    yield from hand.move(x, y)
    yield 3.0
    hand.picture("9-german-grey-button.png")
    with hand.override():
        bpy.ops.object.mode_set(mode="OBJECT")

    yield from show_preferences(hand)
    hand.picture("10-german-preferences.png")
