"""The panel Edit: make what lies between keys, a part of the body, the next seconds; undo, Esc, and Again."""

from __future__ import annotations

import bpy
from hand import Hand, Steps
from scene import add_skeleton, bridge, empty_scene, generate, playing, settings

TOOLS = ("in_between", "body_part", "clean_up", "continue", "transition", "loop", "in_place")


def steps(hand: Hand) -> Steps:
    yield from empty_scene(hand)
    yield from add_skeleton(hand)
    skeleton = bpy.context.object.name
    settings().prompt = "a person walks forward"
    yield from generate(hand, variations=1, quality="draft", seconds=3.0)
    walk = playing(bpy.data.objects[skeleton])

    # Without Takes, so that the whole panel Edit is seen.
    bpy.utils.unregister_class(bpy.types.MOTIONMIX_PT_take_timing)
    bpy.utils.unregister_class(bpy.types.MOTIONMIX_PT_takes)
    yield from hand.unfold("MOTIONMIX_PT_edit")
    yield from hand.fold_first()
    edit = bpy.context.scene.motionmix_edit
    edit.range, edit.first, edit.last = "FRAMES", 20, 60
    for tool in TOOLS:
        edit.tool = tool
        yield 0.3
        yield from hand.picture_of_tab(f"docs-edit-{tool.replace('_', '-')}.png")

    # Bone collections are ticked one by one.
    armature = bpy.data.objects[skeleton].data
    for name, joint in (("Arms", "wrist"), ("Legs", "ankle"), ("Face", "head")):
        made = armature.collections.new(name)
        for bone in armature.bones:
            if joint in bone.name:
                made.assign(bone)
    edit.tool, edit.bones = "body_part", "COLLECTIONS"
    edit.collections.add().name = "Face"
    yield 0.3
    hand.places.clear()
    yield from hand.press("motionmix.edit_collection")
    yield from hand.until(lambda: len(edit.collections) == 2 or not len(edit.collections), "a tick is set")
    yield from hand.rest()
    yield from hand.picture_of_tab("0-collections.png")
    edit.collections.clear()
    edit.bones = "PRESET"

    yield from hand.fold_first()
    edit.tool = "body_part"
    hand.places.clear()
    yield from hand.press("motionmix.edit_body_part")
    yield from hand.until(lambda: bridge().busy, "the edit is being made")
    yield from hand.until(lambda: not bridge().busy and playing(bpy.data.objects[skeleton]) != walk, "a new take")
    yield 0.5
    hand.picture("1-body-part.png")
    yield from hand.rest()
    yield from hand.key("ctrl+z")
    yield from hand.until(lambda: playing(bpy.data.objects[skeleton]) == walk, "one undo step takes it back")
    hand.picture("2-undone.png")

    bpy.context.scene.motionmix_edit.tool = "continue"
    hand.places.clear()
    yield from hand.press("motionmix.edit_continue")
    yield from hand.until(lambda: bridge().busy, "the edit is being made")
    yield from hand.rest()
    yield from hand.key("Escape")
    yield from hand.until(lambda: not bridge().busy, "Esc stops it")
    assert playing(bpy.data.objects[skeleton]) == walk
    hand.picture("3-stopped.png")

    # Again shows what the take was made of, until the new one is there or Esc is pressed.
    with hand.override():
        bpy.ops.motionmix.edit_body_part("EXEC_DEFAULT", True)
    made = playing(bpy.data.objects[skeleton])
    assert made != walk
    yield from stop_again(hand, skeleton, made, walk, "the take is shown as before")
    with hand.override():
        bpy.ops.motionmix.take_own()
    assert playing(bpy.data.objects[skeleton]) is None
    yield from stop_again(hand, skeleton, made, walk, "the own pose, which had no Action, is shown as before")


def stop_again(hand: Hand, skeleton: str, take: str, source: str, what: str) -> Steps:
    """Make a take again and press Esc while that is under way."""
    shown = playing(bpy.data.objects[skeleton])
    with hand.override():
        bpy.ops.motionmix.take_again("INVOKE_DEFAULT", take=take, new_seed=True)
    yield from hand.until(lambda: bridge().busy, "the edit is being made again")
    assert playing(bpy.data.objects[skeleton]) == source
    yield from hand.rest()
    yield from hand.key("Escape")
    yield from hand.until(lambda: not bridge().busy, "Esc stops it")
    yield from hand.until(lambda: playing(bpy.data.objects[skeleton]) == shown, what)
