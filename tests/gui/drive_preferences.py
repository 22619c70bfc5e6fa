"""Edit > Preferences > Add-ons > MotionMix."""

from __future__ import annotations

import bpy
from hand import Hand, Steps
from scene import empty_scene, part, show_preferences


def steps(hand: Hand) -> Steps:
    yield from empty_scene(hand)
    yield from show_preferences(hand)
    region = hand.region("PREFERENCES", "WINDOW")
    hand.picture("1-preferences.png")
    hand.picture("docs-preferences.png", (region.x, region.y, region.width, region.height), trim=True)

    # The button Test, by the command that it calls: it starts the runtime and makes a second of motion with it.
    with hand.override("PREFERENCES"):
        bpy.ops.motionmix.test_python("INVOKE_DEFAULT")
    found = part("addon.operators.preference_tools").last_probe
    yield from hand.until(lambda: len(found()) > 1, "the answer of the test")
    for _ in range(4):
        hand.area("PREFERENCES").tag_redraw()
        yield 0.5
    hand.picture("2-tested.png")
    assert found()[0][1], found()
