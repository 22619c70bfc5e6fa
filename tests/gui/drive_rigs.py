"""Rigs: a Rigify metarig is recognised, its bones set by hand, motion goes on it; an armature that is no humanoid."""

from __future__ import annotations

import addon_utils
import bpy
from hand import Hand, Steps
from scene import empty_scene, generate, playing, settings


def steps(hand: Hand) -> Steps:
    yield from empty_scene(hand)
    with hand.override():
        bpy.ops.object.armature_add()
    yield from hand.picture_of_tab("docs-rig-unknown.png", rows=14)
    hand.picture("1-one-bone.png")
    bpy.data.objects.remove(bpy.context.object)

    addon_utils.enable("rigify", default_set=True)
    with hand.override():
        bpy.ops.object.armature_human_metarig_add()
        bpy.ops.view3d.view_selected()
    metarig = bpy.context.object
    yield from hand.open_tab()
    yield from hand.unfold("MOTIONMIX_PT_rig")
    yield from hand.unfold("MOTIONMIX_PT_rig_bones")
    yield from hand.picture_of_tab("docs-rig.png")
    hand.picture("2-metarig.png")

    yield from hand.press("motionmix.mapping_detect")
    yield from hand.until(lambda: metarig.motionmix_rig.base, "the fields are there")
    hand.places.clear()
    yield 0.5
    yield from hand.picture_of_tab("docs-rig-by-hand.png")
    hand.picture("3-by-hand.png")
    settings().prompt = "a person walks forward"
    yield from generate(hand, variations=1, quality="draft", seconds=2.0)
    assert playing(metarig)
    bpy.context.scene.frame_set(30)
    with hand.override():
        bpy.ops.view3d.view_selected()
    yield 1.0
    hand.picture("4-on-the-metarig.png")
