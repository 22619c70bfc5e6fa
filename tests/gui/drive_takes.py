"""The list of takes: switch by a click, star, play one's own pose, push to the NLA, delete, and undo all of it."""

from __future__ import annotations

import bpy
from hand import Hand, Steps
from scene import add_skeleton, empty_scene, generate, playing, settings


def steps(hand: Hand) -> Steps:
    yield from empty_scene(hand)
    yield from add_skeleton(hand)
    skeleton = bpy.context.object.name

    def shown() -> str | None:
        return playing(bpy.data.objects[skeleton])

    settings().prompt = "jump"
    yield from generate(hand, variations=3, quality="draft", seconds=2.0)
    first, second, third = sorted(action.name for action in bpy.data.actions)
    assert shown() == first
    bpy.context.scene.frame_set(20)
    yield from hand.picture_of_tab("docs-takes.png")

    yield from click_take(hand, second)
    yield from hand.until(lambda: shown() == second, "a click shows the second take")
    yield from click_take(hand, third)
    yield from hand.until(lambda: shown() == third, "a click shows the third take")
    yield from hand.press(f"starred of {second}")
    yield from hand.until(lambda: bpy.data.actions[second].motionmix_take.starred, "the star")
    hand.picture("1-third-shown.png")

    yield from hand.press("motionmix.take_own")
    yield from hand.until(lambda: shown() is None, "the own pose again, which had no Action")
    hand.picture("2-own-pose.png")
    yield from click_take(hand, third)
    yield from hand.until(lambda: shown() == third, "the third take again")

    yield from hand.press("motionmix.take_delete")
    yield from hand.until(lambda: third not in bpy.data.actions, "the trash takes the shown take away")
    yield from hand.rest()
    yield from hand.key("ctrl+z")
    yield from hand.until(lambda: third in bpy.data.actions, "undo brings it back")

    hand.places.clear()
    yield from hand.unfold("MOTIONMIX_PT_take_timing")
    yield from hand.picture_of_tab("docs-take-timing.png")
    hand.picture("3-timing.png")
    yield from hand.press("motionmix.take_push")
    yield from hand.until(lambda: len(bpy.data.objects[skeleton].animation_data.nla_tracks) == 1, "a strip in the NLA")
    hand.picture("4-pushed.png")


def click_take(hand: Hand, take: str) -> Steps:
    """Click on a take's name in the list: left of its star."""
    yield from hand.find(f"starred of {take}")
    region = hand.region()
    yield from hand.click_at(region.x + 0.35 * region.width, hand.places[f"starred of {take}"][1])
